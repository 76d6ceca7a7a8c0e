import { CachedFile } from "./cached_file.ts";
import { type ClusterInfo, pluginIdentity } from "./plugin.ts";
import type { Fields } from "./fields.ts";
import { type Identity, type IdentityRequest, type IdentitySource, isToken } from "./identity.ts";
import {
  CERTIFICATE,
  type LazyHost,
  pathField,
  type PemField,
  pemField,
  PRIVATE_KEY,
  readField,
  toBase64,
} from "./pem.ts";

/** What a plugin is told, and how long it may take. */
export interface UserOptions {
  readonly host: LazyHost;
  /** What a plugin that asks for it is told of the cluster. */
  readonly cluster: ClusterInfo;
  /** Milliseconds that a plugin may take. */
  readonly pluginTimeoutMs: number;
}

/** Reads a user's entry: a token, a password, a certificate, or else a plugin that gives a token or a certificate. */
export async function readUser(user: Fields, options: UserOptions): Promise<IdentitySource> {
  const { host } = options;
  if (user.map("auth-provider")) {
    const hint = "Use a credential plugin (exec) in its place, such as gke-gcloud-auth-plugin or kubelogin";
    throw user.error("auth-provider", "is a way to log in that Kubernetes has given up", hint);
  }
  const authorization = await readAuthorization(user, host);
  const certificate = await readCertificate(user, host);
  const exec = user.map("exec");
  // As in kubectl, any of these switches the plugin off.
  if (exec && !authorization && !certificate) return await pluginIdentity(exec, options);
  return async (request) => {
    const [value, pair] = await Promise.all([authorization?.(request), certificate?.(request)]);
    return { ...(value !== undefined && { authorization: value }), ...pair };
  };
}

type Source<T> = (request: IdentityRequest) => Promise<T>;

async function readAuthorization(user: Fields, host: LazyHost): Promise<Source<string> | undefined> {
  const token = user.text("token");
  const name = user.text("username");
  const password = user.text("password");
  if (name !== undefined || password !== undefined) {
    if (token !== undefined || user.has("tokenFile")) {
      throw user.error("username", "and a token are both given", "Leave one of the two out");
    }
    const value = `Basic ${toBase64(`${name ?? ""}:${password ?? ""}`)}`;
    return () => Promise.resolve(value);
  }
  if (token !== undefined && !isToken(token)) throw user.error("token", NO_TOKEN);
  const path = user.text("tokenFile");
  if (path === undefined) return token === undefined ? undefined : () => Promise.resolve(`Bearer ${token}`);
  return await readTokenFile(user, path, token, host);
}

/** The file's token is the one that counts; `token` stands in for it while it cannot be read. */
async function readTokenFile(
  user: Fields,
  path: string,
  token: string | undefined,
  host: LazyHost,
): Promise<Source<string>> {
  const absolute = await pathField(user, "tokenFile", path, host);
  const text = (await readField(user, "tokenFile", absolute, host).catch((error) => {
    if (token === undefined) throw error;
    return "";
  })).trim() || token;
  if (text === undefined) throw user.error("tokenFile", `is file "${absolute}", which is empty`);
  const file = new CachedFile(await host(), absolute, text);
  return async ({ renew }) => {
    const now = await file.read({ renew });
    if (!isToken(now)) throw user.error("tokenFile", `is file "${absolute}", which ${NO_TOKEN}`);
    return `Bearer ${now}`;
  };
}

async function readCertificate(user: Fields, host: LazyHost): Promise<Source<Identity> | undefined> {
  const cert = await pemField(user, "client-certificate", CERTIFICATE, host);
  const key = await pemField(user, "client-key", PRIVATE_KEY, host);
  if (!cert && !key) return undefined;
  if (!cert) throw user.error("client-certificate", "is missing, and a client-key is given");
  if (!key) throw user.error("client-key", "is missing, and a client-certificate is given");
  const [readCert, readKey] = [await pemSource(cert, host), await pemSource(key, host)];
  return async (request) => ({ cert: await readCert(request), key: await readKey(request) });
}

async function pemSource({ text, path }: PemField, host: LazyHost): Promise<Source<string>> {
  if (path === undefined) return () => Promise.resolve(text);
  const file = new CachedFile(await host(), path, text);
  return (request) => file.read(request);
}

const NO_TOKEN = "holds characters that no header can carry";
