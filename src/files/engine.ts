/** What the engine that runs this can do. */

const userAgent: string = globalThis.navigator?.userAgent ?? "";

/**
 * Whether reading a body straight into one's own memory is fast: on Deno it takes as long as `arrayBuffer()`, on Node
 * many times as long, and Bun does not do it with answers. Copying into one buffer takes a quarter of `arrayBuffer()` on
 * Node, and half as much again on Deno.
 */
export const fillIsFast: boolean = /^Deno\//.test(userAgent);

/**
 * Whether each piece of an upload costs more than copying it into a larger one: on Bun a stream of 16 KiB pieces takes
 * three times as long as one of 256 KiB. On Deno and Node gathering gains nothing.
 */
export const piecesAreDear: boolean = /^Bun\//.test(userAgent);
