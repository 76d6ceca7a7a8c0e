/** A file holds one idea. Past these lengths it rarely does. */
const SOFT = 350;
const HARD = 500;
const HARD_TESTS = 400;

/** Says what is wrong with the length of a file, or nothing. */
export function checkLength(path: string, text: string): string | undefined {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const hard = path.startsWith("tests/") ? HARD_TESTS : HARD;
  if (lines > hard) return `${lines} lines: split the file, no more than ${hard} are allowed`;
  if (lines > SOFT && !path.startsWith("tests/") && !/^\s*\/[/*]/.test(text)) {
    return `${lines} lines: past ${SOFT}, the file begins with a comment that says why it is one idea`;
  }
  return undefined;
}
