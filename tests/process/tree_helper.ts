import { fromBinary } from "@bufbuild/protobuf";
import { StartRequestSchema } from "../../gen/process/process_pb.ts";
import { TREE_SCRIPT } from "../../src/process/tree_script.ts";

/** What a helper that ends process trees is told. */
export interface TreeRequest {
  readonly hundredths: number;
  /** As they are handed over: `7`, or `e7` for one whose end was told. */
  readonly targets: readonly string[];
}

/** The helper that the body of a `Start` asks for, where it is one. */
export function treeRequest(body: Uint8Array): TreeRequest | undefined {
  const [, script, , hundredths, ...targets] = fromBinary(StartRequestSchema, body.subarray(5)).process?.args ?? [];
  return script === TREE_SCRIPT ? { hundredths: Number(hundredths), targets } : undefined;
}

/** The process id in a target. */
export function pidOf(target: string): number {
  return Number(target.replace("e", ""));
}
