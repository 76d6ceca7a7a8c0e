import { AuthenticationError } from "../../../errors/authentication_error.ts";
import { CommandExitError } from "../../../errors/command_exit_error.ts";
import type { CommandResult } from "../../../errors/command_result.ts";
import { DisconnectedError } from "../../../errors/disconnected_error.ts";
import { InvalidArgumentError } from "../../../errors/invalid_argument_error.ts";
import { isSandboxError } from "../../../errors/is_sandbox_error.ts";
import { NotFoundError } from "../../../errors/not_found_error.ts";
import { SandboxError } from "../../../errors/sandbox_error.ts";
import { UnsupportedError } from "../../../errors/unsupported_error.ts";
import { EXIT } from "./scripts.ts";

/** How a command in a container ended. */
export type ExecResult = Omit<CommandResult, "pid">;

/** What a copy is called in its errors, and whether something may have been written when it ends. */
export interface CopyContext {
  /** Completes "Cannot …". */
  readonly what: string;
  /** The path in the container. */
  readonly path: string;
  /** Whether files in the container may be there in part. */
  readonly partial: boolean;
}

const PARTIAL = "What was written so far may be there in part";

/** The error of a command that did not end with 0. */
export function exitError(context: CopyContext, result: ExecResult): SandboxError {
  const { what, path, partial } = context;
  const { exitCode, stderr } = result;
  const words = lastWords(stderr);
  const because = words === "" ? "" : `: ${words}`;
  const hint = (text?: string) => [text, partial ? PARTIAL : undefined].filter(Boolean).join(". ") || undefined;
  switch (exitCode) {
    case EXIT.missing:
      return new NotFoundError(`Cannot ${what}: there is no ${JSON.stringify(path)}`, { code: "file_not_found" });
    case EXIT.notDirectory:
      return new InvalidArgumentError(`Cannot ${what}: a directory is needed, and something else is there`, {
        code: "not_a_directory",
      });
    case EXIT.forbidden:
      return forbidden(context, because, hint("Choose a container whose user may read it"));
    case 126:
    case 127:
      return withoutShell(context, because);
    case EXIT.noSparse:
      return new UnsupportedError(`Cannot ${what}: the image's tar knows nothing of holes`, {
        code: "unsupported",
        hint: "Leave sparse out, or add GNU's tar to the image",
      });
    case EXIT.wrongSize:
      return new SandboxError(`Cannot ${what}: a file has another size than was sent`, {
        code: "internal",
        hint: hint("Something else writes to it"),
      });
  }
  if (/no space left on device|disk quota exceeded/i.test(stderr)) {
    return new SandboxError(`Cannot ${what}: the container has no space left${because}`, {
      code: "no_space",
      hint: hint("Free some, or copy to another volume"),
    });
  }
  if (/: not a directory|: file exists/i.test(stderr) && exitCode === EXIT.noDirectory) {
    return new InvalidArgumentError(`Cannot ${what}: a directory is needed, and something else is there${because}`, {
      code: "not_a_directory",
    });
  }
  if (/permission denied|operation not permitted|read-only file system/i.test(stderr)) {
    return forbidden(context, because, hint("The container's user has no right to do that"));
  }
  const advice = /file changed as we read it|file removed before we read it/i.test(stderr)
    ? "Something writes there while it is copied: stop that, or copy again"
    : undefined;
  return new CommandExitError(`Cannot ${what}: the container's tar ended with ${exitCode}${because}`, {
    code: "command_exit",
    result: { ...result, pid: 0 },
    hint: hint(advice),
  });
}

/** The error of a connection that was lost in the middle, or of an image without a shell, and every other as it is. */
export function cutError(context: CopyContext, cause: unknown): unknown {
  const { what, partial } = context;
  if (isSandboxError(cause, "kube_status") && /executable file not found|no such file or dir/.test(cause.message)) {
    return withoutShell(context, "", cause);
  }
  if (!isSandboxError(cause, "disconnected")) return cause;
  return new DisconnectedError(`Cannot ${what}: the connection was lost in the middle`, {
    code: "disconnected",
    retryable: true,
    cause,
    hint: partial ? PARTIAL : "What was read so far is not the whole",
  });
}

/** The error of an archive that is not safe to write. */
export function archiveError({ what, partial }: CopyContext, detail: string): InvalidArgumentError {
  return new InvalidArgumentError(`Cannot ${what}: of the archive: ${detail}`, {
    code: "invalid_argument",
    hint: partial ? "What stands in front of that in the archive may have been written" : "Nothing was written",
  });
}

function withoutShell({ what }: CopyContext, because: string, cause?: unknown): UnsupportedError {
  return new UnsupportedError(`Cannot ${what}: the image has no sh that can be run${because}`, {
    code: "unsupported",
    hint: "Copies need sh, and tar, or cat for single files: add them to the image, or use a container that has them",
    cause,
  });
}

function forbidden({ what }: CopyContext, because: string, hint: string | undefined): AuthenticationError {
  return new AuthenticationError(`Cannot ${what}: the container's user may not${because}`, { code: "forbidden", hint });
}

/** What a tar says last is a summary; what it says first tells why. */
function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const told = lines.filter((line) => !/^tar: (Exiting with failure|Error is not recoverable)/.test(line));
  const text = (told.length > 0 ? told : lines).slice(0, 3).join("; ");
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
