import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { InvalidArgumentError } from "../errors/invalid_argument_error.ts";
import { NotFoundError } from "../errors/not_found_error.ts";

/** A process, by its id or by a tag that exactly one has. */
export type ProcessTarget = number | { tag: string };

/** The id of a process. By tag it is searched for in the list, because the daemon's own lookup misses most. */
export async function findProcess(
  connection: Connection,
  target: ProcessTarget,
  options: CallOptions,
): Promise<number> {
  if (typeof target === "number") return target;
  if (typeof target?.tag !== "string") {
    throw new TypeError("Cannot connect to a process: pass its id, a number, or { tag }");
  }
  const call = connection.call("list processes", "process", options);
  const { processes } = await connection.rpc.process.list({}, call, options.signal);
  const [found, ...more] = processes.filter(({ tag }) => tag === target.tag);
  const { sandboxId } = connection.options;
  const name = JSON.stringify(target.tag);
  if (found === undefined) {
    throw new NotFoundError(`Cannot connect to a process with tag ${name}: there is none`, {
      code: "process_not_found",
      sandboxId,
    });
  }
  if (more.length === 0) return found.pid;
  const pids = [found, ...more].map(({ pid }) => pid).join(", ");
  throw new InvalidArgumentError(`Cannot connect to the process with tag ${name}: several have it: ${pids}`, {
    code: "invalid_argument",
    sandboxId,
    hint: "Pass one of these process ids",
  });
}
