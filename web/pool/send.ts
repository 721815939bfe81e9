// Converts the source and the options of a call to what postMessage can send.

import { bytesOf, detachedBuffer, isBlob, tagOf } from '../input/input.js';
import { read } from '../input/read.js';
import type { Reading } from '../input/stream.js';
import type { Source } from '../types.js';
import { type Call, isReadSource, type SendableSource } from './protocol.js';

/**
 * The source as a worker receives it. Text and Blobs are sent as they are. Everything else is read here:
 * some of it cannot be read in a worker, and the rest would keep a worker waiting.
 */
export async function sendableSource(source: Source, reading: Reading): Promise<SendableSource> {
  const isSent = typeof source === 'string' || (isBlob(source) && isCloneable(source));
  return isSent ? source : read(source, reading);
}

// In Node, a Blob of a file cannot be sent, and a library's Blob arrives as an object without methods.
function isCloneable(blob: Blob): boolean {
  try {
    return isBlob(structuredClone(blob));
  } catch {
    return false;
  }
}

/** Whether the bytes belong to the caller: bytes and pixels do, other sources are read into new memory. */
export function isBorrowed(sendable: SendableSource, source: Source): boolean {
  const { bytes, data } = Object(source);
  const memory = bytes ?? data ?? source;
  const buffer = ArrayBuffer.isView(memory) ? bytesOf(memory).buffer : memory;
  return !isReadSource(sendable) || sendable.data.buffer === buffer;
}

/**
 * A copy of the options without signals, which cannot be sent. Proxies become plain objects. JSON would
 * lose Infinity.
 */
export function withoutSignal<Value>(options: Value): Value {
  if (typeof options !== 'object' || options === null) {
    return options;
  }
  if (Array.isArray(options)) {
    return options.map(withoutSignal) as Value;
  }
  const entries = Object.entries(options).filter(([key]) => key !== 'signal');
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutSignal(value)])) as Value;
}

/**
 * The message for a call and the buffers to transfer with it: the source's own buffer if `transfers` is
 * set and the source spans all of it, otherwise a copy. Throws SOURCE_UNREADABLE if it was transferred.
 */
export function packCall(call: Call, transfers: boolean): [Call, ArrayBuffer[]] {
  const [source, ...rest] = call.args;
  if (!isReadSource(source)) {
    return [call, []];
  }
  const { buffer, byteLength } = source.data;
  const isWhole = tagOf(buffer) === 'ArrayBuffer' && buffer.byteLength === byteLength;
  try {
    const data = transfers && isWhole ? source.data : new Uint8Array(source.data);
    return [{ ...call, args: [{ ...source, data }, ...rest] }, [data.buffer as ArrayBuffer]];
  } catch (error) {
    throw detachedBuffer(error);
  }
}
