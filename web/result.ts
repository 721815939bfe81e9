// Converts the module's results to the public ones.

import type {
  Channels,
  ChromaSubsampling,
  DecodedImage,
  Decoder,
  EncodedImage,
  ImageInfo,
  Region,
} from './types.js';
import type { NativeInfo, NativeResult } from './wasm/bindings.js';

/** The number of base64 characters for `byteLength` bytes, including padding. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

const CHANNEL_COUNT = { palette: 1, GRAY: 1, GRAYA: 2, RGB: 3, BGR: 3, RGBA: 4, BGRA: 4, CMYK: 4 };

// The number of bytes of one pixel.
function pixelBytes(channels: keyof typeof CHANNEL_COUNT, bitDepth: number): number {
  return CHANNEL_COUNT[channels] * (bitDepth === 16 ? 2 : 1);
}

// Luma samples for each chroma sample, horizontally x vertically. In J:a:b notation, a row of J = 4 luma
// samples has a chroma samples in the first row and b more in the second.
const SUBSAMPLINGS: Readonly<Record<string, ChromaSubsampling>> = {
  '1x1': '4:4:4',
  '1x2': '4:4:0',
  '2x1': '4:2:2',
  '2x2': '4:2:0',
  '4x1': '4:1:1',
  '4x2': '4:1:0',
};

export function imageInfo(native: NativeInfo, byteLength: number): ImageInfo {
  const { chromaHorizontal, chromaVertical, blockWidth, blockHeight, density, channels, ...rest } =
    native;
  const chromaSubsampling = SUBSAMPLINGS[`${chromaHorizontal}x${chromaVertical}`];
  return {
    ...rest,
    channels: channels === 'palette' ? 'RGB' : channels,
    ...(chromaSubsampling && { chromaSubsampling }),
    blockSize: { width: blockWidth, height: blockHeight },
    ...(density > 0 && { density }),
    byteLength,
    base64Length: base64Length(byteLength),
    pixelBytes: native.width * native.height * pixelBytes(channels, native.bitDepth),
  };
}

function regionOf({ left, top, right, bottom }: NativeResult): Region {
  return { left, top, width: right - left, height: bottom - top };
}

// The fields that all results have.
function common(native: NativeResult, decoder: Decoder) {
  const { width, height, channels, bitDepth, byteLength, bytesRead, frameCount } = native;
  return {
    width,
    height,
    region: regionOf(native),
    // A browser's canvas may have changed samples.
    lossless: native.lossless && (decoder === 'crop64' || decoder === 'frame'),
    frameCount,
    bytesRead,
    decoder,
    byteLength,
    base64Length: base64Length(byteLength),
    pixelBytes: width * height * pixelBytes(channels, bitDepth),
  };
}

// The fields that describe raw samples, except for their depth.
function samplesOf({ channels, colorSpace, iccProfile }: NativeResult) {
  return {
    channels: channels as Channels,
    colorSpace,
    ...(iccProfile && { iccProfile }),
  } as const;
}

export function decodedImage(native: NativeResult, decoder: Decoder): DecodedImage {
  const { buffer, byteOffset, byteLength } = native.data;
  const fields = { ...samplesOf(native), ...common(native, decoder) };
  return native.bitDepth === 16
    ? { data: new Uint16Array(buffer, byteOffset, byteLength / 2), bitDepth: 16, ...fields }
    : { data: new Uint8ClampedArray(buffer, byteOffset, byteLength), bitDepth: 8, ...fields };
}

// On a prototype: structuredClone and postMessage refuse objects that have functions of their own.
const methods = {
  toDataURL(this: EncodedImage): string {
    return `data:${this.mimeType};base64,${this.toBase64()}`;
  },
  toBase64(this: EncodedImage): string {
    return base64Of(this.bytes);
  },
  toBlob(this: EncodedImage): Blob {
    return new Blob([this.bytes], { type: this.mimeType });
  },
};

export function encodedImage(native: NativeResult, decoder: Decoder): EncodedImage {
  const { data: bytes, format, mimeType, quality } = native;
  const fields = { bytes, mimeType, ...common(native, decoder) };
  if (format !== 'raw') {
    return withMethods({ format, ...(quality !== undefined && { quality }), ...fields });
  }
  const bitDepth = native.bitDepth === 16 ? 16 : 8;
  return withMethods({ format, bitDepth, ...samplesOf(native), ...fields });
}

type Fields<Image> = Image extends EncodedImage ? Omit<Image, keyof typeof methods> : never;

/** Adds the methods of an encoded image to its fields, which may come from a worker. */
export function withMethods(fields: Fields<EncodedImage>): EncodedImage {
  return Object.assign(Object.create(methods), fields);
}

type Base64Bytes = Uint8Array & { toBase64?(): string };

// Uses the engine's encoder: a result may outlive the module instance that made it.
function base64Of(bytes: Base64Bytes): string {
  if (bytes.toBase64 !== undefined) {
    return bytes.toBase64();
  }
  if (typeof Buffer !== 'undefined') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  // A multiple of three, so that the pieces need no padding, and few enough to be passed as arguments.
  const step = 3 * 8192;
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(offset, offset + step)));
  }
  return text;
}
