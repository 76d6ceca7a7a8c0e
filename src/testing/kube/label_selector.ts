import { isObject, type JsonObject, textOf } from "./json.ts";
import { badRequest } from "./refusal.ts";

/** Whether an object is selected. */
export type Selects = (object: JsonObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const TOKEN = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+))/gy;

/** The tokens of a selector, and an empty one at its end. */
function tokensOf(selector: string): readonly string[] {
  const tokens = [...selector.matchAll(TOKEN)].map(([, symbol, word]) => symbol ?? word ?? "");
  return [...tokens, ""];
}

function isWord(token: string): boolean {
  return token !== "" && !/^(==|!=|[=!<>(),])$/.test(token);
}

function unexpected(found: string, expected: string): Error {
  return badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`);
}

/** Reads the requirements of a selector one after the other. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(selector: string) {
    this.#tokens = tokensOf(selector);
  }

  peek(): string {
    return this.#tokens[this.#at] ?? "";
  }

  take(): string {
    return this.#tokens[this.#at++] ?? "";
  }

  requirement(): Requirement {
    const absent = this.peek() === "!";
    if (absent) this.take();
    const key = this.take();
    if (!isWord(key)) throw unexpected(key, absent ? "identifier" : "!, identifier, or 'end of string'");
    if (absent) return (labels) => !Object.hasOwn(labels, key);
    if (this.peek() === "" || this.peek() === ",") return (labels) => Object.hasOwn(labels, key);
    return this.#comparison(key, this.take());
  }

  #comparison(key: string, operator: string): Requirement {
    const value = (labels: Labels) => Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === "in" || operator === "notin") {
      const values = this.#values();
      const wanted = operator === "in";
      return (labels) => values.has(value(labels) ?? "\0") === wanted;
    }
    if (!["=", "==", "!=", ">", "<"].includes(operator)) {
      throw unexpected(operator, "in, notin, =, ==, !=, gt, lt");
    }
    const word = isWord(this.peek()) ? this.take() : "";
    if (word === "" && this.peek() !== "" && this.peek() !== ",") throw unexpected(this.peek(), "identifier");
    if (operator === "!=") return (labels) => value(labels) !== word;
    if (operator === ">") return (labels) => Number.parseInt(value(labels) ?? "", 10) > Number(word);
    if (operator === "<") return (labels) => Number.parseInt(value(labels) ?? "", 10) < Number(word);
    return (labels) => value(labels) === word;
  }

  #values(): ReadonlySet<string> {
    if (this.peek() !== "(") throw unexpected(this.peek(), "'('");
    this.take();
    const values = new Set<string>();
    for (;;) {
      const token = this.take();
      if (token === ")") return values;
      if (!isWord(token) && token !== ",") throw unexpected(token, "',', ')' or identifier");
      if (isWord(token)) values.add(token);
      else if (this.peek() === "," || this.peek() === ")") values.add("");
    }
  }
}

/** Reads a label selector: `a=b,c!=d,e in (x,y),f notin (z),g,!h`. */
export function parseLabelSelector(selector: string): Selects {
  const reader = new Reader(selector);
  const all: Requirement[] = [];
  while (reader.peek() !== "") {
    all.push(reader.requirement());
    if (reader.peek() === "") break;
    if (reader.peek() !== ",") throw unexpected(reader.peek(), "',' or 'end of string'");
    reader.take();
    if (reader.peek() === "") throw unexpected("", "identifier after ','");
  }
  return (object) => {
    const labels = labelsOf(object);
    return all.every((holds) => holds(labels));
  };
}

function labelsOf(object: JsonObject): Labels {
  const { labels } = isObject(object["metadata"]) ? object["metadata"] : {};
  return isObject(labels) ? Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, textOf(v)])) : {};
}
