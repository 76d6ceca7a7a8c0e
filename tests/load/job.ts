import type { LoadName } from "./loads/mod.ts";

/** What a client program has to do. */
export interface Job {
  readonly url: string;
  readonly token: string;
  readonly load: LoadName;
  readonly count: number;
  readonly seed: number;
  /** Shortens minutes. */
  readonly factor: number;
}

/** What a client program says. */
export type News =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly done: number }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: string };
