import { checkCount } from "../../errors/checks.ts";
import { SandboxError } from "../../errors/sandbox_error.ts";
import { isGone } from "../errors/predicates.ts";
import type { KubeList, KubeObject } from "../types.ts";
import { collectionPath, describeScope, type Scope } from "./paths.ts";
import type { Requester } from "./requester.ts";
import type { ListAllOptions, ListPageOptions, Resource, SelectorOptions } from "./resource.ts";
import { selectorsOf } from "./selectors.ts";

/** How many objects are asked for at a time, as by client-go. */
export const PAGE_SIZE = 500;

/** How often a list that became too old in the middle begins anew. */
const MOST_RESTARTS = 5;

/** A server may say anything. */
interface ListAnswer<T> {
  readonly kind?: unknown;
  readonly apiVersion?: string;
  readonly items?: T[] | null;
  readonly metadata?: KubeList<T>["metadata"];
}

/** One page, with the kind and version of each object filled in where the server leaves them to the list. */
export async function listPage<T extends KubeObject>(
  requester: Requester,
  scope: Scope,
  options: ListPageOptions,
): Promise<KubeList<T>> {
  const { limit, resourceVersion, resourceVersionMatch } = options;
  if (limit !== undefined) checkCount("limit", limit);
  const what = `list ${describeScope(scope)}`;
  const answer = await requester.json<ListAnswer<T>>({
    what,
    method: "GET",
    idempotent: true,
    path: collectionPath(scope),
    query: {
      ...selectorsOf(options),
      limit: limit === 0 || limit === Infinity ? undefined : limit,
      continue: options.continue || undefined,
      resourceVersion,
      resourceVersionMatch,
    },
  }, options);
  const items = answer.items === null ? [] : answer.items;
  if (!Array.isArray(items) || !items.every(isObject) || typeof answer.metadata?.resourceVersion !== "string") {
    throw new SandboxError(`Cannot ${what}: the answer is no list`, { code: "protocol" });
  }
  const kind = typeof answer.kind === "string" ? answer.kind.replace(/List$/, "") : undefined;
  for (const item of items) {
    if (kind) item.kind ??= kind;
    if (answer.apiVersion) item.apiVersion ??= answer.apiVersion;
  }
  return { ...answer, items, metadata: answer.metadata };
}

function isObject(item: { metadata?: unknown } | null): boolean {
  return typeof item?.metadata === "object" && item.metadata !== null;
}

/** All objects, in pages. After a 410 it begins anew, without pages the second time, as those take too long here. */
export async function* listAll<T extends KubeObject>(
  list: Resource<T>["list"],
  options: ListAllOptions,
): AsyncGenerator<T, void, undefined> {
  const { pageSize = PAGE_SIZE, ...others } = options;
  if (!Number.isInteger(checkCount("pageSize", pageSize)) || pageSize === 0) {
    throw new RangeError(`Cannot use ${pageSize} as pageSize: pass an integer, 1 or more`);
  }
  const seen = new Set<string>();
  let page: Page = { limit: pageSize };
  for (let restarts = 0;;) {
    let answer: KubeList<T>;
    try {
      answer = await list({ ...others, ...page });
    } catch (error) {
      page = restarted(error, page, ++restarts, pageSize);
      continue;
    }
    for (const object of answer.items) {
      const id = identityOf(object);
      if (restarts > 0 && seen.has(id)) continue;
      seen.add(id);
      yield object;
      options.signal?.throwIfAborted();
    }
    if (!answer.metadata.continue) return;
    page = { limit: pageSize, continue: answer.metadata.continue };
  }
}

interface Page {
  readonly limit?: number;
  readonly continue?: string;
}

/** All objects at one moment, and the version of that moment. */
export async function listWhole<T extends KubeObject>(
  list: Resource<T>["list"],
  selectors: SelectorOptions & { resourceVersion?: string | undefined },
): Promise<KubeList<T>> {
  let page: Page = { limit: PAGE_SIZE };
  const items: T[] = [];
  for (let restarts = 0;;) {
    try {
      const { resourceVersion, ...others } = selectors;
      const answer = await list({ ...others, ...page, ...(page.continue ? {} : { resourceVersion }) });
      for (const item of answer.items) items.push(item);
      if (!answer.metadata.continue) return { items, metadata: answer.metadata };
      page = { limit: PAGE_SIZE, continue: answer.metadata.continue };
    } catch (error) {
      page = restarted(error, page, ++restarts, PAGE_SIZE);
      items.length = 0;
    }
  }
}

/** Where a list begins anew when it became too old; whatever else went wrong is thrown. */
function restarted(error: unknown, page: Page, restarts: number, pageSize: number): Page {
  if (!isGone(error) || page.continue === undefined || restarts > MOST_RESTARTS) throw error;
  return restarts === 1 ? { limit: pageSize } : {};
}

/** What makes an object this one: another one of the same name has another uid. */
export function identityOf({ metadata }: KubeObject): string {
  return metadata.uid ?? keyOf(metadata);
}

/** What makes an object unique in a moment. */
export function keyOf({ namespace = "", name = "" }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}
