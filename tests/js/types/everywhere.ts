// What the types allow in every project, whether or not it has the types of the DOM and of Node. Nothing
// here runs: ../types.test.mjs compiles it.
import {
  type CopiedFormat,
  type CropperData,
  type DecodedImage,
  type DecodeOptions,
  decode,
  type EncodedFile,
  type EncodedImage,
  type EncodedSamples,
  type EncodeOptions,
  type ErrorCode,
  type ErrorDetails,
  encode,
  encodeAll,
  type Format,
  ImageError,
  type ImageInfo,
  type InitOptions,
  init,
  type JpegEncoding,
  type JpegOptions,
  type KeepOptions,
  type Limits,
  type Pixels,
  type PngEncoding,
  type PngOptions,
  probe,
  type RawOptions,
  type Resize,
  type SampleLayout,
  type Source,
  toBase64,
  toBlob,
  toBytes,
  toDataURL,
  toFile,
  toImageData,
} from 'crop64';
import wasmModule from 'crop64/crop64.wasm';
import * as pool from 'crop64/pool';

declare const bytes: Uint8Array;

type IsAny<Type> = 0 extends 1 & Type ? true : false;
type Keys<Type> = Type extends unknown ? keyof Type : never;
// The keys of a type, or of one type in a union, whose values are `any`.
type AnyKeys<Type> = Type extends unknown
  ? { [Key in keyof Type]-?: IsAny<Type[Key]> extends true ? Key : never }[keyof Type]
  : never;
type Results<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends (...args: never) => infer Result
    ? Awaited<Result>
    : unknown;
};

// biome-ignore lint/suspicious/noExplicitAny: that is what the others are not
export const controls: [IsAny<any>, AnyKeys<{ a: any; b: 1 }>] = [true, 'a'];

export const notAny: [IsAny<Source>, IsAny<typeof wasmModule>, ...AnyKeys<never>[]] = [
  false,
  false,
];

export function nothingIsAny(
  ...none: [
    AnyKeys<Results<typeof import('crop64')>>,
    AnyKeys<Results<pool.Pool>>,
    AnyKeys<ImageInfo | DecodedImage | EncodedImage | Pixels>,
    AnyKeys<Awaited<ReturnType<typeof toImageData>>>,
    AnyKeys<KeepOptions | JpegOptions | PngOptions | RawOptions | DecodeOptions | InitOptions>,
    AnyKeys<pool.PoolOptions | pool.MapOptions | pool.MapResult | Resize | Limits | CropperData>,
    AnyKeys<ErrorDetails[ErrorCode] | ImageError>,
  ]
): never {
  const [first, second, third, fourth, fifth, sixth, seventh] = none;
  const all: never[] = [first, second, third, fourth, fifth, sixth, seventh];
  throw all;
}

export async function wrongSources(): Promise<void> {
  // @ts-expect-error
  await toBytes(5);
  // @ts-expect-error
  await toDataURL({ nonsense: true });
  // @ts-expect-error
  await toBytes([1, 2, 3]);
  // @ts-expect-error
  await toBytes(Promise.resolve(bytes));
  // @ts-expect-error: how many channels?
  await toBytes({ data: new Float32Array(4), width: 1, height: 1 });
  // @ts-expect-error
  await toBytes({ data: bytes, width: 1 });
  // @ts-expect-error
  await toBytes({ data: bytes, width: 1, height: 1, channels: 'ARGB' });
  // @ts-expect-error
  await probe(null);
  // @ts-expect-error: a result is not a number
  const wrong: number = await toBytes(bytes);
  console.log(wrong);
}

// The console is declared neither by the language nor by this package.
declare const console: { log(...values: unknown[]): void };

export async function sources(): Promise<void> {
  const all: Source[] = [
    bytes,
    new ArrayBuffer(1),
    new SharedArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Uint16Array(1),
    'data:,',
    { data: bytes, width: 1, height: 1, channels: 'BGR', colorSpace: undefined },
    { data: new Uint16Array(4), width: 1, height: 1 },
    await decode(bytes),
    await decode(bytes, { bitDepth: 16 }),
    await encode(bytes),
    await toImageData(bytes),
  ];
  for (const source of all) await probe(source);
}

