// Streams of bytes, read up to a limit and until an abort.

import { onAbort } from '../abort.js';
import { ImageError, invalid, unreadable } from '../errors.js';
import type { Limits } from '../types.js';
import { bytesOf, tagOf } from './input.js';

/** What reading a source has to heed. */
export interface Reading {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

/**
 * Streams that are being read. Chromium frees a Blob's stream to which nothing leads but the promise
 * of its next chunk, and that promise then never settles.
 */
export const openStreams = /* @__PURE__ */ new Set<object>();

/** Throws LIMIT_EXCEEDED if `value` is more than `limits.bytes`. */
export function checkBytes(value: number, limits: Limits, what = 'has'): void {
  const limit = limits.bytes ?? Number.POSITIVE_INFINITY;
  if (value > limit) {
    throw new ImageError(
      'LIMIT_EXCEEDED',
      `Expected at most ${limit} for limits.bytes but the source ${what} ${value}.`,
      { limit, value },
    );
  }
}

interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Ends the stream. How that goes is of no interest. */
  cancel(reason: unknown): void;
}

// Node's streams are async iterables; not every browser's ReadableStream is one.
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
      // A generator returns only when its current step is done, so nobody waits for it.
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
 * The bytes of a stream, read no further than `limits.bytes`. An abort cancels it. Errors:
 * SOURCE_UNREADABLE, LIMIT_EXCEEDED; INVALID_ARGUMENT of chunks that are not bytes.
 */
export async function readStream(
  stream: ReadableStream | AsyncIterable<unknown>,
  { limits, signal }: Reading,
): Promise<Uint8Array> {
  let chunks: Chunks;
  try {
    chunks = chunksOf(stream);
  } catch (error) {
    throw unreadable('a stream that nobody else reads', error);
  }
  openStreams.add(stream);
  const off = onAbort(signal, () => chunks.cancel(signal?.reason));
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
    throw error instanceof ImageError ? error : unreadable('a stream without an error', error);
  } finally {
    off();
    openStreams.delete(stream);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
