import { bundle, programPath } from "./bundle.ts";
import { outcomesOf, output } from "./child.ts";
import type { Platform } from "./platform.ts";

/** Outside of the project's dependencies, like every tool here. */
export const PLAYWRIGHT = "npm:playwright-core@1";
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** A page in Chromium, of another origin than the runtime. */
export async function chromium(dir: string): Promise<Platform> {
  const browser = await installed() ?? await install();
  const script = await bundle("page", dir, "--platform=browser", "--target=chrome134");
  const flags = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none"];
  const args = [...flags, programPath("chromium"), PLAYWRIGHT, browser, script];
  return {
    title: (await output(browser, ["--version"])).split(" ", 2).join(" "),
    run: (job) => outcomesOf(Deno.execPath(), [...args, JSON.stringify(job)], job),
  };
}

/** The path of Chromium, where it is installed. */
export async function installed(): Promise<string | undefined> {
  for (const name of NAMES) {
    try {
      return await output("sh", ["-c", `command -v ${name}`]);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** Installs Debian's Chromium; Playwright's own download is one more place that a machine may not reach. */
export async function install(): Promise<string> {
  await apt("update", "-qq");
  await apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
  const browser = await installed();
  if (browser === undefined) throw new Error("Cannot find Chromium after installing it");
  return browser;
}

async function apt(...args: string[]): Promise<void> {
  const rights = Deno.uid() === 0 ? ["env"] : ["sudo", "-n"];
  const [command, ...rest] = [...rights, "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "Acquire::Retries=3"];
  await output(command!, [...rest, ...args]);
}
