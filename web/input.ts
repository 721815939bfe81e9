// A source that has been read: what the module takes.

import { invalid } from './errors.js';
import type { Channels, ColorSpace, Decoder, Pixels, Source } from './types.js';

export interface Input {
  readonly kind: 'file' | 'base64' | 'samples';
  readonly data: Uint8Array;
  readonly decoder: Decoder;
  /** What the source says of itself, for a format that is not known. */
  readonly mimeType?: string | undefined;
  // Of samples, from here on.
  readonly width?: number;
  readonly height?: number;
  readonly channels?: Channels;
  readonly bitDepth?: 8 | 16;
  readonly displayP3?: boolean;
  readonly iccProfile?: Uint8Array | undefined;
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

/** The kind of an object. By tag and not by class: a picture may come from another frame. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The tag of a source that has been read elsewhere. */
export const READ = 'Crop64Input';

/** An input as a source: what the pool has read is not read again in its worker. */
export function asSource(input: Input): Source {
  return Object.assign(input, { [Symbol.toStringTag]: READ }) as object as Source;
}

/** The bytes of a file. */
export function file(data: Uint8Array, mimeType?: string): Input {
  return { kind: 'file', data, decoder: 'crop64', mimeType };
}

/** Samples, checked. Errors: INVALID_ARGUMENT. */
export function readPixels(pixels: Pixels): Input {
  const { data, width, height, channels = 'RGBA', colorSpace = 'srgb', iccProfile } = pixels;
  if (!Object.hasOwn(CHANNEL_COUNT, channels)) {
    throw invalid(`one of ${Object.keys(CHANNEL_COUNT).join(', ')}`, 'source.channels', channels);
  }
  const count = CHANNEL_COUNT[channels];
  if (!COLOR_SPACES.includes(colorSpace)) {
    throw invalid(`one of ${COLOR_SPACES.join(', ')}`, 'source.colorSpace', colorSpace);
  }
  if (iccProfile !== undefined && !(iccProfile instanceof Uint8Array)) {
    throw invalid('a Uint8Array', 'source.iccProfile', iccProfile);
  }
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fffffff) {
      throw invalid('an integer of at least 1', `source.${name}`, value);
    }
  }
  const bitDepth = data instanceof Uint16Array ? 16 : 8;
  if (bitDepth === 8 && !(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw invalid('a Uint8Array, Uint8ClampedArray or Uint16Array', 'source.data', data);
  }
  if (data.length !== width * height * count) {
    throw invalid(
      `${width} x ${height} x ${count} = ${width * height * count} samples (${channels})`,
      'source.data',
      data.length,
    );
  }
  return {
    kind: 'samples',
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width,
    height,
    channels,
    bitDepth,
    displayP3: colorSpace === 'display-p3',
    iccProfile,
    decoder: 'crop64',
  };
}
