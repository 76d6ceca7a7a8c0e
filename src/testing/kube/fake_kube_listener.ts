import type { KubeConfig } from "../../k8s/mod.ts";

/** How a {@linkcode FakeKube} listens. */
export interface FakeKubeListenOptions {
  /**
   * The port on 127.0.0.1.
   *
   * @default {0} any free one
   */
  port?: number | undefined;
  /**
   * A certificate and its private key, and the certificate of who signed it, in PEM: for HTTPS.
   *
   * @default {none: HTTP}
   */
  tls?: { readonly cert: string; readonly key: string; readonly ca?: string | undefined } | undefined;
  /**
   * Whether a request without a token is refused. Otherwise it is the first user's, as behind `kubectl proxy`: clients
   * send no credentials over HTTP.
   *
   * @default {false over HTTP, true over HTTPS}
   */
  requireToken?: boolean | undefined;
}

/** Where a {@linkcode FakeKube} listens. */
export interface FakeKubeListener extends AsyncDisposable {
  /** Its address: `http://127.0.0.1:41234`, or with `https`. */
  readonly url: string;
  /** The kubeconfig of the first user at this address. */
  readonly config: KubeConfig;
  /**
   * The kubeconfig of one of the users at this address.
   *
   * @param user The user's name.
   * @throws {RangeError} When there is no such user.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertThrows } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * await using listener = await kube.listen();
   * assertThrows(() => listener.configOf("nobody"), RangeError);
   * ```
   */
  configOf(user: string): KubeConfig;
}
