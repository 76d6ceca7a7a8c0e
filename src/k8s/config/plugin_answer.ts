import type { KubeConfigError } from "../../../mod.ts";
import { isMap } from "./fields.ts";
import { CERTIFICATE, PRIVATE_KEY } from "./pem.ts";
import { configError } from "./source.ts";
import { type Identity, isToken } from "./identity.ts";

/** The identity that a plugin gave. */
export interface PluginAnswer {
  readonly identity: Identity;
  /** When it ends, in milliseconds since 1970; absent where it does not. */
  readonly expires?: number;
}

/** Reads what a plugin printed. Nothing of it is in an error. */
export function readPluginAnswer(command: string, apiVersion: string, output: string): PluginAnswer {
  const wrong = (reason: string): KubeConfigError =>
    pluginError(command, reason, "Run the command by hand, and update the plugin if its output is no ExecCredential");
  const answer = parse(output);
  if (!isMap(answer)) throw wrong("what it printed is no ExecCredential in JSON");
  if (answer.kind !== "ExecCredential") throw wrong("what it printed is not of kind ExecCredential");
  if (answer.apiVersion !== apiVersion) throw wrong(`what it printed is not of version ${apiVersion}`);
  const { status } = answer;
  if (!isMap(status)) throw wrong("its ExecCredential has no status");
  const token = textOf(status.token);
  const cert = textOf(status.clientCertificateData);
  const key = textOf(status.clientKeyData);
  if (token === null || (token !== undefined && !isToken(token))) {
    throw wrong("its token is none that a header can carry");
  }
  if (cert === null || key === null) throw wrong("its certificate or key is no text");
  if ((cert === undefined) !== (key === undefined)) throw wrong("it gave a certificate or a key without the other");
  if (cert !== undefined && !(CERTIFICATE.test(cert) && PRIVATE_KEY.test(key!))) {
    throw wrong("its certificate or key is no PEM");
  }
  if (token === undefined && cert === undefined) throw wrong("it gave neither a token nor a certificate");
  const expires = expiry(status.expirationTimestamp);
  if (Number.isNaN(expires)) throw wrong("its expirationTimestamp is no date");
  return {
    identity: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(cert && key && { cert, key }) },
    ...(expires !== undefined && { expires }),
  };
}

/** An error about a plugin, which is named by its command alone: arguments and environment may be secret. */
export function pluginError(command: string, reason: string, hint: string): KubeConfigError {
  const source = `credential plugin "${command}"`;
  return configError(`Cannot get credentials from ${source}: ${reason}`, [{ source, reason }], hint);
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** Undefined for none, null for what is no text. */
function textOf(value: unknown): string | undefined | null {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : null;
}

function expiry(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? Date.parse(value) : NaN;
}
