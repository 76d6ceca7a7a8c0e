/** What `./k8s` promises about pods is kept: the compiler compares both, and the names are there. */

import { assertEquals } from "@std/assert";
import * as k8s from "../../src/k8s/mod.ts";
import type * as contract from "./k8s_pods.d.ts";

/** Compiles only where a value of the first type can be used as one of the second. */
type Fits<From extends To, To> = [From, To];
/** Compiles only where the two can stand for each other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];
/** What stands behind the client, which is another class to the compiler than the contract's. */
type Rest<F> = F extends (kube: never, ...args: infer Args) => infer Result ? (...args: Args) => Result : never;

/** Functions, and members of the client. */
export type Promises = [
  Fits<k8s.KubeClient, contract.PodCalls>,
  Fits<typeof k8s.podOf, typeof contract.podOf>,
  Fits<Rest<typeof k8s.execIn>, Rest<typeof contract.execIn>>,
];

/** Interfaces that users read, write down and fake: neither side may ask for more than the other has. */
export type Interfaces = [
  Same<k8s.ExecHandle, contract.ExecHandle>,
  Same<k8s.ExecOptions, contract.ExecOptions>,
  Fits<k8s.PodForward, contract.PodForward>,
  Same<k8s.PodTarget, contract.PodTarget>,
];

Deno.test("contract: ./k8s gives these functions about pods", () => {
  assertEquals(["execIn", "podOf"].filter((name) => !(name in k8s)), []);
  const members = ["copyFrom", "copyTo", "exec", "logs", "portForward"];
  assertEquals(members.filter((name) => !(name in k8s.KubeClient.prototype)), []);
});
