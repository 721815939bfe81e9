// A source that has been read, in the form that the module takes.

import { ImageError, invalid } from '../errors.js';
import type { Channels, ColorSpace, Decoder, Pixels, Source } from '../types.js';

export interface Input {
  readonly kind: 'file' | 'base64' | 'samples';
  /** Of fixed length. Its buffer may belong to the caller, who may shrink or detach it. */
  readonly data: Uint8Array;
  /** The length of `data` when the source was read, to detect that. */
  readonly byteLength: number;
  readonly decoder: Decoder;
  // The following fields are set for samples only.
  readonly width?: number;
  readonly height?: number;
  readonly channels?: Channels;
  readonly bitDepth?: 8 | 16;
  readonly displayP3?: boolean;
  readonly iccProfile?: Uint8Array | undefined;
  /** The format of the result for `format: 'keep'`. Default: PNG. */
  readonly keptAs?: 'jpeg' | undefined;
}

const CHANNEL_COUNT: Readonly<Record<Channels, number>> = {
  RGBA: 4,
  RGB: 3,
  BGRA: 4,
  BGR: 3,
  GRAY: 1,
  GRAYA: 2,
};

const COLOR_SPACES: readonly ColorSpace[] = ['srgb', 'display-p3', 'other'];

/** The class name of an object. Unlike instanceof, it works for objects of another frame. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Whether a value is a Blob or a File, of this frame, another frame or a library. It checks the members,
 * since happy-dom's Blobs have no tag.
 */
export function isBlob(value: unknown): value is Blob {
  try {
    const { size, slice, arrayBuffer } = Object(value) as Partial<Blob>;
    return (
      typeof size === 'number' && typeof slice === 'function' && typeof arrayBuffer === 'function'
    );
  } catch {
    return false; // a getter that throws, a revoked proxy
  }
}

// Not marked by a field or a tag, which any object could have.
const inputs = /* @__PURE__ */ new WeakSet<object>();

/** An input as a source. `read` returns it as it is: a worker does not read what the pool has read. */
export function asSource(input: Input): Source {
  inputs.add(input);
  return input as object as Source;
}

/** Whether a source was returned by `asSource`. */
export function isInput(source: object): source is Input {
  return inputs.has(source);
}

/** The input for the bytes of a file. */
export function file(data: Uint8Array): Input {
  return { kind: 'file', data, byteLength: data.length, decoder: 'crop64' };
}

/**
 * The bytes of a buffer or a view, not copied. The length is fixed, even if the buffer is resizable. Throws
 * SOURCE_UNREADABLE if the buffer was transferred.
 */
export function bytesOf(source: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): Uint8Array {
  try {
    if (ArrayBuffer.isView(source)) {
      const field = (name: string) => fieldOf(source, name);
      const [buffer, offset] = [field('buffer') as ArrayBuffer, field('byteOffset') as number];
      return new Uint8Array(buffer, offset, field('byteLength') as number);
    }
    const bytes = new Uint8Array(source);
    return new Uint8Array(bytes.buffer, 0, bytes.length);
  } catch (error) {
    throw detachedBuffer(error);
  }
}

// An internal field of a view, even if the object has a property of the same name.
function fieldOf(view: ArrayBufferView, name: string | symbol): unknown {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const isTypedArray = Reflect.get(typedArray, Symbol.toStringTag, view) !== undefined;
  return Reflect.get(isTypedArray ? typedArray : DataView.prototype, name, view);
}

/** The class name of a typed array of any frame, such as 'Uint8Array'; otherwise undefined. */
export function arrayTypeOf(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? fieldOf(value, Symbol.toStringTag) : undefined;
}

/** The error for a buffer that was transferred or resized. */
export function detachedBuffer(cause?: unknown): ImageError {
  return new ImageError(
    'SOURCE_UNREADABLE',
    'The buffer of `source` was transferred or resized. Pass a copy, or keep it until the call settles.',
    {},
    { cause },
  );
}

/**
 * Returns the input. Throws SOURCE_UNREADABLE if its buffer was transferred or resized after it was read.
 */
export function unchanged(input: Input): Input {
  if (input.data.length !== input.byteLength) {
    throw detachedBuffer();
  }
  return input;
}

/** The input for samples. Throws INVALID_ARGUMENT if the fields do not match. */
export function readPixels(pixels: Pixels): Input {
  const { data, width, height, channels = 'RGBA', colorSpace = 'srgb', iccProfile } = pixels;
  if (!Object.hasOwn(CHANNEL_COUNT, channels)) {
    throw invalid(`one of ${Object.keys(CHANNEL_COUNT).join(', ')}`, 'source.channels', channels);
  }
  const count = CHANNEL_COUNT[channels];
  if (!COLOR_SPACES.includes(colorSpace)) {
    throw invalid(`one of ${COLOR_SPACES.join(', ')}`, 'source.colorSpace', colorSpace);
  }
  if (iccProfile !== undefined && arrayTypeOf(iccProfile) !== 'Uint8Array') {
    throw invalid('a Uint8Array', 'source.iccProfile', iccProfile);
  }
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fffffff) {
      throw invalid('an integer of at least 1', `source.${name}`, value);
    }
  }
  const type = arrayTypeOf(data);
  if (!['Uint8Array', 'Uint8ClampedArray', 'Uint16Array'].includes(type as string)) {
    throw invalid('a Uint8Array, Uint8ClampedArray or Uint16Array', 'source.data', data);
  }
  const bitDepth = type === 'Uint16Array' ? 16 : 8;
  const bytes = bytesOf(data);
  const length = bytes.length / (bitDepth / 8);
  if (length !== width * height * count) {
    throw invalid(
      `${width} x ${height} x ${count} = ${width * height * count} samples (${channels})`,
      'source.data',
      length,
    );
  }
  return {
    kind: 'samples',
    data: bytes,
    byteLength: bytes.length,
    width,
    height,
    channels,
    bitDepth,
    displayP3: colorSpace === 'display-p3',
    // A copy, since its buffer may be resized or transferred. Profiles are small.
    iccProfile: iccProfile && new Uint8Array(bytesOf(iccProfile)),
    decoder: 'crop64',
  };
}
