// Reads every kind of source to its end.

import { combineSignals, unlessAborted } from '../abort.js';
import { ImageError, invalid, show, unreadable } from '../errors.js';
import { nodeFileSystem } from '../node-builtins.js';
import type { EncodedSamples, Limits, Pixels, Source } from '../types.js';
import { readDrawable } from './canvas.js';
import { hintOf } from './hints.js';
import {
  arrayTypeOf,
  bytesOf,
  file,
  type Input,
  isBlob,
  isInput,
  readPixels,
  tagOf,
} from './input.js';
import { checkBytes, type Reading, readStream } from './stream.js';

/**
 * Reads a source to its end. An abort ends requests and streams, and rejects with `signal.reason`. Throws
 * INVALID_ARGUMENT, SOURCE_UNREADABLE or LIMIT_EXCEEDED.
 */
export async function read(source: Source, { limits, signal }: Reading): Promise<Input> {
  signal?.throwIfAborted();
  // fetch() and Node need a native signal, and `signal` may come from a library.
  const own = combineSignals(signal);
  try {
    return await unlessAborted(signal, readSource(source, { limits, signal: own.signal }));
  } catch (error) {
    if (error instanceof ImageError || signal?.aborted) {
      throw error;
    }
    throw unreadable('The source', error); // a getter that throws, a revoked proxy
  } finally {
    own.release();
  }
}

async function readSource(source: Source, reading: Reading): Promise<Input> {
  if (typeof source === 'string') {
    return readText(source);
  }
  if (ArrayBuffer.isView(source)) {
    return file(bytesOf(source));
  }
  if (typeof source !== 'object' || source === null) {
    throw notASource(source);
  }
  if (isInput(source)) {
    return source;
  }
  switch (tagOf(source)) {
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return file(bytesOf(source as ArrayBuffer | SharedArrayBuffer));
    case 'URL':
      return readUrl(source as URL, reading);
    case 'Request':
      return readRequest(source as object as Request, reading);
    case 'Response':
      return readResponse(source as Response, reading);
    case 'ReadableStream':
      return file(await readStream(source as object as ReadableStream, reading));
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'HTMLImageElement':
    case 'HTMLVideoElement':
    case 'ImageBitmap':
    case 'VideoFrame':
      return readDrawable(source as CanvasImageSource);
    default:
      return isBlob(source) ? readBlob(source, reading.limits) : readObject(source, reading);
  }
}

/** Like `read`, but reads only the first `size` bytes of a Blob. */
export async function readStart(source: Source, size: number, reading: Reading): Promise<Input> {
  if (!isBlob(source)) {
    return read(source, reading);
  }
  checkBytes(source.size, reading.limits);
  return read(source.slice(0, size), reading);
}

function notASource(source: unknown): ImageError {
  const hint = hintOf(source);
  const { code, message, details } = invalid(
    'a Blob, bytes, Response, Request, URL, stream, data URL, base64 text, pixels, canvas, image or ' +
      'video',
    'source',
    source,
  );
  return new ImageError(code, hint === '' ? message : `${message} ${hint}`, { ...details });
}

async function readObject(source: object, reading: Reading): Promise<Input> {
  if ('bytes' in source && arrayTypeOf(source.bytes) === 'Uint8Array') {
    const isRaw = 'format' in source && source.format === 'raw';
    return isRaw ? readRaw(source as EncodedSamples) : file(bytesOf(source.bytes as Uint8Array));
  }
  if ('data' in source && 'width' in source && 'height' in source) {
    return readPixels(source as Pixels);
  }
  if (Symbol.asyncIterator in source) {
    return file(await readStream(source as AsyncIterable<unknown>, reading));
  }
  throw notASource(source);
}

// An encoded result of format 'raw', whose fields describe its samples.
function readRaw({ bytes, bitDepth, ...rest }: EncodedSamples): Input {
  let data: Pixels['data'] = bytesOf(bytes);
  if (bitDepth === 16) {
    // A Uint16Array must start at an even offset.
    const { buffer, byteOffset, byteLength } = data.byteOffset % 2 === 0 ? data : data.slice();
    data = new Uint16Array(buffer, byteOffset, byteLength >> 1);
  }
  return readPixels({ data, ...rest });
}

// Text that is a path or a URL instead of base64. The base64 text of a JPEG begins with '/9j/'. Text that
// is too long for a path may still be a URL.
const LOOKS_LIKE_A_URL = /^[a-z][a-z0-9+.-]*:/i;
const LOOKS_LIKE_A_PATH_OR_URL =
  /^(\.{0,2}\/(?!9j\/)|[a-z][a-z0-9+.-]*:|[a-z]:\\)|\.[a-z0-9]{2,5}$/i;

