/** How the TLS connection to an API server is made, and what it is checked against. */
export interface KubeTls {
  /** Certificates of the authorities to trust, in PEM; absent, the runtime's own are. */
  readonly ca?: string;
  /** The name asked for and checked instead of the host of the server's URL. */
  readonly serverName?: string;
  /** Neither the chain nor the name is checked. */
  readonly insecure: boolean;
  /** The proxy to go through: an `http:`, `https:` or `socks5:` URL, with its user name and password if it has them. */
  readonly proxyUrl?: string;
}

/** Who the caller is, for one request. */
export interface KubeCredentials {
  /** `Authorization` and `Impersonate-*`; a name may occur several times, and is then sent on as many lines. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The client certificate with its chain, in PEM; `key` is there when this is. */
  readonly cert?: string;
  /** The key of `cert`, in PEM. */
  readonly key?: string;
}

/** What `credentials` is asked for. */
export interface KubeCredentialsOptions {
  /** Those that the server refused (401); others are asked for, unless there are others already. */
  readonly refused?: KubeCredentials | undefined;
  /** Ends the waiting for a credential plugin. */
  readonly signal?: AbortSignal | undefined;
}

/** Everything of a configuration that a request needs: where to, how checked, and as whom. */
export interface KubeAccess {
  /** URL of the server, with the path that it may have and without a slash at its end. */
  readonly server: string;
  /** The namespace of calls that name none. */
  readonly namespace: string;
  /** How the connection is made. */
  readonly tls: KubeTls;
  /** False where the configuration asks for answers that are not compressed. */
  readonly compress: boolean;
  /** The credentials in force now; kept while they last. */
  credentials(options?: KubeCredentialsOptions): Promise<KubeCredentials>;
}
