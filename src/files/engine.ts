/** What the engine that runs this can do. */

const userAgent: string = globalThis.navigator?.userAgent ?? "";

/**
 * Whether reading a body straight into one's own memory is fast: on Deno it takes as long as `arrayBuffer()`, on Node
 * many times as long, and Bun does not do it with answers. Copying into one buffer takes a quarter of `arrayBuffer()` on
 * Node, and half as much again on Deno.
 */
export const fillIsFast: boolean = /^Deno\//.test(userAgent);
