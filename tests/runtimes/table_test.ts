import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { LIMITS } from "./limits.ts";
import { type Platform, type PlatformName, PLATFORMS } from "./platforms/platform.ts";
import { hasLeg, LEGS, type Tally, withTable } from "./table.ts";

const BEGIN = "<!-- what runs where: made by `deno task runtimes --write` -->";
const END = "<!-- end of what runs where -->";

async function* nothing() {}

const platforms = new Map(
  PLATFORMS.map((name): [PlatformName, Platform] => [name, { title: `${name} 1.2.3`, run: nothing }]),
);
const tallies = PLATFORMS.flatMap((name, i) =>
  LEGS.filter((leg) => hasLeg(name, leg)).map((leg): Tally => ({ name, leg, cases: 100 + i, passed: 200, failed: 0 }))
);

Deno.test("table: what stands between the marks is replaced, and nothing else", () => {
  const once = withTable(`before\n${BEGIN}\nwhat was there\n${END}\nafter`, platforms, tallies, 123);
  assertEquals([once.startsWith(`before\n${BEGIN}\n`), once.endsWith(`${END}\nafter`)], [true, true]);
  assertEquals(once.includes("what was there"), false);
  assertEquals(withTable(once, platforms, tallies, 123), once);
  for (const readme of ["", BEGIN, `${END}${BEGIN}`]) {
    assertThrows(() => withTable(readme, platforms, tallies, 123), Error, "Cannot find");
  }
});

Deno.test("table: a column for each platform, with what passed there and what it cannot do", () => {
  const rows = withTable(`${BEGIN}${END}`, platforms, tallies, 123).split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assertEquals(rows[0], ["of 123 cases", ...PLATFORMS.map((name) => `${name} 1.2`), "where not"]);
  assertEquals(rows.map((row) => row.length), rows.map(() => PLATFORMS.length + 2));
  const column = (name: PlatformName) => rows.map((row) => row[PLATFORMS.indexOf(name) + 1]);
  const can = (name: PlatformName) => LIMITS.map(({ missing }) => missing.includes(name) ? "no" : "yes");
  assertEquals(column("bun").slice(2), ["101", "101", "yes", ...can("bun")]);
  assertEquals(column("miniflare").slice(2), ["106", "", "", ...can("miniflare")]);
  assertEquals(column("chromium").slice(2), ["107", "107", "", ...can("chromium")]);
  for (const [i, { reason }] of LIMITS.entries()) assertStringIncludes(rows[5 + i]!.at(-1)!, reason);
});
