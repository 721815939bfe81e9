// What the types allow and what not. Nothing here runs: types.test.mjs has it checked.
import {
  type Crop,
  type DecodedImage,
  decode,
  type EncodedImage,
  type EncodeOptions,
  type ErrorCode,
  encode,
  type ImageError,
  type ImageInfo,
  init,
  probe,
  type Region,
  type Source,
  toBase64,
  toBlob,
  toBytes,
  toDataURL,
  toFile,
  toImageData,
} from '../../dist/index.js';
import * as pool from '../../dist/pool.js';

declare const bytes: Uint8Array;
declare const sources: [
  Blob,
  File,
  ArrayBuffer,
  SharedArrayBuffer,
  Buffer,
  Uint16Array,
  DataView,
  Response,
  Request,
  URL,
  ReadableStream<Uint8Array>,
  import('node:stream').Readable,
  import('node:stream/web').ReadableStream,
  import('node:http').IncomingMessage,
  AsyncGenerator<Uint8Array>,
  string,
  ImageData,
  ImageBitmap,
  HTMLCanvasElement,
  OffscreenCanvas,
  HTMLImageElement,
  HTMLVideoElement,
  EncodedImage,
  DecodedImage,
  { data: Uint8Array; width: number; height: number; channels: 'BGR' },
];

