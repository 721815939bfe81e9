// The public interface: each function reads its source, runs the module and shapes the answer.

import type { NativeInput, NativeModule, NativeResult } from './crop64-module.js';
import { ImageError } from './errors.js';
import { run } from './module.js';
import { type Checked, checkDecode, checkEncode, checkImageData } from './options.js';
import { decodedImage, encodedImage, imageInfo } from './result.js';
import { type Input, read, readStart } from './source.js';
import type {
  DecodedImage,
  DecodeOptions,
  EncodedImage,
  EncodeOptions,
  ImageInfo,
  Source,
} from './types.js';

export type { ErrorCode } from './errors.js';
export { ImageError } from './errors.js';
export { dispose, init } from './module.js';
export type {
  Channels,
  Color,
  Crop,
  DecodedImage,
  DecodeOptions,
  EncodedImage,
  EncodeOptions,
  Format,
  ImageInfo,
  InitOptions,
  Limits,
  Pixels,
  Region,
  Source,
} from './types.js';

// As a rule a header lies within this much of a file.
const HEADER_BYTES = 64 * 1024;

/** What a picture is, from its header alone. Of a Blob only as much is read as that takes. */
export async function probe(source: Source): Promise<ImageInfo> {
  const { limits } = checkDecode();
  for (let size = HEADER_BYTES; ; size *= 8) {
    const input = await readStart(source, size, limits);
    const byteLength = source instanceof Blob ? source.size : input.data.length;
    try {
      const info = await run((native) => native.probe(toNative(native, input)));
      return imageInfo(info, input.kind === 'file' ? byteLength : info.byteLength);
    } catch (error) {
      const cutShort = input.data.length < byteLength;
      if (!(cutShort && error instanceof ImageError && error.code === 'TRUNCATED_IMAGE')) {
        throw error;
      }
    }
  }
}

/** The samples of a picture, or of the part of it that is asked for. */
export async function decode(source: Source, options?: DecodeOptions): Promise<DecodedImage> {
  const { result } = await process(source, checkDecode(options), 'bytes');
  return decodedImage(result);
}

/** A picture, or a part of it, as an encoded file in memory, with all that is known about it. */
export async function encode(source: Source, options?: EncodeOptions): Promise<EncodedImage> {
  const { result, mimeType } = await process(source, checkEncode(options), 'bytes');
  return encodedImage(result, mimeType);
}

/** As `encode`: a data URL, to be put in `img.src`. */
export async function toDataURL(source: Source, options?: EncodeOptions): Promise<string> {
  const { result, mimeType } = await process(source, checkEncode(options), 'dataUrl');
  return result.data.replace(/^data:application\/octet-stream;/, `data:${mimeType};`);
}

/** As `encode`: base64 text. */
export async function toBase64(source: Source, options?: EncodeOptions): Promise<string> {
  const { result } = await process(source, checkEncode(options), 'base64');
  return result.data;
}

/** As `encode`: the file's bytes. */
export async function toBytes(
  source: Source,
  options?: EncodeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { result } = await process(source, checkEncode(options), 'bytes');
  return result.data;
}

/** As `encode`: a Blob with its type. */
export async function toBlob(source: Source, options?: EncodeOptions): Promise<Blob> {
  return (await encode(source, options)).toBlob();
}

/** As `decode`: ImageData; a plain object of the same shape where there is no such class. */
export async function toImageData(
  source: Source,
  options?: Omit<DecodeOptions, 'channels'>,
): Promise<ImageData> {
  const checked = checkImageData(options);
  const { data, width, height } = decodedImage((await process(source, checked, 'bytes')).result);
  return typeof ImageData === 'undefined'
    ? ({ data, width, height, colorSpace: 'srgb' } as ImageData)
    : new ImageData(data, width, height);
}

interface Data {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly base64: string;
  readonly dataUrl: string;
}

async function process<Form extends keyof Data>(
  source: Source,
  options: Checked,
  form: Form,
): Promise<{ result: NativeResult<Data[Form]>; mimeType: string }> {
  options.signal?.throwIfAborted();
  const input = await read(source, options.limits);
  options.signal?.throwIfAborted();
  const job = (native: NativeModule) =>
    native.process(toNative(native, input), options.toNative(native), native.Form[form] as never);
  const result = (await run(job, options.signal)) as NativeResult<Data[Form]>;
  // A file of a format that is not known is what its source says it is.
  const isUnknown = result.mimeType === 'application/octet-stream' && result.format === 'unknown';
  return { result, mimeType: (isUnknown && input.mimeType) || result.mimeType };
}

function toNative(native: NativeModule, input: Input): NativeInput {
  const { data, width, height } = input;
  const kind = native.Kind[input.kind];
  return { data, kind, width, height, channels: native.Channels[input.channels] };
}
