/** All platforms. */

import { chromium } from "./chromium.ts";
import { miniflare } from "./miniflare.ts";
import type { Platform, PlatformName } from "./platform.ts";
import { bun, deno, node, olderNode } from "./servers.ts";
import { workerd } from "./workerd.ts";

/** Installs a platform where it is not there, and makes what it needs in a directory of its own. */
export async function open(name: PlatformName, dir: string): Promise<Platform> {
  switch (name) {
    case "deno":
      return deno(dir);
    case "bun":
      return await bun(dir);
    case "node22":
      return await node("22", dir);
    case "node":
      return await node("latest", dir);
    case "node20":
      return await olderNode("20", dir);
    case "workerd":
      return await workerd(dir);
    case "miniflare":
      return await miniflare(dir);
    case "chromium":
      return await chromium(dir);
  }
}
