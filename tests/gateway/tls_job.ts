/** What the leg asks of a program, and the cases that the program runs. Web APIs alone, but for what trusts. */

import { type Fetch, RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import { type Case, runCase } from "../conformance/case.ts";
import { CASES } from "../conformance/cases.ts";
import { check, equal, rejects } from "../conformance/check.ts";

/** The work of one program. */
export interface TlsJob {
  /** Whether the runtime was told to trust the authority. */
  readonly trusted: boolean;
  /** The authority's certificate, in PEM. */
  readonly ca: string;
  readonly sandboxId: string;
  readonly token: string;
  /** Hosts and ports of gateways, by what their certificate is. */
  readonly domains: Readonly<Record<"good" | "expired" | "otherName" | "plain", string>>;
  /** A name of which the good certificate names all that stands below it, with the port. */
  readonly parent: string;
  /** The names of the cases to run. */
  readonly cases: readonly string[];
}

/** What an engine does by its own means. */
export interface Means {
  /** A `fetch` that trusts the authority, as the engine's users would make it. */
  readonly trusting: Fetch;
  /** A `fetch` that finds names below `localhost`; absent where the global one does. */
  readonly finding?: Fetch | undefined;
}

/** One case, bound to its client. */
interface TlsCase {
  readonly name: string;
  /** Whether it is about a runtime that trusts the authority. */
  readonly trusted: boolean;
  run(job: TlsJob, means: Means): Promise<void>;
}

const UNTRUSTED = "the server's certificate is from an authority that is not trusted here";
const EXPIRED = "the server's certificate has expired or is not valid yet";
const OTHER_NAMES = "the server's certificate is for other names";
const NO_TLS = "the TLS connection failed";

/** What cannot go well. These come first: Deno resumes sessions by name, and then asks for no certificate. */
const FAILURES: readonly (readonly [domain: keyof TlsJob["domains"], trusted: boolean, detail: string])[] = [
  ["good", false, UNTRUSTED],
  ["expired", true, EXPIRED],
  ["otherName", true, OTHER_NAMES],
  ["plain", true, NO_TLS],
];

/** Some of every kind, which is enough where all cases ran in another way. */
const SOME = CASES.filter((_, i) => i % 12 === 0);
/** Those that a client with a `fetch` of its own can do: nothing goes by another. */
const OWN = SOME.filter(({ direct = false }) => !direct);

function optionsOf({ sandboxId, token, domains }: TlsJob): RuntimeClientOptions {
  return { sandboxId, domain: domains.good, scheme: "https", runtimeToken: token };
}

/** All cases of the leg. */
export const TLS_CASES: readonly TlsCase[] = [
  ...FAILURES.map(([domain, trusted, detail]): TlsCase => ({
    name: `TLS fails: ${detail}`,
    trusted,
    async run(job) {
      const sandbox = new RuntimeClient({ ...optionsOf(job), domain: job.domains[domain] });
      for (const call of [() => sandbox.commands.run("true"), () => sandbox.files.list("/"), () => sandbox.health()]) {
        const error = await rejects(call(), "tls");
        check(error.message.endsWith(`: ${detail} (${job.domains[domain]})`), error.message);
        equal([error.retryable, typeof error.hint], [false, "string"]);
        check(!error.message.includes(job.token), "the token is told");
      }
    },
  })),
  ...CASES.map((item) => through("header", true, item, (job) => optionsOf(job))),
  ...SOME.map((item) => through("path", true, item, (job) => ({ ...optionsOf(job), routing: "path" }))),
  ...OWN.map((item) =>
    through("host", true, item, (job, { finding }) => ({
      ...optionsOf(job),
      routing: "host",
      domain: job.parent,
      fetch: finding,
    }))
  ),
  ...OWN.map((item) =>
    through("own fetch", false, item, (job, { trusting }) => ({ ...optionsOf(job), fetch: trusting }))
  ),
];

function through(
  way: string,
  trusted: boolean,
  item: Case,
  options: (job: TlsJob, means: Means) => RuntimeClientOptions,
): TlsCase {
  return {
    name: `${way}: ${item.name}`,
    trusted,
    run: (job, means) => runCase(new RuntimeClient(options(job, means)), item),
  };
}
