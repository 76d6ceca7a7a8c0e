import type { Context, Page } from "./playwright.ts";
import { Screen } from "./screen.ts";

/** What a case has. */
export interface Desk {
  readonly context: Context;
  readonly page: Page;
  readonly screen: Screen;
  /** The page's address, with its form filled in. */
  readonly url: string;
}

/** One that is large, and one that is not. */
const LARGE = { width: 1000, height: 700 };
const SMALL = { width: 640, height: 400 };

/** How many terminals the page opens at a time, without TLS. */
const MOST = 4;

const PASTED_BYTES = 100 * 1024;

/** What holds of the page, whichever way it reaches the sandbox. Every case leaves a shell that waits for a command. */
export const CASES: Readonly<Record<string, (desk: Desk) => Promise<void>>> = {
  async "what is typed is answered"({ screen }) {
    await screen.run("echo answer $((6 * 7))", /^answer 42$/m);
  },

  async "colours are shown"({ page, screen }) {
    await screen.run(String.raw`printf '\033[1;32mgr''een\033[0m \033[48;2;1;2;3mba''ck\033[0m\n'`, /^green back$/m);
    const style = (text: string, name: string) =>
      page.evaluate<string>(`getComputedStyle([...document.querySelectorAll(".shown .xterm-rows span")]
        .find((span) => span.textContent === "${text}")).getPropertyValue("${name}")`);
    // Bold green is shown as bright green; the other is one of 16 million colours.
    equal(await style("green", "color"), "rgb(138, 226, 52)");
    equal(await style("green", "font-weight"), "700");
    equal(await style("back", "background-color"), "rgb(1, 2, 3)");
  },

  async "a window of another size is a terminal of another size"({ page, screen }) {
    await page.setViewportSize(LARGE);
    await screen.line("sh ~/full_screen.sh");
    const [, rows, cols] = await screen.shows(/^full screen of (\d+) (\d+)$/m);
    await page.setViewportSize(SMALL);
    const smaller = await screen.shows(new RegExp(`^full screen of (?!${rows} )(\\d+) (?!${cols}$)(\\d+)$`, "m"));
    await page.keyboard.press("Control+c");
    await screen.shows(/^left by SIGINT$/m);
    const asked = await screen.run("echo code $?, size $(stty size)", /^code 3, size (\d+) (\d+)$/m);
    equal(asked.slice(1), smaller.slice(1));
    await page.setViewportSize(LARGE);
    await screen.line("sh ~/full_screen.sh");
    await screen.shows(new RegExp(`^full screen of ${rows} ${cols}$`, "m"));
    await page.keyboard.press("Control+c");
    await screen.shows(/^left by SIGINT$/m);
  },

  async "top runs, and Ctrl-C ends it"({ page, screen }) {
    // A small image may lack it.
    if ((await screen.run("echo top: $(command -v top)", /^top:(.*)$/m))[1] === "") return;
    await screen.line("c; top");
    await screen.shows(/^ *PID USER/m);
    await page.keyboard.press("Control+c");
    await screen.shows(/\$$/);
    await screen.run("echo after top", /^after top$/m);
  },

  async "Ctrl-C interrupts what does not expect it"({ page, screen }) {
    await screen.run("echo asleep; sleep 600", /^asleep$/m);
    await page.keyboard.press("Control+c");
    await screen.shows(/\^C\n+\$$/);
    await screen.run("echo code $?", /^code 130$/m);
  },

  async "100 KiB are pasted, in brackets, and nothing is lost"({ page, screen }) {
    let text = "";
    for (let i = 0; text.length < PASTED_BYTES; i++) text += `line ${i}: ${"x".repeat(i % 200)}\n`;
    text = text.slice(0, PASTED_BYTES);
    // Enter is a carriage return, as on a keyboard.
    const bytes = new TextEncoder().encode(`\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~`);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    const read = `stty raw -echo; printf '\\033[?2004hre''ady '; head -c ${bytes.length} | sha256sum; stty sane`;
    await screen.run(read, /^ready/m);
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press("Control+Shift+V");
    equal((await screen.shows(/[0-9a-f]{64}/))[0], hash);
    await screen.run("echo pasted", /^pasted$/m);
  },

  async "a page that is loaded again shows the same shell"({ page, screen }) {
    const [, pid] = await screen.run("KEPT=treasure; echo pid $$", /^pid (\d+)$/m);
    await page.reload();
    await screen.shows(/connected again; what came before is not shown/);
    await screen.run("echo $KEPT of $$", new RegExp(`^treasure of ${pid}$`, "m"));
  },

  async "a full screen is drawn again after a reload"({ page, screen }) {
    await screen.line("sh ~/full_screen.sh");
    const [shown] = await screen.shows(/^full screen of \d+ \d+$/m);
    await page.reload();
    await screen.shows(new RegExp(`^${shown}$`, "m"));
    await page.keyboard.press("Control+c");
    // The new screen did not know of the other one, and leaves what is there.
    await screen.shows(/^left by SIGINT/m);
  },

  async "a reload in the middle of a flood hurts nobody"({ page, screen }) {
    await screen.line("c; while :; do echo $((i += 1)) drop of a flood; done");
    await screen.shows(/^\d{4,} drop of a flood$/m);
    await page.reload();
    await screen.shows(/^\d{5,} drop of a flood$/m);
    await page.keyboard.press("Control+c");
    await screen.shows(/\^C\n+\$$/);
    await screen.run("echo dry $?", /^dry 130$/m);
  },

  async "a lost connection is made again"({ context, page, screen }) {
    await screen.run("KEPT=again; echo here", /^here$/m);
    await context.setOffline(true);
    // Streams that are open go on in Chromium; no key arrives any more.
    await page.keyboard.type(" ");
    await screen.until(`document.querySelector("[role=tab]").dataset.state === "lost"`);
    await context.setOffline(false);
    await screen.until(`document.querySelector("[role=tab]").dataset.state === "open"`);
    await screen.run("echo here $KEPT", /^here again$/m);
  },

  async "every tab has a shell of its own, and its cross kills it"({ page, screen }) {
    const [, first] = await screen.run("echo pid $$", /^pid (\d+)$/m);
    await page.click("#new");
    await opened(screen, 2);
    const [, second] = await screen.run("echo pid $$", /^pid (\d+)$/m);
    if (first === second) throw new Error(`Both are ${first}`);
    await page.click(":nth-child(1) > [role=tab]");
    await screen.run("echo still $$", new RegExp(`^still ${first}$`, "m"));
    await page.click(":nth-child(2) > [role=tab] + button");
    await screen.until(`document.querySelectorAll("[role=tab]").length === 1`);
    await screen.run(`kill -0 ${second} || echo gone`, /^gone$/m);
  },

  async "two windows show one shell"({ context, page, screen, url }) {
    const [, pid] = await screen.run("echo pid $$", /^pid (\d+)$/m);
    const other = await context.newPage();
    await other.goto(url);
    const mirror = new Screen(other);
    await opened(mirror, 1);
    await mirror.run("echo seen by both, $$", new RegExp(`^seen by both, ${pid}$`, "m"));
    await screen.shows(new RegExp(`^seen by both, ${pid}$`, "m"));
    await other.close();
    await page.setViewportSize(SMALL);
    await screen.run("echo still", /^still$/m);
    await page.setViewportSize(LARGE);
  },

  async "the form asks for the sandbox, and says what is wrong"({ page, screen, url }) {
    const [, pid] = await screen.run("echo pid $$", /^pid (\d+)$/m);
    const { way, url: address, secret } = Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)));
    await page.click("#leave");
    await screen.until(
      `document.readyState === "complete" && sessionStorage.length === 0 && !document.forms[0].hidden`,
    );
    await page.selectOption("[name=way]", way!);
    await page.fill("[name=url]", address!);
    await page.fill("[name=secret]", `not-${secret}`);
    await page.click("form button");
    await screen.until(`document.querySelector("form output").value.startsWith("AuthenticationError: ")`);
    await page.fill("[name=secret]", secret!);
    await page.click("form button");
    await opened(screen, 1);
    await screen.run("echo back in $$", new RegExp(`^back in ${pid}$`, "m"));
  },

  async "a shell that is closed before it is open does not stay"({ page, screen }) {
    const close = "[role=tablist] > :last-child > [role=tab] + button";
    for (let count = 0; count < 3; count++) {
      await page.evaluate(
        `["#new", ${JSON.stringify(close)}].forEach((button) => document.querySelector(button).click())`,
      );
      await screen.until(`document.querySelectorAll("[role=tab]").length === 1`);
      await screen.run(`echo still ${count}`, new RegExp(`^still ${count}$`, "m"));
    }
    await page.reload();
    await opened(screen, 1);
    await screen.run("echo alone", /^alone$/m);
  },

  async "no more terminals than leave a connection for the keys"({ page, screen }) {
    for (let count = 2; count <= MOST; count++) {
      await page.click("#new");
      await opened(screen, count);
    }
    await page.click("#new");
    await screen.until(`document.querySelector("nav output").value.includes("six connections")`);
    await screen.run("echo most", /^most$/m);
    await page.reload();
    await opened(screen, MOST);
    await screen.run("echo most again", /^most again$/m);
    for (let count = MOST - 1; count >= 1; count--) {
      await page.click(":last-child > [role=tab] + button");
      await screen.until(`document.querySelectorAll("[role=tab]").length === ${count}`);
    }
    await screen.run("echo one", /^one$/m);
  },
};

/** Waits until so many terminals are open, and the one that is shown has its prompt. */
async function opened(screen: Screen, count: number): Promise<void> {
  await screen.until(`document.querySelectorAll("[role=tab][data-state=open]").length === ${count}`);
}

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [actual, expected].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`${left} is not ${right}`);
}
