import type { SandboxErrorCode } from "@kruise-agents/runtime";

/**
 * The HTTP status for each code of a sandbox error. 4xx: the caller can do something about it. 502: the Worker's own
 * way to the sandbox is wrong or broken, its token for one. 503 and 504: later it may work.
 */
export const STATUS: Readonly<Record<SandboxErrorCode, number>> = {
  invalid_argument: 400,
  unknown_user: 400,
  file_not_found: 404,
  process_not_found: 404,
  job_not_found: 404,
  context_not_found: 404,
  command_timeout: 408,
  wait_timeout: 408,
  not_a_directory: 409,
  is_a_directory: 409,
  already_exists: 409,
  file_too_large: 413,
  output_limit: 413,
  command_exit: 422,
  rate_limited: 429,
  unknown: 500,
  unsupported: 501,
  unauthenticated: 502,
  forbidden: 502,
  sandbox_not_found: 502,
  internal: 502,
  protocol: 502,
  network: 502,
  tls: 502,
  disconnected: 502,
  kube_status: 502,
  kube_config: 502,
  sandbox_not_running: 503,
  gateway_not_ready: 503,
  claim_incomplete: 503,
  request_timeout: 504,
  no_space: 507,
};
