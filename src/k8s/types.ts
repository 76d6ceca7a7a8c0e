/** The object that made another, and that it is deleted with. */
export interface OwnerReference {
  /** Its group and version. */
  apiVersion: string;
  /** Its kind. */
  kind: string;
  /** Its name, in the same namespace. */
  name: string;
  /** Its identity. */
  uid: string;
  /** Whether it is the controller of the object, of which there is one at most. */
  controller?: boolean;
}

/** What every object has: names, identity, version, labels. */
export interface ObjectMeta {
  /** Unique among the objects of its kind in its namespace. */
  name?: string;
  /** On creation instead of `name`: the server appends five characters. */
  generateName?: string;
  /** The namespace; absent for kinds that stand outside of namespaces. */
  namespace?: string;
  /** The identity: another object of the same name has another one. */
  uid?: string;
  /** Changes with each write. Only versions of one kind can be compared. */
  resourceVersion?: string;
  /** Counts the changes of what is wanted (`spec`), beginning with 1. */
  generation?: number;
  /** For selectors. */
  labels?: Record<string, string>;
  /** For everything else. */
  annotations?: Record<string, string>;
  /** When it was created, as RFC 3339 in UTC. */
  creationTimestamp?: string;
  /** When it was deleted; it goes when its finalizers are through. */
  deletionTimestamp?: string;
  /** Who has something to do before it goes. */
  finalizers?: string[];
  /** The objects it belongs to. */
  ownerReferences?: OwnerReference[];
}

/** An object of the Kubernetes API. */
export interface KubeObject {
  /** Group and version, such as `agents.kruise.io/v1alpha1`; of the core group `v1`. */
  apiVersion: string;
  /** The kind, such as `Sandbox`. */
  kind: string;
  /** Names, identity, version, labels. */
  metadata: ObjectMeta;
}

/** A page of a list. */
export interface KubeList<T> {
  /** The objects; there can be none on a page that has a next one. */
  readonly items: readonly T[];
  /** Where the list stands. */
  readonly metadata: {
    /** The version of the whole list, on every page: a watch can start from it. */
    readonly resourceVersion: string;
    /** Asks for the next page; absent or empty on the last. */
    readonly continue?: string;
    /** About how many objects follow; absent with a selector. */
    readonly remainingItemCount?: number;
  };
}

/** What every call to the API server takes. */
export interface KubeCallOptions {
  /** Ends the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * The limit of the call in milliseconds, repetitions and the pauses between them included; 0: none.
   *
   * @default {60_000}
   */
  timeoutMs?: number | undefined;
}

/** A sandbox; its fields are those of the OpenKruise Agents API. */
export interface Sandbox extends KubeObject {
  /** What is wanted. */
  spec: Record<string, unknown>;
  /** What is. */
  status?: Record<string, unknown>;
}

/** A pool of sandboxes that are ready to be claimed. */
export interface SandboxSet extends KubeObject {
  /** What is wanted. */
  spec: {
    /** How many sandboxes are kept ready. */
    replicas?: number;
    /** Everything else. */
    [field: string]: unknown;
  };
  /** What is. */
  status?: {
    /** How many can be claimed now. */
    availableReplicas?: number;
    /** Everything else. */
    [field: string]: unknown;
  };
}

/** A wish for sandboxes out of a pool. */
export interface SandboxClaim extends KubeObject {
  /** What is wanted; it cannot be changed later. */
  spec: {
    /** The name of the `SandboxSet`. */
    templateName: string;
    /** How many. */
    replicas?: number;
    /** When the claimed sandboxes are shut down, as RFC 3339. */
    shutdownTime?: string;
    /** How long is tried, such as `1m0s`. */
    claimTimeout?: string;
    /** How long the claim is kept when it is through, such as `1h0m0s`. */
    ttlAfterCompleted?: string;
    /** Environment of the claimed sandboxes. */
    envVars?: Record<string, string>;
    /** Labels of the claimed sandboxes. */
    labels?: Record<string, string>;
    /** Annotations of the claimed sandboxes. */
    annotations?: Record<string, string>;
  };
  /** What is. */
  status?: {
    /** `Pending`, `Claiming` or `Completed`, which is not success. */
    phase?: string;
    /** How many were claimed. */
    claimedReplicas?: number;
    /** A sentence for people. */
    message?: string;
  };
}

/** A group of containers on a node. */
export interface Pod extends KubeObject {
  /** What is wanted. */
  spec: {
    /** The node it runs on, when it was placed. */
    nodeName?: string;
    /** Its containers. */
    containers: {
      /** Unique in the pod. */
      name: string;
      /** The image. */
      image?: string;
    }[];
  };
  /** What is. */
  status?: {
    /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
    phase?: string;
    /** Its address in the cluster. */
    podIP?: string;
  };
}

/** A namespace. */
export interface Namespace extends KubeObject {
  /** What is. */
  status?: {
    /** `Active` or `Terminating`. */
    phase?: string;
  };
}

/** Something that happened to an object, as `kubectl describe` shows it. */
export interface KubeEvent extends KubeObject {
  /** What it happened to. */
  involvedObject: {
    /** Its kind. */
    kind?: string;
    /** Its namespace. */
    namespace?: string;
    /** Its name. */
    name?: string;
    /** Its identity. */
    uid?: string;
  };
  /** A word for programs, such as `FailedScheduling`. */
  reason?: string;
  /** A sentence for people. */
  message?: string;
  /** `Normal` or `Warning`. */
  type?: string;
  /** How often it happened. */
  count?: number;
  /** When it happened last, as RFC 3339. */
  lastTimestamp?: string | null;
}
