/** What the engine that runs this can do. */

const userAgent: string = globalThis.navigator?.userAgent ?? "";

/**
 * Whether reading a body straight into one's own memory is fast: on Deno it takes as long as `arrayBuffer()`, on Node
 * many times as long, and Bun does not do it with answers. Copying into one buffer takes a quarter of `arrayBuffer()` on
 * Node, and half as much again on Deno.
 */
export const fillIsFast: boolean = /^Deno\//.test(userAgent);

/**
 * Whether a request body may be a stream that leaves piece by piece. An engine that does not know how makes it text,
 * and says so in a header. Browsers that know demand HTTP/2 for it, which the daemon does not speak.
 */
export const streamsRequests: boolean = !/^Mozilla\//.test(userAgent) && (() => {
  try {
    const init = { method: "POST", body: new ReadableStream(), duplex: "half" };
    return !new Request("http://localhost/", init).headers.has("content-type");
  } catch {
    return false;
  }
})();
