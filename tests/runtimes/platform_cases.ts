/** Cases about what platforms do differently: how connections fail and end, and how many there are at a time. */

import { isSandboxError, RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import type { Case } from "../conformance/case.ts";
import { check, equal, rejection, rejects } from "../conformance/check.ts";
import { follow, noise, streamOf } from "../conformance/tools.ts";

/** The base URLs of servers that do something wrong. */
export interface Faults {
  /** Nothing listens there. */
  readonly refused: string;
  /** Redirects whatever comes. */
  readonly redirect: string;
  /** Takes whatever comes, and does not answer. */
  readonly silent: string;
  /** Begins to answer, and is cut off. */
  readonly cut: string;
  /** Answers with whatever an attack is made of. */
  readonly hostile: string;
}

const source = "docs/architecture.md";
const user = "root";

function clientOf(sandboxBaseUrl: string, options: RuntimeClientOptions = {}): RuntimeClient {
  return new RuntimeClient({ sandboxBaseUrl, user, retry: false, ...options });
}

/** A stream that fails behind its first piece. */
function failing(error: unknown): ReadableStream<Uint8Array> {
  const pieces = [noise(100_000)];
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.error(error);
      else controller.enqueue(piece);
    },
  });
}

async function* failingIterable(error: unknown): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(noise(100_000));
  throw error;
}

