/** What the fake gateway promises. These cases run on Deno, Bun and Node. */

import { RELAY_CASES } from "./fake_gateway_relay.ts";
import type { GatewayCase } from "./fake_gateway_tools.ts";

/** All of them. */
export const GATEWAY_CASES: readonly GatewayCase[] = [...RELAY_CASES];
