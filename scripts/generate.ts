/**
 * Makes `gen/` from `proto/`. With `--check` it writes nothing and fails when `gen/` is not what `proto/` gives.
 *
 * It is made twice. The local runtime and the tests have protobuf-es's code (`gen/*_pb.ts`): Connect's router and JSON
 * need descriptors. The core has ts-proto's (`gen/codec/`): plain functions over protobuf-es's reader and writer, without
 * descriptors and reflection, which would be a third of what a browser has to load.
 *
 * buf and the plugins come from npm; the plugins are started by the Deno that runs this, which need not be on the PATH.
 */

import { correctCodec } from "./correct_codec.ts";

const BUF = "npm:@bufbuild/buf@1.66.1";
const DESCRIPTORS = "npm:@bufbuild/protoc-gen-es@2.13.0";
const CODEC = "npm:ts-proto@2.18.0/protoc-gen-ts_proto";
const CODEC_OPTIONS = [
  "env=browser",
  "importSuffix=.ts",
  "outputServices=none",
  "outputJsonMethods=false",
  "outputPartialMethods=false",
  "exportCommonSymbols=false",
  "useOptionals=messages",
  "oneof=unions-value",
  // A size may be beyond what a number holds, and whoever reads it has to see that.
  "forceLong=bigint",
  "useDate=false",
  "enumsAsLiterals=true",
  "removeEnumPrefix=true",
  "unrecognizedEnum=false",
];
const root = new URL("../", import.meta.url);
// Tools stay out of the project's node_modules.
const RUN_TOOL = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none"];

async function generate(out: string): Promise<void> {
  const template = {
    version: "v2",
    clean: true,
    inputs: [{ directory: "proto" }],
    plugins: [{
      local: [Deno.execPath(), ...RUN_TOOL, DESCRIPTORS],
      out,
      opt: ["target=ts", "import_extension=ts", "erasable_syntax=true"],
    }, {
      local: [Deno.execPath(), ...RUN_TOOL, CODEC],
      out: `${out}/codec`,
      opt: CODEC_OPTIONS,
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
  const codec = new URL(`${out}/codec/`, root);
  for (const [name, text] of correctCodec(await read(codec))) await Deno.writeTextFile(new URL(name, codec), text);
}

/** The files of a directory, by their path in it. */
async function read(directory: URL): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const url = new URL(isDirectory ? `${name}/` : name, directory);
    if (!isDirectory) files.set(name, await Deno.readTextFile(url));
    else for (const [below, text] of await read(url)) files.set(`${name}/${below}`, text);
  }
  return files;
}

if (Deno.args.includes("--check")) {
  const fresh = await Deno.makeTempDir();
  try {
    await generate(fresh);
    const [have, want] = [await read(new URL("gen/", root)), await read(new URL(`file://${fresh}/`))];
    const drifted = [...new Set([...want.keys(), ...have.keys()])].filter((name) => have.get(name) !== want.get(name));
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
