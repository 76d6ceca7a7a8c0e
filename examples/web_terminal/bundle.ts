/** Bundles the page into a directory, `dist` where none is named: `deno run -A bundle.ts [directory]`. */

const here = new URL("./", import.meta.url);

/** What a server hands out. */
export const FILES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css",
  "main.js": "text/javascript",
};

/** Bundles the page into a directory. */
export async function bundle(directory: string): Promise<void> {
  // So that node_modules has what the page imports.
  await deno("cache", "main.ts");
  await deno(
    ...["run", "-A", "--no-config", "--node-modules-dir=none", "npm:esbuild@0.28.2", "main.ts", "page.css"],
    ...["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning", `--outdir=${directory}`],
    `--alias:@kruise-agents/runtime=${new URL("../../mod.ts", here).pathname}`,
  );
  await Deno.copyFile(new URL("index.html", here), `${directory}/index.html`);
}

async function deno(...args: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: here, env: { NO_COLOR: "1" }, stdin: "null" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot bundle the page: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) await bundle(Deno.args[0] ?? new URL("dist", here).pathname);
