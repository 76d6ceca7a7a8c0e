/** The rules of this repository that `deno lint` does not know by itself; deno.json names this file. */

import { checkLength } from "./file_length.ts";
import { checkImport, isCore } from "./layers.ts";

const root = (import.meta.dirname ?? "").slice(0, -"scripts/lint".length);

/** The file's path in the repository. */
function pathOf(context: Deno.lint.RuleContext): string {
  return context.filename.slice(root.length).replaceAll("\\", "/");
}

const layers: Deno.lint.Rule = {
  create(context) {
    function check(source: Deno.lint.Node | null): void {
      if (source?.type === "TSLiteralType") return check(source.literal);
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      const message = checkImport(pathOf(context), source.value);
      if (message) context.report({ node: source, message });
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.argument),
    };
  },
};

/** Names that reach the network; in the core they are for `src/connection/`, and for the default in `src/options.ts`. */
const NETWORK = new Set(["fetch", "WebSocket", "EventSource", "XMLHttpRequest"]);
/** Names that tie code to one runtime. `process` and the like fail the type check against DOM types. */
const HOSTS = new Set(["Deno", "Bun"]);

/** Whether an identifier reads a global here, and is not a member, a key, a binding or a type. */
function readsGlobal({ parent, range: [at] }: Deno.lint.Identifier): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.object.range[0] === at || parent.computed ||
        (parent.object.type === "Identifier" && parent.object.name === "globalThis");
    case "Property":
      return parent.key.range[0] !== at && parent.parent.type !== "ObjectPattern";
    case "VariableDeclarator":
      return parent.init?.range[0] === at;
    case "AssignmentExpression":
    case "AssignmentPattern":
      return parent.right.range[0] === at;
    case "ArrowFunctionExpression":
      return parent.body?.range[0] === at;
    default:
      return /^(Call|New|Binary|Logical|Conditional|Await|Unary)Expression$|^ReturnStatement$/.test(parent.type);
  }
}

const globals: Deno.lint.Rule = {
  create(context) {
    const path = pathOf(context);
    if (!isCore(path)) return {};
    const connects = path.startsWith("src/connection/") || path === "src/options.ts";
    return {
      Identifier(node) {
        if (!readsGlobal(node)) return;
        if (HOSTS.has(node.name)) {
          context.report({ node, message: `the core must not use "${node.name}": it runs on every runtime` });
        } else if (NETWORK.has(node.name) && !connects) {
          context.report({ node, message: `only src/connection/ may use "${node.name}"` });
        }
      },
    };
  },
};

const fileLength: Deno.lint.Rule = {
  create: (context) => ({
    Program(node) {
      const message = checkLength(pathOf(context), context.sourceCode.text);
      if (message) context.report({ node, message });
    },
  }),
};

const plugin: Deno.lint.Plugin = {
  name: "kruise",
  rules: { layers, globals, "file-length": fileLength },
};

export default plugin;
