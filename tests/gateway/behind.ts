/** A sandbox behind a gateway, and a client of it. */

import { RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import { type LocalRuntime, startLocalRuntime } from "../../src/local/mod.ts";
import {
  type FakeGateway,
  type FakeGatewayOptions,
  type FakeRouteOptions,
  type GatewayAnswer,
  startFakeGateway,
} from "../../src/testing/mod.ts";

/** The id of the one sandbox. */
export const ID = "default--mine";

/** Both, running. */
export interface Behind extends AsyncDisposable {
  readonly runtime: LocalRuntime;
  readonly gateway: FakeGateway;
  /** What the gateway has answered so far. */
  readonly answers: readonly GatewayAnswer[];
  /** Routes the sandbox anew. */
  route(options?: FakeRouteOptions): void;
  /** A client of the sandbox. It never repeats a call, unless told otherwise. */
  client(options?: RuntimeClientOptions): RuntimeClient;
}

/** Starts both, with the sandbox routed as the options say. */
export async function behind(options: FakeGatewayOptions = {}, route: FakeRouteOptions = {}): Promise<Behind> {
  const runtime = await startLocalRuntime();
  const answers: GatewayAnswer[] = [];
  const gateway = await startFakeGateway({
    ...options,
    onAnswer(answer) {
      answers.push(answer);
      options.onAnswer?.(answer);
    },
  });
  gateway.route(ID, runtime, route);
  return {
    runtime,
    gateway,
    answers,
    route: (options) => gateway.route(ID, runtime, options),
    client: (options) =>
      new RuntimeClient({
        sandboxId: ID,
        domain: gateway.domain,
        runtimeToken: runtime.token,
        retry: false,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await runtime.close();
    },
  };
}

/** One call of every kind, none of which needs anything of the sandbox. */
export const CALLS: Readonly<Record<string, (sandbox: RuntimeClient, dir: string) => Promise<unknown>>> = {
  "commands.run": ({ commands }) => commands.run(["true"]),
  "commands.list": ({ commands }) => commands.list(),
  "files.makeDir": ({ files }, dir) => files.makeDir(`${dir}/made`),
  "files.write": ({ files }, dir) => files.write(`${dir}/file`, "text"),
  "files.write, a stream": ({ files }, dir) => files.write(`${dir}/streamed`, new Blob(["text"]).stream()),
  "files.read": ({ files }, dir) => files.read(`${dir}/file`),
  metrics: (sandbox) => sandbox.metrics(),
};
