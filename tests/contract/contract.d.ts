/**
 * What the entries promise: "." here, the others in the file beside. A change that no longer fits breaks programs that
 * use them.
 */

import type { SandboxError } from "./errors.d.ts";

export * from "./entries.d.ts";
export * from "./errors.d.ts";

export type Bytes = Uint8Array<ArrayBuffer>;
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
export type TokenSource = string | (() => string | Promise<string>);
export interface CallOptions {
  signal?: AbortSignal | undefined;
  requestTimeoutMs?: number | undefined;
}
export interface UserOptions extends CallOptions {
  user?: string | undefined;
}

export class RuntimeClient {
  constructor(options: RuntimeClientOptions);
  readonly sandboxId: string | undefined;
  readonly runtimeUrl: string;
  readonly commands: Commands;
  readonly files: Filesystem;
  readonly pty: Pty;
  readonly ports: Ports;
  readonly jobs: Jobs;
  with(options: ViewOptions): RuntimeClient;
  health(options?: CallOptions): Promise<boolean>;
  metrics(options?: CallOptions): Promise<RuntimeMetrics>;
  envs(options?: CallOptions): Promise<Record<string, string>>;
}
export type ViewOptions = Pick<
  RuntimeClientOptions,
  "user" | "headers" | "requestTimeoutMs" | "onRequest" | "onResponse"
>;
export interface RuntimeMetrics {
  readonly timestamp: Date;
  readonly cpuCount: number;
  readonly cpuUsedPercent: number;
  readonly memoryTotalBytes: number;
  readonly memoryUsedBytes: number;
  readonly diskTotalBytes?: number;
  readonly diskUsedBytes?: number;
}
export function optionsFromEnv(env: Readonly<Record<string, string | undefined>>): RuntimeClientOptions;
export interface RuntimeClientOptions {
  sandboxId?: string | undefined;
  domain?: string | undefined;
  scheme?: "http" | "https" | undefined;
  routing?: "header" | "path" | "host" | undefined;
  sandboxBaseUrl?: string | ((port: number) => string) | undefined;
  runtimeToken?: TokenSource | undefined;
  trafficToken?: TokenSource | undefined;
  apiKey?: string | undefined;
  authHeader?: string | undefined;
  user?: string | undefined;
  runtimePort?: number | undefined;
  headers?: HeadersInit | undefined;
  requestTimeoutMs?: number | undefined;
  fetch?: Fetch | undefined;
  retry?: { gatewayMs?: number | undefined; attempts?: number | undefined } | false | undefined;
  portAccessToken?: boolean | undefined;
  maxFrameBytes?: number | undefined;
  capabilities?: { closeStdin?: boolean | undefined } | undefined;
  onRequest?: ((event: RequestEvent) => void) | undefined;
  onResponse?: ((event: ResponseEvent) => void) | undefined;
}
export interface RequestEvent {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
}
export interface ResponseEvent extends RequestEvent {
  readonly status?: number;
  readonly durationMs: number;
  readonly error?: SandboxError;
}

