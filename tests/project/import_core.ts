/** Started by permissions_test.ts without any permission. */

import { RuntimeClient } from "../../mod.ts";

console.log(typeof RuntimeClient);
