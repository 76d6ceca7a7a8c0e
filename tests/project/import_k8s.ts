/** Started by permissions_test.ts without any permission. */

import { KubeClient } from "../../src/k8s/mod.ts";

console.log(typeof KubeClient);
