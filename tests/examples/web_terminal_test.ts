import { serve } from "../../examples/web_terminal/serve.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { install, installed, PLAYWRIGHT } from "../runtimes/platforms/chromium.ts";
import { start } from "../runtimes/platforms/child.ts";
import { makeHome } from "./web_terminal/home.ts";
import type { BrowserJob, Outcome } from "./web_terminal/program.ts";

/** The gate has to have a browser, and gets one; a contributor without one need not. */
const isGate = Deno.env.has("CI");

const browser = await installed() ?? (isGate ? await install() : undefined);
const reason = browser === undefined ? " (there is no Chromium: apt install chromium)" : "";

Deno.test({ name: `web terminal: in Chromium${reason}`, ignore: browser === undefined, fn: inChromium });

async function inChromium(t: Deno.TestContext): Promise<void> {
  const home = await makeHome();
  try {
    await using straight = await startLocalRuntime({ home });
    // A daemon that dies where a stream is cut: the relay must not.
    await using fragile = await startLocalRuntime({ home, bugs: ["B1", "B2", "B4"] });
    await using page = await serve(fragile.clientOptions());
    const fields = new URLSearchParams({ way: "straight", url: straight.url, secret: straight.token });
    const job: BrowserJob = {
      ways: { straight: `${page.url}#${fields}`, relay: page.relayed },
      tokens: { straight: straight.token, relay: fragile.token },
      filter: Deno.env.get("WEB_TERMINAL") ?? "",
      ...(Deno.env.has("PICTURE") && { picture: new URL("../../docs/web_terminal.png", import.meta.url).pathname }),
    };
    const program = new URL("web_terminal/program.ts", import.meta.url).pathname;
    const flags = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none"];
    const child = start(Deno.execPath(), [...flags, program, PLAYWRIGHT, browser!, JSON.stringify(job)]);
    try {
      for await (const line of child.lines) {
        const { name, error }: Outcome = JSON.parse(line);
        await t.step(name, () => {
          if (error !== undefined) throw new Error(error);
        });
      }
      await t.step("the program ends by itself", async () => {
        const code = await child.ended;
        if (code !== 0) throw new Error(`It ended with code ${code}\n${await child.complaints}`);
      });
    } finally {
      await child.stop();
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
