import { contentOf, type Exchange, messageOf, type RecordedFrame, repeated } from "./recording.ts";
import { expectedEvents } from "./watch.ts";

/** The public value of a good answer, worked out from the recording alone. */
export function expectedValue(exchange: Exchange): unknown {
  const { send, receive } = exchange;
  const { pathname } = new URL(send.path, "http://recorded");
  const { body } = receive;
  switch (pathname) {
    case "/health":
      return true;
    case "/envs":
      return messageOf(body);
    case "/metrics":
      return metrics(messageOf(body));
    case "/files":
      if (send.method === "POST") return JSON.parse(body as string)[0];
      // A range beyond the end is empty, as in slice.
      return receive.status === 416 ? new Uint8Array(0) : contentOf(body);
    case "/filesystem.Filesystem/Stat":
    case "/filesystem.Filesystem/Move":
      return entry(messageOf(body).entry as Entry);
    case "/filesystem.Filesystem/ListDir":
      return ((messageOf(body).entries ?? []) as Entry[]).map(entry);
    case "/filesystem.Filesystem/MakeDir":
      return receive.status === 200;
    case "/process.Process/SendSignal":
      return receive.status === 200;
    case "/process.Process/List":
      return ((messageOf(body).processes ?? []) as Process[]).map(processInfo);
    case "/filesystem.Filesystem/WatchDir":
      return expectedEvents(exchange);
    case "/process.Process/Start":
    case "/process.Process/Connect":
      return resultOf((body as { frames: RecordedFrame[] }).frames, isTerminal(exchange));
    default:
      return undefined;
  }
}

function metrics(figures: Record<string, unknown>): unknown {
  return {
    timestamp: new Date(figures.ts as number * 1000),
    cpuCount: figures.cpu_count,
    cpuUsedPercent: figures.cpu_used_pct,
    memoryTotalBytes: figures.mem_total,
    memoryUsedBytes: figures.mem_used,
    diskTotalBytes: figures.disk_total,
    diskUsedBytes: figures.disk_used,
  };
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly type?: string;
  readonly size?: string;
  readonly mode?: number;
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly modifiedTime: string;
  readonly symlinkTarget?: string;
}

function entry({ type, size = "0", mode = 0, modifiedTime, ...rest }: Entry): unknown {
  const types: Record<string, string> = { FILE_TYPE_FILE: "file", FILE_TYPE_DIRECTORY: "directory" };
  return {
    ...rest,
    type: types[type ?? ""] ?? "other",
    isSymlink: rest.permissions[0] === "L",
    size: Number(size),
    mode,
    modifiedTime: nearestMillisecond(modifiedTime),
  };
}

/** A time with nine digits as a Date, which has three. */
function nearestMillisecond(time: string): Date {
  const [, whole, fraction = "0"] = /^(.*?)(\.\d+)?Z$/.exec(time)!;
  return new Date(Date.parse(`${whole}Z`) + Math.round(Number(fraction) * 1000));
}

interface Process {
  readonly config: { readonly cmd: string; readonly args?: string[]; readonly envs?: object; readonly cwd?: string };
  readonly pid: number;
  readonly tag?: string;
}

function processInfo({ config, ...rest }: Process): unknown {
  return { args: [], envs: {}, ...config, ...rest };
}

/** The signals whose texts were recorded. */
const SIGNALS: Readonly<Record<string, readonly [name: string, number: number]>> = {
  "hangup": ["SIGHUP", 1],
  "interrupt": ["SIGINT", 2],
  "quit": ["SIGQUIT", 3],
  "illegal instruction": ["SIGILL", 4],
  "trace/breakpoint trap": ["SIGTRAP", 5],
  "aborted": ["SIGABRT", 6],
  "bus error": ["SIGBUS", 7],
  "floating point exception": ["SIGFPE", 8],
  "killed": ["SIGKILL", 9],
  "user defined signal 1": ["SIGUSR1", 10],
  "segmentation fault": ["SIGSEGV", 11],
  "user defined signal 2": ["SIGUSR2", 12],
  "broken pipe": ["SIGPIPE", 13],
  "alarm clock": ["SIGALRM", 14],
  "terminated": ["SIGTERM", 15],
};

interface Event {
  readonly start?: { readonly pid: number };
  readonly data?: { readonly stdout?: string; readonly stderr?: string; readonly pty?: string };
  readonly end?: {
    readonly exitCode?: number;
    readonly exited?: boolean;
    readonly status: string;
    readonly error?: string;
  };
}

/** Whether a request starts a terminal. */
export function isTerminal({ send }: Exchange): boolean {
  const [frame] = (send.body as { frames?: RecordedFrame[] } | null)?.frames ?? [];
  return messageOf(frame).pty !== undefined;
}

function resultOf(frames: readonly RecordedFrame[], terminal: boolean): unknown {
  const events = frames.map((frame) => (messageOf(frame).event ?? {}) as Event);
  const bytes = (stream: "stdout" | "stderr" | "pty") =>
    new Uint8Array(
      frames.flatMap(({ elided }, i) =>
        elided?.stream === stream
          ? [...repeated(elided.repeat, elided.length)]
          : [...Uint8Array.fromBase64(events[i]?.data?.[stream] ?? "")]
      ),
    );
  const end = events.find((event) => event.end !== undefined)!.end!;
  const signal = SIGNALS[end.status.replace("signal: ", "")];
  const exit = {
    pid: events.find(({ start }) => start !== undefined)!.start!.pid,
    exitCode: end.exited ? end.exitCode ?? 0 : 128 + signal![1],
    ...(signal !== undefined && { signal: signal[0] }),
    ...(end.error !== undefined && { error: end.error }),
  };
  if (terminal) return { shown: bytes("pty"), exit };
  const [stdoutBytes, stderrBytes] = [bytes("stdout"), bytes("stderr")];
  return {
    ...exit,
    stdoutBytes,
    stderrBytes,
    stdout: new TextDecoder().decode(stdoutBytes),
    stderr: new TextDecoder().decode(stderrBytes),
    truncatedBytes: 0,
  };
}
