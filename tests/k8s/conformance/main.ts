/**
 * Runs the cases of the client against a real API server, and says what passed.
 *
 * KUBECONFIG=<file> deno task conformance:k8s [--case <text>] [<file of a kubeconfig> …]
 *
 * Without files, the configuration is found as kubectl finds it, and everything that the user may do must work. Files
 * are those that `tests/kube/up.sh` makes: each must come to what `kubeconfigs.ts` says, errors and missing rights
 * included. The server needs the CustomResourceDefinitions of OpenKruise Agents, and no controllers: the cases write the
 * status of sandboxes themselves. With `K8S_ETCD`, the URL of its etcd, old versions can be made to be forgotten.
 *
 * Runs on Deno, Bun and Node.
 */

import process from "node:process";
import { basename } from "node:path";
import { inspect, parseArgs } from "node:util";
import { isSandboxError } from "../../../mod.ts";
import { createKubeClient } from "../../../src/k8s/client/kube_client.ts";
import type { KubeAccess } from "../../../src/k8s/config/kube_access.ts";
import { loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import { isForbidden } from "../../../src/k8s/mod.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import type { KubeCase, Target } from "./case.ts";
import { CASES } from "./cases.ts";
import { type Expectation, EXPECTATIONS, type ExpectedAccess, type ExpectedFailure } from "./kubeconfigs.ts";
import { type CaseOutcome, described, runCases } from "./run.ts";

const WHAT_TO_DO = `
To start a real API server on this machine (Go 1.26, openssl and curl; the first start builds for about seven minutes):
  set -a; eval "$(tests/kube/up.sh)"; set +a
  KUBECONFIG=$KUBECONFIG_TOKEN deno task conformance:k8s   # one configuration
  deno task conformance:k8s $K8S_RUN/*.kubeconfig          # all of them
  tests/kube/down.sh`;

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { case: { type: "string", default: "" } },
  allowPositionals: true,
});
const cases = CASES.filter(({ name }) => name.includes(values.case));
if (cases.length === 0) throw new TypeError(`No case has "${values.case}" in its name`);

const etcd = process.env["K8S_ETCD"];

/** Makes the server's store forget what was before now. */
async function compact(): Promise<void> {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${etcd}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    return await response.json();
  };
  const { header } = await post("range", { key: btoa("x") });
  await post("compaction", { revision: header.revision, physical: true });
}

function targetOf(access: KubeAccess): Target {
  return etcd ? { access, compact } : { access };
}

/** The first request: whether there is anything to run cases against. Who may not list may do other things. */
async function firstFailure(access: KubeAccess): Promise<unknown> {
  await using kube = createKubeClient(access, kubeFetch(access));
  try {
    await kube.sandboxes().list({ limit: 1 });
  } catch (error) {
    if (!isForbidden(error)) return error;
  }
}

interface Sum {
  passed: number;
  failed: number;
  refused: number;
}

function sumOf(outcomes: readonly CaseOutcome[]): Sum {
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  const refused = outcomes.filter(({ missing }) => missing !== undefined).length;
  return { passed: outcomes.length - failed - refused, failed, refused };
}

function inWords({ passed, failed, refused }: Sum): string {
  const more = refused === 0 ? "" : `, ${refused} refused, as the user's rights are`;
  return `${passed} passed, ${failed} failed${more}`;
}

/** Runs the cases under the configuration that kubectl would use. */
async function runHere(): Promise<boolean> {
  const access = await loadKubeConfig({}).catch((error) => error);
  const failure = access instanceof Error ? access : await firstFailure(access);
  if (failure !== undefined) {
    console.log(described(failure));
    if (isSandboxError(failure, "kube_config")) {
      for (const { source, reason } of failure.tried) console.log(`  ${source}: ${reason}`);
    }
    if (isSandboxError(failure, "kube_config") || isSandboxError(failure, "network")) console.log(WHAT_TO_DO);
    console.log("\n0 passed, 1 failed");
    return false;
  }
  const outcomes = await runCases(targetOf(access), cases);
  for (const { name, ms, error, missing } of outcomes) {
    const word = error !== undefined ? "FAILED" : missing !== undefined ? "refused" : "ok";
    console.log(`${word.padEnd(8)}${name} (${Math.round(ms)} ms)`);
    if (missing !== undefined) console.log(`        the user may not ${missing}`);
    if (error !== undefined) console.log(described(error).replace(/^/gm, "        "));
  }
  const sum = sumOf(outcomes);
  console.log(`\n${access.server}: ${inWords(sum)}`);
  return sum.failed === 0 && sum.passed > 0;
}

