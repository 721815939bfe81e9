// What goes out: the module's answers as the public interface has them.

import type { NativeInfo, NativeResult } from './crop64-module.js';
import type {
  DecodedImage,
  Decoder,
  EncodedImage,
  ImageInfo,
  Region,
  Samples,
  Samples8,
  Samples16,
} from './types.js';

/** The length of base64 text for that many bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

const CHANNEL_COUNT = { palette: 1, GRAY: 1, GRAYA: 2, RGB: 3, BGR: 3, RGBA: 4, BGRA: 4, CMYK: 4 };

// The bytes of a pixel as samples.
function pixelBytes(channels: keyof typeof CHANNEL_COUNT, bitDepth: number): number {
  return CHANNEL_COUNT[channels] * (bitDepth === 16 ? 2 : 1);
}

export function imageInfo(native: NativeInfo, byteLength: number): ImageInfo {
  const { chromaHorizontal, chromaVertical, blockWidth, blockHeight, density, channels, ...rest } =
    native;
  return {
    ...rest,
    channels: channels === 'palette' ? 'RGB' : channels,
    ...(chromaHorizontal > 0 && {
      chromaSubsampling: subsamplingName(chromaHorizontal, chromaVertical),
    }),
    blockSize: { width: blockWidth, height: blockHeight },
    ...(density > 0 && { density }),
    byteLength,
    base64Length: base64Length(byteLength),
    pixelBytes: native.width * native.height * pixelBytes(channels, native.bitDepth),
  };
}

// J:a:b notation: of four luma samples across, a have chroma in the first row and b in the second.
function subsamplingName(horizontal: number, vertical: number): string {
  const across = 4 / horizontal;
  return `4:${across}:${vertical === 1 ? across : 0}`;
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

// What samples are to be known by.
function samplesOf({ channels, bitDepth, colorSpace, iccProfile }: NativeResult) {
  return {
    channels: channels as DecodedImage['channels'],
    bitDepth: bitDepth === 16 ? 16 : 8,
    colorSpace,
    ...(iccProfile && { iccProfile }),
  } as const;
}

export function decodedImage(native: NativeResult, decoder: Decoder): DecodedImage<Samples> {
  const { data, bitDepth } = native;
  const samples =
    bitDepth === 16
      ? (new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) as Samples16)
      : (new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength) as Samples8);
  return { data: samples, ...samplesOf(native), ...common(native, decoder) };
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
  const told = format === 'raw' ? samplesOf(native) : quality === undefined ? {} : { quality };
  return withForms({ bytes, format, mimeType, ...told, ...common(native, decoder) });
}

/** An encoded image whose methods were lost on the way from a worker, or are not there yet. */
export function withForms(fields: Omit<EncodedImage, keyof typeof forms>): EncodedImage {
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
