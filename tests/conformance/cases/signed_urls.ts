import type { Case } from "../case.ts";
import { check, equal, rejection } from "../check.ts";

const source = "wire: files-signed-read";

/** What a plain HTTP client gets. */
async function get(url: string, init?: RequestInit): Promise<readonly [status: number, text: string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

function form(content: string): RequestInit {
  const body = new FormData();
  body.set("file", new Blob([content]));
  return { method: "POST", body };
}

/** URLs by which anyone can read or write a file. */
export const signedUrls: readonly Case[] = [
  {
    name: "signed URLs: anyone can read the file, and no other",
    source,
    direct: true,
    async run({ files }, { dir }) {
      const path = `${dir}/a +&?%23ü`;
      await files.writeText(path, "content");
      await files.writeText(`${dir}/other`, "secret");
      for (const expiresInSeconds of [undefined, 60]) {
        const url = await files.downloadUrl(path, { expiresInSeconds });
        equal(await get(url), [200, "content"]);
        equal(new URL(url).searchParams.has("signature_expiration"), expiresInSeconds !== undefined);
        if (!isSigned(url)) continue;
        const other = new URL(url);
        other.searchParams.set("path", `${dir}/other`);
        equal((await get(other.href))[0], 401);
        equal((await get(url, form("overwritten")))[0], 401);
      }
      equal(await files.readText(path), "content");
    },
  },
  {
    name: "signed URLs: anyone can write the file, and no other",
    source: "wire: files-signed-write",
    direct: true,
    async run({ files }, { dir }) {
      const url = await files.uploadUrl(`${dir}/made/file`, { expiresInSeconds: 60 });
      for (const content of ["first", "second"]) {
        equal((await get(url, form(content)))[0], 200);
        equal(await files.readText(`${dir}/made/file`), content);
      }
      if (!isSigned(url)) return;
      equal((await get(url))[0], 401);
      const other = new URL(url);
      other.searchParams.set("path", `${dir}/other`);
      equal((await get(other.href, form("x")))[0], 401);
      equal(await files.exists(`${dir}/other`), false);
    },
  },
  {
    name: "signed URLs: altered, or out of date",
    source,
    direct: true,
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "content");
      const url = await files.downloadUrl(`${dir}/file`, { expiresInSeconds: 60 });
      if (!isSigned(url)) return;
      const changed = (name: string, value: string | undefined): string => {
        const copy = new URL(url);
        if (value === undefined) copy.searchParams.delete(name);
        else copy.searchParams.set(name, value);
        return copy.href;
      };
      const signature = new URL(url).searchParams.get("signature")!;
      const until = Number(new URL(url).searchParams.get("signature_expiration"));
      const tries = [
        changed("signature", `${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "A"}`),
        changed("signature", undefined),
        changed("signature_expiration", String(until + 1)),
        changed("signature_expiration", undefined),
      ];
      for (const altered of tries) equal((await get(altered))[0], 401, altered.split("signature")[0]);
      // Nothing waits for it: the end that is signed is long over.
      const now = Date.now;
      Date.now = () => 1_000_000_000_000;
      const old = await files.downloadUrl(`${dir}/file`, { expiresInSeconds: 60 }).finally(() => Date.now = now);
      equal(await get(old), [401, '{"code":401,"message":"signature is already expired"}\n']);
    },
  },
  {
    name: "signed URLs: relative paths begin at the account's home, as everywhere",
    source,
    direct: true,
    async run({ files }, { unique }) {
      const name = `signed-${unique}`;
      try {
        await files.writeText(name, "at home");
        for (const path of [name, `~/${name}`, `./${name}`]) {
          equal(await get(await files.downloadUrl(path)), [200, "at home"], path);
        }
      } finally {
        await files.remove(name);
      }
    },
  },
  {
    name: "signed URLs: a time that cannot be",
    source,
    async run({ files }) {
      for (const expiresInSeconds of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
        for (const make of [files.downloadUrl, files.uploadUrl]) {
          const error = await rejection(make("x", { user: "root", expiresInSeconds }));
          check(error instanceof RangeError && error.message.includes("expiresInSeconds"), `${error}`);
        }
      }
      const text = { user: "root", expiresInSeconds: "60" as unknown as number };
      check(await rejection(files.downloadUrl("x", text)) instanceof TypeError, "a text");
      check(await rejection(files.downloadUrl("x\0", { user: "root" })) instanceof TypeError, "no path");
    },
  },
];

/** A daemon without a token lets everyone in. */
function isSigned(url: string): boolean {
  return new URL(url).searchParams.has("signature");
}
