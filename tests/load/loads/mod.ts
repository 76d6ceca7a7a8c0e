import type { Load } from "../load.ts";
import { aborts } from "./aborts.ts";
import { concurrent } from "./concurrent.ts";
import { flood } from "./flood.ts";
import { LINE_MS, longStream } from "./long_stream.ts";
import { sequence } from "./sequence.ts";

/** The loads, by the names they have on the command line. */
export const LOADS = ["concurrent", "sequence", "aborts", "stream", "flood"] as const;

/** One of them. */
export type LoadName = typeof LOADS[number];

/** A load by its name. A factor below 1 shortens the minutes of the one that is about time. */
export function loadOf(name: LoadName, factor: number): Load {
  switch (name) {
    case "concurrent":
      return concurrent;
    case "sequence":
      return sequence;
    case "aborts":
      return aborts;
    case "stream":
      return longStream(LINE_MS * factor);
    case "flood":
      return flood();
  }
}
