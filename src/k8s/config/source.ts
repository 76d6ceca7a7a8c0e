import { type KubeConfigAttempt, KubeConfigError } from "../../../mod.ts";

/** Where a field stands: the keys and indexes that lead to it. */
export type FieldPath = readonly (string | number)[];

/** What is known of a place that configuration comes from. */
export interface ConfigSourceOptions {
  /** The directory that relative paths go from; absent where there is none. */
  readonly directory?: string | undefined;
  /** The places that were tried before. */
  readonly tried?: readonly KubeConfigAttempt[] | undefined;
  /** The line of a field. */
  readonly lineOf?: ((path: FieldPath) => number | undefined) | undefined;
}

/** A place that configuration comes from: a file, an object, the service account. It makes the errors about itself. */
export class ConfigSource {
  /** As errors name it: `file "/home/me/.kube/config"`. */
  readonly name: string;
  /** The directory that relative paths go from. */
  readonly directory: string | undefined;
  readonly #tried: readonly KubeConfigAttempt[];
  readonly #lineOf: (path: FieldPath) => number | undefined;

  constructor(name: string, { directory, tried = [], lineOf = () => undefined }: ConfigSourceOptions = {}) {
    this.name = name;
    this.directory = directory;
    this.#tried = tried;
    this.#lineOf = lineOf;
  }

  /** An error about this place. The reason never holds a value of the configuration that could be secret. */
  error(reason: string, hint: string = `Correct ${this.name}`, path?: FieldPath): KubeConfigError {
    const line = path && this.#lineOf(path);
    const where = path === undefined ? "" : `${line === undefined ? "" : `line ${line}: `}${pathText(path)} `;
    const tried = [...this.#tried, { source: this.name, reason: where + reason }];
    return configError(`Cannot use Kubernetes configuration from ${this.name}: ${where}${reason}`, tried, hint);
  }
}

/** Makes the error of configuration that cannot be used. */
export function configError(message: string, tried: readonly KubeConfigAttempt[], hint?: string): KubeConfigError {
  return new KubeConfigError(message, { code: "kube_config", tried, hint });
}

/** `users[0].user.token`, the way the format's documentation writes it. */
function pathText(path: FieldPath): string {
  return path.map((key, i) => typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`).join("");
}
