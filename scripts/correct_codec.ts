/**
 * Makes of ts-proto's code what the core may load: readers that refuse what is no message, and of each message the half
 * that a client uses. It writes requests and reads answers.
 */

/** Where a zero byte or a stray end of a group stands for a field, ts-proto takes the message for ended. */
const LENIENT = /if \(\(tag & 7\) === 4 \|\| tag === 0\) \{\s+break;\s+\}\s+reader\.skip\(tag & 7\);/g;
/** The core's `StrictReader` does the refusing. */
const STRICT = "reader.skip(tag & 7, tag >>> 3);";
/** Types only, but no syntax for whoever strips types. */
const NAMESPACE = /export namespace \w+ \{[^}]+\}\n\n/g;
/** All that the core may import. */
const RUNTIME = "@bufbuild/protobuf/wire";

/** A message: how it is made, written and read. */
const MESSAGE =
  /function createBase(\w+)\(\): \w+ \{\n.*?\n\}\n\nexport const \1: MessageFns<\1> = \{\n( {2}encode\(.*?\n {2}\},\n)\n( {2}decode\(.*?\n {2}\},\n)\};\n/gs;
/** Counts how deep a message is nested, which a schema without recursion bounds by itself. */
const DEPTH =
  /^ {4}const previousRecursionDepth = .*? {4}try \{\n(.*?)^ {4}\} finally \{\n.*?previousRecursionDepth;\n {4}\}\n/gms;

type Half = "encode" | "decode";

/** All files of the code, by name, made over together: messages of one are used by another. */
export function correctCodec(files: ReadonlyMap<string, string>): Map<string, string> {
  const used = usedHalves(files);
  return new Map([...files].map(([name, text]) => [name, correct(name, text, used)]));
}

function correct(name: string, text: string, used: ReadonlySet<string>): string {
  const decoders = text.match(/^ {2}decode\(.*\{$/gm)?.length;
  const strict = text.replace(LENIENT, STRICT).replace(NAMESPACE, "")
    .replace(DEPTH, (_, body: string) => body.replace(/^ {2}/gm, ""));
  const foreign = [...text.matchAll(/^import .* from "([^."][^"]*)"/gm)].find(([, from]) => from !== RUNTIME)?.[1];
  if (foreign !== undefined) throw new Error(`Cannot take ${name}: the core must not import "${foreign}"`);
  if (strict.split(STRICT).length - 1 !== decoders || /=== 4|namespace |Depth/.test(strict)) {
    throw new Error(`Cannot correct ${name}: ts-proto's code is not what it was`);
  }
  return strict.replace(MESSAGE, (all, message: string, encode: string, decode: string) => {
    const halves = [used.has(`${message}.encode`), used.has(`${message}.decode`)];
    if (halves[0] && halves[1]) return all;
    const type = (half: Half) => `export const ${message}: Pick<MessageFns<${message}>, "${half}"> = {\n`;
    if (halves[0]) return `${type("encode")}${encode}};\n`;
    if (halves[1]) return all.slice(0, all.indexOf("export const")) + `${type("decode")}${decode}};\n`;
    return "";
  }).replace(/\n{3,}/g, "\n\n");
}

/** The halves that requests and answers need: `ListRequest.encode`, and those of what they hold. */
function usedHalves(files: ReadonlyMap<string, string>): Set<string> {
  const uses = new Map<string, string[]>();
  for (const text of files.values()) {
    for (const [, message, encode, decode] of text.matchAll(MESSAGE)) {
      uses.set(`${message}.encode`, callsOf(encode!));
      uses.set(`${message}.decode`, callsOf(decode!));
    }
  }
  const used = new Set<string>();
  function use(half: string, below: readonly string[]): void {
    if (below.includes(half)) throw new Error(`Cannot take ${half}: it holds itself, and nothing bounds how deep`);
    used.add(half);
    for (const inner of uses.get(half) ?? []) use(inner, [...below, half]);
  }
  for (const half of uses.keys()) {
    if (/(Request\.encode|Response\.decode)$/.test(half)) use(half, []);
  }
  return used;
}

function callsOf(body: string): string[] {
  return [...body.matchAll(/\b([A-Z]\w*\.(?:encode|decode))\(/g)].map(([, half]) => half!);
}
