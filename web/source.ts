// What comes in: every kind of source, read to its end.

import { readDrawn } from './dom.js';
import { ImageError, invalid, show, unreadable } from './errors.js';
import { file, type Input, READ, readPixels, tagOf } from './input.js';
import type { EncodedImage, Limits, Pixels, Source } from './types.js';
import { nodeFileSystem } from './wasm.js';

/** Reads a source to its end. Errors: INVALID_ARGUMENT, SOURCE_UNREADABLE, LIMIT_EXCEEDED. */
export async function read(source: Source, limits: Limits): Promise<Input> {
  if (typeof source === 'string') {
    return readText(source);
  }
  if (ArrayBuffer.isView(source)) {
    return file(bytesOf(source));
  }
  if (typeof source !== 'object' || source === null) {
    throw notASource(source);
  }
  // By tag and not by class: a picture may come from another frame.
  switch (tagOf(source)) {
    case READ:
      return source as object as Input;
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return file(bytesOf(source as ArrayBuffer | SharedArrayBuffer));
    case 'Blob':
    case 'File':
      return readBlob(source as Blob, limits);
    case 'Response':
      return readResponse(source as Response, limits);
    case 'URL':
      return readUrl(source as URL, limits);
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'HTMLImageElement':
    case 'HTMLVideoElement':
    case 'ImageBitmap':
    case 'VideoFrame':
      return readDrawn(source as CanvasImageSource);
    default:
      return readObject(source);
  }
}

/** As `read`, but of a Blob no more than its first `size` bytes. */
export function readStart(source: Source, size: number, limits: Limits): Promise<Input> {
  const isBlob = typeof source === 'object' && ['Blob', 'File'].includes(tagOf(source));
  return read(isBlob ? (source as Blob).slice(0, size) : source, limits);
}

function notASource(source: unknown): ImageError {
  return invalid(
    'a Blob, bytes, Response, URL, data URL, base64 text, pixels or a canvas, image or video',
    'source',
    source,
  );
}

function readObject(source: object): Input {
  if ('bytes' in source && source.bytes instanceof Uint8Array) {
    const isRaw = 'format' in source && source.format === 'raw';
    return isRaw ? readRaw(source as EncodedImage) : file(bytesOf(source.bytes));
  }
  if ('data' in source && 'width' in source && 'height' in source) {
    return readPixels(source as Pixels);
  }
  throw notASource(source);
}

// Samples as a file: what they are stands beside them.
function readRaw(image: EncodedImage): Input {
  const { width, height, bitDepth } = image;
  const bytes = bytesOf(image.bytes);
  let data: Pixels['data'] = bytes;
  if (bitDepth === 16) {
    // Elements of two bytes are to begin at an even place.
    const { buffer, byteOffset, byteLength } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
    data = new Uint16Array(buffer, byteOffset, byteLength >> 1);
  }
  // Optional there and here alike.
  const { channels, colorSpace, iccProfile } = image;
  return readPixels({
    ...{ data, width, height },
    ...(channels && { channels }),
    ...(colorSpace && { colorSpace }),
    ...(iccProfile && { iccProfile }),
  });
}

function bytesOf(source: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): Uint8Array {
  try {
    return ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
  } catch (error) {
    throw unreadable('bytes that were not transferred elsewhere', error);
  }
}

// Text that was meant as a place and not as the picture itself. '/9j/' is how a JPEG begins; text
// that is too long for a path may still be an address.
const LOOKS_LIKE_AN_ADDRESS = /^[a-z][a-z0-9+.-]*:/i;
const LOOKS_LIKE_A_PLACE = /^(\.{0,2}\/(?!9j\/)|[a-z][a-z0-9+.-]*:|[a-z]:\\)|\.[a-z0-9]{2,5}$/i;

function readText(text: string): Input {
  const dataUrl = /^data:([^,]*),/i.exec(text);
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
  return { ...file(toAscii(text)), kind: 'base64' };
}

function readDataUrl(payload: string, header: string): Input {
  const mimeType = (header.split(';')[0] ?? '').trim() || 'text/plain';
  const isBase64 = /;\s*base64\s*$/i.test(header);
  const data = isBase64 && !payload.includes('%') ? toAscii(payload) : decodePercent(payload);
  return { ...file(data, mimeType), kind: isBase64 ? 'base64' : 'file' };
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

const mostBytes = ({ bytes = Number.POSITIVE_INFINITY }: Limits) => bytes;

function checkBytes(value: number, limits: Limits, what = 'has'): void {
  const limit = mostBytes(limits);
  if (value > limit) {
    throw new ImageError(
      'LIMIT_EXCEEDED',
      `Expected at most ${limit} for limits.bytes but the source ${what} ${value}.`,
      { limit, value },
    );
  }
}

async function readBlob(blob: Blob, limits: Limits): Promise<Input> {
  checkBytes(blob.size, limits);
  try {
    return file(new Uint8Array(await blob.arrayBuffer()), blob.type);
  } catch (error) {
    throw unreadable('a readable Blob or File', error);
  }
}

async function readResponse(response: Response, limits: Limits): Promise<Input> {
  const details = { url: response.url, status: response.status };
  if (!response.ok) {
    throw unreadable(
      `a good answer from ${response.url || 'the server'}`,
      `HTTP status ${response.status}`,
      details,
    );
  }
  checkBytes(Number(response.headers.get('content-length') ?? 0), limits);
  const mimeType = response.headers.get('content-type')?.split(';')[0]?.trim();
  try {
    return file(await readBody(response, limits), mimeType);
  } catch (error) {
    if (error instanceof ImageError) {
      throw error;
    }
    throw unreadable('a Response with a body that was not read yet', error, details);
  }
}

// Up to the limit and a piece more: what goes on for ever is not waited for.
async function readBody(response: Response, limits: Limits): Promise<Uint8Array> {
  // What was read looks like an empty stream. Without a limit the engine puts it together itself.
  const limit = mostBytes(limits);
  if (response.bodyUsed || response.body === null || limit === Number.POSITIVE_INFINITY) {
    return new Uint8Array(await response.arrayBuffer());
  }
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > limit) {
      reader.cancel().catch(() => {}); // whether that went well is of no interest
      checkBytes(length, limits, 'has at least');
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

async function readUrl(url: URL, limits: Limits): Promise<Input> {
  if (url.protocol === 'data:') {
    return readText(url.href);
  }
  if (url.protocol === 'file:') {
    const { readFile } = nodeFileSystem();
    try {
      return file(bytesOf(await readFile(url)));
    } catch (error) {
      throw unreadable(`a file at ${url.href}`, error, { url: url.href });
    }
  }
  if (!['http:', 'https:', 'blob:'].includes(url.protocol)) {
    throw invalid('a URL of http, https, blob, data or file', 'source', url.href);
  }
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw unreadable(`an answer from ${url.href}`, error, { url: url.href });
  }
  try {
    return await readResponse(response, limits);
  } catch (error) {
    response.body?.cancel().catch(() => {}); // nobody else will read it
    throw error;
  }
}
