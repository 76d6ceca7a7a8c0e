/** The Worker of the example, which also tells at `/unhandled` which rejections nobody handled. */

import worker from "../../../examples/worker/src/worker.ts";

// workerd tells of a rejection a turn too early, and takes it back where it is handled after all.
const unhandled = new Map<Promise<unknown>, unknown>();
addEventListener("unhandledrejection", ({ promise, reason }) => void unhandled.set(promise, reason));
addEventListener("rejectionhandled", ({ promise }) => void unhandled.delete(promise));

const watched: typeof worker = {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/unhandled") return await worker.fetch(request, env, ctx);
    return Response.json([...unhandled.values()].map(String));
  },
};

// What a module Worker exports.
export { watched as default };
