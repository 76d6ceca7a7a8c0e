/**
 * Runs a job in a page of Chromium, with Playwright: the arguments are where to import that from, the browser, the
 * page's script and the job. It is a program of its own, so that Playwright stays out of the project's dependencies.
 */

import type { Job, Outcome } from "../job.ts";
import { FLAGS } from "./chromium_flags.ts";

/** What is used of Playwright. */
interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly handleSIGTERM: boolean;
    }): Promise<Browser>;
  };
}

interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

interface Page {
  context(): { newCDPSession(page: Page): Promise<Session> };
  on(event: "pageerror", listener: (error: Error) => void): void;
  exposeFunction(name: string, callback: (value: Outcome) => void): Promise<void>;
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

/** Chromium's own protocol, which also tells of the requests that the browser makes by itself. */
interface Session {
  send(method: "Network.enable"): Promise<unknown>;
  on(
    event: "Network.requestWillBeSent",
    listener: (event: { readonly request: { readonly method: string; readonly url: string } }) => void,
  ): void;
}

const [playwright, executablePath, script, job] = Deno.args as [string, string, string, string];
const { chromium }: Playwright = await import(playwright);
const say = (outcome: Outcome) => console.log(JSON.stringify(outcome));

// Another port is another origin: the page needs the runtime's permission for everything it does.
const code = await Deno.readTextFile(script);
await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
  if (new URL(request.url).pathname !== "/") return new Response(null, { status: 404 });
  const html = `<!doctype html><meta charset="utf-8"><title>Cases</title><script type="module">${code}</script>`;
  return new Response(html, { headers: { "content-type": "text/html" } });
});

const browser = await chromium.launch({ executablePath, args: FLAGS, handleSIGTERM: false });
// Then the page's work fails, and the program ends as after any failure.
let closing: Promise<void> | undefined;
const close = () => closing ??= browser.close();
Deno.addSignalListener("SIGTERM", close);
try {
  const page = await browser.newPage();
  page.on(
    "pageerror",
    (error) => say({ name: "no error is left unhandled", ms: 0, error: error.stack ?? error.message }),
  );
  await page.exposeFunction("tell", say);
  const { origin } = new URL((JSON.parse(job) as Job).url);
  const asked = new Set<string>();
  const called = new Set<string>();
  const session = await page.context().newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request: { method, url } }) => {
    // Whoever has a signed URL sends no header that a browser would ask about.
    if (url.startsWith(`${origin}/`) && !url.includes("&signature")) (method === "OPTIONS" ? asked : called).add(url);
  });
  await session.send("Network.enable");
  await page.goto(`http://127.0.0.1:${server.addr.port}/`);
  await page.evaluate(`runJobHere(${JSON.stringify(JSON.parse(job) as Job)})`);
  const name = "CORS: the browser asks the runtime before it calls it";
  const unasked = called.difference(asked);
  const error = `${asked.size} of ${called.size} URLs; not ${[...unasked].join(", ")}`;
  say({ name, ms: 0, ...((called.size === 0 || unasked.size > 0) && { error }) });
} finally {
  Deno.removeSignalListener("SIGTERM", close);
  await close();
}
