import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Command, type ContainerProcess, startCommand } from "./container_process.ts";
import { type ContainerRef, variablesOf } from "./pod_lookup.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface Entry {
  readonly ref: ContainerRef;
  readonly process: ContainerProcess;
  readonly over: Promise<unknown>;
}

/** Containers: each is a directory, and what runs there are processes of this machine. */
export class Containers {
  readonly #running = new Set<Entry>();
  #root: Promise<string> | undefined;
  #isClosed = false;

  /** How many commands run. */
  get running(): number {
    return this.#running.size;
  }

  /** Where a container's files are. It is made when somebody asks for it first. */
  async directory({ pod, container }: ContainerRef): Promise<string> {
    if (this.#isClosed) throw new TypeError("The fake API is closed");
    this.#root ??= mkdtemp(join(tmpdir(), "fake-kube-"));
    const directory = join(await this.#root, pod.namespace, pod.name, pod.uid, container);
    await mkdir(directory, { recursive: true });
    return directory;
  }

  /** Starts a command in a container. */
  async start(ref: ContainerRef, command: Omit<Command, "cwd" | "envs">): Promise<ContainerProcess> {
    const cwd = await this.directory(ref);
    const { pod, container } = ref;
    const envs = {
      PATH: process.env["PATH"] ?? PATH,
      HOME: cwd,
      HOSTNAME: pod.name,
      ...variablesOf(pod, container),
    };
    const started = await startCommand({ ...command, cwd, envs });
    const entry: Entry = {
      ref,
      process: started,
      over: started.exit.then(() => this.#running.delete(entry)),
    };
    this.#running.add(entry);
    if (this.#isClosed) started.kill();
    return started;
  }

  /** Kills what runs in some containers. */
  kill(isMeant: (ref: ContainerRef) => boolean): void {
    for (const { ref, process } of this.#running) if (isMeant(ref)) process.kill();
  }

  /** Ends all commands, and removes all files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.kill(() => true);
    await Promise.all([...this.#running].map(({ over }) => over));
    const root = await this.#root;
    if (root !== undefined) await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}
