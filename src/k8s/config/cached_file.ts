import type { KubeHost } from "./host.ts";

/** How long a file is taken as it was read. The kubelet replaces a token long before it ends. */
const FRESH_MS = 10_000;

/**
 * A file that is replaced from time to time, read again by its path when it is asked for. Where a later reading fails,
 * or finds nothing, what was read before stays.
 */
export class CachedFile {
  readonly #host: KubeHost;
  readonly #path: string;
  #text: string;
  #readAt: number;

  constructor(host: KubeHost, path: string, text: string) {
    this.#host = host;
    this.#path = path;
    this.#text = text;
    this.#readAt = host.now();
  }

  /** The text without white space around it. `renew` reads it now. */
  async read({ renew }: { readonly renew: boolean }): Promise<string> {
    const now = this.#host.now();
    if (renew || now - this.#readAt >= FRESH_MS || now < this.#readAt) {
      this.#readAt = now;
      const text = await this.#host.readText(this.#path).catch(() => "");
      if (text.trim() !== "") this.#text = text;
    }
    return this.#text.trim();
  }
}
