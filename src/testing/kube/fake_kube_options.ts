import type { FakeKubeClock } from "./call.ts";
import type { KubeObject } from "../../k8s/mod.ts";
import type { FakeKubeNode } from "./pods/fake_pods.ts";

/** An object, with whatever its kind has besides names: `spec`, `status`. */
export type FakeKubeObject = KubeObject | (KubeObject & Readonly<Record<string, unknown>>);

/** How to set up a {@linkcode FakeKube}. */
export interface FakeKubeOptions {
  /**
   * What is there from the start, with its `status`. The namespaces that they name are there too, and `default` and
   * `kube-system` always.
   *
   * @default {[]}
   */
  objects?: readonly FakeKubeObject[] | undefined;
  /**
   * Who may ask. The first is the one of {@linkcode FakeKube.config}.
   *
   * @default {one user "admin", with all rights}
   */
  users?: readonly FakeKubeUser[] | undefined;
  /**
   * What nobody may do, whatever their rights.
   *
   * @default {[]}
   */
  deny?: readonly FakeKubeRule[] | undefined;
  /**
   * Further types of objects, as a CustomResourceDefinition without a schema brings them. Pods, Namespaces, Events and
   * those of `agents.kruise.io/v1alpha1` are there always.
   *
   * @default {[]}
   */
  kinds?: readonly FakeKubeKind[] | undefined;
  /**
   * The nodes of which there is something to say. All others that Pods name are there too, and as usual.
   *
   * @default {[]}
   */
  nodes?: readonly FakeKubeNode[] | undefined;
  /**
   * How many of the last changes are remembered, for watches and lists that start at an older version. What is older
   * answers with 410.
   *
   * @default {10_000}
   */
  history?: number | undefined;
  /**
   * Where the time comes from: of time stamps, bookmarks, `timeoutSeconds` and delays.
   *
   * @default {the clock of the host}
   */
  clock?: FakeKubeClock | undefined;
}

/** Somebody who may ask a {@linkcode FakeKube}. */
export interface FakeKubeUser {
  /** The name that messages and impersonation use. */
  name: string;
  /**
   * The bearer token.
   *
   * @default {a random one}
   */
  token?: string | undefined;
  /**
   * The groups; `system:authenticated` comes on top.
   *
   * @default {[]}
   */
  groups?: readonly string[] | undefined;
  /**
   * The rights.
   *
   * @default {all}
   */
  rules?: readonly FakeKubeRule[] | undefined;
}

/** Rights, with the names of an RBAC `PolicyRule`. A list that is absent, or has `"*"`, means all. */
export interface FakeKubeRule {
  /** The API groups; `""` is the core one. */
  apiGroups?: readonly string[] | undefined;
  /** The resources: `sandboxes`, `sandboxes/status`. */
  resources?: readonly string[] | undefined;
  /** The names of objects. Lists and watches are then allowed with `fieldSelector=metadata.name=…` alone. */
  resourceNames?: readonly string[] | undefined;
  /** What may be done: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, `impersonate`. */
  verbs?: readonly string[] | undefined;
  /** In which namespaces. All of them together, and what is in none, take a rule that names none. */
  namespaces?: readonly string[] | undefined;
}

/** A type of objects that a {@linkcode FakeKube} has besides its own. */
export interface FakeKubeKind {
  /** Its API group: `example.com`. */
  group: string;
  /** Its version: `v1`. */
  version: string;
  /** Its name: `Thing`. */
  kind: string;
  /** Its name in paths: `things`. */
  plural: string;
  /**
   * Whether its objects are in namespaces.
   *
   * @default {true}
   */
  namespaced?: boolean | undefined;
}
