import { GATEWAY_CASES } from "./fake_gateway_cases.ts";

for (const { name, run } of GATEWAY_CASES) Deno.test(`fake gateway: ${name}`, run);
