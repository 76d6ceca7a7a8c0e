/** What a stream of server-sent events holds: an event, or a comment. */
export type Sse = { readonly name: string; readonly data: string } | { readonly comment: string };

/** Reads server-sent events as the HTML standard has them: any of its three line ends, several lines of data. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Sse> {
  let name = "";
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data.length > 0) yield { name: name || "message", data: data.join("\n") };
      name = "";
      data = [];
      continue;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
    if (field === "") yield { comment: value! };
    if (field === "event") name = value!;
    if (field === "data") data.push(value!);
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    // A carriage return at the end may be half of a line end.
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    yield* lines;
  }
}
