/** What `./k8s` promises about sandboxes is kept: the compiler compares both, and the names are there. */

import { assertEquals } from "@std/assert";
import * as k8s from "../../src/k8s/mod.ts";
import type * as client from "./k8s_client.d.ts";
import type * as contract from "./k8s_sandboxes.d.ts";

/** Compiles only where a value of the first type can be used as one of the second. */
type Fits<From extends To, To> = [From, To];
/** Compiles only where the two can stand for each other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

/**
 * A function of the contract, with the package's own client in it: the contract's class is another one to the compiler,
 * as its constructor is private.
 */
type WithOwnClient<F> = F extends (...args: infer Args) => infer Result
  ? (...args: { [At in keyof Args]: OwnClient<Args[At]> }) => Result
  : never;
type OwnClient<T> = T extends client.KubeClient ? k8s.KubeClient
  : T extends { kube?: client.KubeClient | undefined } ? Omit<T, "kube"> & { kube?: k8s.KubeClient | undefined }
  : T;
type Promised = { [Name in keyof typeof contract]: WithOwnClient<(typeof contract)[Name]> };

/** Functions, and what they take and return. */
export type Promises = [
  Fits<typeof k8s, Promised>,
];

/** Interfaces that users read, write down and fake: neither side may ask for more than the other has. */
export type Interfaces = [
  Same<k8s.CreateClaimOptions, contract.CreateClaimOptions>,
  Same<Omit<k8s.FromK8sOptions, "kube">, Omit<contract.FromK8sOptions, "kube">>,
  Same<k8s.ObjectRef, contract.ObjectRef>,
  Same<k8s.SandboxTimeoutOptions, Parameters<typeof contract.setSandboxTimeout>[2]>,
  Same<k8s.SandboxStateInfo, ReturnType<typeof contract.sandboxState>>,
  Same<k8s.WaitOptionsK8s, contract.WaitOptionsK8s>,
];

Deno.test("contract: ./k8s gives these functions about sandboxes", () => {
  const promised = [
    "createClaim",
    "createSandbox",
    "deleteSandbox",
    "fromClaim",
    "fromK8s",
    "fromSandboxId",
    "pauseSandbox",
    "releaseClaim",
    "resumeSandbox",
    "sandboxState",
    "scaleSandboxSet",
    "setSandboxTimeout",
    "waitForClaim",
    "waitForSandbox",
  ];
  assertEquals(promised.filter((name) => !(name in k8s)), []);
});
