import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AuthenticationError,
  CommandExitError,
  DisconnectedError,
  InvalidArgumentError,
  isSandboxError,
  NotFoundError,
  OutputLimitError,
  SandboxError,
  type SandboxErrorByCode,
  type SandboxErrorCode,
  SandboxNotRunningError,
  TimeoutError,
  UnsupportedError,
} from "../../mod.ts";

/** The class that the contract names for each code. */
const CLASSES: Readonly<Partial<Record<SandboxErrorCode, abstract new (...args: never) => SandboxError>>> = {
  command_exit: CommandExitError,
  request_timeout: TimeoutError,
  command_timeout: TimeoutError,
  wait_timeout: TimeoutError,
  output_limit: OutputLimitError,
  file_too_large: OutputLimitError,
  file_not_found: NotFoundError,
  process_not_found: NotFoundError,
  sandbox_not_found: NotFoundError,
  unauthenticated: AuthenticationError,
  forbidden: AuthenticationError,
  unknown_user: AuthenticationError,
  sandbox_not_running: SandboxNotRunningError,
  gateway_not_ready: SandboxNotRunningError,
  invalid_argument: InvalidArgumentError,
  not_a_directory: InvalidArgumentError,
  is_a_directory: InvalidArgumentError,
  already_exists: InvalidArgumentError,
  disconnected: DisconnectedError,
  unsupported: UnsupportedError,
};

/** Asserts that a call is refused with a code, and the class that the contract names for it. */
export async function assertRefused<C extends SandboxErrorCode>(
  call: Promise<unknown>,
  code: C,
  about: string = "",
): Promise<SandboxErrorByCode[C] & { readonly code: C }> {
  const error = await assertRejects(() => call);
  if (!isSandboxError(error)) throw error;
  assertEquals(error.code, code, `${about}: ${error.message}`);
  assertInstanceOf(error, CLASSES[code] ?? SandboxError);
  assertInstanceOf(error, SandboxError);
  assertEquals(error.name, (CLASSES[code] ?? SandboxError).name);
  assert(isSandboxError(error, code));
  return error;
}
