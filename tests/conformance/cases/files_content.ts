import type { FileData } from "../../../mod.ts";
import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";
import { EVERY_BYTE, noise, streamOf } from "../tools.ts";

const encode = (text: string) => new TextEncoder().encode(text);

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(encode(text));
}

const KINDS: Readonly<Record<string, () => FileData>> = {
  "a string": () => "héllo 🦀",
  "bytes": () => encode("héllo 🦀"),
  "a view within a buffer": () => encode("--héllo 🦀--").subarray(2, -2),
  "an ArrayBuffer": () => encode("héllo 🦀").buffer,
  "a Blob": () => new Blob(["héllo", " ", "🦀"], { type: "text/plain" }),
  "a ReadableStream": () => streamOf(encode("hél"), new Uint8Array(0), encode("lo 🦀")),
  "an AsyncIterable": () => chunks("hé", "llo ", "", "🦀"),
};

/** Writing files. */
export const filesContent: readonly Case[] = [
  {
    name: "write: text, and what was written",
    source: "wire: files-post-new",
    async run({ files, commands }, { dir }) {
      const info = await files.writeText(`${dir}/note.txt`, "Grüße 👋\r\n");
      equal(info, { name: "note.txt", path: `${dir}/note.txt`, type: "file" });
      equal(await files.readText(`${dir}/note.txt`), "Grüße 👋\r\n");
      equal((await commands.run(["cat", `${dir}/note.txt`])).stdout, "Grüße 👋\r\n");
    },
  },
  ...Object.entries(KINDS).map(([kind, make]): Case => ({
    name: `write: ${kind}`,
    source: "wire: files-post-new",
    async run({ files }, { dir }) {
      await files.write(`${dir}/file`, make());
      equal(await files.readText(`${dir}/file`), "héllo 🦀");
    },
  })),
  {
    name: "write: every byte, and what looks like the end of a form",
    source: "wire: files-get-binary",
    async run({ files }, { dir }) {
      await files.write(`${dir}/bytes`, EVERY_BYTE);
      equal(await files.read(`${dir}/bytes`), EVERY_BYTE);
      const form = '\r\n--boundary--\r\nContent-Disposition: form-data; name="file"\r\n\r\n----\r\n';
      await files.writeText(`${dir}/form`, form);
      equal(await files.readText(`${dir}/form`), form);
    },
  },
  {
    name: "write: nothing makes an empty file",
    source: "wire: files-post-empty",
    async run({ files }, { dir }) {
      for (const data of ["", new Uint8Array(0), new Blob([]), streamOf(), chunks()]) {
        await files.write(`${dir}/empty`, data);
        equal((await files.getInfo(`${dir}/empty`)).size, 0);
        equal((await files.read(`${dir}/empty`)).length, 0);
        equal(await files.readText(`${dir}/empty`), "");
        await files.writeText(`${dir}/empty`, "to be replaced");
      }
    },
  },
  {
    name: "write: missing parents are made",
    source: "wire: files-post-parents",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/a/b/file`, "deep");
      equal(await files.readText(`${dir}/a/b/file`), "deep");
      // The rest is up to the daemon's umask.
      equal((await files.getInfo(`${dir}/a/b`)).mode & 0o700, 0o700);
    },
  },
  {
    name: "write: a file that is there is replaced and keeps its mode",
    source: "wire: files-post-overwrite",
    async run({ files, commands }, { dir }) {
      await files.writeText(`${dir}/file`, "a long text that was there before");
      await commands.run(["chmod", "600", `${dir}/file`]);
      await files.writeText(`${dir}/file`, "short");
      equal(await files.readText(`${dir}/file`), "short");
      equal((await files.getInfo(`${dir}/file`)).mode, 0o600);
    },
  },
  {
    name: "write: through a link",
    source: "docs/protocol.md §6",
    async run({ files, commands }, { dir }) {
      await files.writeText(`${dir}/file`, "old");
      await commands.run(["ln", "-s", "file", `${dir}/link`]);
      await files.writeText(`${dir}/link`, "new");
      equal(await files.readText(`${dir}/file`), "new");
      equal((await files.getInfo(`${dir}/link`)).isSymlink, true);
    },
  },
  {
    name: "write: megabytes, as bytes and as a stream",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      const data = noise(3 * 1024 * 1024 + 1);
      await files.write(`${dir}/bytes`, data);
      equal(await files.read(`${dir}/bytes`), data);
      const pieces = Array.from({ length: 49 }, (_, i) => data.subarray(i * 65_003, (i + 1) * 65_003));
      await files.write(`${dir}/stream`, streamOf(...pieces));
      equal(await files.read(`${dir}/stream`), data);
    },
  },
  {
    name: "write: the engine's own streams, and a file read as one",
    source: "wire: files-post-new",
    async run({ files }, { dir }) {
      const content = noise(300_001);
      await files.write(`${dir}/original`, new Response(content).body!);
      equal(await files.read(`${dir}/original`), content);
      for (const stream of [new Blob([content]).stream(), await files.readStream(`${dir}/original`)]) {
        await files.write(`${dir}/copy`, stream);
        equal(await files.read(`${dir}/copy`), content);
      }
    },
  },
  {
    name: "write: progress tells the bytes of the content",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      const data = noise(1024 * 1024);
      for (const body of [data, streamOf(data.subarray(0, 500_000), data.subarray(500_000))]) {
        const seen: number[] = [];
        await files.write(`${dir}/file`, body, { onProgress: ({ bytes }) => void seen.push(bytes) });
        equal(seen.at(-1), data.length);
        equal(seen, seen.toSorted((a, b) => a - b));
      }
    },
  },
  {
    name: "write: onto a directory, below a file, as an unknown account",
    source: "wire: files-post-errors",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      for (const data of ["text", new Blob(["text"])]) {
        await rejects(files.write(dir, data), "is_a_directory");
        await rejects(files.write(`${dir}/file/below`, data), "not_a_directory");
        await rejects(files.write(`${dir}/new`, data, { user: "nobody-here" }), "unknown_user");
      }
      equal(await files.exists(`${dir}/new`), false);
    },
  },
  {
    name: "write: a stream onto a directory",
    source: "wire: files-post-errors",
    async run({ files }, { dir }) {
      await rejects(files.write(dir, streamOf(encode("text"))), "is_a_directory");
    },
  },
  {
    name: "writeFiles: several, in order, of several kinds",
    source: "wire: files-post-several",
    async run({ files }, { dir }) {
      const entries = Object.entries(KINDS).map(([kind, make]) => ({ path: `${dir}/sub/${kind}`, data: make() }));
      const written = await files.writeFiles(entries);
      equal(written.map(({ path }) => path), entries.map(({ path }) => path));
      for (const { path } of entries) equal(await files.readText(path), "héllo 🦀", path);
    },
  },
  {
    name: "writeFiles: from an asynchronous source, and none at all",
    source: "wire: files-post-several",
    async run({ files }, { dir }) {
      async function* entries() {
        for (const name of ["a", "b"]) yield await Promise.resolve({ path: `${dir}/${name}`, data: name });
      }
      equal((await files.writeFiles(entries())).map(({ name }) => name), ["a", "b"]);
      equal((await files.list(dir)).map(({ name }) => name), ["a", "b"]);
      equal(await files.writeFiles([]), []);
    },
  },
  {
    name: "writeFiles: a failure rejects, and what came before it is written",
    source: "wire: files-post-errors",
    async run({ files }, { dir }) {
      await files.makeDir(`${dir}/taken`);
      const entries = ["first", "taken", "last"].map((name) => ({ path: `${dir}/${name}`, data: name }));
      const error = await rejects(files.writeFiles(entries), "is_a_directory");
      equal(await files.readText(`${dir}/first`), "first");
      check(`${error.message} ${error.hint}`.includes(`${dir}/first`), "it tells what was written");
    },
  },
  {
    name: "many at once",
    source: "wire: files-post-new",
    async run({ files }, { dir }) {
      const names = Array.from({ length: 20 }, (_, i) => `${i}`);
      await Promise.all(names.map((name) => files.writeText(`${dir}/${name}`, name)));
      equal(await Promise.all(names.map((name) => files.readText(`${dir}/${name}`))), names);
    },
  },
];
