import { assert, assertEquals } from "@std/assert";
import { Connection, type Connection as ConnectionType } from "../../src/connection/connection.ts";
import { Follower } from "../../src/jobs/follower.ts";
import type { Beyond, JournalFiles, Journals, JournalWatch } from "../../src/jobs/journals.ts";
import type { JobRecord } from "../../src/jobs/record.ts";
import { resolveOptions } from "../../src/options.ts";
import { startBox } from "./tools.ts";

/** A journal whose growth is told, and what was asked of it. */
class FakeJournals {
  readonly connection: ConnectionType = new Connection(resolveOptions({ sandboxBaseUrl: "http://sandbox.test" }));
  readonly finder = { username: "root", authorization: "" };
  readonly asked: string[] = [];
  stdout = 0;
  state: JobRecord["state"] = "running";
  /** What a watch tells; undefined: there can be none. */
  events: (() => AsyncGenerator<{ name: string }>) | undefined;
  readonly files = {
    watchDir: (): Promise<JournalWatch> => {
      this.asked.push("watch");
      if (this.events === undefined) return Promise.reject(new Error("no watch"));
      return Promise.resolve(Object.assign(this.events(), {
        stop: () => {
          this.asked.push("stop");
          return Promise.resolve();
        },
      }));
    },
    readStream: () => {
      this.asked.push("read");
      return Promise.resolve(new Blob([new Uint8Array(this.stdout)]).stream());
    },
  } as unknown as JournalFiles;

  await(_what: string, id: string, { tenths }: Beyond): Promise<JobRecord> {
    this.asked.push(`look ${tenths}`);
    const { state, stdout } = this;
    return Promise.resolve({
      id,
      dir: "/j",
      started: "s",
      stdout,
      stderr: 0,
      state,
      pid: "",
      exit: "",
      asked: undefined,
    });
  }

  follower(): Follower {
    return new Follower(
      this as unknown as Journals,
      "read",
      { id: "a", dir: "/j", started: "s" },
      { stdout: 0 },
      undefined,
    );
  }
}

Deno.test("a job that is silent is listened to by a watch, which ends with what it tells", async () => {
  const journals = new FakeJournals();
  journals.events = async function* () {
    yield { name: "stderr" };
    journals.stdout = 5;
    yield { name: "stdout" };
    throw new Error("nobody reads so far");
  };
  const follower = journals.follower();
  assertEquals(await follower.read(), undefined);
  assertEquals([await follower.more(), await follower.read()], [true, undefined]);
  assertEquals(await follower.more(), true);
  assertEquals((await follower.read())?.data.byteLength, 5);
  assertEquals(journals.asked, ["read", "look 50", "watch", "look 0", "stop", "look 0", "read"]);
});

Deno.test("what comes before the watch is armed is not waited for", async () => {
  const journals = new FakeJournals();
  journals.events = async function* () {
    await new Promise(() => {});
    yield { name: "never" };
  };
  const follower = journals.follower();
  await follower.more();
  journals.stdout = 5;
  await follower.more();
  assertEquals(journals.asked, ["look 50", "watch", "look 0", "stop"]);
});

Deno.test("without a watch, with one that is lost, and where it tells too much else, a process waits in the sandbox", async () => {
  for (
    const events of [
      undefined,
      async function* (): AsyncGenerator<{ name: string }> {
        yield* [];
        await Promise.reject(new Error("lost"));
      },
      async function* (): AsyncGenerator<{ name: string }> {
        for (let i = 0; i < 200; i++) yield await Promise.resolve({ name: "stderr" });
      },
    ]
  ) {
    const journals = new FakeJournals();
    journals.events = events;
    const follower = journals.follower();
    for (let i = 0; i < 4; i++) await follower.more();
    assertEquals(journals.asked.filter((what) => what === "watch").length, 1);
    assertEquals(journals.asked.slice(-2), ["look 250", "look 250"]);
  }
});

Deno.test("a job that says something after a while is heard, through the watch too", async () => {
  await using box = await startBox();
  const operations: string[] = [];
  const sandbox = box.client({ onRequest: ({ operation }) => operations.push(operation) });
  const job = await sandbox.jobs.start("echo one; sleep 8; echo two");
  const started = performance.now();
  const output = await job.output({ follow: true });
  operations.length = 0;
  assertEquals(await new Response(output).text(), "one\ntwo\n");
  assert(performance.now() - started < 20_000);
  const watches = operations.filter((operation) => operation.includes("WatchDir"));
  assertEquals(watches.length, 1, operations.join());
  assert(operations.length <= 9, operations.join());
});
