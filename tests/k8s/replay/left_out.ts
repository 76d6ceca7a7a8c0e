/** Exchanges that are no requests of this client, or not sent by the call that is for them, each with the reason. */

/** Not replayed here: WebSockets, which a `fetch` cannot answer. */
export function isWebSocket(name: string): boolean {
  return /^(exec-|port-forward$)/.test(name) && !name.startsWith("exec-plain-get");
}

const VALIDATION = "the client has no option fieldValidation";
const TEXT = "the call for it sends JSON of an object alone";
const NAME = "the client refuses the name, the value or the missing option before it asks";
const ACCEPT = "the call for it asks for the object as it is, in JSON";
const PATH = "the client knows no such path";
const BODY = "the client sends these options in the body, and with apiVersion and kind";
const WATCH = "a watch of the client begins with a list, and asks for no initial events";

/** Sent by `request`, because the call that is for it would send something else. */
export const BY_REQUEST: Readonly<Record<string, string>> = {
  "version": PATH,
  "readyz": PATH,
  "unauthorized-readyz": PATH,
  "discovery-group-version": PATH,
  "exec-plain-get": PATH,
  "exec-plain-get-forbidden": PATH,
  "impersonate": PATH,
  "impersonate-merged": PATH,
  "create-bad-name": NAME,
  "create-dry-run-bad": NAME,
  "create-all-namespaces": NAME,
  "update-collection": NAME,
  "list-bad-limit": NAME,
  "apply-no-manager": NAME,
  "patch-merge-force": "only apply can be forced",
  "patch-plain-json": "there is no such type of patch",
  "delete-all-namespaces": NAME,
  "create-unknown-field-strict": VALIDATION,
  "create-malformed": TEXT,
  "create-empty-body": TEXT,
  "create-text-plain": TEXT,
  "patch-malformed": TEXT,
  "create-too-large": TEXT,
  "create-etcd-limit": TEXT,
  "status-get": "a status comes with its object",
  "status-post": "a status is replaced or patched",
  "get-metadata": ACCEPT,
  "get-table": ACCEPT,
  "get-protobuf": ACCEPT,
  "get-any": ACCEPT,
  "get-browser": ACCEPT,
  "delete-precondition-uid": BODY,
  "delete-foreground": BODY,
  "forbidden-watch": WATCH,
  "watch-no-version": WATCH,
  "watch-list": WATCH,
  "watch-list-gzip": WATCH,
  "watch-list-no-match": WATCH,
  "watch-match-alone": WATCH,
  "watch-metadata": ACCEPT,
  "watch-single-path": "a watch of one object is one of its collection",
  "watch-unauthorized": WATCH,
  "watch-missing": WATCH,
};
