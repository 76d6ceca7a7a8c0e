/** A value that {@linkcode sh} takes: arrays become several words. */
export type ShellValue = string | number | readonly (string | number)[];

/** Nothing in these means anything to a shell. */
const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Quotes words for a POSIX shell, so that each reaches a command as it is.
 *
 * @param args The words.
 * @returns The words, quoted where they need it and joined by spaces.
 * @throws {TypeError} When a word is no string or holds a NUL, which no command can be given.
 *
 * @example A hostile file name
 * ```ts
 * import { quote } from "@kruise-agents/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quote("cat", "it's; rm -rf $HOME"), `cat 'it'\\''s; rm -rf $HOME'`);
 * ```
 */
export function quote(...args: readonly string[]): string {
  return args.map(quoteWord).join(" ");
}

/**
 * Builds a command line from a template: each value is quoted, arrays become several words, and the text between them
 * is the shell's, backslashes included. Do not put quotes around a value.
 *
 * @param strings The text between the values.
 * @param values Strings, numbers, or arrays of them.
 * @returns The command line.
 * @throws {TypeError} When a value is something else or holds a NUL.
 *
 * @example Values reach the command as they are
 * ```ts
 * import { sh } from "@kruise-agents/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const files = ["a b.txt", "$HOME"];
 * assertEquals(sh`wc -l ${files} | tail -n ${1}`, `wc -l 'a b.txt' '$HOME' | tail -n 1`);
 * ```
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ShellValue[]): string {
  return String.raw({ raw: strings.raw }, ...values.map(quoteValue));
}

function quoteValue(value: ShellValue): string {
  const words: readonly (string | number)[] = Array.isArray(value) ? value : [value as string | number];
  return words.map((word) => quoteWord(typeof word === "number" ? String(word) : word)).join(" ");
}

function quoteWord(word: string): string {
  if (typeof word !== "string") throw new TypeError(`Cannot quote a ${typeof word} for a shell: pass a string`);
  if (word.includes("\0")) {
    throw new TypeError("Cannot quote a string with a NUL for a shell: no command can be given one");
  }
  return SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