export async function results(): Promise<void> {
  const decoded: DecodedImage = await decode(bytes, { bitDepth: 'keep' });
  if (decoded.bitDepth === 16) {
    const data: Uint16Array = decoded.data;
    // @ts-expect-error
    const other: Uint8ClampedArray = decoded.data;
    console.log(data, other);
  } else {
    const data: Uint8ClampedArray = decoded.data;
    console.log(data);
  }
  const eight: Uint8ClampedArray = (await decode(bytes)).data;
  const sixteen: Uint16Array = (await decode(bytes, { bitDepth: 16 })).data;
  // @ts-expect-error: which of the two is not known yet
  const either: Uint16Array = (await decode(bytes, { bitDepth: 'keep' })).data;

  const encoded: EncodedImage = await encode(bytes, { format: 'png' });
  if (encoded.format === 'raw') {
    const samples: EncodedSamples = encoded;
    const layout: [string, 8 | 16, string] = [
      encoded.channels,
      encoded.bitDepth,
      encoded.colorSpace,
    ];
    console.log(samples, layout);
  } else {
    const file: EncodedFile = encoded;
    const format: Format | CopiedFormat = encoded.format;
    const quality: number | undefined = encoded.quality;
    // @ts-expect-error: a file has no channels
    console.log(encoded.channels, file, format, quality);
  }
  // @ts-expect-error: there is no such format
  console.log(encoded.format === 'unknown');
  const texts: string[] = [encoded.toDataURL(), encoded.toBase64(), await toBase64(bytes)];
  const file: Uint8Array = encoded.bytes;
  const all: EncodedImage[] = await encodeAll(bytes, [
    { format: 'jpeg' },
    { crop: encoded.region },
  ]);
  // @ts-expect-error: results are not to be changed
  encoded.width = 5;

  const info: ImageInfo = await probe(bytes);
  const orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 = info.orientation;
  const depth: 1 | 2 | 4 | 8 | 16 = info.bitDepth;
  const sampling: '4:4:4' | '4:4:0' | '4:2:2' | '4:2:0' | '4:1:1' | '4:1:0' | undefined =
    info.chromaSubsampling;
  const image = await toImageData(bytes);
  const pixels: [Uint8ClampedArray, number, 'srgb' | 'display-p3'] = [
    image.data,
    image.width,
    image.colorSpace,
  ];
  console.log(eight, sixteen, either, texts, file, all, orientation, depth, sampling, pixels);
}

const shared: JpegEncoding & PngEncoding & SampleLayout = { quality: 80, palette: true };

// A format that is chosen when the program runs.
function optionsFor(format: 'jpeg' | 'png', quality: number): JpegOptions | PngOptions {
  return format === 'jpeg' ? { format, quality } : { format };
}