function readText(text: string): Input {
  const dataUrl = /^\s*data:([^,#]*),/i.exec(text);
  if (dataUrl !== null) {
    return readDataUrl(text.slice(dataUrl[0].length), dataUrl[1] ?? '');
  }
  const isPathOrUrl =
    text.length > 4096
      ? LOOKS_LIKE_A_URL.test(text.slice(0, 32))
      : LOOKS_LIKE_A_PATH_OR_URL.test(text);
  if (isPathOrUrl) {
    throw new ImageError(
      'INVALID_ARGUMENT',
      `Expected base64 text or a data URL for \`source\` but received ${show(text)}, which looks like a ` +
        'path or a URL. Pass a URL object or the bytes.',
      { name: 'source' },
    );
  }
  return readBase64(text);
}

function readDataUrl(text: string, header: string): Input {
  // The fragment does not belong to the data, nor does white space around the URL.
  const [payload = ''] = text.split('#', 1);
  if (!/;\s*base64\s*$/i.test(header)) {
    return file(decodePercent(payload.trimEnd()));
  }
  return payload.includes('%') ? base64(decodePercent(payload)) : readBase64(payload);
}

function readBase64(text: string): Input {
  checkSpaces(text);
  return base64(toAscii(text));
}

const base64 = (text: Uint8Array): Input => ({ ...file(text), kind: 'base64' });

// A space between two characters that are not padding.
const SPACE = /[^\s=] [^\s=]/;

// Forms and query strings turn each + into a space. Decoding would skip it like other white space and
// return wrong bytes. Spaces are accepted if they wrap the text into lines of equal length.
function checkSpaces(text: string): void {
  if (!text.includes(' ') || text.includes('+') || !SPACE.test(text)) {
    return;
  }
  const lines = text.trim().split(/\s+/);
  const last = lines.pop() as string;
  const { length } = lines[0] ?? last;
  const isWrapped = lines.every((line) => line.length === length) && last.length <= length;
  if (!isWrapped || length % 4 !== 0) {
    throw new ImageError(
      'INVALID_ARGUMENT',
      'Expected base64 text for `source` but received text with spaces instead of +, as from a form or a ' +
        "query string. Restore them with text.replaceAll(' ', '+'), or send the text through " +
        'encodeURIComponent().',
      { name: 'source', offset: text.search(SPACE) + 1 },
    );
  }
}

// The text as UTF-8, with each %XX replaced by that byte. The bytes need not be text.
function decodePercent(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    const digits = byte === 0x25 ? String.fromCharCode(...bytes.subarray(i + 1, i + 3)) : '';
    const isEncoded = /^[0-9a-f]{2}$/i.test(digits);
    bytes[written] = isEncoded ? Number.parseInt(digits, 16) : byte;
    written += 1;
    i += isEncoded ? 2 : 0;
  }
  return bytes.subarray(0, written);
}

// One byte for each character, so that offsets in errors are right. Characters beyond ASCII become bytes
// that are invalid in base64.
function toAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  const { read: characters, written } = new TextEncoder().encodeInto(text, bytes);
  if (characters === text.length && written === text.length) {
    return bytes;
  }
  return Uint8Array.from(text, (character) => Math.min(character.charCodeAt(0), 0xff));
}

async function readBlob(blob: Blob, limits: Limits): Promise<Input> {
  checkBytes(blob.size, limits);
  try {
    return file(bytesOf(await blob.arrayBuffer()));
  } catch (error) {
    throw unreadable('The Blob', error);
  }
}

async function readResponse(response: Response, reading: Reading): Promise<Input> {
  const details = { url: response.url, status: response.status };
  if (!response.ok) {
    const from = response.url && ` from ${response.url}`;
    throw unreadable(`The response${from}`, `HTTP status ${response.status}`, details);
  }
  checkBytes(Number(response.headers.get('content-length') ?? 0), reading.limits);
  try {
    return file(await readBody(response, reading));
  } catch (error) {
    if (error instanceof ImageError && error.code !== 'SOURCE_UNREADABLE') {
      throw error;
    }
    const reason = error instanceof ImageError ? error.cause : error;
    throw unreadable('The body of the response', reason, details);
  }
}

// arrayBuffer() is faster, but does not stop at a limit or an abort. A body that was read before looks like
// an empty stream, for which arrayBuffer() throws.
async function readBody(response: Response, { limits, signal }: Reading): Promise<Uint8Array> {
  const { body, bodyUsed } = response;
  const mayStop = limits.bytes !== undefined || signal !== undefined;
  return mayStop && body !== null && !bodyUsed
    ? readStream(body, { limits, signal })
    : bytesOf(await response.arrayBuffer());
}

async function readUrl(url: URL, reading: Reading): Promise<Input> {
  const { href, protocol } = url;
  if (protocol === 'data:') {
    return readText(href);
  }
  if (protocol === 'file:') {
    const { readFile } = nodeFileSystem();
    try {
      return file(bytesOf(await readFile(url, { signal: reading.signal })));
    } catch (error) {
      throw unreadable(href, error, { url: href });
    }
  }
  if (!['http:', 'https:', 'blob:'].includes(protocol)) {
    throw invalid('an http, https, blob, data or file URL', 'source', href);
  }
  return fetchImage(url, href, reading);
}

// Servers receive Requests, too. Sending one of those again would not return the image in its body.
async function readRequest(request: Request, reading: Reading): Promise<Input> {
  if (request.method !== 'GET') {
    throw new ImageError(
      'INVALID_ARGUMENT',
      `Expected a GET Request for \`source\` but received ${request.method}. Pass request.body if that ` +
        'is the image, or await fetch(request) if the response is.',
      { name: 'source' },
    );
  }
  const own = combineSignals(reading.signal, request.signal);
  try {
    return await fetchImage(request, request.url, { ...reading, signal: own.signal });
  } finally {
    own.release();
  }
}

async function fetchImage(request: URL | Request, url: string, reading: Reading): Promise<Input> {
  let response: Response;
  try {
    response = await fetch(request, { signal: reading.signal ?? null });
  } catch (error) {
    throw unreadable(url, error, { url });
  }
  try {
    // The signal of the request also ends the response.
    return await readResponse(response, { limits: reading.limits, signal: undefined });
  } catch (error) {
    response.body?.cancel().catch(() => {}); // frees the connection
    throw error;
  }
}
