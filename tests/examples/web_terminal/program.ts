/**
 * Uses the page of examples/web_terminal in Chromium, with Playwright: the arguments are where to import that from, the
 * browser and a {@linkcode BrowserJob}. Prints an outcome a line. It is a program of its own, so that Playwright stays
 * out of the project's dependencies.
 */

import { FLAGS } from "../../runtimes/programs/chromium_flags.ts";
import { CASES } from "./cases.ts";
import type { Browser, Playwright } from "./playwright.ts";
import { takePicture } from "./picture.ts";
import { Screen } from "./screen.ts";

/** What to do. */
export interface BrowserJob {
  /** The page's addresses, with the form filled in, by the ways it goes. */
  readonly ways: Readonly<Record<string, string>>;
  /** The tokens of the sandboxes, by the ways. By the way `relay` the page must not get to know it. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Runs the cases whose names hold it. */
  readonly filter: string;
  /** Where to put a picture of the page; absent: the cases are run instead. */
  readonly picture?: string;
}

/** How a case went. */
export interface Outcome {
  readonly name: string;
  readonly error?: string;
}

const say = (name: string, error?: unknown) => {
  const text = error instanceof Error ? `${error.stack}${error.cause ? `\n${error.cause}` : ""}` : error;
  console.log(JSON.stringify({ name, ...(error !== undefined && { error: String(text) }) } satisfies Outcome));
};

/** Runs the cases by one way. */
async function use(browser: Browser, way: string, url: string, { tokens, filter, picture }: BrowserJob): Promise<void> {
  const permissions = ["clipboard-read", "clipboard-write"];
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, permissions });
  const page = await context.newPage();
  const complaints: string[] = [];
  const said: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("request", (request) => {
    const tell = (headers: unknown) => said.push(`${request.url()} ${JSON.stringify(headers)} ${request.postData()}`);
    void request.allHeaders().then(tell, () => {});
  });
  await page.goto(url);
  const screen = new Screen(page);
  await screen.shows(/^\$$/m);
  if (picture !== undefined) return await takePicture(page, screen, picture);
  for (const [name, run] of Object.entries(CASES)) {
    if (!name.includes(filter)) continue;
    try {
      await run({ context, page, screen, url });
      say(`${way}: ${name}`);
    } catch (error) {
      say(`${way}: ${name}`, error);
      return;
    }
  }
  const kept = await page.evaluate<string>("JSON.stringify(sessionStorage) + location.href");
  const knows = [...said, kept, await page.content()].some((text) => text.includes(tokens[way]!));
  const name = way === "relay" ? "the page never had the token" : "the token was sent";
  say(`${way}: ${name}`, knows === (way === "relay") ? new Error(`It ${knows ? "did" : "did not"}`) : undefined);
  await screen.line("exit 3");
  await screen.shows(/^\[ended: exit code 3\]$/m);
  say(`${way}: the end of a shell is shown`);
  say(`${way}: no error was left unhandled`, complaints.length > 0 ? complaints.join("\n") : undefined);
  await context.close();
}

const [playwright, executablePath, job] = Deno.args as [string, string, string];
const { chromium }: Playwright = await import(playwright);
const wanted: BrowserJob = JSON.parse(job);
const browser = await chromium.launch({ executablePath, args: FLAGS, handleSIGTERM: false });
// Then the page's work fails, and the program ends as after any failure.
let closing: Promise<void> | undefined;
const close = () => closing ??= browser.close();
Deno.addSignalListener("SIGTERM", close);
try {
  for (const [way, url] of Object.entries(wanted.ways)) await use(browser, way, url, wanted);
} catch (error) {
  say("the browser is there to the end", error);
} finally {
  Deno.removeSignalListener("SIGTERM", close);
  await close();
}