/** Runs the cases under each of these configurations, and compares with what is expected of it. */
async function runFiles(files: readonly string[]): Promise<boolean> {
  let [good, bad] = [0, 0];
  for (const file of files) {
    const name = basename(file, ".kubeconfig");
    const started = performance.now();
    const { said, failures } = await runFile(file, EXPECTATIONS[name] ?? {});
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${failures.length === 0 ? "ok" : "FAILED"}  ${name}: ${said} (${seconds} s)`);
    for (const failure of failures) console.log(failure.replace(/^/gm, "        "));
    if (failures.length === 0) good++;
    else bad++;
  }
  console.log(`\nconfigurations: ${good} passed, ${bad} failed`);
  return bad === 0;
}

async function runFile(
  kubeconfig: string,
  expected: Expectation,
): Promise<{ readonly said: string; readonly failures: readonly string[] }> {
  const access = await loadKubeConfig({ kubeconfig });
  const failure = await firstFailure(access);
  if ("code" in expected) return { said: described(failure), failures: await differences(access, failure, expected) };
  if (failure !== undefined) return { said: "nothing can be asked", failures: [described(failure)] };
  const outcomes = await runCases(targetOf(access), cases.filter((item) => canRun(item, expected)), expected.rights);
  const failures = outcomes.filter(({ error }) => error !== undefined)
    .map(({ name, error }) => `${name}\n${described(error)}`);
  if (expected.throttled) failures.push(...await throttling(access));
  return { said: inWords(sumOf(outcomes)), failures };
}

function canRun({ needs }: KubeCase, { impersonates }: ExpectedAccess): boolean {
  return !impersonates || !needs.some((need) => need.startsWith("impersonate"));
}

/** What is wrong with how many requests at a time go. */
async function throttling(access: KubeAccess): Promise<string[]> {
  await using kube = createKubeClient(access, kubeFetch(access));
  const many = async (timeoutMs: number) => {
    const calls = Array.from({ length: 40 }, () => kube.sandboxes().list({ limit: 1, timeoutMs }));
    return (await Promise.allSettled(calls)).flatMap((call) => call.status === "rejected" ? [call.reason] : []);
  };
  // The server wants to be asked again after a second, which is later than these would wait.
  const refused = (await many(900)).filter((error) => !isSandboxError(error, "request_timeout"));
  const found: string[] = [];
  if (refused.length === 0) found.push("40 requests at a time: none was refused");
  for (const error of refused) {
    const { status, retryable, hint } = error;
    const isGood = isSandboxError(error, "kube_status") && status === 429 && retryable &&
      hint === "The server has too much to do: try again later";
    if (!isGood) found.push(described(error));
  }
  for (const error of await many(60_000)) found.push(`although it may wait: ${described(error)}`);
  return found;
}

/** In what an error is not the one that was expected. */
async function differences(
  access: KubeAccess,
  error: unknown,
  expected: ExpectedFailure,
): Promise<string[]> {
  if (!isSandboxError(error)) return [`no error of this package: ${described(error)}`];
  const { code, status, retryable, message, hint = "" } = error;
  const found: string[] = [];
  if (code !== expected.code) found.push(`code: ${code}`);
  if (status !== expected.status) found.push(`status: ${status}`);
  if (retryable !== expected.retryable) found.push(`retryable: ${retryable}`);
  if (!expected.message.test(message)) found.push(`message: ${message}`);
  if (!expected.hint.test(hint)) found.push(`hint: ${hint}`);
  const { headers, cert, key } = await access.credentials();
  const secrets = [...headers.map(([, value]) => value.replace(/^\w+ /, "")), cert, key].filter((text) => text);
  const shown = `${inspect(error, { depth: 10, showHidden: true })}\n${error.stack}`;
  if (secrets.some((secret) => shown.includes(secret!))) found.push("it shows a credential");
  return found;
}

// Handles of an engine that are left open must not keep the program.
process.exit(await (positionals.length > 0 ? runFiles(positionals) : runHere()) ? 0 : 1);
