import { type Answer, type FakeKubeClock, timeOf } from "./call.ts";
import type { UserInfo } from "./users.ts";

/** Says to somebody who they are. */
export function review({ name, uid, groups, extra }: UserInfo, clock: FakeKubeClock): Answer {
  const userInfo = {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
  const body = {
    kind: "SelfSubjectReview",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { creationTimestamp: timeOf(clock) },
    status: { userInfo },
  };
  return { status: 201, body };
}
