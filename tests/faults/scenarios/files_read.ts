import { writeFile } from "node:fs/promises";
import { check, equal } from "../../conformance/check.ts";
import { bytesOf } from "../../conformance/tools.ts";
import { isBeginning } from "../judge.ts";
import type { Scenario } from "../scenario.ts";

/** Files on their way out. */
export const filesRead: readonly Scenario[] = [
  {
    name: "read bytes",
    async run({ sandbox, dir, out }) {
      equal(await sandbox.files.read(`${dir}/out`), out);
    },
  },
  {
    name: "read text",
    async run({ sandbox, dir, text }) {
      equal(await sandbox.files.readText(`${dir}/text`), text);
    },
  },
  {
    name: "read a blob",
    async run({ sandbox, dir, out }) {
      const blob = await sandbox.files.readBlob(`${dir}/out`);
      equal(new Uint8Array(await blob.arrayBuffer()), out);
    },
  },
  {
    name: "read a range",
    async run({ sandbox, dir, out }) {
      const [start, end] = [out.length >> 3, out.length - 7];
      equal(await sandbox.files.read(`${dir}/out`, { range: { start, end } }), out.slice(start, end));
    },
  },
  {
    name: "read a stream",
    async run({ sandbox, dir, out }) {
      equal(await bytesOf(await sandbox.files.readStream(`${dir}/out`)), out);
    },
  },
  {
    name: "read a stream piece by piece, slowly",
    async run({ sandbox, dir, out }) {
      const pieces: Uint8Array[] = [];
      let told = 0;
      try {
        const onProgress = ({ bytes }: { bytes: number }) => void (told = bytes);
        const stream = await sandbox.files.readStream(`${dir}/out`, { range: { start: 1 }, onProgress });
        for await (const piece of stream) {
          pieces.push(piece);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        const read = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
        check(isBeginning(read, out.subarray(1)), "content that is not the file's");
      }
      equal(pieces.reduce((sum, { length }) => sum + length, 0), out.length - 1, "bytes read");
      equal(told, out.length - 1, "bytes told");
    },
  },
  {
    name: "read the beginning of a stream",
    async run({ sandbox, dir, out }) {
      const reader = (await sandbox.files.readStream(`${dir}/out`)).getReader();
      const { done, value } = await reader.read();
      check(!done && value.length > 0 && isBeginning(value, out), "content that is not the file's");
      await reader.cancel("enough");
    },
  },
  {
    name: "read an empty file",
    async run({ sandbox, dir }) {
      await writeFile(`${dir}/empty`, "");
      equal((await sandbox.files.read(`${dir}/empty`)).length, 0);
      equal(await sandbox.files.readText(`${dir}/empty`), "");
    },
  },
];
