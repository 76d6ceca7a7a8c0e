/** A recorded case that is not compared, or not wholly. */
export interface Exemption {
  /** The recorded names. */
  readonly cases: readonly string[];
  /** Where it holds for one version only. */
  readonly version?: string;
  readonly reason: string;
}

/** Cases that are not played. */
export const LEFT_OUT: readonly Exemption[] = [
  {
    cases: ["grpc-start-echo"],
    reason: "gRPC is not served: this package and browsers speak Connect",
  },
  {
    cases: ["process-credentials"],
    version: "0.6.13",
    reason: "the supplementary groups of an account are the recorded machine's; `accounts` cannot name any",
  },
];

/** Cases in which an error's code is compared, but not its text: the daemon's RPC library words it. */
export const OTHER_WORDS: readonly Exemption[] = [
  {
    cases: ["rpc-malformed-json", "rpc-stream-envelopes"],
    reason: "how a message fails to be decoded is told by the library that decodes it",
  },
];

/** Cases that are not played where this process cannot switch accounts. */
export const NEED_ROOT: readonly Exemption[] = [
  { cases: ["process-credentials"], version: "0.2.10", reason: "it shows the ids of the account" },
  {
    cases: ["process-user-missing-json", "process-user-missing-proto"],
    version: "0.6.13",
    reason: "`whoami` names the account that runs the command",
  },
  { cases: ["fs-watch-upload"], reason: "a file that is given to an account is a CHMOD" },
  { cases: ["fs-watch-include-entry-json"], reason: "it shows the account that runs the command" },
];

/** Cases that are not played where this process ignores SIGINT or SIGQUIT. */
export const NEED_INTERRUPTS: readonly Exemption[] = [
  { cases: ["process-signal-statuses"], reason: "processes that are started here then ignore these signals as well" },
];

/** The exemption of a case, if there is one. */
export function exemption(table: readonly Exemption[], name: string, version: string): Exemption | undefined {
  return table.find((entry) => entry.cases.includes(name) && (entry.version ?? version) === version);
}
