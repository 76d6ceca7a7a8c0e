/**
 * Tools for testing what uses sandboxes, without one.
 *
 * @module
 */

export { type FaultPlan, type FaultProxy, type FaultStruck, startFaultProxy } from "./fault_proxy.ts";
export {
  GATEWAY_REPLIES,
  type GatewayReply,
  gatewayReply,
  type GatewayReplyName,
  type GatewayReplyValues,
} from "./gateway_replies.ts";
