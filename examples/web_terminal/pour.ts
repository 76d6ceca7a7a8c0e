/** What is used of a screen: it parses what it is given later, and calls back then. */
export interface Screen {
  write(data: Uint8Array, callback: () => void): void;
}

/** How many bytes a screen may have before it is waited for. */
const MOST_BYTES = 512 * 1024;

/** Shows a stream, no faster than the screen can. What runs in the terminal is then held up, as by a slow line. */
export async function pour(stream: ReadableStream<Uint8Array>, screen: Screen): Promise<void> {
  let waiting = 0;
  let onRoom: (() => void) | undefined;
  await stream.pipeTo(
    new WritableStream({
      write(bytes) {
        waiting += bytes.byteLength;
        screen.write(bytes, () => {
          waiting -= bytes.byteLength;
          onRoom?.();
        });
        if (waiting > MOST_BYTES) return new Promise<void>((resolve) => onRoom = resolve);
      },
    }),
  );
}
