import { Fields, isMap } from "./fields.ts";
import { ConfigSource, type ConfigSourceOptions, type FieldPath } from "./source.ts";

/** Reads the text of a kubeconfig: JSON as it is, all else by a YAML library, which is loaded then. */
export async function parseConfig(name: string, text: string, options: ConfigSourceOptions): Promise<Fields> {
  const json = text.trimStart().startsWith("{") ? parseJson(text) : undefined;
  if (json !== undefined) return checkedConfig(new ConfigSource(name, options), json);
  const { isNode, LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  // As kubectl reads it: YAML 1.1, the first document, and a name only once in a map. The library's own messages would
  // quote the text, which holds secrets.
  const document = allowed(new ConfigSource(name, options), () =>
    parseDocument(text, {
      version: "1.1",
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "silent",
      // A date is a text here, as in every kubeconfig that was ever meant.
      customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !tag.tag.endsWith(":timestamp")),
    }));
  const lineOf = (path: FieldPath): number | undefined => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
  };
  const source = new ConfigSource(name, { ...options, lineOf });
  const error = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    const words = error.code.toLowerCase().replaceAll("_", " ");
    throw source.error(`line ${line}, column ${col}: it is not valid YAML (${words})`);
  }
  return checkedConfig(source, toValue(document, source));
}

/** Checks that a value is a kubeconfig at all. */
export function checkedConfig(source: ConfigSource, value: unknown): Fields {
  // An empty file is an empty configuration.
  if (value === null || value === undefined) return new Fields(source, {});
  const hint = "A kubeconfig is a map with clusters, users and contexts";
  if (!isMap(value)) throw source.error("it is no map", hint);
  const fields = new Fields(source, value);
  for (const [key, wanted] of [["kind", "Config"], ["apiVersion", "v1"]] as const) {
    const found = fields.text(key);
    if (found !== undefined && found !== wanted) throw fields.error(key, `is not "${wanted}"`, hint);
  }
  return fields;
}

/** The library looks at two variables of its own, which Deno may not let it. */
function allowed<T>(source: ConfigSource, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if ((error as Error).name !== "NotCapable") throw error;
    const hint = "Pass --allow-env=LOG_TOKENS,LOG_STREAM, too, or write the file as JSON";
    throw source.error("the YAML library may not read its variables", hint);
  }
}

/** Undefined where it is no JSON: then it may be YAML, which says where it goes wrong. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Aliases that multiply without end, or lead nowhere, throw only here. */
function toValue(document: { toJS(): unknown }, source: ConfigSource): unknown {
  try {
    return document.toJS();
  } catch {
    throw source.error("it is not valid YAML (its aliases cannot be resolved)");
  }
}
