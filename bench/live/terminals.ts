import type { PtyHandle, RuntimeClient } from "../../mod.ts";
import { median } from "./median.ts";
import type { Figures } from "./rows.ts";

/** A terminal that gives back what is typed, key by key, once it says that it is ready. */
async function echoing({ pty }: RuntimeClient): Promise<{ handle: PtyHandle; screen: Screen }> {
  const command = ["sh", "-c", "stty raw -echo; printf ready; exec cat"];
  const handle = await pty.create({ cols: 80, rows: 24, command });
  const screen = new Screen(handle);
  await screen.until("ready".length);
  return { handle, screen };
}

/** What a terminal has shown. */
class Screen {
  text = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  // Not by a pipe through a TextDecoderStream, whose turns would be counted, too.
  readonly #decoder = new TextDecoder();

  constructor({ readable }: PtyHandle) {
    this.#reader = readable.getReader();
  }

  async until(length: number): Promise<void> {
    while (this.text.length < length) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`Cannot trust it: the terminal ended after ${this.text.length} characters`);
      this.text += this.#decoder.decode(value, { stream: true });
    }
  }
}

/** Keys as fast as they can be typed; none waits for its echo. */
export async function ptyKeys(sandbox: RuntimeClient, amount: number): Promise<Figures> {
  const { handle, screen } = await echoing(sandbox);
  const before = screen.text.length;
  const keys = Array.from({ length: amount }, (_, i) => String.fromCharCode(97 + (i * 7 + (i >> 5)) % 26));
  const writer = handle.writable.getWriter();
  const start = performance.now();
  for (const key of keys) void writer.write(key);
  await screen.until(before + amount);
  const ms = performance.now() - start;
  if (screen.text.slice(before) !== keys.join("")) throw new Error("Cannot trust it: they came in another order");
  await handle.kill();
  return { "ms": ms };
}

/** One key and its echo, beside one call that sends input to a command that says nothing, in turns. */
export async function ptyEcho(sandbox: RuntimeClient, amount: number): Promise<Figures> {
  const { handle, screen } = await echoing(sandbox);
  const command = await sandbox.commands.start(["sh", "-c", "exec cat > /dev/null"], { stdin: true });
  const writer = handle.writable.getWriter();
  const [echoes, calls]: [number[], number[]] = [[], []];
  for (let i = 0; i < amount + 20; i++) {
    const start = performance.now();
    void writer.write("x");
    await screen.until(screen.text.length + 1);
    const echoed = performance.now();
    await command.sendStdin("x");
    const sent = performance.now();
    // The first twenty are for warming up.
    if (i >= 20) echoes.push(echoed - start), calls.push(sent - echoed);
  }
  await handle.kill();
  await command.kill();
  return { "×": median(echoes) / median(calls), "ms": median(echoes), "ms, SendInput": median(calls) };
}
