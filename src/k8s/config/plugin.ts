import type { Fields } from "./fields.ts";
import { pathField } from "./pem.ts";
import { readPluginAnswer } from "./plugin_answer.ts";
import { runPlugin } from "./plugin_process.ts";
import { SharedRun } from "./shared_run.ts";
import type { Identity, IdentitySource } from "./identity.ts";
import type { UserOptions } from "./user.ts";

/** What a plugin that asks for it is told of the cluster, in the names of `ExecCredential`. */
export type ClusterInfo = Readonly<Record<string, unknown>>;

const VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const MODES = ["Never", "IfAvailable", "Always"];

/** What a plugin answered, and how long it is good for. */
interface Kept {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Reads the entry of a credential plugin. It is run when its identity is first asked for, and when that has ended. */
export async function pluginIdentity(exec: Fields, options: UserOptions): Promise<IdentitySource> {
  const { host, cluster, pluginTimeoutMs } = options;
  const apiVersion = readVersion(exec);
  checkMode(exec, apiVersion);
  const command = await readCommand(exec, options);
  const args = exec.texts("args");
  const env = exec.maps("env").map((entry) => {
    const name = entry.text("name");
    if (name === undefined) throw entry.error("name", "is missing");
    return [name, entry.text("value") ?? ""] as const;
  });
  const installHint = exec.text("installHint");
  const info = { interactive: false, ...(exec.flag("provideClusterInfo") && { cluster }) };
  const request = JSON.stringify({ kind: "ExecCredential", apiVersion, spec: info });

  let kept: Kept | undefined;
  const runs = new SharedRun(async (signal): Promise<Kept> => {
    const machine = await host();
    const output = await runPlugin({
      command,
      args,
      env: () => ({ ...machine.environment(), ...Object.fromEntries(env), KUBERNETES_EXEC_INFO: request }),
      timeoutMs: pluginTimeoutMs,
      signal,
      installHint,
    });
    const { identity, expires } = readPluginAnswer(command, apiVersion, output);
    const now = machine.now();
    // Asked for again a little before the end, so that no request arrives with what has just ended.
    const until = expires === undefined ? Infinity : expires - Math.min(60_000, (expires - now) / 5);
    return kept = { identity, until };
  });

  return async ({ renew, isRefused = () => renew, signal }) => {
    signal?.throwIfAborted();
    const machine = await host();
    // Nothing is waited for from here to the run: another caller's may have ended just now.
    if (kept && !isRefused(kept.identity) && machine.now() < kept.until) return kept.identity;
    return (await runs.join(signal)).identity;
  };
}

function readVersion(exec: Fields): string {
  const version = exec.text("apiVersion");
  if (version !== undefined && VERSIONS.includes(version)) return version;
  const reason = version === undefined ? "is missing" : `is none that this client speaks`;
  throw exec.error("apiVersion", reason, `Plugins of ${VERSIONS.join(" and ")} can be used`);
}

function checkMode(exec: Fields, apiVersion: string): void {
  const mode = exec.text("interactiveMode");
  if (mode === undefined && apiVersion === VERSIONS[0]) {
    throw exec.error("interactiveMode", "is missing", `Set it to one of ${MODES.join(", ")}`);
  }
  if (mode !== undefined && !MODES.includes(mode)) {
    throw exec.error("interactiveMode", "is none of the modes there are", `Set it to one of ${MODES.join(", ")}`);
  }
  if (mode === "Always") {
    const hint = "Log in with kubectl first and use a plugin that keeps its login, or a token or a certificate";
    throw exec.error("interactiveMode", "is Always: the plugin asks its user questions, which a library cannot", hint);
  }
}

/** A command with a separator goes from the directory of its file; any other is looked for in PATH. */
async function readCommand(exec: Fields, { host }: UserOptions): Promise<string> {
  const command = exec.text("command");
  if (command === undefined) throw exec.error("command", "is missing", "Name the program that gives credentials");
  return /[/\\]/.test(command) ? await pathField(exec, "command", command, host) : command;
}
