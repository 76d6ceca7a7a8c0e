import type { Connection } from "../connection/connection.ts";
import type { JobsRoom } from "./jobs_room.ts";
import type { JournalFiles } from "./journals.ts";

/**
 * The jobs of the sandbox at the other end of a connection. Their code is asked for by the first call: it is a sixth of
 * the package, and most programs have no jobs.
 */
export function createJobs(connection: Connection, files: JournalFiles): JobsRoom {
  let room: Promise<JobsRoom> | undefined;
  function load(): Promise<JobsRoom> {
    room ??= import("./jobs_room.ts").then(({ openJobs }) => openJobs(connection, files), (error) => {
      // A page may have been offline: the next call tries again.
      room = undefined;
      throw error;
    });
    return room;
  }
  return {
    jobs: {
      start: async (command, options) => await (await load()).jobs.start(command, options),
      get: async (id, options) => await (await load()).jobs.get(id, options),
      list: async (options) => await (await load()).jobs.list(options),
    },
    runDurable: async (command, options) => await (await load()).runDurable(command, options),
  };
}
