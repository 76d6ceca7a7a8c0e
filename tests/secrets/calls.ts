/** Every method of the public API, called once. */

import type { CommandHandle, RuntimeClient } from "../../mod.ts";

/** One call. It may reject. */
export type Call = (sandbox: RuntimeClient) => Promise<unknown>;

const QUICK = { requestTimeoutMs: 1_000 };
const one = (text: string) => new Blob([text]).stream();

/** By their names. `handle.` stands for a command that was started. */
export const CALLS: Readonly<Record<string, Call>> = {
  "with": (sandbox) => sandbox.with({ headers: { "x-view": "1" }, user: "root" }).commands.list(),
  "health": (sandbox) => sandbox.health(),
  "metrics": (sandbox) => sandbox.metrics(),
  "envs": (sandbox) => sandbox.envs(),
  "commands.run": ({ commands }) => commands.run("true"),
  "commands.start": ({ commands }) => commands.start(["cat"], { stdin: one("input"), ...QUICK }),
  "commands.list": ({ commands }) => commands.list(),
  "commands.kill": ({ commands }) => commands.kill(7),
  "commands.sendSignal": ({ commands }) => commands.sendSignal(7, "SIGTERM"),
  "commands.sendStdin": ({ commands }) => commands.sendStdin(7, "input"),
  "commands.closeStdin": ({ commands }) => commands.closeStdin(7),
  "commands.connectToProcess": ({ commands }) => commands.connectToProcess({ tag: "x" }),
  "jobs.start": ({ jobs }) => jobs.start(["cat"], { stdin: one("input"), envs: { A: "1" }, ...QUICK }),
  "jobs.get": ({ jobs }) => jobs.get("x", QUICK),
  "jobs.list": ({ jobs }) => jobs.list(QUICK),
  "files.list": ({ files }) => files.list("/x"),
  "files.exists": ({ files }) => files.exists("/x"),
  "files.getInfo": ({ files }) => files.getInfo("/x"),
  "files.makeDir": ({ files }) => files.makeDir("/x"),
  "files.rename": ({ files }) => files.rename("/x", "/y"),
  "files.remove": ({ files }) => files.remove("/x"),
  "files.read": ({ files }) => files.read("/x"),
  "files.readText": ({ files }) => files.readText("/x"),
  "files.readBlob": ({ files }) => files.readBlob("/x"),
  "files.readStream": async ({ files }) => await new Response(await files.readStream("/x")).text(),
  "files.write": ({ files }) => files.write("/x", one("content")),
  "files.writeText": ({ files }) => files.writeText("/x", "content"),
  "files.watchDir": async ({ files }) => await Array.fromAsync(await files.watchDir("/x", QUICK)),
  "files.writeFiles": ({ files }) => files.writeFiles([{ path: "/x", data: "1" }, { path: "/y", data: "2" }]),
  "files.downloadUrl": (sandbox) => asked(sandbox, ({ files }) => files.downloadUrl("/x")),
  "files.uploadUrl": (sandbox) => asked(sandbox, ({ files }) => files.uploadUrl("/x", { expiresInSeconds: 60 })),
  "ports.url": (sandbox) => asked(sandbox, ({ ports }) => ports.url(3000, "https://other.test/")),
  "ports.headers": (sandbox) => asked(sandbox, ({ ports }) => ports.headers(3000)),
  "ports.fetch": ({ ports }) => ports.fetch(3000, "/x", { method: "POST", body: one("content") }),
  "ports.fetcher": ({ ports }) => ports.fetcher(49983)("/files"),
  "ports.webSocket": (sandbox) => asked(sandbox, ({ ports }) => ports.webSocket(3000)),
  "ports.waitFor": ({ ports }) => ports.waitFor(3000, { path: "/x", timeoutMs: 20 }),
};

/** A call that makes no request, behind one that does. */
async function asked(sandbox: RuntimeClient, call: (sandbox: RuntimeClient) => unknown): Promise<unknown> {
  await sandbox.health().catch(() => {});
  return await call(sandbox);
}

/** What a handle of a running command can do. */
export const HANDLE_CALLS: Readonly<Record<string, (handle: CommandHandle) => Promise<unknown>>> = {
  "sendStdin": (handle) => handle.sendStdin("input"),
  "closeStdin": (handle) => handle.closeStdin(),
  "sendSignal": (handle) => handle.sendSignal("SIGTERM"),
  "kill": (handle) => handle.kill({ tree: true }),
  "disconnect": (handle) => handle.disconnect(),
  "wait": (handle) => handle.wait(),
  "waitFor": (handle) => handle.waitFor(/ready/),
  "lines": async (handle) => {
    for await (const line of handle.lines()) void line;
  },
  "stdout": (handle) => new Response(handle.stdout).text(),
  "stderr": (handle) => new Response(handle.stderr).text(),
  "pid": (handle) => Promise.resolve(handle.pid),
  "asyncIterator": async (handle) => {
    for await (const event of handle) void event;
  },
  "asyncDispose": async (handle) => await handle[Symbol.asyncDispose](),
};

/** The names that the API has, as it is. */
export function methodsOf(sandbox: RuntimeClient): string[] {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(sandbox)).filter((name) => name !== "constructor");
  const rooms = Object.entries({
    commands: sandbox.commands,
    files: sandbox.files,
    jobs: sandbox.jobs,
    ports: sandbox.ports,
  })
    .flatMap(([room, methods]) => Object.keys(methods).map((name) => `${room}.${name}`));
  return [...own, ...rooms].sort();
}

/** The members that a handle has. */
export function membersOf(handle: CommandHandle): string[] {
  const members = new Set<PropertyKey>();
  for (let holder: object = handle; holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    for (const key of Reflect.ownKeys(holder)) members.add(key);
  }
  members.delete("constructor");
  return [...members].map((key) => typeof key === "symbol" ? key.description!.replace("Symbol.", "") : String(key))
    .sort();
}
