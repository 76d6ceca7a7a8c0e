import type { Form } from "./call.ts";
import { Refusal, refuse } from "./refusal.ts";

const FORMS: Readonly<Record<string, Form>> = {
  "": "object",
  Table: "table",
  PartialObjectMetadata: "metadata",
  PartialObjectMetadataList: "metadata",
};

const JSON_TYPES: ReadonlySet<string> = new Set(["application/json", "application/*", "*/*"]);
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const OFFERED = "only the following media types are accepted: application/json, application/yaml, " + PROTOBUF;

/** The form in which an answer is wanted. Throws where it can be had in none. */
export function formOf(accept: string | null): Form {
  const wanted = (accept ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (wanted.length === 0) return "object";
  for (const part of wanted) {
    const [type = "", ...parameters] = part.split(";").map((item) => item.trim());
    if (!JSON_TYPES.has(type.toLowerCase())) continue;
    const values = new Map(parameters.map((parameter) => parameter.split("=") as [string, string]));
    const as = values.get("as") ?? "";
    const form = Object.hasOwn(FORMS, as) ? FORMS[as] : undefined;
    if (form !== undefined && (as === "" || values.get("g") === "meta.k8s.io")) return form;
  }
  throw notAcceptable(wanted.some((part) => part.startsWith(PROTOBUF)));
}

/** To a client that takes protobuf alone, the server says so in protobuf. */
function notAcceptable(inProtobuf: boolean): Refusal {
  if (!inProtobuf) return refuse(406, "NotAcceptable", OFFERED);
  return new Refusal(406, statusInProtobuf(), [["content-type", PROTOBUF]]);
}

/** A Status of this failure as the server's envelope has it, one character for each byte. */
function statusInProtobuf(): string {
  const field = (number: number, text: string) => String.fromCharCode(number * 8 + 2) + sized(text);
  const metadata = field(1, "") + field(2, "") + field(3, "");
  const code = String.fromCharCode(6 * 8, 406 % 128 + 128, 406 >> 7);
  const status = field(1, metadata) + field(2, "Failure") + field(3, OFFERED) + field(4, "NotAcceptable") + code;
  const type = field(1, "v1") + field(2, "Status");
  return "k8s" + String.fromCharCode(0) + field(1, type) + field(2, status) + field(3, "") + field(4, "");
}

function sized(text: string): string {
  const { length } = text;
  return (length < 128 ? String.fromCharCode(length) : String.fromCharCode(length % 128 + 128, length >> 7)) + text;
}
