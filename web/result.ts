// What goes out: the module's answers as the public interface has them.

import type { NativeInfo, NativeResult } from './crop64-module.js';
import type { DecodedImage, EncodedImage, ImageInfo, Region } from './types.js';

/** The length of base64 text for that many bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

const CHANNEL_COUNT = { palette: 1, GRAY: 1, GRAYA: 2, RGB: 3, BGR: 3, RGBA: 4, BGRA: 4 };

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

function regionOf({ left = 0, top = 0, right = 0, bottom = 0 }: NativeResult<unknown>): Region {
  return { left, top, width: right - left, height: bottom - top };
}

export function decodedImage(native: NativeResult<Uint8Array<ArrayBuffer>>): DecodedImage {
  const { data, width = 0, height = 0, lossless, bytesRead, byteLength } = native;
  return {
    data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength),
    width,
    height,
    channels: native.channels as DecodedImage['channels'],
    bitDepth: 8,
    region: regionOf(native),
    lossless,
    bytesRead,
    byteLength,
  };
}

class EncodedFile implements EncodedImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: EncodedImage['format'];
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly region: Region;
  readonly lossless: boolean;
  readonly bytesRead: number;
  readonly byteLength: number;
  readonly base64Length: number;
  readonly pixelBytes: number;

  constructor(native: NativeResult<Uint8Array<ArrayBuffer>>, mimeType: string) {
    const { width = 0, height = 0, channels, bitDepth = 8 } = native;
    this.bytes = native.data;
    this.format = native.format;
    this.mimeType = mimeType;
    this.width = width;
    this.height = height;
    this.region = regionOf(native);
    this.lossless = native.lossless;
    this.bytesRead = native.bytesRead;
    this.byteLength = native.byteLength;
    this.base64Length = base64Length(native.byteLength);
    this.pixelBytes = channels ? width * height * pixelBytes(channels, bitDepth) : 0;
  }

  toDataURL(): string {
    return `data:${this.mimeType};base64,${this.toBase64()}`;
  }

  toBase64(): string {
    return base64Of(this.bytes);
  }

  toBlob(): Blob {
    return new Blob([this.bytes], { type: this.mimeType });
  }
}

export function encodedImage(
  native: NativeResult<Uint8Array<ArrayBuffer>>,
  mimeType: string,
): EncodedImage {
  return new EncodedFile(native, mimeType);
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
