import { Buffer } from "node:buffer";
import { constants } from "node:os";

/** What is asked of the kernel, as its masks. */
export const MASK = {
  modify: 0x2,
  attrib: 0x4,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
  unmount: 0x2000,
  overflow: 0x4000,
  ignored: 0x8000,
  isDir: 0x40000000,
} as const;

const WATCHED = MASK.modify | MASK.attrib | MASK.movedFrom | MASK.movedTo | MASK.create | MASK.delete |
  MASK.deleteSelf | MASK.moveSelf;

/** Close on exec, and reads that do not wait. */
const FLAGS = 0o2000000 | 0o4000;
const BUFFER_BYTES = 256 * 1024;
const HEADER_BYTES = 16;
/** How often the kernel is asked while something is watched. */
const READ_EVERY_MS = 10;

/** An event of the kernel. Its descriptor is -1 where the kernel's queue ran over. */
export interface KernelEvent {
  readonly descriptor: number;
  readonly mask: number;
  /** Ties the two halves of a rename together. */
  readonly cookie: number;
  /** The entry's name; empty where the event is about the watched directory itself. */
  readonly name: string;
}

/** Told of the events of a descriptor, and of an overflow. */
export type KernelListener = (event: KernelEvent) => void;

interface Calls {
  init(flags: number): number;
  add(fd: number, path: string, mask: number): number;
  remove(fd: number, descriptor: number): number;
  read(fd: number, buffer: Buffer, length: number): number;
  close(fd: number): number;
  errno(): number;
}

/**
 * The kernel's inotify, one instance for all watches of this program: the kernel allows each user no more than 128.
 *
 * No built-in module reaches it. What `node:fs` has tells neither writes from changed permissions nor the halves of a
 * rename.
 */
export class Inotify {
  static #loading: Promise<Inotify> | undefined;
  readonly #calls: Calls;
  readonly #listeners: Map<number, Set<KernelListener>> = new Map();
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #fd = -1;
  /** How many there were: another one counts its descriptors anew. */
  #instances = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isDelivering = false;

  private constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** @throws where this system has no inotify, or this program may not call it */
  static load(): Promise<Inotify> {
    return this.#loading ??= loadCalls().then((calls) => new Inotify(calls));
  }

  /**
   * Watches a directory. Twice gives the same descriptor, and both listeners are told.
   *
   * @throws {Error} with the system's code
   */
  watch(path: string, listener: KernelListener): number {
    // What happened until now is not for this listener. It may end the last watch of the others.
    this.#deliver();
    if (this.#fd < 0) this.#open();
    const descriptor = this.#calls.add(this.#fd, path, WATCHED);
    if (descriptor < 0) {
      const error = this.#error();
      this.#closeIfUnused();
      throw error;
    }
    const listeners = this.#listeners.get(descriptor);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(descriptor, new Set([listener]));
    return descriptor;
  }

  /** Tells a listener no more of a descriptor. */
  unwatch(descriptor: number, listener: KernelListener): void {
    const listeners = this.#listeners.get(descriptor);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(descriptor);
    // One whose directory has gone fails here: the kernel was faster.
    this.#calls.remove(this.#fd, descriptor);
    this.#closeIfUnused();
  }

  #open(): void {
    const fd = this.#calls.init(FLAGS);
    if (fd < 0) throw this.#error();
    this.#fd = fd;
    this.#instances++;
    this.#timer = setInterval(() => this.#deliver(), READ_EVERY_MS);
  }

  #closeIfUnused(): void {
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#calls.close(this.#fd);
    this.#fd = -1;
  }

  /** Tells the listeners what happened. What they do may bring them here again, in the middle of an event. */
  #deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.#fd >= 0) {
        const length = this.#calls.read(this.#fd, this.#buffer, BUFFER_BYTES);
        if (length <= 0) return;
        const instance = this.#instances;
        for (const event of parse(this.#buffer.subarray(0, length))) {
          if (this.#instances === instance) this.#tell(event);
        }
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #tell(event: KernelEvent): void {
    const listeners = event.descriptor < 0
      ? new Set([...this.#listeners.values()].flatMap((some) => [...some]))
      : this.#listeners.get(event.descriptor) ?? [];
    for (const listener of [...listeners]) listener(event);
  }

  #error(): Error {
    const errno = this.#calls.errno();
    const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    return Object.assign(new Error(code), { code });
  }
}

async function loadCalls(): Promise<Calls> {
  const { default: koffi } = await import("koffi");
  const libc = koffi.load(null);
  return {
    init: libc.func("int inotify_init1(int flags)"),
    add: libc.func("int inotify_add_watch(int fd, const char *path, uint32_t mask)"),
    remove: libc.func("int inotify_rm_watch(int fd, int descriptor)"),
    read: libc.func("intptr_t read(int fd, void *buffer, size_t length)"),
    close: libc.func("int close(int fd)"),
    errno: () => koffi.errno(),
  };
}

function* parse(bytes: Buffer): Generator<KernelEvent, void> {
  for (let at = 0; at < bytes.byteLength;) {
    const length = bytes.readUInt32LE(at + 12);
    const name = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    const end = name.indexOf(0);
    yield {
      descriptor: bytes.readInt32LE(at),
      mask: bytes.readUInt32LE(at + 4),
      cookie: bytes.readUInt32LE(at + 8),
      name: name.toString("utf8", 0, end < 0 ? name.byteLength : end),
    };
    at += HEADER_BYTES + length;
  }
}
