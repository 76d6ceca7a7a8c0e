/**
 * Who asks, for the server's audit log. What stands before the slash is the field manager of writes that name none.
 * No version: it would make each release another one in metrics.
 */
export const USER_AGENT: string = "kruise-agents-runtime/js";
