import type { Job, RuntimeClient } from "../../mod.ts";
import type { Kit } from "./case.ts";

/** Jobs that are ended and removed after the case. */
export class Started {
  readonly #sandbox: RuntimeClient;
  readonly #jobs: Job[] = [];

  constructor(sandbox: RuntimeClient, { own }: Kit) {
    this.#sandbox = sandbox;
    own(this);
  }

  async start(...args: Parameters<RuntimeClient["jobs"]["start"]>): Promise<Job> {
    const job = await this.#sandbox.jobs.start(...args);
    this.#jobs.push(job);
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.#jobs) {
      await job.kill({ graceMs: 0 }).catch(() => {});
      await job.remove();
    }
  }
}

/** A command that goes on once the file is there. */
export const until = (file: string, then: string): string => `until [ -e ${file} ]; do sleep 0.05; done; ${then}`;

/** Waits for the first output. */
export async function firstOf(job: Job): Promise<void> {
  const reader = (await job.output({ follow: true })).getReader();
  await reader.read();
  await reader.cancel();
}

/** Whether a process is there: not as a zombie that nobody has buried. */
export async function lives({ commands }: RuntimeClient, pid: string): Promise<boolean> {
  const line = `ps -o stat= -p ${pid} | grep -v Z`;
  return (await commands.run(["sh", "-c", line], { check: false })).exitCode === 0;
}

export const JOBS_SOURCE = "docs/protocol.md §4";
