import { readFile } from "node:fs/promises";
import type { Bytes, InputData } from "../../../mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { noise, streamOf } from "../../conformance/tools.ts";
import { isBeginning } from "../judge.ts";
import type { Scenario, Stage } from "../scenario.ts";

/** What lies there, or undefined where nothing does. */
async function content(path: string): Promise<Bytes | undefined> {
  return await readFile(path).then((bytes) => new Uint8Array(bytes), () => undefined);
}

/** A file that is written: whole where that was told, else nothing, the old, or a beginning of the new. */
function writing(
  name: string,
  dataOf: (out: Bytes) => InputData,
  bytesOf: (out: Bytes) => Bytes = (out) => out,
): Scenario {
  return {
    name,
    async run({ sandbox, dir, out }) {
      const info = await sandbox.files.write(`${dir}/new/file`, dataOf(out));
      equal([info.name, info.path], ["file", `${dir}/new/file`]);
      equal(await content(`${dir}/new/file`), bytesOf(out), "what lies there");
    },
    async after({ dir, out }) {
      const there = await content(`${dir}/new/file`);
      check(there === undefined || isBeginning(there, bytesOf(out)), "what lies there was never written");
    },
  };
}

function halves(out: Bytes): Uint8Array[] {
  const middle = out.length >> 1;
  return [out.subarray(0, middle), new Uint8Array(0), out.subarray(middle)];
}

async function* iterate(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    yield piece;
  }
}

const LARGE = noise(1_200_000, 3);

function entries({ dir, out, err, text }: Stage) {
  return [{ path: `${dir}/one`, data: out }, { path: `${dir}/two`, data: text }, { path: `${dir}/three`, data: err }];
}

/** Files on their way in. */
export const filesWrite: readonly Scenario[] = [
  writing("write bytes", (out) => out),
  writing("write a blob", (out) => new Blob([out])),
  writing("write a stream", (out) => streamOf(...halves(out))),
  writing("write from an iterable", (out) => iterate(halves(out))),
  writing("write much", () => LARGE, () => LARGE),
  {
    name: "write over a file",
    async run({ sandbox, dir, out, err }) {
      await sandbox.files.write(`${dir}/out`, err);
      equal(await content(`${dir}/out`), err, "what lies there");
      equal(await sandbox.files.read(`${dir}/out`), err, "what is read");
      equal(await content(`${dir}/err`), err, "the other file");
      check(out.length !== err.length, "they differ");
    },
    async after({ dir, out, err }) {
      const there = await content(`${dir}/out`);
      check(there !== undefined && (isBeginning(there, err) || isBeginning(out, there)), "neither old nor new");
    },
  },
  {
    name: "write several",
    async run(stage) {
      const infos = await stage.sandbox.files.writeFiles(entries(stage));
      equal(infos.map(({ path }) => path), entries(stage).map(({ path }) => path));
      for (const { path, data } of entries(stage)) {
        equal(await content(path), typeof data === "string" ? new TextEncoder().encode(data) : data, path);
      }
    },
    async after(stage, { error }) {
      if (error === undefined) return;
      const told = /\((.*written before it.*)\)$/s.exec((error as Error).message)?.[1];
      check(told !== undefined, `the error does not tell what was written: ${error}`);
      for (const { path, data } of entries(stage)) {
        if (!told.includes(JSON.stringify(path))) continue;
        equal(await content(path), typeof data === "string" ? new TextEncoder().encode(data) : data, path);
      }
    },
  },
];
