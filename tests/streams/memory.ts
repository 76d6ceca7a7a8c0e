import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** How many of the objects that `work` names are garbage once it is done. */
export async function countingFreed(work: (watch: (object: object) => void) => void | Promise<void>): Promise<number> {
  const watched: WeakRef<object>[] = [];
  await work((object) => void watched.push(new WeakRef(object)));
  // What a WeakRef gave out lives to the end of its task.
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
  return watched.filter((ref) => ref.deref() === undefined).length;
}

/** Bytes of memory that are in use. */
export function heapBytes(): number {
  collect();
  return Deno.memoryUsage().heapUsed;
}
