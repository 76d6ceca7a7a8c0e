/** The accounts of the recorded machine, with their ids there. */
const IDS = { root: 0, user: 1000, node: 1001, nohome: 1002, nobody: 65534 } as const;

/** Whether this process may become other accounts, as the recorded daemon did. */
export const maySwitch: boolean = Deno.uid() === 0;

/** Whether this process ignores SIGINT or SIGQUIT, as one does that a plain shell started in the background. */
export const ignoresInterrupts: boolean = readIgnored();

/**
 * A directory that stands for the recorded machine's root. Paths that the
 * recordings own are moved below it, so that runs do not meet.
 */
export class Machine implements AsyncDisposable {
  readonly root: string;

  static async create(): Promise<Machine> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "wire-" }));
    await Deno.chmod(root, 0o755); // other accounts work in it
    await Deno.mkdir(`${root}/tmp`);
    await Deno.chmod(`${root}/tmp`, 0o1777);
    for (const home of ["/root", "/home/user", "/home/node"]) {
      await Deno.mkdir(root + home, { recursive: true });
    }
    if (maySwitch) {
      await Deno.chown(`${root}/home/user`, IDS.user, IDS.user);
      await Deno.chown(`${root}/home/node`, IDS.node, IDS.node);
    }
    return new Machine(root);
  }

  private constructor(root: string) {
    this.root = root;
  }

  /** For `startLocalRuntime`. */
  accounts(): Record<string, { home: string; uid: number; gid: number }> {
    return Object.fromEntries(
      Object.entries(IDS).map(([name, id]) => {
        const home = name === "root" ? "/root" : name === "nobody" ? "/nonexistent" : `/home/${name}`;
        return [name, { home: this.root + home, uid: id, gid: id }];
      }),
    );
  }

  /** A recorded text as it is to be sent here. */
  toHere(text: string): string {
    return text
      .replace(/(?<![\w.])\/{1,2}(?:tmp\/{1,2}wire-|home\/(?:user|node|nohome)\b)/g, `${this.root}$&`)
      .replace(/%2Ftmp%2Fwire-/g, `${encodeURIComponent(this.root)}$&`);
  }

  /** A text from here as it would have been recorded. */
  fromHere(text: string): string {
    return text.replaceAll(this.root, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** Linux tells; elsewhere none is taken to be ignored. */
function readIgnored(): boolean {
  const INTERRUPTS = 0b110n; // of signals 2 and 3
  try {
    const [, mask] = /^SigIgn:\s*(\w+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return mask !== undefined && (BigInt(`0x${mask}`) & INTERRUPTS) !== 0n;
  } catch {
    return false;
  }
}
