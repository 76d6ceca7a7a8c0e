/**
 * Makes `gen/` from `proto/`. With `--check` it writes nothing and fails when `gen/` is not what `proto/` gives.
 *
 * buf and protoc-gen-es come from npm; the plugin is started by the Deno that runs this, which need not be on the PATH.
 */

const BUF = "npm:@bufbuild/buf@1.66.1";
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.13.0";
const root = new URL("../", import.meta.url);
// Tools stay out of the project's node_modules.
const RUN_TOOL = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none"];

async function generate(out: string): Promise<void> {
  const template = {
    version: "v2",
    clean: true,
    inputs: [{ directory: "proto" }],
    plugins: [{
      local: [Deno.execPath(), ...RUN_TOOL, PLUGIN],
      out,
      opt: ["target=ts", "import_extension=ts", "erasable_syntax=true"],
    }],
  };
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_TOOL, BUF, "generate", "--template", JSON.stringify(template)],
    cwd: root,
  }).output().then((output) => {
    Deno.stderr.writeSync(output.stderr);
    return output;
  });
  if (!success) throw new Error("Cannot generate the protobuf code: buf failed");
}

async function read(directory: string | URL): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const service of ["process", "filesystem"]) {
    const name = `${service}/${service}_pb.ts`;
    files.set(name, await Deno.readTextFile(`${directory}/${name}`).catch(() => ""));
  }
  return files;
}

if (Deno.args.includes("--check")) {
  const fresh = await Deno.makeTempDir();
  try {
    await generate(fresh);
    const [have, want] = [await read(new URL("gen", root).pathname), await read(fresh)];
    const drifted = [...want].filter(([name, text]) => have.get(name) !== text).map(([name]) => name);
    if (drifted.length > 0) {
      console.error(`gen/ differs from proto/ in ${drifted.join(", ")}: run "deno task generate"`);
      Deno.exit(1);
    }
    console.log("gen/ is what proto/ gives");
  } finally {
    await Deno.remove(fresh, { recursive: true });
  }
} else {
  await generate("gen");
}
