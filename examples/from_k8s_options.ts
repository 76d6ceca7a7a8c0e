/** The flags of the example from_k8s. */

import { parseArgs } from "node:util";
import type { FromK8sOptions } from "../src/k8s/mod.ts";

/** What `--help` prints. */
export const USAGE = `Finds a sandbox in Kubernetes, and runs a command in it.

  from_k8s                                   a cluster made in this program, to see what comes of a sandbox
  from_k8s <name>                            the sandbox of this name, in the cluster that kubectl would use
  from_k8s --id <id>                         the sandbox with this id
  from_k8s --claim <name>                    the sandboxes of a claim

  -n, --namespace <name>  the namespace (default)
  --domain <host>         host and port of the gateway; needed outside of the cluster. After
                          "kubectl port-forward -n sandbox-system service/sandbox-gateway 7788": 127.0.0.1:7788
  --scheme <name>         http (the default) or https, of the gateway
  --wait                  waits until the sandbox runs
  -h, --help              this text`;

/** Flags that make no sense. */
export class UsageError extends Error {}

/** Which sandboxes, and how they are reached. */
export interface Target extends FromK8sOptions {
  readonly sandboxes: { readonly by: "name" | "id" | "claim"; readonly namespace: string; readonly name: string };
}

/** Reads the flags: `undefined` asks for help, no target for a cluster in this program. */
export function parseOptions(args: string[]): { target?: Target } | undefined {
  const { values, positionals } = readFlags(args);
  const { help, namespace = "default", domain, scheme, wait, id, claim } = values;
  if (help) return undefined;
  const named = [
    ...positionals.map((name) => ({ by: "name" as const, namespace, name })),
    ...(id === undefined ? [] : [{ by: "id" as const, namespace, name: id }]),
    ...(claim === undefined ? [] : [{ by: "claim" as const, namespace, name: claim }]),
  ];
  const [sandboxes] = named;
  if (sandboxes === undefined) {
    if (Object.keys(values).length === 0) return {};
    throw new UsageError("These flags need the name of a sandbox, --id or --claim");
  }
  if (named.length > 1) throw new UsageError("Name one sandbox, one id or one claim");
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw new UsageError(`--scheme is http or https, not "${scheme}"`);
  }
  return { target: { sandboxes, domain, scheme, waitReady: wait } };
}

function readFlags(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        namespace: { type: "string", short: "n" },
        domain: text,
        scheme: text,
        id: text,
        claim: text,
        wait: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
