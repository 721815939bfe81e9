// What goes out: the module's answers as the public interface has them.

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

/** The length of base64 text for that many bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

const CHANNEL_COUNT = { palette: 1, GRAY: 1, GRAYA: 2, RGB: 3, BGR: 3, RGBA: 4, BGRA: 4, CMYK: 4 };

// The bytes of a pixel as samples.
function pixelBytes(channels: keyof typeof CHANNEL_COUNT, bitDepth: number): number {
  return CHANNEL_COUNT[channels] * (bitDepth === 16 ? 2 : 1);
}

// Luma samples for each chroma sample, across and down. J:a:b: of four luma samples across, a have chroma
// in the first row and b in the second.
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

// What every result tells of itself.
function common(native: NativeResult, decoder: Decoder) {
  const { width, height, channels, bitDepth, byteLength, bytesRead, frameCount } = native;
  return {
    width,
    height,
    region: regionOf(native),
    // What a browser has drawn is no longer what was there.
    lossless: native.lossless && (decoder === 'crop64' || decoder === 'frame'),
    frameCount,
    bytesRead,
    decoder,
    byteLength,
    base64Length: base64Length(byteLength),
    pixelBytes: width * height * pixelBytes(channels, bitDepth),
  };
}

// What samples are to be known by, beside their depth.
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

// On a prototype, so that a result can be cloned and sent to a worker.
const forms = {
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
    return withForms({ format, ...(quality !== undefined && { quality }), ...fields });
  }
  const bitDepth = native.bitDepth === 16 ? 16 : 8;
  return withForms({ format, bitDepth, ...samplesOf(native), ...fields });
}

type Fields<Image> = Image extends EncodedImage ? Omit<Image, keyof typeof forms> : never;

/** An encoded image whose methods were lost on the way from a worker, or are not there yet. */
export function withForms(fields: Fields<EncodedImage>): EncodedImage {
  return Object.assign(Object.create(forms), fields);
}

type Base64Bytes = Uint8Array & { toBase64?(): string };

// A result outlives the module that made it, so this is the engine's work.
function base64Of(bytes: Base64Bytes): string {
  if (bytes.toBase64 !== undefined) {
    return bytes.toBase64();
  }
  if (typeof Buffer !== 'undefined') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  // A multiple of three, so that the pieces join without padding, and few enough for arguments.
  const step = 3 * 8192;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + step)));
  }
  return text;
}
