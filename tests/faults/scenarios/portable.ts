import { mkdir } from "node:fs/promises";
import type { SandboxError } from "../../../mod.ts";
import { CASES } from "../../conformance/cases.ts";
import { CheckError } from "../../conformance/check.ts";
import { watched } from "../surfaced.ts";
import type { Scenario } from "../scenario.ts";

/** A portable case as a scenario: `case: <name>`. */
export function portable(name: string): Scenario | undefined {
  const found = CASES.find((item) => name === `case: ${item.name}`);
  if (found === undefined) return undefined;
  return {
    name,
    async run({ sandbox, dir, own }) {
      await mkdir(`${dir}/case`);
      const watch = new Watch();
      const kit = { dir: `${dir}/case`, unique: crypto.randomUUID(), own };
      try {
        await Promise.race([found.run(watched(sandbox, (error) => watch.see(error)), kit), watch.over]);
      } catch (error) {
        // Something is not as it should be, and the case was told why.
        if (error instanceof CheckError && error.cause === undefined) error.cause = watch.last;
        throw error;
      } finally {
        watch.stop();
      }
    },
  };
}

/** A case may wait for what an error has made impossible. It is given up when it was told of none for so long. */
const NOTICE_MS = 30_000;

/** What a case is told of, and the end of its patience. */
class Watch {
  last: SandboxError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reject!: (error: unknown) => void;
  readonly over: Promise<never> = new Promise((_, reject) => this.#reject = reject);

  see(error: SandboxError): void {
    this.last = error;
    this.stop();
    this.#timer = setTimeout(() => this.#reject(error), NOTICE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
