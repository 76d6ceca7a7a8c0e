import { isSandboxError, NotFoundError } from "../../../mod.ts";
import { checkName, checkNamespace } from "../client/names.ts";
import { isForbidden } from "../errors/predicates.ts";
import type { Sandbox } from "../types.ts";
import { findByName, type Place } from "./find_by_name.ts";
import { SANDBOX_ID_LABEL, sandboxIdOf } from "./sandbox_fields.ts";
import { SANDBOXES, titleOf } from "./sandbox_keys.ts";
import type { Search } from "./search.ts";

/** What a label can hold. */
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** An id, and what it can be the id of. */
export interface IdSearch {
  readonly sandboxId: string;
  /** The sandboxes whose `<namespace>--<name>` it is: both may hold two hyphens themselves. */
  readonly places: readonly Place[];
  /** Whether it can be a short id, too. */
  readonly isLabel: boolean;
}

/**
 * Checks an id.
 *
 * @throws {TypeError} When it is no string, or empty.
 * @throws {RangeError} When no sandbox can have it.
 */
export function idSearch(sandboxId: string): IdSearch {
  if (typeof sandboxId !== "string" || sandboxId === "") {
    throw new TypeError(`Cannot use ${sandboxId === "" ? "an empty string" : `a ${typeof sandboxId}`} as a sandbox id`);
  }
  const places: Place[] = [];
  for (let at = sandboxId.indexOf("--"); at >= 0; at = sandboxId.indexOf("--", at + 1)) {
    const place = placeOf(sandboxId.slice(0, at), sandboxId.slice(at + 2));
    if (place) places.push(place);
  }
  const isLabel = LABEL_VALUE.test(sandboxId);
  if (isLabel || places.length > 0) return { sandboxId, places, isLabel };
  throw new RangeError(
    `Cannot use ${JSON.stringify(sandboxId.slice(0, 400))} as a sandbox id: pass a short id, or <namespace>--<name>`,
  );
}

function placeOf(namespace: string, name: string): Place | undefined {
  try {
    return { namespace: checkNamespace(namespace), name: checkName(name, SANDBOXES) };
  } catch {
    return undefined;
  }
}

/** Finds the one sandbox with an id. */
export async function findById(search: Search, wanted: IdSearch): Promise<Sandbox> {
  const { sandboxId, places, isLabel } = wanted;
  const found: Sandbox[] = [];
  let refused: unknown;
  for (const place of places) {
    try {
      found.push(await findByName(search, place));
    } catch (error) {
      // Whether there is one where the caller may not look is not for the caller to know.
      if (isForbidden(error)) refused ??= error;
      else if (!isSandboxError(error, "sandbox_not_found")) throw error;
    }
  }
  // One with a short id is not known by its name.
  const named = found.filter((sandbox) => sandboxIdOf(sandbox) === sandboxId);
  if (named.length === 1) return named[0]!;
  if (named.length > 1) throw ambiguous(sandboxId, named);
  const labelled = isLabel ? await findByLabel(search, sandboxId).catch(orNone(places.length > 0)) : [];
  if (labelled.length > 1) throw ambiguous(sandboxId, labelled);
  if (labelled.length === 1) return labelled[0]!;
  throw refused ?? missing(sandboxId, found[0]);
}

/** The platform itself makes no short ids that hold two hyphens: whoever may not look for such a one misses nothing. */
function orNone(isNamed: boolean): (error: unknown) => Sandbox[] {
  return (error) => {
    if (isNamed && isForbidden(error)) return [];
    throw error;
  };
}

/** The sandboxes with a short id: of all namespaces, or of the client's own where no more can be seen. */
async function findByLabel({ kube, limits }: Search, sandboxId: string): Promise<Sandbox[]> {
  const labelSelector = `${SANDBOX_ID_LABEL}=${sandboxId}`;
  const listed = async (namespace: string): Promise<Sandbox[]> => {
    const found: Sandbox[] = [];
    for await (const sandbox of kube.sandboxes(namespace).listAll({ ...limits(), labelSelector })) found.push(sandbox);
    return found;
  };
  try {
    return await listed("");
  } catch (error) {
    if (!isForbidden(error) || kube.namespace === "") throw error;
    const found = await listed(kube.namespace).catch((second) => {
      if (isForbidden(second)) throw error;
      throw second;
    });
    // It may well be in another namespace.
    if (found.length === 0) throw error;
    return found;
  }
}

function ambiguous(sandboxId: string, found: readonly Sandbox[]): NotFoundError {
  return new NotFoundError(
    `Cannot tell which sandbox ${JSON.stringify(sandboxId)} is: ${
      found.map((one) => titleOf("sandbox", one)).join(" and ")
    } have this id`,
    { code: "sandbox_not_found", sandboxId, hint: "Find it by its name, with fromK8s" },
  );
}

function missing(sandboxId: string, namesake: Sandbox | undefined): NotFoundError {
  return new NotFoundError(`Cannot find sandbox ${JSON.stringify(sandboxId)}: no sandbox has this id`, {
    code: "sandbox_not_found",
    sandboxId,
    hint: namesake === undefined
      ? `An id is the label ${SANDBOX_ID_LABEL}, else <namespace>--<name>; a sandbox that is given out again gets another one`
      : `The id of ${titleOf("sandbox", namesake)} is its label ${SANDBOX_ID_LABEL}: pass that, or use fromK8s`,
  });
}
