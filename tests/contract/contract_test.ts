/** The package keeps its promise: the compiler compares both, and the names are counted. */

import { assertEquals } from "@std/assert";
import * as api from "../../mod.ts";
import * as local from "../../src/local/mod.ts";
import * as testing from "../../src/testing/mod.ts";
import type * as contract from "./contract.d.ts";

/** Compiles only where a value of the first type can be used as one of the second. */
type Fits<From extends To, To> = [From, To];
/** Compiles only where the two can stand for each other. */
type Same<A extends B, B extends C, C = A> = [A, B, C];

type ErrorClasses =
  | "AuthenticationError"
  | "CommandExitError"
  | "DisconnectedError"
  | "InvalidArgumentError"
  | "KubeConfigError"
  | "KubeStatusError"
  | "NotFoundError"
  | "OutputLimitError"
  | "SandboxNotRunningError"
  | "TimeoutError"
  | "UnsupportedError";
type TestingFunctions = "record" | "replay" | "startFaultProxy" | "startFakeGateway" | "startFakeKube";
/** Users catch these and do not make them, so their constructors are ours. */
type Values = Omit<typeof contract, ErrorClasses | "startLocalRuntime" | TestingFunctions>;

/** Classes, functions and what they return. */
export type Promises = [
  Fits<typeof api, Values>,
  Fits<typeof local, Pick<typeof contract, "startLocalRuntime">>,
  Fits<typeof testing, Pick<typeof contract, TestingFunctions>>,
  Fits<api.RuntimeClient, contract.RuntimeClient>,
  Fits<local.LocalRuntime, contract.LocalRuntime>,
  Fits<testing.FakeGateway, contract.FakeGateway>,
  Fits<testing.FakeKube, contract.FakeKube>,
  Fits<testing.FaultProxy, contract.FaultProxy>,
  Fits<testing.Recorder, contract.Recorder>,
  Fits<testing.Cassette, contract.Cassette>,
  Fits<contract.Cassette, Parameters<typeof testing.replay>[0]>,
  Fits<contract.FaultPlan, testing.FaultPlan>,
  Same<api.AuthenticationError, contract.AuthenticationError>,
  Same<api.CommandExitError, contract.CommandExitError>,
  Same<api.DisconnectedError, contract.DisconnectedError>,
  Same<api.InvalidArgumentError, contract.InvalidArgumentError>,
  Same<api.KubeConfigError, contract.KubeConfigError>,
  Same<api.KubeStatusError, contract.KubeStatusError>,
  Same<api.NotFoundError, contract.NotFoundError>,
  Same<api.OutputLimitError, contract.OutputLimitError>,
  Same<api.SandboxError, contract.SandboxError>,
  Same<api.SandboxNotRunningError, contract.SandboxNotRunningError>,
  Same<api.TimeoutError, contract.TimeoutError>,
  Same<api.UnsupportedError, contract.UnsupportedError>,
];

/** Interfaces that users read, write down and fake: neither side may ask for more than the other has. */
export type Interfaces = [
  Same<api.BackgroundOptions, contract.BackgroundOptions>,
  Same<api.Bytes, contract.Bytes>,
  Same<api.CallOptions, contract.CallOptions>,
  Same<api.Command, contract.Command>,
  Same<api.CommandHandle, contract.CommandHandle>,
  Same<api.CommandResult, contract.CommandResult>,
  Same<api.Commands, contract.Commands>,
  Same<api.ConnectOptions, contract.ConnectOptions>,
  Same<api.EntryInfo, contract.EntryInfo>,
  Same<api.Fetch, contract.Fetch>,
  Same<api.FileData, contract.FileData>,
  Same<api.FileEntry, contract.FileEntry>,
  Same<api.FileType, contract.FileType>,
  Same<api.Filesystem, contract.Filesystem>,
  Same<api.InputData, contract.InputData>,
  Same<api.KillOptions, contract.KillOptions>,
  Same<api.ListOptions, contract.ListOptions>,
  Same<api.OutputCallback, contract.OutputCallback>,
  Same<api.OutputEvent, contract.OutputEvent>,
  Same<api.OutputOptions, contract.OutputOptions>,
  Same<api.PartialResult, contract.PartialResult>,
  Same<api.Job, contract.Job>,
  Same<api.JobInfo, contract.JobInfo>,
  Same<api.JobKillOptions, contract.JobKillOptions>,
  Same<api.JobOptions, contract.JobOptions>,
  Same<api.JobOutputOptions, contract.JobOutputOptions>,
  Same<api.Jobs, contract.Jobs>,
  Same<api.JobStatus, contract.JobStatus>,
  Same<api.Ports, contract.Ports>,
  Same<api.ProcessInfo, contract.ProcessInfo>,
  Same<api.ProcessSignal, contract.ProcessSignal>,
  Same<api.Progress, contract.Progress>,
  Same<api.Pty, contract.Pty>,
  Same<api.PtyCreateOptions, contract.PtyCreateOptions>,
  Same<api.PtyExit, contract.PtyExit>,
  Same<api.PtyHandle, contract.PtyHandle>,
  Same<api.PtySize, contract.PtySize>,
  Same<api.ReadOptions, contract.ReadOptions>,
  Same<api.RequestEvent, contract.RequestEvent>,
  Same<api.ResponseEvent, contract.ResponseEvent>,
  Same<api.RunOptions, contract.RunOptions>,
  Same<api.RuntimeClientOptions, contract.RuntimeClientOptions>,
  Same<api.RuntimeMetrics, contract.RuntimeMetrics>,
  Same<api.SandboxErrorCode, contract.SandboxErrorCode>,
  Same<api.SandboxErrorOptions, contract.SandboxErrorOptions>,
  Same<api.SandboxState, contract.SandboxState>,
  Same<api.ShellValue, contract.ShellValue>,
  Same<api.StartOptions, contract.StartOptions>,
  Same<api.SignedUrlOptions, contract.SignedUrlOptions>,
  Same<api.Status, contract.Status>,
  Same<api.TokenSource, contract.TokenSource>,
  Same<api.UserOptions, contract.UserOptions>,
  Same<api.ViewOptions, contract.ViewOptions>,
  Same<api.WaitOptions, contract.WaitOptions>,
  Same<api.WatchEvent, contract.WatchEvent>,
  Same<api.WatchHandle, contract.WatchHandle>,
  Same<api.WatchOptions, contract.WatchOptions>,
  Same<api.WaitForPortOptions, contract.WaitForPortOptions>,
  Same<api.WriteInfo, contract.WriteInfo>,
  Same<api.WriteOptions, contract.WriteOptions>,
  Same<local.LocalRuntimeOptions, contract.LocalRuntimeOptions>,
];

Deno.test("contract: the entries give these values and no others", () => {
  assertEquals(Object.keys(api).toSorted(), [
    "AuthenticationError",
    "CommandExitError",
    "DisconnectedError",
    "InvalidArgumentError",
    "KubeConfigError",
    "KubeStatusError",
    "NotFoundError",
    "OutputLimitError",
    "RuntimeClient",
    "SandboxError",
    "SandboxNotRunningError",
    "TimeoutError",
    "UnsupportedError",
    "isSandboxError",
    "optionsFromEnv",
    "quote",
    "sh",
  ]);
  assertEquals(Object.keys(local), ["startLocalRuntime"]);
  assertEquals(Object.keys(testing).toSorted(), [
    "GATEWAY_REPLIES",
    "gatewayReply",
    "record",
    "replay",
    "startFakeGateway",
    "startFakeKube",
    "startFaultProxy",
  ]);
});
