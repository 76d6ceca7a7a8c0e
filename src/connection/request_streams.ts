/**
 * Whether a request body may be a stream that leaves piece by piece. An engine that does not know how makes it text,
 * and says so in a header. Browsers that know demand HTTP/2 for it, which the daemon does not speak.
 */
export const streamsRequests: boolean = !/^Mozilla\//.test(globalThis.navigator?.userAgent ?? "") && (() => {
  try {
    const init = { method: "POST", body: new ReadableStream(), duplex: "half" };
    return !new Request("http://localhost/", init).headers.has("content-type");
  } catch {
    return false;
  }
})();
