/** All cases of the client. */

import type { KubeCase } from "./case.ts";
import { claims } from "./cases/claims.ts";
import { cluster } from "./cases/cluster.ts";
import { deleting } from "./cases/deleting.ts";
import { informers } from "./cases/informers.ts";
import { reading } from "./cases/reading.ts";
import { refusals } from "./cases/refusals.ts";
import { sandboxes } from "./cases/sandboxes.ts";
import { watching } from "./cases/watching.ts";
import { writing } from "./cases/writing.ts";

/** In the order in which a reader would look at them. */
export const CASES: readonly KubeCase[] = [
  ...cluster,
  ...reading,
  ...writing,
  ...deleting,
  ...watching,
  ...informers,
  ...sandboxes,
  ...claims,
  ...refusals,
];
