import type { RuntimeClient } from "../../mod.ts";

/** A portable case: it runs on every runtime, against every daemon. */
export interface Case {
  readonly name: string;
  /** What it is written from: `wire: <name of a recorded case>` or `docs/protocol.md §<section>`. */
  readonly source: string;
  /** It reaches more of the sandbox than its daemon, or by other means than the client's `fetch`. */
  readonly direct?: boolean;
  run(sandbox: RuntimeClient, kit: Kit): Promise<void>;
}

/** What a case is given beside the client. */
export interface Kit {
  /** A fresh directory of the sandbox, removed after the case. */
  readonly dir: string;
  /** A text that no other case has: a tag, a name. */
  readonly unique: string;
  /** Disposes a handle after the case, whatever its outcome. */
  own<T extends AsyncDisposable>(handle: T): T;
}

/** Runs a case in a directory of its own and tidies up. */
export async function runCase(sandbox: RuntimeClient, { run }: Case): Promise<void> {
  const unique = crypto.randomUUID();
  const dir = `/tmp/conformance-${unique}`;
  const owned: AsyncDisposable[] = [];
  await sandbox.files.makeDir(dir);
  try {
    await run(sandbox, {
      dir,
      unique,
      own(handle) {
        owned.push(handle);
        return handle;
      },
    });
  } finally {
    for (const handle of owned) await handle[Symbol.asyncDispose]();
    await remove(sandbox, dir);
  }
}

/** How often an upload that was given up may come in between: the daemon makes its file when it gets to that. */
const TRIES = 5;

async function remove({ files }: RuntimeClient, dir: string): Promise<void> {
  for (let left = TRIES;; left--) {
    try {
      return await files.remove(dir);
    } catch (error) {
      if (left === 0 || !String(error).includes("not empty")) throw error;
    }
  }
}
