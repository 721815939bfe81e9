// The public functions. Each reads its source, runs the module and converts the result.

import { unlessAborted } from './abort.js';
import { ImageError } from './errors.js';
import { fileOf, splitName } from './file.js';
import { canBrowserDecode, decodeWithBrowser } from './input/canvas.js';
import { type Input, isBlob, unchanged } from './input/input.js';
import { read, readStart } from './input/read.js';
import { mayReadInPieces, processInPieces } from './input/read-while-decoding.js';
import { checkBytes } from './input/stream.js';
import {
  type Checked,
  checkDecode,
  checkEncode,
  checkEncodeAll,
  checkImageData,
  checkProbe,
} from './options.js';
import { decodedImage, encodedImage, imageInfo } from './result.js';
import type {
  Bytes,
  DecodedImage,
  DecodedImage8,
  DecodedImage16,
  DecodeOptions,
  Decoder,
  EncodedImage,
  EncodeOptions,
  ImageDataOptions,
  ImageInfo,
  ImagePixels,
  ProbeOptions,
  Source,
  ToFileOptions,
  Web,
} from './types.js';
import type { NativeForms, NativeModule } from './wasm/bindings.js';
import { loaded, run } from './wasm/instance.js';

export type {
  ErrorCode,
  ErrorDetails,
  ImageErrorConstructor,
  ImageErrorOf,
} from './errors.js';
export { ImageError } from './errors.js';
export type {
  ByteStream,
  Bytes,
  Channels,
  ChromaSubsampling,
  Color,
  ColorSpace,
  CommonOptions,
  CopiedFormat,
  Crop,
  CropperData,
  DecodedImage,
  DecodedImage8,
  DecodedImage16,
  DecodeOptions,
  Decoder,
  EncodedFile,
  EncodedImage,
  EncodedSamples,
  EncodeOptions,
  FileOptions,
  Format,
  ImageDataOptions,
  ImageInfo,
  ImagePixels,
  InitOptions,
  JpegEncoding,
  JpegFormat,
  JpegOptions,
  KeepOptions,
  Limits,
  Pixels,
  PngEncoding,
  PngFormat,
  PngOptions,
  Position,
  ProbeOptions,
  RawOptions,
  Region,
  Resize,
  SampleLayout,
  Samples8,
  Samples16,
  Source,
  ToFileOptions,
  WithBytes,
} from './types.js';
export { dispose, init } from './wasm/instance.js';

// Few headers are longer than this.
const HEADER_BYTES = 64 * 1024;

/**
 * Reads the header of an image and returns its size, format and other properties. Of a Blob, only the
 * first 64 KB are read, or more if the header is longer. The pixels are not decoded.
 *
 * @throws {ImageError} UNSUPPORTED_FORMAT, CORRUPT_IMAGE or TRUNCATED_IMAGE for the header,
 *   LIMIT_EXCEEDED, SOURCE_UNREADABLE, INVALID_ARGUMENT
 * @example
 * const { width, height, format } = await probe(file);
 */
export async function probe(source: Source, options?: ProbeOptions): Promise<ImageInfo> {
  const { limits, signal } = checkProbe(options);
  const { pixels = Number.POSITIVE_INFINITY, memory = Number.POSITIVE_INFINITY } = limits;
  for (let size = HEADER_BYTES; ; size *= 8) {
    const reading = Promise.all([readStart(source, size, { limits, signal }), loaded()]);
    const [input] = await unlessAborted(signal, reading);
    const byteLength = isBlob(source) ? source.size : input.data.length;
    try {
      const info = await run((native) => native.probe(unchanged(input), memory), signal);
      const allBytes = input.kind === 'file' ? byteLength : info.byteLength;
      checkBytes(allBytes, limits);
      checkPixels(info.storedWidth * info.storedHeight, pixels);
      return imageInfo(info, allBytes);
    } catch (error) {
      const cutShort = input.data.length < byteLength;
      if (!(cutShort && error instanceof ImageError && error.code === 'TRUNCATED_IMAGE')) {
        throw error;
      }
    }
  }
}

function checkPixels(value: number, limit: number): void {
  if (value > limit) {
    throw new ImageError(
      'LIMIT_EXCEEDED',
      `The image has ${value} pixels, but limits.pixels is ${limit}.`,
      { limit, value },
    );
  }
}

/** Decodes an image, or a region of it, to samples of 16 bits. */
export async function decode(
  source: Source,
  options: DecodeOptions & { readonly bitDepth: 16 },
): Promise<DecodedImage16>;
/** Decodes an image, or a region of it, to samples of 8 bits. */
export async function decode(
  source: Source,
  options?: DecodeOptions & { readonly bitDepth?: 8 | undefined },
): Promise<DecodedImage8>;
/**
 * Decodes an image, or a region of it, to samples.
 *
 * @example
 * const { data, width, height } = await decode(file, { channels: 'RGB' });
 */
export async function decode(source: Source, options?: DecodeOptions): Promise<DecodedImage>;
export async function decode(source: Source, options?: DecodeOptions): Promise<DecodedImage> {
  const { result, decoder } = await runJob(source, checkDecode(options), 'bytes');
  return decodedImage(result, decoder);
}

