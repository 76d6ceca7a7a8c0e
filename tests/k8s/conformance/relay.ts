/** A relay of bytes before an API server, for connections that can be cut. */

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { KubeAccess } from "../../../src/k8s/config/kube_access.ts";

/** A port of this machine that leads to an API server. */
export interface Relay extends AsyncDisposable {
  /** An access that goes through it. */
  through(access: KubeAccess): KubeAccess;
  /** Cuts every connection, and gives how many there were. */
  cut(): number;
}

/** Starts one before the server of a URL. */
export async function startRelay(url: string): Promise<Relay> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect(Number(port || (protocol === "https:" ? 443 : 80)), host);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on("error", () => {});
      socket.on("close", () => {
        pairs.delete(pair);
        for (const one of pair) one.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}${pathname.replace(/\/$/, "")}`;
  const cut = () => {
    const { size } = pairs;
    for (const pair of [...pairs]) for (const socket of pair) socket.destroy();
    return size;
  };
  return {
    cut,
    through(access) {
      if (access.tls.proxyUrl !== undefined) throw new TypeError("Cannot relay what goes through a proxy");
      // The certificate is for the name of the server, not for this machine's.
      return { ...access, server: own, tls: { ...(host !== "127.0.0.1" && { serverName: host }), ...access.tls } };
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