export async function results(): Promise<void> {
  const info: ImageInfo = await probe(bytes);
  const decoded: DecodedImage = await decode(bytes, { channels: 'BGR' });
  const samples: Uint8ClampedArray = decoded.data;
  const encoded: EncodedImage = await encode(bytes, { format: 'png' });
  const text: string = encoded.toDataURL() + encoded.toBase64();
  const blob: Blob = encoded.toBlob();
  const strings: string[] = [await toDataURL(bytes), await toBase64(bytes), text];
  const others: [Uint8Array, Blob, ImageData] = [
    await toBytes(bytes),
    await toBlob(bytes),
    await toImageData(bytes),
  ];
  const { signal } = new AbortController();
  const file: File = await toFile(bytes, { name: 'a.jpg', format: 'jpeg', quality: 80, signal });
  await probe(file, { limits: { bytes: 5 }, signal });
  await pool.probe(await pool.toFile(bytes, { name: 'a' }), { signal });
  // @ts-expect-error: a JPEG option
  await toFile(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error
  await toFile(bytes, { name: 5 });
  // @ts-expect-error: a name is toFile's
  await toBlob(bytes, { name: 'a.png' });
  // @ts-expect-error
  await probe(bytes, { crop: { left: 0, top: 0, right: 1, bottom: 1 } });
  // A result's region is a crop; its bytes make a Blob and a Response.
  const region: Region = encoded.region;
  const crop: Crop = region;
  await decode(encoded, { crop });
  new Blob([encoded.bytes, await toBytes(bytes)]);
  const subsampling: string | undefined = info.chromaSubsampling;
  console.log(samples, blob, strings, others, subsampling);
  // @ts-expect-error: results are not to be changed
  encoded.width = 5;
}

export async function everySource(): Promise<void> {
  for (const source of sources) await toBytes(source);
  const some: Source = sources[0];
  // @ts-expect-error
  await toBytes(5);
  // @ts-expect-error
  await toBytes([1, 2, 3]);
  // @ts-expect-error
  await toBytes(fetch('photo.png'));
  // @ts-expect-error: how many channels?
  await toBytes({ data: new Float32Array(4), width: 1, height: 1 });
  // @ts-expect-error
  await toBytes({ data: bytes, width: 1 });
  // @ts-expect-error
  await toBytes({ data: bytes, width: 1, height: 1, channels: 'ARGB' });
  console.log(some);
}

export async function everyOption(): Promise<void> {
  await encode(bytes, {
    crop: { left: 0, top: 0, right: 1, bottom: 1 },
    outOfBounds: 'pad',
    background: '#fff',
    damaged: 'accept',
    limits: { pixels: 1e6, bytes: 1e6, memory: 1e6 },
    signal: new AbortController().signal,
    quality: 80,
    compressionLevel: 9,
  });
  await encode(bytes, { crop: { x: 0, y: 0, width: 1, height: 1, unit: '%' } });
  await encode(bytes, { background: { r: 0, g: 0, b: 0, alpha: 1 } });
  await encode(bytes, { format: 'jpeg', quality: 80 });
  await encode(bytes, { format: 'image/png', compressionLevel: 1 });
  await encode(bytes, { format: 'raw', channels: 'keep' });
  // @ts-expect-error: a JPEG option
  await encode(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error: a PNG option
  await encode(bytes, { format: 'jpeg', compressionLevel: 9 });
  // @ts-expect-error: an option of samples
  await encode(bytes, { format: 'png', channels: 'RGB' });
  // @ts-expect-error
  await encode(bytes, { format: 'webp' });
  // @ts-expect-error
  await encode(bytes, { Crop: { left: 0, top: 0, right: 1, bottom: 1 } });
  // @ts-expect-error: neither shape
  await encode(bytes, { crop: { left: 0, top: 0, width: 1, bottom: 1 } });
  // @ts-expect-error
  await encode(bytes, { crop: [0, 0, 1, 1] });
  // @ts-expect-error
  await encode(bytes, { crop: { x: 0, y: 0, width: 1, height: 1, unit: 'px' } });
  // @ts-expect-error
  await encode(bytes, { outOfBounds: 'crop' });
  // @ts-expect-error
  await encode(bytes, { quality: '80' });
  // @ts-expect-error
  await decode(bytes, { quality: 80 });
  // @ts-expect-error
  await decode(bytes, { channels: 'rgb' });
  // @ts-expect-error: ImageData is RGBA
  await toImageData(bytes, { channels: 'RGB' });
  // @ts-expect-error
  await init({ url: './crop64.wasm' });
  const options: EncodeOptions = { format: 'png' };
  console.log(options);
}

export async function pools(): Promise<void> {
  const own: pool.Pool = pool.createPool({ size: 2, transfer: true });
  const signal = new AbortController().signal;
  const deep: pool.DecodedImage<pool.Samples16> = await pool.decode(bytes, {
    bitDepth: 16,
    signal,
  });
  const encoded: EncodedImage = await own.encode(bytes, { format: 'png', compressionLevel: 9 });
  const crop: pool.Crop = { left: 0, top: 0, right: 1, bottom: 1 };
  await own.init({ wasmUrl: './crop64.wasm' });
  own.dispose();
  async function* some(): AsyncGenerator<Blob> {}
  const onProgress = ({ done, total }: { done: number; total: number | undefined }) =>
    console.log(done, total);
  for await (const result of own.map(some(), { crop }, { onProgress })) {
    const text: string = result.toDataURL();
    console.log(text);
  }
  for await (const { bytes } of own.map([encoded, deep, ...sources])) console.log(bytes);
  await own.close();
  const error: unknown = new pool.ImageError('INTERNAL', '');
  console.log(error instanceof pool.ImageError);
  // @ts-expect-error: a JPEG option
  await pool.encode(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error
  pool.createPool({ size: '2' });
  // @ts-expect-error: numbers are no sources
  own.map([1, 2]);
  // @ts-expect-error: samples have no files' options
  await own.decode(bytes, { format: 'png' });
}

// Every code has its place, so that a new one is noticed here.
export function advice(error: ImageError): string {
  const texts: Record<ErrorCode, string> = {
    INVALID_ARGUMENT: 'mend the call',
    CROP_OUT_OF_BOUNDS: 'mend the crop',
    SOURCE_UNREADABLE: 'try again',
    UNSUPPORTED_FORMAT: 'another file',
    CORRUPT_IMAGE: 'another file',
    TRUNCATED_IMAGE: 'upload again',
    LIMIT_EXCEEDED: 'a smaller file',
    OUT_OF_MEMORY: 'a smaller file',
    LOSSLESS_IMPOSSIBLE: 'without lossless',
    MODULE_LOAD_FAILED: 'reload',
    INTERNAL: 'report it',
  };
  return texts[error.code];
}
