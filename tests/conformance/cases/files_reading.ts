import type { Case } from "../case.ts";
import { check, equal, rejects } from "../check.ts";
import { bytesOf, noise, seq } from "../tools.ts";

/** Reading files. */
export const filesReading: readonly Case[] = [
  {
    name: "read: bytes, text, a Blob, a stream",
    source: "wire: files-get",
    async run({ files }, { dir }) {
      const bytes = new TextEncoder().encode("héllo\n");
      await files.write(`${dir}/file`, bytes);
      equal(await files.read(`${dir}/file`), bytes);
      equal(await files.readText(`${dir}/file`), "héllo\n");
      const blob = await files.readBlob(`${dir}/file`);
      equal([blob.size, await blob.text()], [7, "héllo\n"]);
      equal(await bytesOf(await files.readStream(`${dir}/file`)), bytes);
    },
  },
  {
    name: "read: text that is none has U+FFFD, and a byte order mark is kept",
    source: "wire: files-get-binary",
    async run({ files }, { dir }) {
      await files.write(`${dir}/file`, new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62]));
      equal(await files.readText(`${dir}/file`), "\ufeffa\ufffdb");
    },
  },
  {
    name: "read: what would compress well comes unchanged",
    source: "wire: files-get-gzip",
    async run({ files }, { dir }) {
      const text = "the same line again\n".repeat(20_000);
      await files.writeText(`${dir}/file.txt`, text);
      check(await files.readText(`${dir}/file.txt`) === text, "the text");
    },
  },
  {
    name: "read: media types make no difference",
    source: "wire: files-get-types",
    async run({ files }, { dir }) {
      for (const name of ["a.json", "b.html", "c.gz", "d"]) {
        await files.writeText(`${dir}/${name}`, '<!doctype html>{"code":404}');
        equal(await files.readText(`${dir}/${name}`), '<!doctype html>{"code":404}', name);
      }
    },
  },
  {
    name: "read: what a command wrote, while and after",
    source: "wire: files-get",
    async run({ commands, files }, { dir }) {
      await commands.run(`seq 100000 >${dir}/numbers`);
      check(await files.readText(`${dir}/numbers`) === seq(100_000), "the numbers");
    },
  },
  {
    name: "range: the end is exclusive, as in slice",
    source: "wire: files-get-range",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "0123456789");
      const read = (start: number, end?: number) => files.readText(`${dir}/file`, { range: { start, end } });
      equal(await read(0, 1), "0");
      equal(await read(2, 5), "234");
      equal(await read(7), "789");
      equal(await read(8, 1000), "89");
      equal(await read(0), "0123456789");
      equal((await files.read(`${dir}/file`, { range: { start: 9, end: 10 } })).length, 1);
      equal(await (await files.readBlob(`${dir}/file`, { range: { start: 1, end: 3 } })).text(), "12");
    },
  },
  {
    name: "range: of a stream",
    source: "wire: files-get-range",
    async run({ files }, { dir }) {
      const bytes = noise(300_000);
      await files.write(`${dir}/file`, bytes);
      const part = await bytesOf(await files.readStream(`${dir}/file`, { range: { start: 100_000, end: 299_999 } }));
      equal(part, bytes.slice(100_000, 299_999));
    },
  },
  {
    name: "range: what lies beyond the end is empty, as in slice",
    source: "wire: files-get-range",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "0123456789");
      for (const range of [{ start: 10 }, { start: 50, end: 60 }, { start: 4, end: 4 }]) {
        equal((await files.read(`${dir}/file`, { range })).length, 0);
        equal(await files.readText(`${dir}/file`, { range }), "");
        equal((await bytesOf(await files.readStream(`${dir}/file`, { range }))).length, 0);
      }
      await files.writeText(`${dir}/empty`, "");
      equal(await files.readText(`${dir}/empty`, { range: { start: 0 } }), "");
      await rejects(files.read(`${dir}/none`, { range: { start: 50 } }), "file_not_found");
    },
  },
  {
    name: "progress: to the last byte",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      const bytes = noise(500_000);
      await files.write(`${dir}/file`, bytes);
      const seen: number[] = [];
      await files.read(`${dir}/file`, { onProgress: ({ bytes }) => void seen.push(bytes) });
      equal(seen.at(-1), 500_000);
      equal(seen, seen.toSorted((a, b) => a - b));
    },
  },
  {
    name: "progress: the total is told",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      await files.write(`${dir}/file`, noise(500_000));
      const totals = new Set<number | undefined>();
      await files.read(`${dir}/file`, { onProgress: ({ totalBytes }) => void totals.add(totalBytes) });
      equal([...totals], [500_000]);
    },
  },
  {
    name: "maxBytes: a larger file is refused, one of that size is not",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "x".repeat(1000));
      equal((await files.read(`${dir}/file`, { maxBytes: 1000 })).length, 1000);
      for (const method of ["read", "readText", "readBlob"] as const) {
        const error = await rejects(files[method](`${dir}/file`, { maxBytes: 999 }), "file_too_large");
        equal(error.name, "OutputLimitError");
      }
      equal((await files.read(`${dir}/file`, { maxBytes: 10, range: { start: 5, end: 15 } })).length, 10);
    },
  },
  {
    name: "stream: one may stop early, and read again",
    source: "wire: files-get-large",
    async run({ files }, { dir }) {
      const bytes = noise(4 * 1024 * 1024);
      await files.write(`${dir}/file`, bytes);
      const reader = (await files.readStream(`${dir}/file`)).getReader();
      const { value } = await reader.read();
      check(value !== undefined && value.length > 0 && value[0] === bytes[0], "the first bytes");
      await reader.cancel();
      equal(await files.read(`${dir}/file`), bytes);
    },
  },
  {
    name: "read: what is missing, a directory, below a file, as an unknown account",
    source: "wire: files-get-errors",
    async run({ files }, { dir }) {
      await files.writeText(`${dir}/file`, "");
      for (const method of ["read", "readText", "readBlob", "readStream"] as const) {
        await rejects(files[method](`${dir}/none`), "file_not_found");
        await rejects(files[method](dir), "is_a_directory");
        await rejects(files[method](`${dir}/file/below`), "not_a_directory");
        await rejects(files[method](`${dir}/file`, { user: "nobody-here" }), "unknown_user");
      }
    },
  },
];
