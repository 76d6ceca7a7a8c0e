import { type Dirent, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { EventType } from "../../../gen/filesystem/filesystem_pb.ts";
import { errorCode, errorWords } from "../errno.ts";
import { type Inotify, type KernelEvent, type KernelListener, MASK } from "./watch_inotify.ts";

/** Something that happened, by its name below the watched directory. */
export interface TreeEvent {
  readonly name: string;
  readonly type: EventType;
}

/** What a watched tree tells. */
export interface TreeListener {
  event(event: TreeEvent): void;
  /** It tells nothing more. */
  failed(words: string): void;
}

/** What a tree needs of the kernel. */
export type Kernel = Pick<Inotify, "watch" | "unwatch">;

/** How many renames are remembered whose second half is yet to come. */
const RENAMES = 10;
const OVERFLOW = "fsnotify: queue or buffer overflow";

/** The order in which one event of the kernel is told that means several things. */
const MEANINGS: readonly (readonly [mask: number, type: EventType])[] = [
  [MASK.create | MASK.movedTo, EventType.CREATE],
  [MASK.movedFrom | MASK.moveSelf, EventType.RENAME],
  [MASK.attrib, EventType.CHMOD],
  [MASK.modify, EventType.WRITE],
  [MASK.delete | MASK.deleteSelf, EventType.REMOVE],
];

/**
 * A watched directory, and where it is asked for all real directories below it. The daemon's library decides what is
 * told: what a directory's own watch tells of its end is left out where the one above tells it as well.
 */
export class WatchTree {
  readonly #root: string;
  readonly #recursive: boolean;
  readonly #kernel: Kernel;
  readonly #listener: TreeListener;
  readonly #onEvent: KernelListener = (event) => this.#take(event);
  /** Names of directories below the root, which is empty, by descriptor; and the other way round. */
  readonly #names: Map<number, string> = new Map();
  readonly #descriptors: Map<string, number> = new Map();
  /** First halves of renames: what had which name. */
  readonly #renames: Map<number, string> = new Map();
  #isClosed = false;

  private constructor(root: string, recursive: boolean, kernel: Kernel, listener: TreeListener) {
    this.#root = root;
    this.#recursive = recursive;
    this.#kernel = kernel;
    this.#listener = listener;
  }

  /**
   * Watches a directory; it is armed when this resolves.
   *
   * @throws {Error} with the system's code
   */
  static async open(
    root: string,
    recursive: boolean,
    kernel: Kernel,
    listener: TreeListener,
    signal: AbortSignal,
  ): Promise<WatchTree> {
    const tree = new WatchTree(root, recursive, kernel, listener);
    try {
      tree.#add("");
      if (recursive) await tree.#addBelow(signal);
      return tree;
    } catch (error) {
      tree.close();
      throw error;
    }
  }

  /** Watches nothing more. */
  close(): void {
    this.#isClosed = true;
    for (const descriptor of this.#names.keys()) this.#kernel.unwatch(descriptor, this.#onEvent);
    this.#names.clear();
    this.#descriptors.clear();
  }

  async #addBelow(signal: AbortSignal): Promise<void> {
    for (const todo = [""]; todo.length > 0;) {
      signal.throwIfAborted();
      const dir = todo.pop()!;
      const entries = await readdir(this.#path(dir), { withFileTypes: true }).catch(unlessGone);
      for (const { name } of (entries ?? []).filter((entry) => entry.isDirectory())) {
        const below = join(dir, name);
        if (this.#addIfThere(below)) todo.push(below);
      }
    }
  }

  #take(event: KernelEvent): void {
    if (this.#isClosed) return;
    if (event.mask & MASK.overflow) return this.#fail(OVERFLOW);
    const dir = this.#names.get(event.descriptor);
    if (dir === undefined) return;
    if (event.mask & (MASK.ignored | MASK.unmount)) return this.#drop(event.descriptor);
    if (event.mask & MASK.deleteSelf) {
      this.#drop(event.descriptor);
      if (dir !== "" && this.#descriptors.has(parentOf(dir))) return;
    }
    if (event.mask & MASK.moveSelf) {
      // Where a directory below went, the one above it tells.
      if (dir !== "") return;
      this.#tell(event, "");
      return this.close();
    }
    const name = event.name === "" ? dir : join(dir, event.name);
    this.#tell(event, name);
    if (this.#recursive && event.mask & MASK.isDir && event.name !== "") this.#follow(event, name);
  }

  /** Keeps up with directories that come and go. */
  #follow({ mask, cookie }: KernelEvent, name: string): void {
    if (mask & MASK.movedFrom) {
      this.#renames.set(cookie, name);
      if (this.#renames.size > RENAMES) this.#renames.delete(this.#renames.keys().next().value!);
    } else if (mask & (MASK.create | MASK.movedTo)) {
      const before = this.#renames.get(cookie);
      try {
        if (mask & MASK.movedTo && before !== undefined) this.#rename(before, name);
        else this.#addNew(name);
      } catch (error) {
        this.#fail(errorWords(error));
      }
    }
  }

  #rename(before: string, after: string): void {
    this.#renames.forEach((name, cookie) => name === before && this.#renames.delete(cookie));
    const inside = `${before}/`;
    for (const [descriptor, name] of [...this.#names]) {
      if (name !== before && !name.startsWith(inside)) continue;
      if (this.#descriptors.get(name) === descriptor) this.#descriptors.delete(name);
      const renamed = after + name.slice(before.length);
      this.#names.set(descriptor, renamed);
      this.#descriptors.set(renamed, descriptor);
    }
    if (!this.#descriptors.has(after)) this.#addNew(after);
  }

  /** A new directory may have been filled before it was watched: what is in it is told as created. */
  #addNew(dir: string): void {
    if (!this.#addIfThere(dir)) return;
    let entries: Dirent[];
    try {
      entries = readdirSync(this.#path(dir), { withFileTypes: true });
    } catch (error) {
      return void unlessGone(error);
    }
    for (const entry of entries) {
      const name = join(dir, entry.name);
      this.#listener.event({ name, type: EventType.CREATE });
      if (entry.isDirectory()) this.#addNew(name);
    }
  }

  #addIfThere(dir: string): boolean {
    try {
      this.#add(dir);
      return true;
    } catch (error) {
      unlessGone(error);
      return false;
    }
  }

  #add(dir: string): void {
    const descriptor = this.#kernel.watch(this.#path(dir), this.#onEvent);
    this.#names.set(descriptor, dir);
    this.#descriptors.set(dir, descriptor);
  }

  #drop(descriptor: number): void {
    const dir = this.#names.get(descriptor)!;
    this.#names.delete(descriptor);
    if (this.#descriptors.get(dir) === descriptor) this.#descriptors.delete(dir);
    this.#kernel.unwatch(descriptor, this.#onEvent);
  }

  #tell({ mask }: KernelEvent, name: string): void {
    for (const [masks, type] of MEANINGS) if (mask & masks) this.#listener.event({ name: name || ".", type });
  }

  #fail(words: string): void {
    this.close();
    this.#listener.failed(words);
  }

  #path(dir: string): string {
    return dir === "" ? this.#root : join(this.#root, dir);
  }
}

function join(dir: string, name: string): string {
  return dir === "" || dir.endsWith("/") ? dir + name : `${dir}/${name}`;
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** What goes while it is looked at is no error, nor is what became something else. */
function unlessGone(error: unknown): undefined {
  if (!["ENOENT", "ENOTDIR"].includes(errorCode(error))) throw error;
}
