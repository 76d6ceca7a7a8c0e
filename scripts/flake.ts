/**
 * Runs the test suite three times, the last time with files in parallel, to find tests that pass by luck. Stops at the
 * first failure and shows its output.
 */

const wrapper = new URL("deno.ts", import.meta.url).href;
const RUNS: readonly string[][] = [[], [], ["--parallel"]];

for (const [index, flags] of RUNS.entries()) {
  const started = performance.now();
  const { success, code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", wrapper, "test", "-A", "--doc", ...flags],
    cwd: new URL("../", import.meta.url),
    stdin: "null",
  }).output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const name = `run ${index + 1} of ${RUNS.length}${flags.length > 0 ? ` (${flags.join(" ")})` : ""}`;
  if (!success) {
    await Deno.stdout.write(stdout);
    await Deno.stderr.write(stderr);
    console.error(`${name}: failed after ${seconds} s`);
    Deno.exit(code);
  }
  console.log(`${name}: passed in ${seconds} s`);
}
