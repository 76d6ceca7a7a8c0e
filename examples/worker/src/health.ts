import type { Call } from "./call.ts";

/** `GET /health`: whether the sandbox answers. */
export async function health({ sandbox }: Call): Promise<Response> {
  const healthy = await sandbox.health();
  return Response.json({ healthy }, { status: healthy ? 200 : 503, headers: { "Cache-Control": "no-store" } });
}
