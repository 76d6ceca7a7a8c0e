import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const CORE_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const VERSION = {
  major: "1",
  minor: "37",
  emulationMajor: "1",
  emulationMinor: "37",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "36",
  gitVersion: "v1.37.1",
  gitCommit: "$Format:%H$",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "go1.26.8",
  compiler: "gc",
  platform: "linux/amd64",
};

/** What the API server says of itself: its version, its health, and what it has. Nothing, where a path is not of these. */
export async function discover(path: string, kinds: readonly Kind[]): Promise<JsonObject | string | undefined> {
  if (path === "/version" || path === "/version/") return VERSION;
  if (/^\/(readyz|livez|healthz)\/?$/.test(path)) return "ok";
  const [root = "", group = "", version = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (root === "api" && version === "") {
    return group === "" ? { kind: "APIVersions", versions: ["v1"] } : await resources(kinds, "", group);
  }
  if (root !== "apis" || rest.length > 0) return undefined;
  if (group === "") return { kind: "APIGroupList", apiVersion: "v1", groups: groupsOf(kinds).map(groupOf(kinds)) };
  if (version !== "") return await resources(kinds, group, version);
  return groupsOf(kinds).includes(group) ? { kind: "APIGroup", apiVersion: "v1", ...groupOf(kinds)(group) } : undefined;
}

function groupsOf(kinds: readonly Kind[]): readonly string[] {
  return [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== "");
}

function groupOf(kinds: readonly Kind[]): (name: string) => JsonObject {
  return (name) => {
    const own = kinds.filter(({ group }) => group === name);
    const versions = [...new Set(own.map(({ version }) => version))]
      .map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] ?? {} };
  };
}

async function resources(kinds: readonly Kind[], group: string, version: string): Promise<JsonObject | undefined> {
  const own = kinds.filter((kind) => kind.group === group && kind.version === version);
  const [first] = own;
  if (first === undefined) return undefined;
  const listed = await Promise.all(own.map(resourcesOf));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersionOf(first), resources: listed.flat() };
}

async function resourcesOf(kind: Kind): Promise<readonly JsonObject[]> {
  const { plural, singular, namespaced, kind: name, shortNames, custom } = kind;
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: name,
    verbs: custom ? VERBS : CORE_VERBS,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    storageVersionHash: await storageHash(kind),
  };
  const verbs = ["get", "patch", "update"];
  const below = { singularName: "", namespaced };
  return [
    own,
    ...(kind.status ? [{ name: `${plural}/status`, ...below, kind: name, verbs }] : []),
    ...(kind.scale === true
      ? [{ name: `${plural}/scale`, ...below, group: "autoscaling", version: "v1", kind: "Scale", verbs }]
      : []),
  ];
}

/** Changes where objects would be stored in another way. */
async function storageHash({ group, version, kind }: Kind): Promise<string> {
  const text = new TextEncoder().encode(`${group}/${version}/${kind}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return btoa(String.fromCharCode(...hash.subarray(0, 8)));
}
