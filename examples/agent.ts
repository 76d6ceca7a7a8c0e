/**
 * A small agent: a model says what to do next, a sandbox does it, and the model sees how it went. How such a program is
 * tested without a sandbox shows agent_test.ts. In a project of your own, import from "@kruise-agents/runtime".
 */

import type { RuntimeClient } from "../mod.ts";

/** What the model wants next: a file, a command, or to be done. */
export type Step =
  | { readonly write: string; readonly text: string }
  | { readonly run: string }
  | { readonly answer: string };

/** Decides on the next step, from what was seen last. */
export type Model = (seen: string) => Step | Promise<Step>;

const MOST_STEPS = 20;

/** Works on a task until the model has an answer. */
export async function agent(sandbox: RuntimeClient, task: string, model: Model): Promise<string> {
  let seen = task;
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = await model(seen);
    if ("answer" in next) return next.answer;
    seen = "write" in next ? await write(sandbox, next.write, next.text) : await run(sandbox, next.run);
  }
  throw new Error(`The model has no answer after ${MOST_STEPS} steps`);
}

async function write({ files }: RuntimeClient, path: string, text: string): Promise<string> {
  await files.writeText(path, text);
  return `wrote ${path}`;
}

async function run({ commands }: RuntimeClient, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await commands.run(command, { check: false, timeoutMs: 60_000 });
  return `exit code ${exitCode}\n${stdout}${stderr}`;
}
