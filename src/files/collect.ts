import { type Bytes, concat } from "../streams/bytes.ts";
import type { Content } from "./content.ts";

/** All of a content in one array. */
export async function collect(content: Content): Promise<Bytes> {
  const { byteLength } = content;
  if (byteLength === undefined) return await concatenated(content);
  const memory = allocate(byteLength, content);
  return content.fillsViews ? await filled(memory, content) : await copied(memory, content);
}

/** All of a content in pieces as they came. */
export async function pieces(content: Content): Promise<Bytes[]> {
  const parts: Bytes[] = [];
  for (let part = await content.next(); part !== undefined; part = await content.next()) parts.push(part);
  return parts;
}

async function concatenated(content: Content): Promise<Bytes> {
  return concat(await pieces(content));
}

async function copied(memory: Bytes, content: Content): Promise<Bytes> {
  let end = 0;
  for (let part = await content.next(); part !== undefined; part = await content.next()) {
    memory.set(part, end);
    end += part.byteLength;
  }
  return memory;
}

async function filled(memory: Bytes, content: Content): Promise<Bytes> {
  for (let end = 0; end < memory.byteLength;) {
    // The memory moves into what comes back: never used by two at a time.
    const part = await content.next(memory.subarray(end));
    if (part === undefined) break;
    memory = new Uint8Array(part.buffer);
    end += part.byteLength;
  }
  await content.next(new Uint8Array(1));
  return memory;
}

function allocate(byteLength: number, content: Content): Bytes {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw content.tooLarge(`${byteLength} bytes do not fit into memory`, cause);
  }
}
