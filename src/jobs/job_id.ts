const ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Checks what a job is found by. It becomes the name of a directory. Throws a `TypeError` or a `RangeError`. */
export function checkJobId(id: string): string {
  if (typeof id !== "string") throw new TypeError(`Cannot use a ${typeof id} as the id of a job: pass a string`);
  if (ID.test(id)) return id;
  throw new RangeError(
    `Cannot use ${JSON.stringify(id.slice(0, 40))} as the id of a job: pass 1 to 128 of A-Z a-z 0-9 . _ -, not ` +
      "beginning with . or -",
  );
}
