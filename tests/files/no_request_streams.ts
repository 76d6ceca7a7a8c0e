/**
 * Uploads on an engine whose requests cannot have a stream as their body, in a worker of its own: what the engine can
 * is looked at when the module loads. The name of the worker says which engine it is to be, `browser` or `old`.
 */

/** What is told of an upload. */
export interface Told {
  /** What the body was of each request. */
  readonly bodies: readonly string[];
  /** Whether each body was the whole form with the content in it. */
  readonly whole: readonly boolean[];
  readonly duplex: boolean;
  readonly progress: readonly unknown[];
  readonly failure?: string;
}

/** Its types would be everyone's where all files are checked together. */
const scope = globalThis as unknown as { readonly name: string; postMessage(message: Record<string, Told>): void };

if (scope.name === "browser") {
  Object.defineProperty(navigator, "userAgent", { value: "Mozilla/5.0 (X11; Linux x86_64)" });
} else {
  // As before streams were known: the body becomes text.
  globalThis.Request = class extends Request {
    constructor(input: string | URL | Request, init?: RequestInit) {
      super(input, init?.body instanceof ReadableStream ? { ...init, body: String(init.body) } : init);
    }
  };
}
const { fakeFiles, written } = await import("./tools.ts");

const MIB = 1024 * 1024;
const content = new Uint8Array(2.5 * MIB).map((_, index) => index % 251);

function streamOf(bytes: Uint8Array, failure?: Error): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset < bytes.length) return controller.enqueue(bytes.subarray(offset, offset += MIB));
      if (failure !== undefined) controller.error(failure);
      else controller.close();
    },
  });
}

async function upload(data: string | Blob | ReadableStream<Uint8Array>, expected: Uint8Array): Promise<Told> {
  const progress: unknown[] = [];
  const { files, sent } = fakeFiles((_, index) =>
    index === 0
      ? new Response("sandbox gateway is not ready", { status: 503 })
      : new Response(written("/x"), { headers: { "content-type": "application/json" } })
  );
  const failure = await files.write("/x", data, { onProgress: (now) => progress.push(now) }).then(
    () => undefined,
    (error) => error instanceof Error ? error.message : String(error),
  );
  const whole: boolean[] = [];
  for (const { body, headers } of sent) {
    const form = await new Response(body as BodyInit, { headers: { "content-type": headers.get("content-type")! } })
      .formData();
    const file = await (form.get("file") as File).bytes();
    whole.push(file.length === expected.length && file.every((byte, index) => byte === expected[index]));
  }
  return {
    bodies: sent.map(({ body }) => body?.constructor.name ?? "none"),
    whole,
    duplex: sent.some(({ body }) => body instanceof ReadableStream),
    progress,
    ...(failure !== undefined && { failure }),
  };
}

const small = content.subarray(0, 1000);
scope.postMessage({
  large: await upload(streamOf(content), content),
  small: await upload(streamOf(small), small),
  blob: await upload(new Blob([content]), content),
  broken: await upload(streamOf(content, new Error("the tape broke")), content),
});
