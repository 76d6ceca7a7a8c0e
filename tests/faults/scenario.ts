import type { Bytes, CommandResult, RuntimeClient, SandboxErrorCode } from "../../mod.ts";
import type { ProcessInfo } from "../../mod.ts";
import type { FaultCase } from "./fault_case.ts";

/** Something a user does, whose right result is known. */
export interface Scenario {
  readonly name: string;
  /** Does it. Resolves where everything was right, and throws a `CheckError` where something was wrong. */
  run(stage: Stage): Promise<void>;
  /** Errors that it may end with whatever the network does. */
  readonly natural?: readonly SandboxErrorCode[];
  /** What its commands print, each of them, where that is not `out`. */
  stdout?(stage: Stage): readonly string[];
  /** Whether it means to leave processes behind. */
  readonly leaves?: true;
  /** Looks at the sandbox afterwards: whether it is as the outcome says. */
  after?(stage: Stage, outcome: Outcome): Promise<void> | void;
}

/** How a scenario ended. */
export interface Outcome {
  /** What it rejected with; absent where its result was right. */
  readonly error?: unknown;
  /** Processes that still run. */
  readonly left: readonly ProcessInfo[];
}

/** What a scenario has. */
export interface Stage {
  readonly case: FaultCase;
  /** Through the proxy. */
  readonly sandbox: RuntimeClient;
  /** Past the proxy. */
  readonly direct: RuntimeClient;
  /** A directory of the sandbox, which is one of this machine. It holds `out`, `err` and `text`. */
  readonly dir: string;
  /** The content of the file `out`: bytes. */
  readonly out: Bytes;
  /** The content of the file `err`: bytes, fewer. */
  readonly err: Bytes;
  /** The content of the file `text`: characters of one to four bytes. */
  readonly text: string;
  /** A command for `sh` in `dir` that leaves a mark each time it is run. */
  script(lines: string): string[];
  /** How many scripts have begun. */
  runs(): Promise<number>;
  /** The lines that a script has written to a file of this name; none where there is no file. */
  marks(file: string): Promise<string>;
  /** Disposes a handle after the scenario, whatever its outcome. */
  own<T extends AsyncDisposable>(handle: T): T;
  /** What a command that was told to print `out` and `err` has printed: all of it. */
  checkOutput(result: CommandResult): void;
}
