import { assertEquals } from "@std/assert";
import { LEFT_OUT } from "./wire/left_out.ts";
import { play } from "./wire/play.ts";
import { readRecording } from "./wire/recording.ts";

for (const version of ["0.2.10", "0.6.13"] as const) {
  for (const recorded of readRecording(version).cases) {
    Deno.test({
      name: `envd ${version}: ${recorded.name}`,
      fn: () => play(recorded, { version, compareTexts: true }),
    });
  }
}