/**
 * Crops, resizes, rotates or converts an image and returns the encoded file with its properties.
 *
 * @example
 * const image = await encode(file, { crop: { x: 340, y: 160, width: 684, height: 490 } });
 * console.log(image.width, image.height, image.lossless, image.toDataURL());
 */
export async function encode(source: Source, options?: EncodeOptions): Promise<EncodedImage> {
  const { result, decoder } = await runJob(source, checkEncode(options), 'bytes');
  return encodedImage(result, decoder);
}

/**
 * Encodes several regions or sizes of one image, one for each entry of `options`. The source is read once,
 * and overlapping regions are decoded once. If an entry fails, the call rejects with its error, and
 * `details.index` is the index of the entry.
 *
 * @example
 * const [large, small] = await encodeAll(file, [
 *   { resize: { width: 1600 } },
 *   { resize: { width: 400 } },
 * ]);
 */
export async function encodeAll(
  source: Source,
  options: readonly EncodeOptions[],
): Promise<EncodedImage[]> {
  const all = await runJobs(source, checkEncodeAll(options), 'bytes');
  return all.map(({ result, decoder }) => encodedImage(result, decoder));
}

/** Like `encode`, but returns a data URL, for example for `img.src`. */
export async function toDataURL(source: Source, options?: EncodeOptions): Promise<string> {
  const { result } = await runJob(source, checkEncode(options), 'dataUrl');
  return result.data;
}

/** Like `encode`, but returns base64 text. */
export async function toBase64(source: Source, options?: EncodeOptions): Promise<string> {
  const { result } = await runJob(source, checkEncode(options), 'base64');
  return result.data;
}

/** Like `encode`, but returns the bytes of the file. */
export async function toBytes(source: Source, options?: EncodeOptions): Promise<Bytes> {
  const { result } = await runJob(source, checkEncode(options), 'bytes');
  return result.data;
}

/** Like `encode`, but returns a Blob, whose type is the MIME type of the result. */
export async function toBlob(source: Source, options?: EncodeOptions): Promise<Web<'Blob'>> {
  return (await encode(source, options)).toBlob();
}

/** Like `encode`, but returns a File, whose type and extension are those of the result's format. */
export async function toFile(
  source: Source,
  options?: ToFileOptions,
): Promise<Web<'File', Web<'Blob'>>> {
  const { name, rest } = splitName(options);
  return fileOf(await encode(source, rest), name, source);
}

/**
 * Like `decode`, but returns ImageData, or a plain object with the same fields if the runtime has no such
 * class. Colours that are neither sRGB nor Display P3 are converted to sRGB.
 *
 * @throws {ImageError} UNSUPPORTED_FORMAT if they cannot be converted
 */
export async function toImageData(
  source: Source,
  options?: ImageDataOptions,
): Promise<Web<'ImageData', ImagePixels>> {
  const { result, decoder } = await runJob(source, checkImageData(options), 'bytes');
  const { data, width, height, colorSpace } = decodedImage(result, decoder) as DecodedImage8;
  if (colorSpace === 'other') {
    throw new ImageError(
      'UNSUPPORTED_FORMAT',
      'Colours of a profile of tables (A2B) cannot be converted. Use decode(), which returns the profile.',
    );
  }
  return typeof ImageData === 'undefined'
    ? ({ data, width, height, colorSpace } as ImageData)
    : new ImageData(data, width, height, { colorSpace });
}

interface JobResult<Form extends keyof NativeForms> {
  readonly result: NativeForms[Form];
  readonly decoder: Decoder;
}

async function runJob<Form extends keyof NativeForms>(
  source: Source,
  options: Checked,
  form: Form,
): Promise<JobResult<Form>> {
  const [job] = await runJobs(source, options, form);
  return job as JobResult<Form>;
}

async function runJobs<Form extends keyof NativeForms>(
  source: Source,
  options: Checked,
  form: Form,
): Promise<JobResult<Form>[]> {
  const { limits, signal } = options;
  signal?.throwIfAborted();
  if (mayReadInPieces(source)) {
    const results = await processInPieces(source, options, form);
    if (results !== undefined) {
      return results.map((result) => ({ result, decoder: 'crop64' }));
    }
    signal?.throwIfAborted();
  }
  const reading = Promise.all([read(source, { limits, signal }), loaded()]);
  const [input] = await unlessAborted(signal, reading);
  try {
    return await runNative(input, options, form);
  } catch (error) {
    const isUnknown = error instanceof ImageError && error.code === 'UNSUPPORTED_FORMAT';
    if (!(isUnknown && canBrowserDecode())) {
      throw error;
    }
    const drawn = await unlessAborted(signal, decodeWithBrowser(input, error));
    return runNative(drawn, options, form);
  }
}

async function runNative<Form extends keyof NativeForms>(
  input: Input,
  options: Checked,
  form: Form,
): Promise<JobResult<Form>[]> {
  const job = (native: NativeModule) => native.process(unchanged(input), options.jobs, form);
  const results = await run(job, options.signal);
  return results.map((result) => ({ result, decoder: input.decoder }));
}
