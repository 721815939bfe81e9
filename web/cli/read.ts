// Reads an input: an image file, or a text file with an image as a data URL or base64.

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ImageError } from '../errors.js';
import { probe } from '../index.js';
import type { ImageInfo, Limits } from '../types.js';
import { systemReason } from './errors.js';
import { STANDARD } from './inputs.js';

/** Bytes, or base64 or a data URL as text. */
export type Content = Uint8Array | string;

/** Reads an input to its end. Throws `ImageError`: SOURCE_UNREADABLE, LIMIT_EXCEEDED. */
export async function readInput(path: string, limits: Limits = {}): Promise<Content> {
  if (path === STANDARD) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) {
      chunks.push(chunk);
    }
    return contentOf(Buffer.concat(chunks));
  }
  return withFile(path, async (file, { size }) => {
    const { bytes: limit = Number.POSITIVE_INFINITY } = limits;
    if (size > limit) {
      throw new ImageError(
        'LIMIT_EXCEEDED',
        `Expected at most ${limit} bytes for limits.bytes but the file has ${size}.`,
        { limit, value: size },
      );
    }
    return contentOf(await file.readFile());
  });
}

// As in probe() of a Blob: a header is rarely longer.
const HEADER_BYTES = 64 * 1024;

/** What is known about an input from its header, which alone is read of an image file. */
export async function probeInput(path: string): Promise<ImageInfo> {
  if (path === STANDARD) {
    return probe(await readInput(path));
  }
  return withFile(path, async (file, { size }) => {
    for (let length = HEADER_BYTES; length < size; length *= 8) {
      const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: 0 });
      if (typeof contentOf(buffer) === 'string') {
        break; // as base64 it is not cut at any character
      }
      try {
        const base64Length = Math.ceil(size / 3) * 4;
        return { ...(await probe(buffer)), byteLength: size, base64Length };
      } catch (error) {
        if (!(error instanceof ImageError && error.code === 'TRUNCATED_IMAGE')) {
          throw error;
        }
      }
    }
    return probe(contentOf(await file.readFile()));
  });
}

// A pipe has no end that one may count on, and /dev/zero has none: only files are read. O_NONBLOCK
// keeps open() from waiting for the other end of a pipe.
async function withFile<Result>(
  path: string,
  use: (file: FileHandle, stats: Stats) => Promise<Result>,
): Promise<Result> {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants; // Windows has no O_NONBLOCK
  let file: FileHandle | undefined;
  try {
    file = await open(path, O_RDONLY | O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw unreadable(kindOf(stats));
    }
    return await use(file, stats);
  } catch (error) {
    const isSocket = (error as NodeJS.ErrnoException).code === 'ENXIO';
    const isKnown = error instanceof ImageError;
    throw isKnown ? error : unreadable(isSocket ? 'a socket, not a file' : systemReason(error));
  } finally {
    await file?.close();
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) {
    return 'a folder, not a file';
  }
  return stats.isFIFO() ? 'a pipe, not a file; use - for standard input' : 'a device, not a file';
}

function unreadable(reason: string): ImageError {
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  return new ImageError('SOURCE_UNREADABLE', sentence);
}

// How base64 of a JPEG, PNG, BMP, GIF or WebP begins.
const STARTS = /^(\/9j\/|iVBORw0KGgo|Qk[\w+/]{14}|R0lGOD|UklGR)/;
const BASE64 = /^[\w+/=\s-]*$/;

function contentOf(bytes: Buffer): Content {
  const start = bytes
    .toString('latin1', 0, 256)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  const isDataUrl = /^data:/i.test(start);
  if (!isDataUrl && !(STARTS.test(start) && BASE64.test(start))) {
    return bytes;
  }
  const text = bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trim();
  if (isDataUrl && /[\r\n]\s*data:/i.test(text)) {
    throw new ImageError(
      'UNSUPPORTED_FORMAT',
      'Expected one image but the text has several data URLs. Put each into a file of its own.',
    );
  }
  return text;
}