/** The cases, with the servers they need. */
export function platformCases(faults: Faults): readonly Case[] {
  return [
    {
      name: "refused: a network error that may be retried",
      source,
      async run() {
        const { commands, files } = clientOf(faults.refused);
        const calls = [
          () => commands.run(["true"]),
          () => commands.list(),
          () => files.read("/x"),
          () => files.writeText("/x", "x"),
          () => files.write("/x", streamOf(noise(100))),
        ];
        for (const call of calls) equal((await rejects(call(), "network")).retryable, true);
      },
    },
    {
      name: "refused: it is known for what it is",
      source,
      async run() {
        const sandbox = clientOf(faults.refused);
        check((await rejects(sandbox.commands.list(), "network")).message.includes("refused"), "the message says so");
        equal(await sandbox.health(), false);
      },
    },
    {
      name: "TLS where there is none: it is known for what it is",
      source,
      async run() {
        const { commands } = clientOf(faults.silent.replace("http:", "https:"));
        await rejects(commands.list(), "tls");
      },
    },
    {
      name: "redirect: refused, whatever the call",
      source,
      async run() {
        const { commands, files } = clientOf(faults.redirect);
        const calls = [
          () => commands.run(["true"]),
          () => commands.list(),
          () => files.read("/x"),
          () => files.readStream("/x"),
          () => files.writeText("/x", "x"),
          () => files.write("/x", noise(2_000_000)),
          () => files.write("/x", streamOf(noise(100))),
        ];
        for (const call of calls) await rejects(call(), "protocol");
      },
    },
    {
      name: "silence: requestTimeoutMs ends the waiting",
      source,
      async run() {
        const { commands, files } = clientOf(faults.silent, { requestTimeoutMs: 300 });
        const calls = [
          () => commands.list(),
          () => files.read("/x"),
          () => files.readStream("/x"),
          () => files.writeText("/x", "x"),
          () => files.write("/x", streamOf(noise(100))),
        ];
        for (const call of calls) equal((await rejects(call(), "request_timeout")).name, "TimeoutError");
      },
    },
    {
      name: "silence: an abort rejects with the caller's own reason, whatever the call",
      source,
      async run() {
        const { commands, files } = clientOf(faults.silent);
        const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
          (signal) => commands.list({ signal }),
          (signal) => files.read("/x", { signal }),
          (signal) => files.readText("/x", { signal }),
          (signal) => files.readStream("/x", { signal }),
          (signal) => files.writeText("/x", "x", { signal }),
          (signal) => files.write("/x", new Blob([noise(2_000_000)]), { signal }),
          (signal) => files.write("/x", streamOf(noise(100)), { signal }),
        ];
        for (const reason of [new Error("mine"), "a word", undefined]) {
          for (const call of calls) {
            const controller = new AbortController();
            const ended = rejection(call(controller.signal));
            setTimeout(() => controller.abort(reason), 20);
            check(await ended === controller.signal.reason, `${call}`);
          }
        }
      },
    },
    {
      name: "cut: a command's stream, with what had arrived",
      source,
      async run(_, { unique }) {
        const url = `${faults.cut}/${unique}`;
        const handle = await clientOf(url).commands.start(["true"]);
        await follow(handle).until((text) => text === "early");
        await fetch(`${url}/cut`);
        const error = await rejects(handle.wait(), "disconnected");
        equal([error.pid, error.partial?.stdout], [7, "early"]);
      },
    },
    ...["", "/chunked"].map((kind): Case => ({
      name: `cut: a file's content is never taken for whole${kind && ", of unknown length"}`,
      source,
      async run(_, { unique }) {
        const cut = `${faults.cut}/${unique}`;
        const { files } = clientOf(cut + kind);
        const onProgress = () => void fetch(`${cut}/cut`);
        for (const method of ["read", "readText", "readBlob"] as const) {
          await rejects(files[method]("/x", { onProgress }), "network");
        }
        const reader = (await files.readStream("/x")).getReader();
        equal((await reader.read()).value?.length, 5);
        await fetch(`${cut}/cut`);
        const error = await rejection(reader.read());
        check(isSandboxError(error, "network"), `${error}`);
      },
    })),
    {
      name: "upload: what its source throws is what the call rejects with",
      source,
      async run({ files }, { dir }) {
        for (const make of [failing, failingIterable]) {
          const error = new Error("mine");
          check(await rejection(files.write(`${dir}/file`, make(error))) === error, make.name);
        }
        await files.writeText(`${dir}/file`, "the next call is not harmed");
      },
    },
    {
      name: "upload: an abort between two pieces",
      source,
      async run({ files }, { dir }) {
        const controller = new AbortController();
        const reason = new Error("mine");
        let cancelled: unknown;
        const data = new ReadableStream<Uint8Array>({
          pull(stream) {
            stream.enqueue(noise(100_000));
            setTimeout(() => controller.abort(reason), 20);
            return new Promise(() => {});
          },
          cancel: (reason) => void (cancelled = reason),
        }, { highWaterMark: 0 });
        check(await rejection(files.write(`${dir}/file`, data, { signal: controller.signal })) === reason, "the call");
        check(cancelled === reason, "the source is told");
      },
    },
    {
      name: "read: an abort between two pieces",
      source,
      async run({ files }, { dir }) {
        await files.write(`${dir}/file`, noise(8_000_000));
        const controller = new AbortController();
        const reason = new Error("mine");
        const reader = (await files.readStream(`${dir}/file`, { signal: controller.signal })).getReader();
        await reader.read();
        controller.abort(reason);
        check(await rejection(reader.read()) === reason, "the reader is told");
      },
    },
    {
      name: "many at once: commands that take their time, seven",
      source,
      async run({ commands }) {
        const words = ["a", "b", "c", "d", "e", "f", "g"];
        const results = await Promise.all(words.map((word) => commands.run(["sh", "-c", `sleep 0.2; echo ${word}`])));
        equal(results.map(({ stdout }) => stdout), words.map((word) => `${word}\n`));
      },
    },
    {
      name: "many at once: five that go on leave room for everything else",
      source,
      async run({ commands, files }, { own, dir }) {
        const handles = await Promise.all(Array.from({ length: 5 }, () => commands.start(["cat"], { stdin: true })));
        handles.forEach(own);
        for (const handle of handles) await handle.sendStdin("x\n");
        await Promise.all(["a", "b", "c"].map((name) => files.writeText(`${dir}/${name}`, name)));
        for (const handle of handles) equal(await follow(handle).until((text) => text === "x\n"), "x\n");
      },
    },
    {
      name: "many at once: twenty that go on",
      source,
      async run({ commands }, { own }) {
        const handles = await Promise.all(Array.from({ length: 20 }, () => commands.start(["cat"], { stdin: true })));
        handles.forEach(own);
        await Promise.all(handles.map((handle) => handle.sendStdin("x\n")));
        for (const handle of handles) equal(await follow(handle).until((text) => text === "x\n"), "x\n");
      },
    },
  ];
}
