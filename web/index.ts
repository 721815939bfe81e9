// The public interface: each function reads its source, runs the module and shapes the answer.

import { unlessAborted } from './abort.js';
import { ImageError } from './errors.js';
import { fileOf, splitName } from './file.js';
import { canAskBrowser, readByBrowser } from './input/canvas.js';
import { type Input, isBlob, unchanged } from './input/input.js';
import { read, readStart } from './input/read.js';
import { mayArrive, processArriving } from './input/read-while-decoding.js';
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

// As a rule a header lies within this much of a file.
const HEADER_BYTES = 64 * 1024;

/** What an image is, from its header alone. Of a Blob only as much is read as that takes. */
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
      `Expected at most ${limit} for limits.pixels but the image has ${value}.`,
      { limit, value },
    );
  }
}

/** The samples of a picture, or of the part of it that is asked for, in 16 bits each. */
export async function decode(
  source: Source,
  options: DecodeOptions & { readonly bitDepth: 16 },
): Promise<DecodedImage16>;
/** The samples of a picture, or of the part of it that is asked for, in 8 bits each. */
export async function decode(
  source: Source,
  options?: DecodeOptions & { readonly bitDepth?: 8 | undefined },
): Promise<DecodedImage8>;
/** The samples of a picture, or of the part of it that is asked for. */
export async function decode(source: Source, options?: DecodeOptions): Promise<DecodedImage>;
export async function decode(source: Source, options?: DecodeOptions): Promise<DecodedImage> {
  const { result, decoder } = await process(source, checkDecode(options), 'bytes');
  return decodedImage(result, decoder);
}

/** A picture, or a part of it, as an encoded file in memory, with all that is known about it. */
export async function encode(source: Source, options?: EncodeOptions): Promise<EncodedImage> {
  const { result, decoder } = await process(source, checkEncode(options), 'bytes');
  return encodedImage(result, decoder);
}

/**
 * Several parts or sizes of one picture, in the order of `options`: the source is read once, and
 * decoded as little as they share. The first job that fails fails them all, with its place in
 * `details.index`.
 */
export async function encodeAll(
  source: Source,
  options: readonly EncodeOptions[],
): Promise<EncodedImage[]> {
  const all = await processAll(source, checkEncodeAll(options), 'bytes');
  return all.map(({ result, decoder }) => encodedImage(result, decoder));
}

/** As `encode`: a data URL, to be put in `img.src`. */
export async function toDataURL(source: Source, options?: EncodeOptions): Promise<string> {
  const { result } = await process(source, checkEncode(options), 'dataUrl');
  return result.data;
}

/** As `encode`: base64 text. */
export async function toBase64(source: Source, options?: EncodeOptions): Promise<string> {
  const { result } = await process(source, checkEncode(options), 'base64');
  return result.data;
}

/** As `encode`: the file's bytes. */
export async function toBytes(source: Source, options?: EncodeOptions): Promise<Bytes> {
  const { result } = await process(source, checkEncode(options), 'bytes');
  return result.data;
}

/** As `encode`: a Blob with its type. */
export async function toBlob(source: Source, options?: EncodeOptions): Promise<Web<'Blob'>> {
  return (await encode(source, options)).toBlob();
}

/** As `encode`: a File with its type, and with a name whose ending says the format. */
export async function toFile(
  source: Source,
  options?: ToFileOptions,
): Promise<Web<'File', Web<'Blob'>>> {
  const { name, rest } = splitName(options);
  return fileOf(await encode(source, rest), name, source);
}

/** As `decode`: ImageData; a plain object of the same shape where there is no such class. */
export async function toImageData(
  source: Source,
  options?: ImageDataOptions,
): Promise<Web<'ImageData', ImagePixels>> {
  const checked = checkImageData(options);
  const { result, decoder } = await process(source, checked, 'bytes');
  const { data, width, height, ...told } = decodedImage(result, decoder) as DecodedImage8;
  if (told.colorSpace === 'other' && !checked.ignoreProfile) {
    throw new ImageError(
      'UNSUPPORTED_FORMAT',
      'Expected a picture in sRGB or Display P3 for toImageData but its profile is another one, ' +
        'which ImageData has no name for. Use ignoreProfile: true to take its samples for sRGB, or ' +
        'decode(), whose result carries the profile.',
    );
  }
  const colorSpace = told.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
  return typeof ImageData === 'undefined'
    ? ({ data, width, height, colorSpace } as ImageData)
    : new ImageData(data, width, height, { colorSpace });
}

interface Processed<Form extends keyof NativeForms> {
  readonly result: NativeForms[Form];
  readonly decoder: Decoder;
}

async function process<Form extends keyof NativeForms>(
  source: Source,
  options: Checked,
  form: Form,
): Promise<Processed<Form>> {
  const [processed] = await processAll(source, options, form);
  return processed as Processed<Form>;
}

async function processAll<Form extends keyof NativeForms>(
  source: Source,
  options: Checked,
  form: Form,
): Promise<Processed<Form>[]> {
  const { limits, signal } = options;
  signal?.throwIfAborted();
  if (mayArrive(source)) {
    const results = await processArriving(source, options, form);
    if (results !== undefined) {
      return results.map((result) => ({ result, decoder: 'crop64' }));
    }
    signal?.throwIfAborted();
  }
  const reading = Promise.all([read(source, { limits, signal }), loaded()]);
  const [input] = await unlessAborted(signal, reading);
  try {
    return await processInput(input, options, form);
  } catch (error) {
    const isUnknown = error instanceof ImageError && error.code === 'UNSUPPORTED_FORMAT';
    if (!(isUnknown && canAskBrowser())) {
      throw error;
    }
    const drawn = await unlessAborted(signal, readByBrowser(input, error));
    return processInput(drawn, options, form);
  }
}

async function processInput<Form extends keyof NativeForms>(
  input: Input,
  options: Checked,
  form: Form,
): Promise<Processed<Form>[]> {
  const job = (native: NativeModule) => native.process(unchanged(input), options.jobs, form);
  const results = await run(job, options.signal);
  return results.map((result) => ({ result, decoder: input.decoder }));
}
