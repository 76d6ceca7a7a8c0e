/** What each kubeconfig of `tests/kube/up.sh` comes to, by the name of its file. `tests/kube/README.md` describes them. */

import type { SandboxErrorCode } from "../../../mod.ts";
import type { Right } from "./case.ts";

/** The error of the first request. */
export interface ExpectedFailure {
  readonly code: SandboxErrorCode;
  readonly status?: number;
  readonly retryable: boolean;
  readonly message: RegExp;
  readonly hint: RegExp;
}

/** Cases run, as far as the user may. */
export interface ExpectedAccess {
  /** Absent, everything. */
  readonly rights?: readonly Right[];
  /** Whether it asks as somebody else already, so that no other can be asked as. */
  readonly impersonates?: true;
  /** Whether of many requests at a time most are refused, and have to be made again. */
  readonly throttled?: true;
}

/** What becomes of a configuration. */
export type Expectation = ExpectedFailure | ExpectedAccess;

const ANYTHING: Expectation = {};

/** What `manifests/rbac.yaml` gives the group "devs". */
const DEV: readonly Right[] = [
  "* sandboxes",
  "* sandboxes/status",
  "* sandboxclaims",
  "get pods",
  "list pods",
  "watch pods",
];

const UNAUTHORIZED: Expectation = {
  code: "kube_status",
  status: 401,
  retryable: false,
  message: /Unauthorized$/,
  hint: /^The credentials were refused: check the user of the kubeconfig's context/,
};

/** All of them. */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  "token": ANYTHING,
  "cert": ANYTHING,
  "cert-files": ANYTHING,
  "token-file": ANYTHING,
  "exec": ANYTHING,
  "exec-cert": ANYTHING,
  "insecure": ANYTHING,
  "sni": ANYTHING,
  "proxy": ANYTHING,
  "dev": { rights: DEV },
  "impersonate": { rights: DEV, impersonates: true },
  "viewer": { rights: ["get sandboxes"] },
  "execget": { rights: ["get pods"] },
  "wrong-token": UNAUTHORIZED,
  "stranger": UNAUTHORIZED,
  "wrong-ca": {
    code: "tls",
    retryable: false,
    message:
      /^Cannot reach the Kubernetes API at "127\.0\.0\.1:\d+": the server's certificate is from an authority that is not trusted here$/,
    hint: /^Set certificate-authority or certificate-authority-data/,
  },
  "wrong-sni": {
    code: "tls",
    retryable: false,
    message: /^Cannot reach the Kubernetes API at "127\.0\.0\.1:\d+": the server's certificate is for other names$/,
    hint: /^Set tls-server-name to a name of the certificate/,
  },
  "throttled": { rights: DEV, throttled: true },
};
