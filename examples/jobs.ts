/**
 * A build that outlives whoever started it, for programs that live for seconds, such as a Worker: one invocation starts
 * it, each later one tells what has come since, and the last one how it ended. All that is kept between them is the id
 * and an offset. In a project of your own, import from "@kruise-agents/runtime".
 */

import { isSandboxError, type RuntimeClient } from "../mod.ts";

/** What the caller keeps between two invocations: in a cookie, a queue, a table. */
export interface Bookmark {
  readonly id: string;
  /** How much of the log was told. */
  readonly offset: number;
}

/** What one invocation found out. */
export interface Progress {
  readonly bookmark: Bookmark;
  /** Bytes: the end may be in the middle of a character. */
  readonly log: Uint8Array;
  /** Absent where there may be more to come. */
  readonly exitCode?: number;
}

/** Starts the build of a revision. Called twice, as queues do, it is the same build. */
export async function startBuild({ jobs }: RuntimeClient, revision: string, script: string): Promise<Bookmark> {
  const { id } = await jobs.start(script, { id: `build-${revision}`, timeoutMs: 3_600_000 });
  return { id, offset: 0 };
}

/** Tells what has come since, waiting for it no longer than one invocation may take. */
export async function followBuild(
  { jobs }: RuntimeClient,
  { id, offset }: Bookmark,
  waitMs: number,
): Promise<Progress> {
  const job = await jobs.get(id);
  const signal = AbortSignal.timeout(waitMs);
  const output = await job.output({ follow: true, from: offset, signal });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let ended = true;
  try {
    for await (const chunk of output) chunks.push(chunk);
  } catch (error) {
    if (!signal.aborted) throw error;
    ended = false;
  }
  const log = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const bookmark = { id, offset: offset + log.byteLength };
  if (!ended) return { bookmark, log };
  const status = await job.status();
  return { bookmark, log, exitCode: status.state === "exited" ? status.exitCode : -1 };
}

/** Stops the build, if there is one, and forgets it. */
export async function dropBuild({ jobs }: RuntimeClient, { id }: Bookmark): Promise<void> {
  try {
    const job = await jobs.get(id);
    await job.kill();
    await job.remove();
  } catch (error) {
    if (!isSandboxError(error, "job_not_found")) throw error;
  }
}
