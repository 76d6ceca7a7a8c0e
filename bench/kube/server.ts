/**
 * An API server with many sandboxes, a process of its own: `server <recorded sandbox> <objects>`. Pages are encoded
 * before the first request, so that its own cost hides nothing of a client's.
 *
 * A watch begins with the version that it asks for, as of the changes that `POST /changes?count=…&cut=…` makes at once;
 * that cuts the connection in the middle of a line after so many of them, once, and answers with their account.
 */

import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { writable } from "../server/http.ts";
import { Changes, FIRST_VERSION, type Sandbox, sandbox } from "./changes.ts";

const PAGE = 500;
const [recorded, count] = process.argv.slice(2) as [string, string];
const template: Sandbox = JSON.parse(recorded);
const objects = Number(count);

function page(first: number): Buffer {
  const size = Math.min(PAGE, objects - first);
  const next = first + size;
  return Buffer.from(JSON.stringify({
    apiVersion: template.apiVersion,
    items: Array.from({ length: size }, (_, i) => sandbox(template, first + i, FIRST_VERSION - objects + first + i)),
    kind: `${template.kind}List`,
    metadata: {
      ...(next < objects && { continue: String(next), remainingItemCount: objects - next }),
      resourceVersion: String(FIRST_VERSION),
    },
  }));
}

const pages = new Map(Array.from({ length: Math.ceil(objects / PAGE) }, (_, i) => [i * PAGE, page(i * PAGE)]));
const JSON_TYPE = { "content-type": "application/json" };

let changes = new Changes(template, objects);
/** The changes so far. */
let lines: string[] = [];
/** After how many a watch is cut; 0: not at all. */
let cut = 0;
/** Those that wait for changes. */
let waiting: (() => void)[] = [];

function list(url: URL, response: ServerResponse): void {
  const first = Number(url.searchParams.get("continue") ?? 0);
  const bytes = pages.get(first);
  const limit = Number(url.searchParams.get("limit") ?? 0);
  if (bytes === undefined || limit !== PAGE) return void response.writeHead(400).end();
  response.writeHead(200, { ...JSON_TYPE, "content-length": bytes.byteLength }).end(bytes);
}

async function watch(url: URL, response: ServerResponse): Promise<void> {
  response.writeHead(200, JSON_TYPE).flushHeaders();
  let next = Number(url.searchParams.get("resourceVersion")) - FIRST_VERSION;
  while (!response.destroyed) {
    for (; next < lines.length; next++) {
      if (cut > 0 && next >= cut) {
        cut = 0;
        response.write(lines[next]!.slice(0, 500), () => response.destroy());
        return;
      }
      response.write(lines[next]!);
      if (!await writable(response)) return;
    }
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      response.once("close", resolve);
    });
  }
}

/** Makes changes to the objects as they were at the beginning: whoever follows is a new process each time. */
function change(url: URL, response: ServerResponse): void {
  changes = new Changes(template, objects);
  lines = Array.from({ length: Number(url.searchParams.get("count")) }, () => changes.next());
  cut = Number(url.searchParams.get("cut") ?? 0);
  for (const wake of waiting) wake();
  waiting = [];
  response.writeHead(200, JSON_TYPE).end(JSON.stringify(changes.account()));
}

/** Forgets the changes, so that a list and a watch of another process begin together. */
function reset(response: ServerResponse): void {
  lines = [];
  response.writeHead(204).end();
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/changes") return change(url, response);
  if (url.pathname === "/reset") return reset(response);
  if (url.pathname !== "/apis/agents.kruise.io/v1alpha1/namespaces/bench/sandboxes") {
    return void response.writeHead(404).end();
  }
  if (!url.searchParams.has("watch")) return list(url, response);
  watch(url, response).catch((error) => {
    if (!response.destroyed) console.error(error);
    response.destroy();
  });
}

const server = createServer(answer);
server.keepAliveTimeout = 640_000;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
// Whoever started this holds its input open: when they are gone, so is this.
process.stdin.resume().once("end", () => process.exit());
