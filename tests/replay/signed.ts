import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { RuntimeClient } from "../../mod.ts";
import type { Exchange, RecordedCase } from "./recording.ts";

/**
 * Makes the URL that the client makes for each recorded request, and compares: the daemon took those that are alike,
 * but for one that was out of date, and refused all others.
 */
export async function replaySigned({ name, steps, token }: RecordedCase): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (step.role !== undefined) continue;
    const exchange = step as Exchange;
    const where = `${name}, step ${index}`;
    const recorded = queryOf(new URL(exchange.send.path, "http://recorded"));
    const isMissing = recorded.signature === null;
    const made = await madeFor(exchange, isMissing ? undefined : token ?? undefined, recorded);
    const { status, body } = exchange.receive;
    if (status === 200 || isMissing || `${body}`.includes("expired")) assertEquals(made, recorded, where);
    else assertNotEquals(made.signature, recorded.signature, where);
    assert(status === 200 || status === 401, where);
  }
}

async function madeFor(
  { send }: Exchange,
  runtimeToken: string | undefined,
  { path, username, signature_expiration }: ReturnType<typeof queryOf>,
): Promise<ReturnType<typeof queryOf>> {
  const { files } = new RuntimeClient({
    sandboxBaseUrl: "http://recorded",
    runtimeToken,
    fetch: () => Promise.reject(new Error("nothing is asked for")),
  });
  const expires = signature_expiration === null ? undefined : Number(signature_expiration);
  // Whatever the second was in which it was made: only the end is signed.
  using _clock = stub(Date, "now", () => ((expires ?? 60) - 60) * 1000);
  const options = { user: username!, expiresInSeconds: expires === undefined ? undefined : 60 };
  const url = new URL(await files[send.method === "POST" ? "uploadUrl" : "downloadUrl"](path, options));
  assertEquals(url.pathname, "/files");
  return queryOf(url);
}

function queryOf({ searchParams }: URL) {
  return {
    // None is the same as an empty one, also where it is signed.
    path: searchParams.get("path") ?? "",
    username: searchParams.get("username"),
    signature: searchParams.get("signature"),
    signature_expiration: searchParams.get("signature_expiration"),
  };
}
