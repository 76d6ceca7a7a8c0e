const OTHER_CODEC = "gRPC: the client speaks Connect";
const RAW_HTTP = "paths, methods and headers that the client never sends";
const CONTROL_PLANE = "the control plane calls /init, no client";
const NOT_PUBLIC = "the public API has no such call";
const DEADLINE = "Connect-Timeout-Ms is never sent";

/** Recorded cases that no call of the client causes, by their names without the codec, with the reason. */
export const CASES_LEFT_OUT: Readonly<Record<string, string>> = {
  "http-unknown-path": RAW_HTTP,
  "http-cors": "preflights are a browser's own",
  "files-get-username": "the client always names one account and one path",
  "files-head": RAW_HTTP,
  "files-post-octet-stream": "the client sends forms to this daemon",
  "files-compose-absent": NOT_PUBLIC,
  "files-compose": NOT_PUBLIC,
  "files-metadata": NOT_PUBLIC,
  "process-user-missing": "the client always names an account",
  "process-cmd-empty": "the client refuses an empty command before any request",
  "process-tag": "the client never selects by tag: it looks the pid up in List",
  "process-streaminput": "the client sends input by SendInput, which every engine can",
  "process-timeout": DEADLINE,
  "process-timeout-connect": DEADLINE,
  "process-timeout-malformed": DEADLINE,
  "process-timeout-zero": DEADLINE,
  "grpc-start-echo": OTHER_CODEC,
  "rpc-stream-gzip": "the client asks for no compression",
  "rpc-unary-gzip": "the client asks for no compression",
  "rpc-unknown-compression": "the client asks for no compression",
  "rpc-protocol-version": RAW_HTTP,
  "rpc-content-type": RAW_HTTP,
  "rpc-method": RAW_HTTP,
  "rpc-malformed": "the client sends the binary codec, well formed",
  "rpc-stream-envelopes": "the client sends exactly one message",
  "init-bodies": CONTROL_PLANE,
  "token-init": CONTROL_PLANE,
};

/** Steps of replayed cases that no call of the client causes. */
export const STEPS_LEFT_OUT: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "http-health": { 1: RAW_HTTP, 2: RAW_HTTP, 3: RAW_HTTP },
  "files-get-range": { 3: "a suffix cannot be asked for", 6: "ranges are well formed" },
  "files-post-several": { 1: "each file has a request of its own, so that a failure tells what was written" },
  "files-post-path-and-several": { 1: "one file with a path", 3: "one file with a path" },
  "files-post-errors": { 4: "a path is always given", 6: "an account is always given" },
  "process-connect-unknown": { 1: "never by tag", 3: "never without a selector", 4: "never without a selector" },
  "process-sendsignal-unknown": { 1: "never by tag", 2: "never without a selector" },
  "process-pty-errors": { 2: "a size is always given" },
  "process-sendinput-errors": { 1: "never without a selector", 4: "nothing is sent for no data" },
  "fs-user": { 0: "the client always names an account" },
  "init-envvars": { 0: CONTROL_PLANE, 3: CONTROL_PLANE, 6: CONTROL_PLANE, 8: CONTROL_PLANE },
  "init-sets-token": { 0: CONTROL_PLANE },
  "token-missing": { 1: RAW_HTTP, 10: RAW_HTTP, 11: RAW_HTTP, 12: RAW_HTTP, 13: RAW_HTTP, 14: NOT_PUBLIC },
  "token-wrong": { 1: RAW_HTTP, 10: RAW_HTTP, 11: RAW_HTTP, 12: RAW_HTTP, 13: RAW_HTTP, 14: NOT_PUBLIC },
  "token-preflight": { 0: "preflights are a browser's own" },
};
