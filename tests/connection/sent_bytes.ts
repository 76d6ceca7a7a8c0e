/** The bytes that a client hands to `fetch`: on Deno what must not be sent twice is a Blob. */
export async function sentBytes(
  init: { readonly body?: RequestInit["body"] } | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(init?.body).arrayBuffer());
}
