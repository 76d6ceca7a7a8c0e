import type { Bytes } from "../../../streams/bytes.ts";
import { exec } from "../exec/exec.ts";
import { checkTarget, type PodCalls, type PodTarget } from "../target.ts";
import { copyFrom } from "./copy_from.ts";
import type { CopyFromOptions, CopyToFiles, CopyToOptions } from "./copy_options.ts";
import { copyTo } from "./copy_to.ts";
import type { RunInPod } from "./run_in_pod.ts";

/** Unpacks an archive in a container of a pod. */
export async function copyToPod(
  calls: PodCalls,
  target: PodTarget,
  files: CopyToFiles,
  options: CopyToOptions,
): Promise<void> {
  await copyTo(runIn(calls, target), files, options);
}

/** Packs a path of a container of a pod. */
export async function copyFromPod(
  calls: PodCalls,
  target: PodTarget,
  path: string,
  options: CopyFromOptions,
): Promise<ReadableStream<Bytes>> {
  return await copyFrom(runIn(calls, target), path, options);
}

function runIn(calls: PodCalls, target: PodTarget): RunInPod {
  const { name } = checkTarget(target, calls);
  return { where: `the ${name}`, exec: (command, options) => exec(calls, target, command, options) };
}