export type ProcessSignal = "SIGTERM" | "SIGKILL";
export type Command = string | readonly string[];
export type InputData =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;
export type FileData = InputData;
export type OutputCallback = (text: string) => void | Promise<void>;
export interface OutputOptions {
  capture?: boolean | undefined;
  maxOutputBytes?: number | undefined;
  overflow?: "throw" | "truncate" | undefined;
}
export interface KillOptions extends CallOptions {
  tree?: boolean | undefined;
  graceMs?: number | undefined;
}
export interface WaitOptions {
  onStdout?: OutputCallback | undefined;
  onStderr?: OutputCallback | undefined;
  check?: boolean | undefined;
  signal?: AbortSignal | undefined;
}
export interface StartOptions extends UserOptions, OutputOptions {
  envs?: Record<string, string> | undefined;
  cwd?: string | undefined;
  tag?: string | undefined;
  stdin?: boolean | InputData | undefined;
  timeoutMs?: number | undefined;
}
export interface RunOptions extends StartOptions {
  onStdout?: OutputCallback | undefined;
  onStderr?: OutputCallback | undefined;
  check?: boolean | undefined;
  durable?: boolean | undefined;
  background?: false | undefined;
}
export interface BackgroundOptions extends Omit<RunOptions, "background"> {
  background: true;
}
export interface ConnectOptions extends CallOptions, OutputOptions {}
export interface Commands {
  run(command: Command, options: BackgroundOptions): Promise<CommandHandle>;
  run(command: Command, options?: RunOptions): Promise<CommandResult>;
  start(command: Command, options?: StartOptions): Promise<CommandHandle>;
  list(options?: CallOptions): Promise<ProcessInfo[]>;
  kill(pid: number, options?: KillOptions): Promise<boolean>;
  sendSignal(pid: number, signal: ProcessSignal, options?: CallOptions): Promise<boolean>;
  sendStdin(pid: number, data: string | Uint8Array, options?: CallOptions): Promise<void>;
  closeStdin(pid: number, options?: CallOptions): Promise<void>;
  connectToProcess(target: number | { tag: string }, options?: ConnectOptions): Promise<CommandHandle>;
}
export interface ProcessInfo {
  readonly pid: number;
  readonly tag?: string;
  readonly cmd: string;
  readonly args: readonly string[];
  readonly envs: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
export interface CommandHandle extends AsyncIterable<OutputEvent>, AsyncDisposable {
  readonly pid: number;
  readonly stdout: ReadableStream<Bytes>;
  readonly stderr: ReadableStream<Bytes>;
  wait(options?: WaitOptions): Promise<CommandResult>;
  disconnect(): Promise<void>;
  kill(options?: KillOptions): Promise<boolean>;
  sendSignal(signal: ProcessSignal, options?: CallOptions): Promise<boolean>;
  sendStdin(data: string | Uint8Array, options?: CallOptions): Promise<void>;
  closeStdin(options?: CallOptions): Promise<void>;
  lines(options?: {
    stream?: "stdout" | "stderr" | "both" | undefined;
    signal?: AbortSignal | undefined;
  }): AsyncIterable<string>;
  waitFor(pattern: RegExp, options?: {
    timeoutMs?: number | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<RegExpMatchArray>;
}
export type OutputEvent =
  | { readonly type: "stdout" | "stderr"; readonly data: Bytes; readonly text: string }
  | { readonly type: "exit"; readonly result: CommandResult };
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Bytes;
  readonly stderrBytes: Bytes;
  readonly error?: string;
  readonly signal?: string;
  readonly truncatedBytes: number;
  readonly pid: number;
}
export type ShellValue = string | number | readonly (string | number)[];
export function sh(strings: TemplateStringsArray, ...values: readonly ShellValue[]): string;
export function quote(...args: readonly string[]): string;

export interface PtySize {
  cols: number;
  rows: number;
}
export interface PtyCreateOptions extends UserOptions, PtySize {
  command?: Command | undefined;
  cwd?: string | undefined;
  envs?: Record<string, string> | undefined;
  tag?: string | undefined;
  timeoutMs?: number | undefined;
}
export interface PtyExit {
  readonly exitCode: number;
  readonly signal?: string;
  readonly error?: string;
  readonly pid: number;
}
export interface Pty {
  create(options: PtyCreateOptions): Promise<PtyHandle>;
  connect(target: number | { tag: string }, options?: CallOptions): Promise<PtyHandle>;
}
export interface PtyHandle extends AsyncDisposable {
  readonly pid: number;
  readonly readable: ReadableStream<Bytes>;
  readonly writable: WritableStream<Uint8Array | string>;
  resize(size: PtySize, options?: CallOptions): Promise<void>;
  wait(options?: { signal?: AbortSignal | undefined }): Promise<PtyExit>;
  kill(options?: CallOptions): Promise<boolean>;
  disconnect(): Promise<void>;
}

export type FileType = "file" | "directory" | "other";
export interface EntryInfo {
  readonly name: string;
  readonly path: string;
  readonly type: FileType;
  readonly isSymlink: boolean;
  readonly symlinkTarget?: string;
  readonly size: number;
  readonly mode: number;
  readonly permissions: string;
  readonly owner: string;
  readonly group: string;
  readonly modifiedTime?: Date;
}
export interface WriteInfo {
  readonly name: string;
  readonly path: string;
  readonly type: FileType;
}
export type Progress = (progress: { readonly bytes: number; readonly totalBytes?: number }) => void;
export interface ReadOptions extends UserOptions {
  range?: { start: number; end?: number | undefined } | undefined;
  onProgress?: Progress | undefined;
  maxBytes?: number | undefined;
}
export interface WriteOptions extends UserOptions {
  onProgress?: Progress | undefined;
}
export interface ListOptions extends UserOptions {
  depth?: number | undefined;
}
export interface SignedUrlOptions {
  expiresInSeconds?: number | undefined;
  user?: string | undefined;
}
export interface FileEntry {
  readonly path: string;
  readonly data: FileData;
}
export interface WatchOptions extends UserOptions {
  recursive?: boolean | undefined;
  polling?: boolean | undefined;
}
export interface WatchEvent {
  readonly type: "create" | "write" | "remove" | "rename" | "chmod";
  readonly name: string;
  readonly path: string;
}
export interface WatchHandle extends AsyncIterable<WatchEvent>, AsyncDisposable {
  stop(): Promise<void>;
}
export interface Filesystem {
  list(path: string, options?: ListOptions): Promise<EntryInfo[]>;
  exists(path: string, options?: UserOptions): Promise<boolean>;
  getInfo(path: string, options?: UserOptions): Promise<EntryInfo>;
  makeDir(path: string, options?: UserOptions): Promise<boolean>;
  rename(from: string, to: string, options?: UserOptions): Promise<EntryInfo>;
  remove(path: string, options?: UserOptions): Promise<void>;
  read(path: string, options?: ReadOptions): Promise<Bytes>;
  readText(path: string, options?: ReadOptions): Promise<string>;
  readBlob(path: string, options?: ReadOptions): Promise<Blob>;
  readStream(path: string, options?: ReadOptions): Promise<ReadableStream<Bytes>>;
  write(path: string, data: FileData, options?: WriteOptions): Promise<WriteInfo>;
  writeText(path: string, text: string, options?: WriteOptions): Promise<WriteInfo>;
  writeFiles(files: Iterable<FileEntry> | AsyncIterable<FileEntry>, options?: WriteOptions): Promise<WriteInfo[]>;
  downloadUrl(path: string, options?: SignedUrlOptions): Promise<string>;
  uploadUrl(path: string, options?: SignedUrlOptions): Promise<string>;
  watchDir(path: string, options?: WatchOptions): Promise<WatchHandle>;
}

export interface WaitForPortOptions {
  path?: string | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}
export interface Jobs {
  start(command: Command, options?: JobOptions): Promise<Job>;
  get(id: string, options?: CallOptions): Promise<Job>;
  list(options?: CallOptions): Promise<JobInfo[]>;
}
export interface JobOptions extends UserOptions {
  envs?: Record<string, string> | undefined;
  cwd?: string | undefined;
  id?: string | undefined;
  stdin?: InputData | undefined;
  timeoutMs?: number | undefined;
}
export type JobStatus =
  | { readonly state: "running"; readonly pid: number }
  | { readonly state: "exited"; readonly exitCode: number; readonly signal?: string; readonly timedOut?: true }
  | { readonly state: "lost" };
export interface JobInfo {
  readonly id: string;
  readonly command: Command;
  readonly startedTime: Date;
  readonly status: JobStatus;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}
export interface JobOutputOptions {
  stream?: "stdout" | "stderr" | undefined;
  from?: number | undefined;
  follow?: boolean | undefined;
  signal?: AbortSignal | undefined;
}
export interface JobKillOptions extends CallOptions {
  graceMs?: number | undefined;
}
export interface Job {
  readonly id: string;
  status(options?: CallOptions): Promise<JobStatus>;
  output(options?: JobOutputOptions): Promise<ReadableStream<Bytes>>;
  wait(options?: WaitOptions & OutputOptions): Promise<CommandResult>;
  kill(options?: JobKillOptions): Promise<boolean>;
  remove(options?: CallOptions): Promise<void>;
}
export interface Ports {
  url(port: number, path?: string): string;
  headers(port: number): Promise<Headers>;
  fetch(port: number, input: string | URL | Request, init?: RequestInit): Promise<Response>;
  fetcher(port: number): Fetch;
  webSocket(port: number, path?: string, protocols?: string | readonly string[]): WebSocket;
  waitFor(port: number, options?: WaitForPortOptions): Promise<void>;
}
