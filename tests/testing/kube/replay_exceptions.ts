import type { RecordedEvent } from "./recording.ts";

/** In what an answer is not compared, and why not. */
interface Exception {
  readonly why: string;
  /** Takes out of an answer what differs; given both the recorded one and the fake's. */
  readonly same: (answer: unknown) => unknown;
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return items.toSorted((one, other) => key(one) < key(other) ? -1 : 1);
}

const later: Exception = {
  why: "when bookmarks come, and how many, is the server's choice; only the first, which ends the list, is promised",
  same: (events) =>
    (events as readonly RecordedEvent[]).filter(({ type, object }) =>
      type !== "BOOKMARK" || JSON.stringify(object).includes("initial-events-end")
    ),
};

/** All exceptions, by the name of the exchange. */
export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  "discovery-group-version": {
    why: "the order of the resources is chance in the server",
    same: (body) => {
      const { resources, ...rest } = body as { resources: readonly { name: string }[] };
      return { ...rest, resources: sortedBy(resources, ({ name }) => name) };
    },
  },
  "create-invalid": {
    why: "the order of the causes is chance in the server, which goes through a map",
    same: (body) => {
      const { message, details, ...rest } = body as { message: string; details: { causes: { field: string }[] } };
      const causes = sortedBy(details.causes, ({ field }) => field);
      const said = /^(.*?)\[(.*)\]$/.exec(message) ?? [];
      const all = (said[2] ?? "").split(/, (?=spec\.)/).toSorted();
      return { ...rest, details: { ...details, causes }, said: said[1], all };
    },
  },
  "watch-missing": {
    why: "the recorder wrote {} in place of the text, which had 19 bytes: 404 page not found, and a newline",
    same: () => "404 page not found\n",
  },
  "watch-list": later,
  "watch-list-gzip": later,
};

/** WebSockets to containers: `pods/replay_test.ts` plays them. */
export function isSocket(name: string): boolean {
  return /^(exec-|port-forward$)/.test(name) && !name.startsWith("exec-plain-get");
}