export async function options(format: 'jpeg' | 'png'): Promise<void> {
  await encode(bytes, optionsFor(format, 80));
  await encode(bytes, { format });
  await encode(bytes, { format, quality: 80 });
  await encode(bytes, {
    autoOrient: undefined,
    rotate: undefined,
    flip: undefined,
    crop: { x: 0, y: 0, width: 1, height: 1, unit: undefined, rotate: undefined },
    outOfBounds: undefined,
    background: { r: 0, g: 0, b: 0, alpha: undefined },
    resize: { width: 5, height: undefined, fit: undefined, position: undefined, kernel: undefined },
    damaged: undefined,
    limits: { pixels: undefined, bytes: undefined, memory: undefined },
    signal: undefined,
    format: undefined,
    metadata: undefined,
    lossless: undefined,
    maxBytes: undefined,
    minQuality: undefined,
    quality: undefined,
    progressive: undefined,
    optimizeCoding: undefined,
    chromaSubsampling: undefined,
    compressionLevel: undefined,
    palette: undefined,
  });
  await decode(bytes, { channels: undefined, bitDepth: undefined, limits: undefined });
  await toImageData(bytes, { signal: undefined });
  await probe(bytes, { signal: undefined, limits: undefined });
  await toFile(bytes, { name: undefined, format: 'jpeg', quality: 80 });
  await pool.probe(await pool.toFile(bytes, { name: 'a' }), {});
  await init({ wasmUrl: undefined, wasmBinary: undefined, wasmModule: undefined });
  await init({ wasmModule });
  pool.createPool({ size: undefined, transfer: undefined, idleTimeout: undefined });
  // @ts-expect-error: a JPEG option
  await encode(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error: a PNG option
  await encode(bytes, { format: 'jpeg', compressionLevel: 9 });
  // @ts-expect-error: an option of samples
  await encode(bytes, { format: 'png', channels: 'RGB' });
  // @ts-expect-error: a JPEG option
  await toFile(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error
  await toFile(bytes, { name: 5 });
  // @ts-expect-error: only toFile takes a name
  await toBlob(bytes, { name: 'a.png' });
  // @ts-expect-error
  await probe(bytes, { crop: { left: 0, top: 0, right: 1, bottom: 1 } });
  // @ts-expect-error
  await encode(bytes, { format: 'heic' });
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
  await encode(bytes, { signal: 5 });
  // @ts-expect-error
  await decode(bytes, { quality: 80 });
  // @ts-expect-error
  await decode(bytes, { channels: 'rgb' });
  // @ts-expect-error: ImageData is RGBA
  await toImageData(bytes, { channels: 'RGB' });
  // @ts-expect-error
  await init({ url: './crop64.wasm' });
  const keys: Keys<EncodeOptions>[] = ['quality', 'palette', 'channels', 'crop'];
  console.log(shared, keys);
}

class UploadError extends ImageError {}

class AskError extends ImageError {
  readonly question = 'Again?';
}

export function derived(error: unknown): string {
  if (error instanceof AskError) {
    const width = error.code === 'CROP_OUT_OF_BOUNDS' ? error.details.width.toFixed() : '';
    return `${error.question} ${error.message} ${width}`;
  }
  // @ts-expect-error: only a CROP_OUT_OF_BOUNDS has it
  console.log(new UploadError('INTERNAL', '').details.width.toFixed());
  return error instanceof UploadError ? error.code : '';
}

export function errors(error: unknown): string {
  if (!(error instanceof ImageError)) {
    return '';
  }
  // @ts-expect-error: it depends on the code
  console.log(error.details.width);
  const index: number | undefined = error.details.index;
  switch (error.code) {
    case 'CROP_OUT_OF_BOUNDS':
      return `${(error.details.width + error.details.height).toFixed()} ${index}`;
    case 'LIMIT_EXCEEDED':
      return (error.details.value - error.details.limit).toFixed();
    case 'INVALID_ARGUMENT': {
      const { name, offset, width }: { name?: string; offset?: number; width?: number } =
        error.details;
      // @ts-expect-error: not of this code
      console.log(error.details.url);
      return `${name} ${offset} ${width}`;
    }
    case 'SOURCE_UNREADABLE':
      return `${error.details.url?.length} ${error.details.status?.toFixed()}`;
    case 'MODULE_LOAD_FAILED':
      return `${error.details.mimeType?.length}`;
    default:
      return error.message;
  }
}

// A table of all codes: a new one is noticed here.
export const advice: Record<ErrorCode, string> = {
  INVALID_ARGUMENT: 'correct the call',
  CROP_OUT_OF_BOUNDS: 'correct the crop',
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

export async function pools(): Promise<void> {
  const own: pool.Pool = pool.createPool({ size: 2, transfer: true, idleTimeout: 1e3 });
  const deep: pool.DecodedImage16 = await pool.decode(bytes, { bitDepth: 16 });
  const encoded: EncodedImage = await own.encode(bytes, { format: 'png', compressionLevel: 9 });
  const crop: pool.Crop = { left: 0, top: 0, right: 1, bottom: 1 };
  await own.init({ wasmUrl: './crop64.wasm' });
  const onProgress = ({ done, total }: { done: number; total: number | undefined }) =>
    console.log(done, total);
  for await (const result of own.map([bytes], { crop }, { onProgress })) {
    const text: string = result.toDataURL();
    // @ts-expect-error: an image
    console.log(text, result.image);
  }
  const named = [Object.assign(new Uint8Array(4), { title: 'one' })];
  for await (const result of own.map(named, undefined, { stopOnError: false })) {
    const title: string = result.source.title;
    if (result.error === undefined) {
      const text: string = result.image.toDataURL();
      console.log(title, result.index, text);
    } else {
      const code: ErrorCode = result.error.code;
      // @ts-expect-error: there is none
      console.log(code, result.image.width);
    }
  }
  for await (const { bytes } of own.map([encoded, deep])) console.log(bytes);
  await own.close();
  pool.dispose();
  // @ts-expect-error: only the module's own pool has it
  own.dispose();
  const error: unknown = new pool.ImageError('INTERNAL', '');
  console.log(error instanceof pool.ImageError && error.code);
  // @ts-expect-error: a JPEG option
  await pool.encode(bytes, { format: 'png', quality: 80 });
  // @ts-expect-error
  pool.createPool({ size: '2' });
  // @ts-expect-error: numbers are no sources
  own.map([1, 2]);
  // @ts-expect-error: samples have no options of files
  await own.decode(bytes, { format: 'png' });
}

export const blobs: () => Promise<unknown> = () => toBlob(bytes);
