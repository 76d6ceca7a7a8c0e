/**
 * Runs a Deno command (`test -A`, `check`, …) so that it also works where the JSR registry does not answer: then the
 * small stand-ins of `tests/offline/jsr/` serve `jsr:@std/…`. Where JSR answers, or `JSR_URL` is set, nothing changes.
 */

async function registryAnswers(): Promise<boolean> {
  if (Deno.env.has("JSR_URL")) return true;
  const request = fetch("https://jsr.io/@std/assert/meta.json", {
    method: "HEAD",
    signal: AbortSignal.timeout(3_000),
  });
  return await request.then((response) => response.ok, () => false);
}

const [command = "test", ...args] = Deno.args;
const online = await registryAnswers();
const child = new Deno.Command(Deno.execPath(), {
  // A lockfile would name the versions of the real packages.
  args: [command, ...(online ? [] : ["--no-lock"]), ...args],
  env: online ? {} : { JSR_URL: new URL("../tests/offline/jsr/", import.meta.url).href },
}).spawn();

// A terminal sends Ctrl-C to the child as well: outlive it, to pass on its exit code. The others reach only us.
Deno.addSignalListener("SIGINT", () => {});
if (Deno.build.os !== "windows") {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
}
Deno.exit((await child.status).code);
