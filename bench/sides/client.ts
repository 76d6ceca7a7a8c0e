/** The same with this client, by its public API alone. It is told nothing about the server. */

import { RuntimeClient } from "../../mod.ts";
import { measure } from "../measure.ts";

/** Output that is asked for whole may be as large as the client allows. */
const ALL = 256 * 1024 * 1024;

await measure((url) => {
  const { commands, files } = new RuntimeClient({ sandboxBaseUrl: url, runtimeToken: "bench" });
  return {
    getInfo: async (path) => (await files.getInfo(path)).size,
    list: (path) => files.list(path),
    run: async (line) => (await commands.run(line, { maxOutputBytes: ALL })).stdout,
    async follow(line, onStdout) {
      await commands.run(line, { onStdout: (text) => onStdout(text), capture: false });
    },
    async followBytes(line, onStdout) {
      const handle = await commands.start(line, { capture: false });
      const reader = handle.stdout.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) onStdout(part.value);
      await handle.wait();
    },
    hold: (line) => commands.start(line, { capture: false }),
    read: (path) => files.read(path),
    readStream: (path) => files.readStream(path),
    write: (path, data) => files.write(path, data),
  };
});
