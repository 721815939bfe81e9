// Reads streams of bytes, up to a limit or until an abort.

import { onAbort } from '../abort.js';
import { ImageError, invalid, unreadable } from '../errors.js';
import type { Limits } from '../types.js';
import { bytesOf, tagOf } from './input.js';

/** The limits and the signal for reading a source. */
export interface Reading {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

/**
 * Streams that are being read. Without this reference Chromium may free a Blob's stream while a read is
 * pending, and the read then never settles.
 */
export const openStreams = /* @__PURE__ */ new Set<object>();

/** Throws LIMIT_EXCEEDED if `value` is greater than `limits.bytes`. `verb` completes the message. */
export function checkBytes(value: number, limits: Limits, verb = 'has'): void {
  const limit = limits.bytes ?? Number.POSITIVE_INFINITY;
  if (value > limit) {
    throw new ImageError(
      'LIMIT_EXCEEDED',
      `The source ${verb} ${value} bytes, but limits.bytes is ${limit}.`,
      { limit, value },
    );
  }
}

interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Ends the stream. Errors are ignored. */
  cancel(reason: unknown): void;
}

// Node's streams are async iterables. Not every browser's ReadableStream is one.
function chunksOf(stream: ReadableStream | AsyncIterable<unknown>): Chunks {
  if ('getReader' in stream) {
    const reader = stream.getReader();
    return {
      next: () => reader.read(),
      cancel: (reason) => reader.cancel(reason).catch(() => {}),
    };
  }
  const iterator = stream[Symbol.asyncIterator]();
  const { destroy } = stream as { destroy?: () => void };
  return {
    next: () => iterator.next(),
    cancel: () => {
      destroy?.call(stream);
      // Not awaited: a generator returns only after its current step.
      Promise.resolve(iterator.return?.()).catch(() => {});
    },
  };
}

function bytesOfChunk(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk) || tagOf(Object(chunk)) === 'ArrayBuffer') {
    return bytesOf(chunk as ArrayBufferView | ArrayBuffer);
  }
  throw invalid('a stream of Uint8Arrays (without an encoding)', 'source', chunk);
}

/**
 * Reads a stream to its end. It is canceled by an abort and beyond `limits.bytes`. Throws SOURCE_UNREADABLE,
 * LIMIT_EXCEEDED, or INVALID_ARGUMENT if a chunk is not bytes.
 */
export async function readStream(
  stream: ReadableStream | AsyncIterable<unknown>,
  { limits, signal }: Reading,
): Promise<Uint8Array> {
  let chunks: Chunks;
  try {
    chunks = chunksOf(stream);
  } catch (error) {
    throw unreadable('The stream', error);
  }
  openStreams.add(stream);
  const removeListener = onAbort(signal, () => chunks.cancel(signal?.reason));
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      const piece = bytesOfChunk(next.value);
      pieces.push(piece);
      length += piece.length;
      checkBytes(length, limits, 'has at least');
    }
  } catch (error) {
    chunks.cancel(error);
    throw error instanceof ImageError ? error : unreadable('The stream', error);
  } finally {
    removeListener();
    openStreams.delete(stream);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
