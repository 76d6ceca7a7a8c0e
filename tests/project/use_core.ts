/** Started by permissions_test.ts with the network of one host and nothing else. */

import { RuntimeClient } from "../../mod.ts";

const [sandboxBaseUrl, runtimeToken] = Deno.args;
const sandbox = new RuntimeClient({ sandboxBaseUrl, runtimeToken, user: "root" });
const { stdout } = await sandbox.commands.run("cat", { stdin: "through a command" });
await sandbox.files.writeText("permissions.txt", "through a file");
console.log(`${stdout}, ${await sandbox.files.readText("permissions.txt")}`);
