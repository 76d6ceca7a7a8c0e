import type { Page } from "./playwright.ts";

/** No case needs so long, on the slowest machine: then what it waits for does not happen. */
const LATE_MS = 30_000;

/** The text of the terminal that is shown. Its spaces are hard ones. */
const TEXT = `[...document.querySelectorAll(".shown .xterm-rows > div")]` +
  `.map((row) => row.textContent.replaceAll("\\u00a0", " ").trimEnd()).join("\\n").trimEnd()`;

/** The terminal that a page shows, as its user has it. */
export class Screen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** What stands there now. */
  async text(): Promise<string> {
    return await this.page.evaluate<string>(TEXT);
  }

  /** Waits until what stands there fits, and gives what the pattern caught. */
  async shows(pattern: RegExp): Promise<string[]> {
    try {
      await this.until(`${pattern}.test(${TEXT})`);
    } catch (error) {
      throw new Error(`${pattern} is not shown, but\n${await this.text()}`, { cause: error });
    }
    return pattern.exec(await this.text())?.slice() ?? [];
  }

  /** Waits until a script is true, which is looked at in every frame: Playwright's own way is against the page's rules. */
  async until(script: string): Promise<void> {
    const came = await this.page.evaluate<boolean>(`new Promise((resolve) => {
      const late = performance.now() + ${LATE_MS};
      const look = () => {
        if (${script}) resolve(true);
        else if (performance.now() > late) resolve(false);
        else requestAnimationFrame(look);
      };
      look();
    })`);
    if (!came) throw new Error(`It did not come to pass within ${LATE_MS} ms: ${script}`);
  }

  /** Types a line. */
  async line(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** Types a line where a cleared screen shows nothing else, and waits for what comes of it. */
  async run(text: string, pattern: RegExp): Promise<string[]> {
    await this.line(`c; ${text}`);
    return await this.shows(pattern);
  }
}
