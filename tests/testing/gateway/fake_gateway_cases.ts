/** What the fake gateway promises. These cases run on Deno, Bun and Node. */

import { FLOW_CASES } from "./fake_gateway_flow.ts";
import { ODD_CASES } from "./fake_gateway_odd.ts";
import { RELAY_CASES } from "./fake_gateway_relay.ts";
import { RULE_CASES } from "./fake_gateway_rules.ts";
import { TOKEN_CASES } from "./fake_gateway_tokens.ts";
import type { GatewayCase } from "./fake_gateway_tools.ts";

/** All of them. */
export const GATEWAY_CASES: readonly GatewayCase[] = [
  ...RULE_CASES,
  ...TOKEN_CASES,
  ...RELAY_CASES,
  ...FLOW_CASES,
  ...ODD_CASES,
];
