// What comes in: every kind of source, read to its end.

import { follow, unlessAborted } from '../abort.js';
import { ImageError, invalid, show, unreadable } from '../errors.js';
import type { EncodedSamples, Limits, Pixels, Source } from '../types.js';
import { nodeFileSystem } from '../wasm/compile.js';
import { readDrawn } from './canvas.js';
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
 * Reads a source to its end. An abort ends requests and streams, and rejects with `signal.reason`.
 * Errors: INVALID_ARGUMENT, SOURCE_UNREADABLE, LIMIT_EXCEEDED.
 */
export async function read(source: Source, { limits, signal }: Reading): Promise<Input> {
  signal?.throwIfAborted();
  // A signal of this runtime, whatever `signal` is: fetch() and Node take no other.
  const own = follow(signal);
  try {
    return await unlessAborted(signal, readSource(source, { limits, signal: own.signal }));
  } catch (error) {
    if (error instanceof ImageError || signal?.aborted) {
      throw error;
    }
    throw unreadable('a readable source', error); // a getter that throws, a revoked proxy
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
  // By tag and not by class: an image may come from another frame.
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
      return readDrawn(source as CanvasImageSource);
    default:
      return isBlob(source) ? readBlob(source, reading.limits) : readObject(source, reading);
  }
}

/** As `read`, but of a Blob no more than its first `size` bytes. */
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
    'a Blob, bytes, Response, Request, URL, stream, data URL, base64 text, pixels or a canvas, image ' +
      'or video',
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

// Samples as a file: what they are stands beside them.
function readRaw({ bytes, bitDepth, ...rest }: EncodedSamples): Input {
  let data: Pixels['data'] = bytesOf(bytes);
  if (bitDepth === 16) {
    // Elements of two bytes are to begin at an even place.
    const { buffer, byteOffset, byteLength } = data.byteOffset % 2 === 0 ? data : data.slice();
    data = new Uint16Array(buffer, byteOffset, byteLength >> 1);
  }
  return readPixels({ data, ...rest });
}

// Text that was meant as a place and not as the image itself. '/9j/' is how a JPEG begins; text
// that is too long for a path may still be an address.
const LOOKS_LIKE_AN_ADDRESS = /^[a-z][a-z0-9+.-]*:/i;
const LOOKS_LIKE_A_PLACE = /^(\.{0,2}\/(?!9j\/)|[a-z][a-z0-9+.-]*:|[a-z]:\\)|\.[a-z0-9]{2,5}$/i;

function readText(text: string): Input {
  const dataUrl = /^\s*data:([^,#]*),/i.exec(text);
  if (dataUrl !== null) {
    return readDataUrl(text.slice(dataUrl[0].length), dataUrl[1] ?? '');
  }
  const isPlace =
    text.length > 4096
      ? LOOKS_LIKE_AN_ADDRESS.test(text.slice(0, 32))
      : LOOKS_LIKE_A_PLACE.test(text);
  if (isPlace) {
    throw new ImageError(
      'INVALID_ARGUMENT',
      `Expected base64 text or a data URL for source but received ${show(text)}, which looks like ` +
        'a path or an address: pass a URL or the bytes.',
      { name: 'source' },
    );
  }
  return readBase64(text);
}

function readDataUrl(text: string, header: string): Input {
  // A fragment is no part of the data, and neither is the white space around a URL.
  const [payload = ''] = text.split('#', 1);
  if (!/;\s*base64\s*$/i.test(header)) {
    return file(decodePercent(payload.trimEnd()));
  }
  return payload.includes('%') ? base64(decodePercent(payload)) : readBase64(payload);
}

function readBase64(text: string): Input {
  checkBlanks(text);
  return base64(toAscii(text));
}

const base64 = (text: Uint8Array): Input => ({ ...file(text), kind: 'base64' });

// A blank between two characters that are no padding.
const BLANK = /[^\s=] [^\s=]/;

// A form or a query string turns each + into a blank, and blanks are white space in base64: what is
// decoded would be another image. Text that was wrapped by blanks has lines of one length.
function checkBlanks(text: string): void {
  if (!text.includes(' ') || text.includes('+') || !BLANK.test(text)) {
    return;
  }
  const lines = text.trim().split(/\s+/);
  const last = lines.pop() as string;
  const { length } = lines[0] ?? last;
  const isWrapped = lines.every((line) => line.length === length) && last.length <= length;
  if (!isWrapped || length % 4 !== 0) {
    throw new ImageError(
      'INVALID_ARGUMENT',
      'Expected base64 text for source but received text with blanks in place of +, as a form or a ' +
        "query string leaves it: put them back with text.replaceAll(' ', '+'), or send the text " +
        'through encodeURIComponent().',
      { name: 'source', offset: text.search(BLANK) + 1 },
    );
  }
}

// Text as UTF-8, and each %XX in it as the byte that it stands for, which need not be text.
function decodePercent(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    const digits = byte === 0x25 ? String.fromCharCode(...bytes.subarray(at + 1, at + 3)) : '';
    const isEncoded = /^[0-9a-f]{2}$/i.test(digits);
    bytes[written] = isEncoded ? Number.parseInt(digits, 16) : byte;
    written += 1;
    at += isEncoded ? 2 : 0;
  }
  return bytes.subarray(0, written);
}

// Characters beyond ASCII become bytes that no base64 has, one for each, so that offsets stay true.
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
    throw unreadable('a readable Blob or File', error);
  }
}

async function readResponse(response: Response, reading: Reading): Promise<Input> {
  const details = { url: response.url, status: response.status };
  if (!response.ok) {
    throw unreadable(
      `a good answer from ${response.url || 'the server'}`,
      `HTTP status ${response.status}`,
      details,
    );
  }
  checkBytes(Number(response.headers.get('content-length') ?? 0), reading.limits);
  try {
    return file(await readBody(response, reading));
  } catch (error) {
    if (error instanceof ImageError && error.code !== 'SOURCE_UNREADABLE') {
      throw error;
    }
    const reason = error instanceof ImageError ? error.cause : error;
    throw unreadable('a Response with a body that was not read yet', reason, details);
  }
}

// The engine puts a body together faster, but does not stop at a limit or an abort. What was read
// before looks like an empty stream.
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
      throw unreadable(`a file at ${href}`, error, { url: href });
    }
  }
  if (!['http:', 'https:', 'blob:'].includes(protocol)) {
    throw invalid('a URL of http, https, blob, data or file', 'source', href);
  }
  return readAnswer(url, href, reading);
}

// A request that a server has received, too, is a Request: to send that on would not give its image.
async function readRequest(request: Request, reading: Reading): Promise<Input> {
  if (request.method !== 'GET') {
    throw new ImageError(
      'INVALID_ARGUMENT',
      `Expected a Request with method GET for source but received one with ${request.method}: pass ` +
        'request.body if the image is what it carries, or await fetch(request) if the image is the ' +
        'answer.',
      { name: 'source' },
    );
  }
  const own = follow(reading.signal, request.signal);
  try {
    return await readAnswer(request, request.url, { ...reading, signal: own.signal });
  } finally {
    own.release();
  }
}

async function readAnswer(to: URL | Request, url: string, reading: Reading): Promise<Input> {
  let response: Response;
  try {
    response = await fetch(to, { signal: reading.signal ?? null });
  } catch (error) {
    throw unreadable(`an answer from ${url}`, error, { url });
  }
  try {
    // The signal of a request ends its answer, too.
    return await readResponse(response, { limits: reading.limits, signal: undefined });
  } catch (error) {
    response.body?.cancel().catch(() => {}); // nobody else will read it
    throw error;
  }
}
