import type { Incoming } from "./wire.ts";
import { badRequest, type Refusal, refuse } from "./refusal.ts";
import type { FakeKubeRule, FakeKubeUser } from "./fake_kube_options.ts";
import { isAllowed, type Wanted } from "./rights.ts";
import { shownToken } from "./pods/shown_token.ts";
import { decoded } from "./target.ts";

/** Who asks. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Absent: all rights. */
  readonly rules?: readonly FakeKubeRule[];
}

/** A user with a token. */
export type KnownUser = UserInfo & { readonly token: string };

/** Reads who may ask. */
export function readUsers(users: readonly FakeKubeUser[] = [{ name: "admin" }]): readonly KnownUser[] {
  if (users.length === 0) throw new RangeError("Cannot start a fake API: nobody may ask");
  const names = new Set(users.map(({ name }) => name));
  if (names.size < users.length) throw new RangeError("Cannot start a fake API: two users have the same name");
  return users.map(({ name, token = crypto.randomUUID(), groups = [], rules }) => {
    if (typeof name !== "string" || name === "") throw new TypeError("Cannot start a fake API: a user has no name");
    const user = { name, token, groups: [...groups, "system:authenticated"] };
    return rules === undefined ? user : { ...user, rules };
  });
}

/** Nobody that is known. */
export function unauthorized(): Refusal {
  return refuse(401, "Unauthorized", "Unauthorized");
}

/** The values of a header, one for each line that had it. */
export type HeaderValues = (name: string) => readonly string[];

/** Finds whom a request's token is of. */
export function authenticate(
  users: readonly KnownUser[],
  { values, headers, open, canUpgrade = false }: Pick<Incoming, "values" | "headers" | "open" | "canUpgrade">,
): UserInfo {
  const header = values("authorization")[0];
  const shown = header === undefined && canUpgrade ? shownToken(headers) : undefined;
  const [first] = users;
  if (header === undefined && shown === undefined && open && first !== undefined) return first;
  const token = shown ?? /^bearer +(\S+)$/i.exec(header ?? "")?.[1];
  const user = users.find((known) => known.token === token);
  if (user === undefined) throw unauthorized();
  return user;
}

/** Who a request is to be taken to come from, where its headers say so and the user may. */
export function impersonated(
  user: UserInfo,
  users: readonly KnownUser[],
  values: HeaderValues,
  names: readonly string[],
  refused: (user: UserInfo, verbPrefix: string) => Refusal,
): UserInfo {
  const [name] = values("impersonate-user");
  const groups = values("impersonate-group");
  const [uid] = values("impersonate-uid");
  const extras = names.filter((header) => header.startsWith("impersonate-extra-"));
  if (name === undefined || name === "") {
    if (groups.length === 0 && uid === undefined && extras.length === 0) return user;
    throw badRequest("requested impersonation without impersonating a user");
  }
  const impersonating: Wanted = { group: "", resource: "users", name, namespace: "", verb: "impersonate" };
  if (!isAllowed(user.rules, impersonating)) throw refused(user, "impersonate-on:user-info:");
  const extra = Object.fromEntries(
    extras.map((header) => [decoded(header.slice("impersonate-extra-".length)), values(header)]),
  );
  const known = users.find((other) => other.name === name);
  return {
    name,
    groups: [...groups, "system:authenticated"],
    ...(uid === undefined ? {} : { uid }),
    ...(extras.length === 0 ? {} : { extra }),
    ...(groups.includes("system:masters") ? {} : rightsOf(known)),
  };
}

/** Somebody without rules has all rights; somebody who is not known has none. */
function rightsOf(known: KnownUser | undefined): Pick<UserInfo, "rules"> {
  if (known === undefined) return { rules: [] };
  return known.rules === undefined ? {} : { rules: known.rules };
}

/** Somebody may not do what was asked. */
export function forbidden(user: UserInfo, wanted: Wanted, verbPrefix = ""): Refusal {
  const { group, resource, name, namespace, verb } = wanted;
  const [plural = ""] = resource.split("/");
  const subject = `${plural}${group === "" ? "" : `.${group}`}${name === "" ? "" : ` "${name}"`}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${subject} is forbidden: User "${user.name}" cannot ${verbPrefix}${verb} resource "${resource}" ` +
    `in API group "${group}" ${where}`;
  const details = { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: plural };
  return refuse(403, "Forbidden", message, { details, headers: [NO_SNIFF] });
}

/** Somebody may not ask for a path that is of no resource. */
export function forbiddenPath(user: UserInfo, method: string, path: string, verbPrefix = ""): Refusal {
  const message = `forbidden: User "${user.name}" cannot ${verbPrefix}${method.toLowerCase()} path "${path}"`;
  return refuse(403, "Forbidden", message, { details: {}, headers: [NO_SNIFF] });
}

const NO_SNIFF: [string, string] = ["x-content-type-options", "nosniff"];
