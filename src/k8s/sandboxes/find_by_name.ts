import type { Sandbox } from "../types.ts";
import { isMissing, sandboxMissing } from "./missing.ts";
import type { Search } from "./search.ts";
import { subjectOf } from "./subject.ts";

/** Where an object is, whole. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Reads a sandbox. */
export async function findByName({ kube, limits }: Search, place: Place): Promise<Sandbox> {
  const subject = subjectOf<Sandbox>(kube, place, "sandboxes");
  try {
    return await subject.resource.get(place.name, limits());
  } catch (error) {
    throw isMissing(error, place.name) ? sandboxMissing("find", subject, error) : error;
  }
}
