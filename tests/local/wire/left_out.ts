/** Recorded cases that the local runtime is not held to, by the reason. */
export const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {};
