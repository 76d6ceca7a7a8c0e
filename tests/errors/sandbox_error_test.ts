import { assert, assertEquals, assertFalse, assertInstanceOf, assertStrictEquals } from "@std/assert";
import * as api from "../../mod.ts";
import { isSandboxError, SandboxError } from "../../mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const partial = {
  stdout: "out",
  stderr: "err",
  stdoutBytes: bytes("out"),
  stderrBytes: bytes("err"),
  truncatedBytes: 0,
};
const result = { ...partial, exitCode: 3, pid: 7, error: "exit status 3" };

/** Every subclass, one of its codes, and what it carries beside what all do. */
const CLASSES = [
  ["CommandExitError", "command_exit", { result }],
  ["TimeoutError", "command_timeout", { partial }],
  ["OutputLimitError", "output_limit", { partial }],
  ["NotFoundError", "file_not_found", {}],
  ["AuthenticationError", "unknown_user", {}],
  ["SandboxNotRunningError", "sandbox_not_running", { state: "paused" }],
  ["InvalidArgumentError", "is_a_directory", {}],
  ["DisconnectedError", "disconnected", { partial, pid: 7 }],
  ["UnsupportedError", "unsupported", {}],
  ["KubeStatusError", "kube_status", { kubeStatus: { reason: "NotFound", code: 404 } }],
  ["KubeConfigError", "kube_config", { tried: [{ source: "~/.kube/config", reason: "no such file" }] }],
] as const;

// deno-lint-ignore no-explicit-any
const make = (name: string, ...args: unknown[]): any => new (api as any)[name](...args);

for (const [name, code, more] of CLASSES) {
  Deno.test(`${name} is a SandboxError that carries its code and all it was given`, () => {
    const cause = new Error("below");
    const common = { sandboxId: "default--s", status: 500, retryable: true, hint: "try again" };
    const error = make(name, "Cannot do it", { code, cause, ...common, ...more });
    assertInstanceOf(error, SandboxError);
    assertInstanceOf(error, Error);
    assertEquals([error.name, error.message, error.code], [name, "Cannot do it", code]);
    assertStrictEquals(error.cause, cause);
    for (const [key, value] of Object.entries({ ...common, ...more })) {
      assertStrictEquals(Reflect.get(error, key), value, key);
    }
    assert(isSandboxError(error) && isSandboxError(error, code));
    assertEquals(String(error), `${name}: Cannot do it`);
  });

  Deno.test(`${name} has no members for what is not known`, () => {
    const error = make(name, "Cannot do it", { code });
    for (const key of ["sandboxId", "status", "hint", "cause", "partial", "pid", "state", "errorMessage"]) {
      assertFalse(key in error, key);
    }
    assertEquals(error.retryable, false);
  });
}

Deno.test("CommandExitError gives what its result holds", () => {
  const error = new api.CommandExitError("Cannot complete it", { code: "command_exit", result });
  assertEquals([error.exitCode, error.stdout, error.stderr, error.errorMessage], [3, "out", "err", "exit status 3"]);
});

Deno.test("KubeStatusError.reason is that of its Status, else empty", () => {
  assertEquals(new api.KubeStatusError("x", { code: "kube_status", kubeStatus: { reason: "Gone" } }).reason, "Gone");
  assertEquals(new api.KubeStatusError("x", { code: "kube_status" }).reason, "");
});

Deno.test("isSandboxError() knows an error of another install of the package", async () => {
  const other = await import(
    "../../src/errors/sandbox_error.ts?another"
  );
  const error = new other.SandboxError("x", { code: "network" });
  assertFalse(error instanceof SandboxError);
  assert(isSandboxError(error, "network"));
  assertFalse(isSandboxError(error, "tls"));
});

Deno.test("isSandboxError() is false for everything else", () => {
  for (const value of [undefined, null, 0, "network", new Error("x"), { code: "network" }, () => {}]) {
    assertFalse(isSandboxError(value));
    assertFalse(isSandboxError(value, "network"));
  }
});

Deno.test("SandboxError shows its brand in neither JSON nor inspection", () => {
  const error = new SandboxError("x", { code: "network" });
  assertEquals(JSON.parse(JSON.stringify(error)), { name: "SandboxError", code: "network", retryable: false });
  assertFalse(Deno.inspect(error).includes("Symbol"));
});
