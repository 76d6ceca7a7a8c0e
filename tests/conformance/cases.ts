/** All portable cases. They use the public API and web APIs alone, so that any runtime can run them. */

import type { Case } from "./case.ts";
import { cancel } from "./cases/cancel.ts";
import { commandsContext } from "./cases/commands_context.ts";
import { commandsRun } from "./cases/commands_run.ts";
import { durable } from "./cases/durable.ts";
import { filesContent } from "./cases/files_content.ts";
import { filesMetadata } from "./cases/files_metadata.ts";
import { filesMoving } from "./cases/files_moving.ts";
import { filesReading } from "./cases/files_reading.ts";
import { info } from "./cases/info.ts";
import { jobs } from "./cases/jobs.ts";
import { jobsEnd } from "./cases/jobs_end.ts";
import { lines } from "./cases/lines.ts";
import { output } from "./cases/output.ts";
import { outputLive } from "./cases/output_live.ts";
import { ports } from "./cases/ports.ts";
import { processes } from "./cases/processes.ts";
import { processTrees } from "./cases/process_trees.ts";
import { pty } from "./cases/pty.ts";
import { ptyHandles } from "./cases/pty_handles.ts";
import { quoting } from "./cases/quoting.ts";
import { signals } from "./cases/signals.ts";
import { signedUrls } from "./cases/signed_urls.ts";
import { stdin } from "./cases/stdin.ts";
import { watch } from "./cases/watch.ts";

/** In the order in which a reader would look at them. */
export const CASES: readonly Case[] = [
  ...commandsRun,
  ...commandsContext,
  ...quoting,
  ...output,
  ...outputLive,
  ...lines,
  ...stdin,
  ...processes,
  ...signals,
  ...cancel,
  ...processTrees,
  ...pty,
  ...ptyHandles,
  ...jobs,
  ...jobsEnd,
  ...durable,
  ...filesMetadata,
  ...filesMoving,
  ...filesContent,
  ...filesReading,
  ...signedUrls,
  ...ports,
  ...watch,
  ...info,
];
