import {
  AuthenticationError,
  InvalidArgumentError,
  NotFoundError,
  SandboxError,
  type SandboxErrorCode,
  UnsupportedError,
} from "../../mod.ts";
import type { Version } from "./recording.ts";

/** The code a step is refused with; by version where they differ, and then perhaps with none. */
export type Refusal = SandboxErrorCode | Readonly<Partial<Record<Version, SandboxErrorCode>>>;

const OLD_ONLY = { "0.2.10": "invalid_argument" } as const;

/** What recorded refusals are to the caller, by case (without the codec) and step. All other steps give a value. */
export const REFUSALS: Readonly<Record<string, Readonly<Record<number, Refusal>>>> = {
  "files-get-errors": {
    2: "file_not_found",
    3: "is_a_directory",
    4: "not_a_directory",
    5: "is_a_directory",
    6: "unknown_user",
    7: "invalid_argument",
  },
  "files-get-gzip": { 7: { "0.6.13": "unsupported" } },
  "files-post-empty": { 3: "protocol", 4: "protocol", 5: "file_not_found" },
  "files-post-errors": {
    2: "is_a_directory",
    3: "not_a_directory",
    5: "unknown_user",
    7: "is_a_directory",
    8: "invalid_argument",
  },
  "process-cwd-missing": { 0: "invalid_argument" },
  "process-user-unknown": { 0: "unknown_user" },
  "process-list-needs-no-user": { 1: "unknown_user", 2: "unknown_user" },
  "process-binary-missing": { 0: OLD_ONLY },
  "process-command-not-found": { 0: OLD_ONLY },
  "process-connect-unknown": { 0: "process_not_found", 2: "process_not_found" },
  "process-connect-after-exit": { 1: { "0.2.10": "process_not_found" }, 3: "process_not_found" },
  "process-closestdin": {
    2: { "0.2.10": "unsupported" },
    3: { "0.2.10": "unsupported", "0.6.13": "process_not_found" },
  },
  "process-stdin-false": { 2: { "0.6.13": "invalid_argument" } },
  "process-pty-errors": { 1: "invalid_argument", 3: "process_not_found", 5: "invalid_argument", 8: OLD_ONLY },
  "process-sendinput-errors": { 0: "process_not_found", 3: "invalid_argument", 5: "invalid_argument" },
  "fs-stat-missing": { 0: "file_not_found" },
  "fs-stat-paths": { 7: "invalid_argument" },
  "fs-user": { 2: "unknown_user" },
  "fs-makedir-in-the-way": {
    2: "not_a_directory",
    3: "not_a_directory",
    5: { "0.2.10": "already_exists", "0.6.13": "internal" },
  },
  "fs-move": { 4: "file_not_found" },
  "fs-move-missing": { 1: "file_not_found" },
  "fs-move-onto-dir": {
    2: "already_exists",
    3: "already_exists",
    4: "already_exists",
    5: "already_exists",
    6: "not_a_directory",
    7: "invalid_argument",
  },
  "fs-listdir-errors": {
    2: "file_not_found",
    3: "not_a_directory",
    4: "file_not_found",
    5: "invalid_argument",
    6: "not_a_directory",
  },
  "fs-watch-deadline-keepalive": { 1: "disconnected" },
  "fs-watch-errors": {
    2: "file_not_found",
    3: "not_a_directory",
    4: "unknown_user",
    5: "file_not_found",
    6: "not_a_directory",
  },
  "init-sets-token": { 1: "unauthenticated", 2: "unauthenticated" },
  "token-missing": every([2, 3, 4, 5, 6, 7, 8, 9], "unauthenticated"),
  "token-wrong": every([2, 3, 4, 5, 6, 7, 8, 9], "unauthenticated"),
  "token-binary": { 0: "unauthenticated", 1: "unauthenticated" },
  "token-preflight": { 1: "unauthenticated" },
};

/** The class of a code, for those that the daemon itself can cause. */
export function classOf(code: SandboxErrorCode): typeof SandboxError {
  switch (code) {
    case "file_not_found":
    case "process_not_found":
      return NotFoundError;
    case "unauthenticated":
    case "unknown_user":
      return AuthenticationError;
    case "invalid_argument":
    case "not_a_directory":
    case "is_a_directory":
    case "already_exists":
      return InvalidArgumentError;
    case "unsupported":
      return UnsupportedError;
    default:
      return SandboxError;
  }
}

function every(steps: readonly number[], code: SandboxErrorCode): Record<number, SandboxErrorCode> {
  return Object.fromEntries(steps.map((step) => [step, code]));
}
