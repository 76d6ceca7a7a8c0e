import { methodNotAllowed } from "../responses.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { compose } from "./compose.ts";
import { download } from "./download.ts";
import { HttpError } from "./http_error.ts";
import { authorize } from "./request_target.ts";
import { upload } from "./upload.ts";

/** Answers `/files` and, for the newer version, `/files/compose`. */
export async function handleFiles(request: Request, state: RuntimeState): Promise<Response> {
  const composing = new URL(request.url).pathname === "/files/compose";
  try {
    if (composing) {
      return request.method === "POST" ? await compose(request, state) : methodNotAllowed("POST");
    }
    if (request.method === "GET") {
      authorize(request, "read", state);
      return await download(request, state);
    }
    if (request.method === "POST") {
      authorize(request, "write", state);
      return await upload(request, state);
    }
    return methodNotAllowed("GET", "POST");
  } catch (error) {
    if (error instanceof HttpError) return error.toResponse();
    throw error;
  }
}
