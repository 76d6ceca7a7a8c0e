import type { Manager } from "./managers.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** A path as messages write it: `.status.conditions[type="Ready"].reason`. */
function pathText(path: string): string {
  return path.split("\0").slice(1).map((element) => {
    const rest = element.slice(2);
    if (element.startsWith("f:")) return `.${rest}`;
    if (element.startsWith("v:")) return `[=${rest}]`;
    const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
  }).join("");
}

function managerText({ manager, operation, subresource, apiVersion }: Manager): string {
  const below = subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${below}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
}

/** Fields that are applied are managed by others. */
export function fieldConflict(conflicts: readonly Manager[]): Refusal {
  const each = conflicts.map((manager) => ({
    who: managerText(manager),
    paths: [...manager.fields].map(pathText).sort(),
  })).toSorted((one, other) => one.who < other.who ? -1 : 1);
  const causes = each.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${who}`, field }))
  );
  const [first] = causes;
  const all = each.map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join("\n"));
  const message = causes.length === 1
    ? `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
    : `Apply failed with ${causes.length} conflicts: ${all.join("\n")}`;
  return refuse(409, "Conflict", message, { details: { causes } });
}
