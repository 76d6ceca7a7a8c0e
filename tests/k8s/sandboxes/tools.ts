import { assert, assertEquals } from "@std/assert";
import { isSandboxError, type SandboxErrorCode } from "../../../mod.ts";

/** Catches what a call rejects with. */
export async function failure(call: () => Promise<unknown>): Promise<Error> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error("It did not fail");
}

/** Says what an error is: its class, its code, its message and its hint. */
export function assertFailure(
  error: Error,
  wanted: { readonly name: string; readonly code?: SandboxErrorCode; readonly message: RegExp; readonly hint?: RegExp },
): void {
  const { code, hint } = error as { code?: string; hint?: string };
  assertEquals([error.name, code], [wanted.name, wanted.code], error.message);
  assert(wanted.message.test(error.message), error.message);
  if (wanted.hint) assert(wanted.hint.test(hint ?? ""), `hint: ${hint}`);
  assertEquals(isSandboxError(error), wanted.code !== undefined);
}

/** Everything that an error shows of itself, and of what it came from. */
export function shownBy(error: unknown): string {
  const parts: string[] = [];
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    parts.push(
      String(one),
      one.stack ?? "",
      JSON.stringify({ ...one }),
      Deno.inspect(one, { depth: 10, showHidden: true }),
    );
  }
  return parts.join("\n");
}
