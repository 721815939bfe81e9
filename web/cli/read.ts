// Reads an input: an image file, or a text file that contains an image as a data URL or base64.

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ImageError } from '../errors.js';
import { probe } from '../index.js';
import type { ImageInfo, Limits } from '../types.js';
import { systemReason } from './errors.js';
import { STANDARD } from './inputs.js';

/** The bytes of an image, or its base64 or data URL as text. */
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
        `The file has ${size} bytes, but limits.bytes is ${limit}.`,
        { limit, value: size },
      );
    }
    return contentOf(await file.readFile());
  });
}

// Few headers are longer than this.
const HEADER_BYTES = 64 * 1024;

/** The properties of an input. Of an image file, only the header is read. */
export async function probeInput(path: string): Promise<ImageInfo> {
  if (path === STANDARD) {
    return probe(await readInput(path));
  }
  return withFile(path, async (file, { size }) => {
    for (let length = HEADER_BYTES; length < size; length *= 8) {
      const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: 0 });
      if (typeof contentOf(buffer) === 'string') {
        break; // base64 cannot be cut at any character
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

// Opens regular files only: a pipe or a device such as /dev/zero may never end. O_NONBLOCK keeps open() from
// waiting for the other end of a pipe.
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

// The first characters of a JPEG, PNG, BMP, GIF or WebP as base64.
const BASE64_START = /^(\/9j\/|iVBORw0KGgo|Qk[\w+/]{14}|R0lGOD|UklGR)/;
const BASE64 = /^[\w+/=\s-]*$/;

function contentOf(bytes: Buffer): Content {
  const start = bytes
    .toString('latin1', 0, 256)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  const isDataUrl = /^data:/i.test(start);
  if (!isDataUrl && !(BASE64_START.test(start) && BASE64.test(start))) {
    return bytes;
  }
  const text = bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trim();
  if (isDataUrl && /[\r\n]\s*data:/i.test(text)) {
    throw new ImageError(
      'UNSUPPORTED_FORMAT',
      'The text contains several data URLs. Put each into its own file.',
    );
  }
  return text;
}
