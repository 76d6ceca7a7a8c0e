/**
 * Tools for testing what uses sandboxes, without one.
 *
 * @module
 */

export {
  GATEWAY_REPLIES,
  type GatewayReply,
  gatewayReply,
  type GatewayReplyName,
  type GatewayReplyValues,
} from "./gateway_replies.ts";
