/** What is used of Playwright, which is none of the project's dependencies. */
export interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly handleSIGTERM: boolean;
    }): Promise<Browser>;
  };
}

/** A browser that runs. */
export interface Browser {
  newContext(options: { readonly viewport: Size; readonly permissions: readonly string[] }): Promise<Context>;
  close(): Promise<void>;
}

/** A window, with storage and a clipboard of its own. */
export interface Context {
  newPage(): Promise<Page>;
  setOffline(offline: boolean): Promise<void>;
  close(): Promise<void>;
}

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A page. */
export interface Page {
  readonly keyboard: { type(text: string): Promise<void>; press(key: string): Promise<void> };
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(event: "console", listener: (message: { type(): string; text(): string }) => void): void;
  on(event: "request", listener: (request: Request) => void): void;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  click(selector: string): Promise<void>;
  fill(selector: string, value: string): Promise<void>;
  selectOption(selector: string, value: string): Promise<unknown>;
  close(): Promise<void>;
  content(): Promise<string>;
  setViewportSize(size: Size): Promise<void>;
  screenshot(options: { readonly path: string }): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
}

/** What a page asked for. */
export interface Request {
  url(): string;
  postData(): string | null;
  allHeaders(): Promise<Readonly<Record<string, string>>>;
}
