import type { Command } from "../process/command.ts";
import type { JobStatus } from "./job.ts";

/** What was asked for: the file `command` of a journal. */
export interface Asked {
  readonly command: Command;
  readonly cwd?: string;
  /** The account. */
  readonly user: string;
  /** A digest of the environment, whose values are not noted. */
  readonly envs: string;
  readonly timeoutMs?: number;
}

/** A journal as the scripts print it. */
export interface JobRecord {
  readonly id: string;
  /** The directory; empty where it is not there. */
  readonly dir: string;
  /** When it was started, and a word that tells this start from others with the id. */
  readonly started: string;
  readonly stdout: number;
  readonly stderr: number;
  readonly state: "running" | "ended" | "lost";
  readonly pid: string;
  readonly exit: string;
  /** undefined: it was edited, or never written. */
  readonly asked: Asked | undefined;
}

const LINES = ["job", "dir", "stdout", "stderr", "state", "started", "pid", "exit", "command"] as const;

/** Reads what a script printed; undefined where that is not what it prints. */
export function records(bytes: Uint8Array): JobRecord[] | undefined {
  const found: JobRecord[] = [];
  let at = 0;
  const line = (word: string): string | undefined => {
    const end = bytes.indexOf(10, at);
    if (end < 0) return undefined;
    const text = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    return text === word || text.startsWith(`${word} `) ? text.slice(word.length + 1) : undefined;
  };
  while (at < bytes.length) {
    const [id, dir, stdout, stderr, state, started, pid, exit, length] = LINES.map(line);
    if (id === undefined || length === undefined || !/^\d+$/.test(length)) return undefined;
    const command = new TextDecoder().decode(bytes.subarray(at, at += Number(length)));
    if (bytes[at++] !== 10) return undefined;
    if (state !== "running" && state !== "ended" && state !== "lost") return undefined;
    found.push({
      id,
      dir: dir ?? "",
      started: started ?? "",
      stdout: Number(stdout),
      stderr: Number(stderr),
      state,
      pid: pid?.trim() ?? "",
      exit: exit?.trim() ?? "",
      asked: askedOf(command),
    });
  }
  return found;
}

function askedOf(text: string): Asked | undefined {
  try {
    const asked = JSON.parse(text);
    const { command, user, envs } = asked;
    const words = typeof command === "string" ||
      Array.isArray(command) && command.every((word) => typeof word === "string");
    return words && typeof user === "string" && typeof envs === "string" ? asked : undefined;
  } catch {
    return undefined;
  }
}

/** The process id in a journal; undefined where it is none. */
export function pidOf({ pid }: JobRecord): number | undefined {
  const number = /^([1-9]\d{0,9}) /.exec(`${pid} `)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** How a job is; undefined where its journal makes no sense. */
export function statusOf(record: JobRecord): JobStatus | undefined {
  if (record.state === "lost") return { state: "lost" };
  if (record.state === "running") {
    const pid = pidOf(record);
    return pid === undefined ? undefined : { state: "running", pid };
  }
  const [, code, signal, why] = /^(\d{1,3}) (-|SIG[A-Z0-9]+) (-|timeout)$/.exec(record.exit) ?? [];
  if (code === undefined || Number(code) > 255) return undefined;
  return {
    state: "exited",
    exitCode: Number(code),
    ...(signal !== undefined && signal !== "-" && { signal }),
    ...(why === "timeout" && { timedOut: true }),
  };
}
