/// <reference lib="dom" />

import { isSandboxError, type PtyExit, type PtyHandle, type PtySize, type RuntimeClient } from "@kruise-agents/runtime";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { pour } from "./pour.ts";

/** Whether keys reach the shell; whether the page tries to reach it again; whether the shell is gone. */
export type State = "open" | "lost" | "ended";

/** What a terminal tells the page. */
export interface Listener {
  onState(state: State): void;
  onTitle(title: string): void;
}

/** How long to wait before a lost shell is reached for again: twice as long each time. */
const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 10_000;

/** A shell in the sandbox, on the screen. It is found again by its tag: its process id may be another's by then. */
export class WebTerminal {
  readonly #sandbox: RuntimeClient;
  readonly #tag: string;
  readonly #listener: Listener;
  readonly #screen = new Terminal({ cursorBlink: true, scrollback: 10_000, theme: { background: "#16181d" } });
  readonly #observer: ResizeObserver;
  readonly #over = new AbortController();
  #pty: PtyHandle | undefined;
  #attached: Promise<PtyHandle> | undefined;
  #keys: WritableStreamDefaultWriter<Uint8Array | string> | undefined;
  #resizing = false;

  constructor(sandbox: RuntimeClient, tag: string, element: HTMLElement, listener: Listener) {
    this.#sandbox = sandbox;
    this.#tag = tag;
    this.#listener = listener;
    const fit = new FitAddon();
    this.#screen.loadAddon(fit);
    this.#screen.open(element);
    // Reports of the mouse in its oldest form are bytes, not text.
    this.#screen.onData((text) => this.#type(text));
    this.#screen.onBinary((bytes) => this.#type(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
    this.#screen.onResize(() => void this.#resize());
    this.#screen.onTitleChange((title) => listener.onTitle(title));
    this.#observer = new ResizeObserver(() => fit.fit());
    this.#observer.observe(element);
    fit.fit();
  }

  /** Opens a new shell, and shows it until it ends. */
  async open(): Promise<void> {
    await this.#follow(() => this.#sandbox.pty.create({ ...this.#size, tag: this.#tag }));
  }

  /** Shows a shell that was opened before, until it ends. */
  async connect(): Promise<void> {
    await this.#follow(() => this.#connect());
  }

  /** Kills the shell, where it is connected or about to be. */
  async kill(): Promise<void> {
    const pty = await this.#attached?.catch(() => undefined);
    await pty?.kill();
  }

  /** Takes the screen away. The shell goes on. */
  leave(): void {
    this.#over.abort();
    this.#observer.disconnect();
    this.#screen.dispose();
    void this.#pty?.disconnect();
  }

  /** Keys go here from now on. */
  focus(): void {
    this.#screen.focus();
  }

  get #size(): PtySize {
    return { cols: this.#screen.cols, rows: this.#screen.rows };
  }

  /** Where the shell is lost, it is reached for until it is there again, or known to be gone. */
  async #follow(attach: () => Promise<PtyHandle>): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS;; waitMs = Math.min(2 * waitMs, MOST_WAIT_MS)) {
      try {
        this.#attached = attach();
        const pty = await this.#attached;
        if (this.#over.signal.aborted) return await pty.disconnect();
        waitMs = FIRST_WAIT_MS;
        const { exitCode, signal } = await this.#show(pty);
        return this.#end(signal ?? `exit code ${exitCode}`);
      } catch (error) {
        if (this.#over.signal.aborted) return;
        if (isSandboxError(error, "process_not_found")) return this.#end("it is gone");
        if (!mayPass(error)) return this.#end(`${error}`);
        this.#listener.onState("lost");
        await pause(waitMs, this.#over.signal);
        // Never a second shell: the first may be there although nobody heard of it.
        attach = () => this.#connect();
      }
    }
  }

  /** No daemon shows again what it showed; so what runs is made to draw itself, by a size that changes. */
  async #connect(): Promise<PtyHandle> {
    const pty = await this.#sandbox.pty.connect({ tag: this.#tag });
    const { cols, rows } = this.#size;
    await pty.resize({ cols, rows: rows + 1 });
    await pty.resize({ cols, rows });
    this.#say("connected again; what came before is not shown");
    return pty;
  }

  async #show(pty: PtyHandle): Promise<PtyExit> {
    this.#pty = pty;
    this.#keys = pty.writable.getWriter();
    // Where a key did not arrive, the next ones would make another command: they wait for the shell to be there again.
    this.#keys.closed.catch(() => pty.disconnect());
    this.#listener.onState("open");
    void this.#resize();
    try {
      await pour(pty.readable, this.#screen);
      return await pty.wait();
    } finally {
      this.#pty = this.#attached = this.#keys = undefined;
    }
  }

  /** Keys that are pressed while the shell is lost are lost, too. */
  #type(data: string | Uint8Array): void {
    this.#keys?.write(data).catch(() => {});
  }

  /** A window that is dragged has many sizes: one is sent at a time, and the last one always. */
  async #resize(): Promise<void> {
    if (this.#resizing) return;
    this.#resizing = true;
    try {
      for (let sent: PtySize | undefined; this.#pty !== undefined && !isSame(sent, this.#size);) {
        await this.#pty.resize(sent = this.#size);
      }
    } catch {
      // The stream tells why.
    } finally {
      this.#resizing = false;
    }
  }

  #end(how: string): void {
    this.#say(`ended: ${how}`);
    this.#listener.onState("ended");
  }

  #say(text: string): void {
    this.#screen.write(`\r\n\x1b[0;2m[${text}]\x1b[0m\r\n`);
  }
}

/** Whether the shell may be there all the same. */
function mayPass(error: unknown): boolean {
  return isSandboxError(error) && (error.retryable || ["disconnected", "sandbox_not_running"].includes(error.code));
}

function isSame(left: PtySize | undefined, right: PtySize): boolean {
  return left?.cols === right.cols && left.rows === right.rows;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
