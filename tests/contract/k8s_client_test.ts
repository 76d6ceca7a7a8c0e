/** The client of `./k8s` keeps its promise: the compiler compares both, and the names are there. */

import { assertEquals } from "@std/assert";
import * as k8s from "../../src/k8s/mod.ts";
import type * as contract from "./k8s_client.d.ts";

/** Compiles only where a value of the first type can be used as one of the second. */
type Fits<From extends To, To> = [From, To];
/** Compiles only where the two can stand for each other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

/** Classes, functions and what they return. */
export type Promises = [
  Fits<typeof k8s, typeof contract>,
  Fits<k8s.KubeClient, contract.KubeClient>,
];

/** Interfaces that users read, write down and fake: neither side may ask for more than the other has. */
export type Interfaces = [
  Same<k8s.DeleteOptions, contract.DeleteOptions>,
  Same<k8s.Informer<k8s.Pod>, contract.Informer<contract.Pod>>,
  Same<k8s.InformerOptions, contract.InformerOptions>,
  Same<k8s.KubeCallOptions, contract.KubeCallOptions>,
  Same<k8s.KubeConfig, contract.KubeConfig>,
  Same<k8s.KubeList<k8s.Sandbox>, contract.KubeList<contract.Sandbox>>,
  Same<k8s.KubeLoadOptions, contract.KubeLoadOptions>,
  Same<k8s.KubeObject, contract.KubeObject>,
  Same<k8s.ListPageOptions, contract.ListPageOptions>,
  Same<k8s.Namespace, contract.Namespace>,
  Same<k8s.ObjectMeta, contract.ObjectMeta>,
  Same<k8s.Pod, contract.Pod>,
  Same<k8s.Resource<k8s.Pod>, contract.Resource<contract.Pod>>,
  Same<k8s.ResourceEvent<k8s.Pod>, contract.ResourceEvent<contract.Pod>>,
  Same<k8s.Sandbox, contract.Sandbox>,
  Same<k8s.SandboxClaim, contract.SandboxClaim>,
  Same<k8s.SandboxSet, contract.SandboxSet>,
  Same<k8s.SelectorOptions, contract.SelectorOptions>,
  Same<k8s.WatchResourceOptions, contract.WatchResourceOptions>,
  Same<k8s.WriteResourceOptions, contract.WriteResourceOptions>,
];

Deno.test("contract: the client of ./k8s gives these values", () => {
  const promised = [
    "KubeClient",
    "informer",
    "isAlreadyExists",
    "isConflict",
    "isForbidden",
    "isGone",
    "isInvalid",
    "isNotFound",
    "isUnauthorized",
  ];
  assertEquals(promised.filter((name) => !(name in k8s)), []);
});
