/**
 * The instances of a class of the web, by the name of the class. `Otherwise` in a project whose
 * libraries do not declare the class: an unknown name would make `any` of the whole type.
 */
export type Web<Name extends string, Otherwise = never> = typeof globalThis extends {
  [Key in Name]: { prototype: infer Instance };
}
  ? Instance
  : Otherwise;

// `Uint8Array<ArrayBuffer>` and the like. Before TypeScript 5.7 typed arrays have no parameter.
/** Bytes in memory of their own. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;
/** Samples of 8 bits, from 0 to 255. */
export type Samples8 = ReturnType<Uint8ClampedArrayConstructor['of']>;
/** Samples of 16 bits, from 0 to 65535, in the machine's byte order. */
export type Samples16 = ReturnType<Uint16ArrayConstructor['of']>;

/** The channels of samples, in this order in memory. */
export type Channels = 'RGBA' | 'RGB' | 'BGRA' | 'BGR' | 'GRAY' | 'GRAYA';

/** Samples as a source: rows from the top, tightly packed, straight alpha. */
export interface Pixels {
  /** `width` x `height` x channels. A Uint16Array holds samples of 16 bits, the others of 8. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** In pixels, from 1. */
  readonly width: number;
  /** In pixels, from 1. */
  readonly height: number;
  /** Default: `'RGBA'`, as in ImageData. */
  readonly channels?: Channels | undefined;
  /** What the samples mean; `'other'` is what `iccProfile` says. Default: `'srgb'`. */
  readonly colorSpace?: ColorSpace | undefined;
  /** The ICC profile of the samples; it overrides `colorSpace`. */
  readonly iccProfile?: Uint8Array | undefined;
}

/** A colour space by its name on the web; `'other'`: one that only an ICC profile describes. */
export type ColorSpace = 'srgb' | 'display-p3' | 'other';

/** A stream of bytes, as a source: a `ReadableStream`. */
export interface ByteStream {
  /** Locks the stream. */
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  };
}

/** A result with an encoded file, as a source. */
export interface WithBytes {
  /** The file. */
  readonly bytes: Uint8Array;
}

/**
 * Where an image comes from. Strings are base64 text or data URLs, never paths or addresses: pass
 * a `URL` for those. The source is never changed and never detached. A `Response` or a stream is read
 * to its end. A `Request` is sent with `fetch`. An async iterable of bytes is a stream, too: Node's
 * `Readable`s are. Do not change bytes or pixels before the call has settled.
 *
 * Errors: `INVALID_ARGUMENT` of what is no source; `SOURCE_UNREADABLE` of one that cannot be read (an
 * HTTP status, a missing file, a tainted canvas, a picture that is not loaded); and of what it holds
 * `UNSUPPORTED_FORMAT`, `CORRUPT_IMAGE`, `TRUNCATED_IMAGE`, `LIMIT_EXCEEDED` and `OUT_OF_MEMORY`.
 */
export type Source =
  | Web<'Blob'>
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Web<'Response'>
  | Web<'Request'>
  | Web<'URL'>
  | ByteStream
  | AsyncIterable<Uint8Array>
  | string
  | Pixels
  | WithBytes
  | Web<'ImageData'>
  | Web<'ImageBitmap'>
  | Web<'HTMLCanvasElement'>
  | Web<'OffscreenCanvas'>
  | Web<'HTMLImageElement'>
  | Web<'HTMLVideoElement'>
  | Web<'VideoFrame'>;

/**
 * The part that is asked for, in pixels of the picture as displayed (after `autoOrient`, `rotate` and
 * `flip`) or in percent of its sides. `right` and `bottom` are the first column and row that are not
 * taken. Fractions are rounded edge by edge, half up, and an edge up to one pixel outside the image
 * becomes the image's edge.
 *
 * Errors: `CROP_OUT_OF_BOUNDS`, unless `outOfBounds` allows it, with the picture's `width` and `height` in
 * `details`; `INVALID_ARGUMENT` of an empty one.
 */
export type Crop = {
  /** `'%'`: all are in percent of the picture's width and height. Default: they are in pixels. */
  readonly unit?: '%' | undefined;
} & (
  | { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  | { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | CropperData
);

/** The data of cropperjs 1. `rotate`, `scaleX` and `scaleY` replace the options `rotate` and `flip`. */
export interface CropperData {
  /** Left edge, in pixels. */
  readonly x: number;
  /** Top edge, in pixels. */
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Degrees clockwise, a multiple of 90. Default: 0. */
  readonly rotate?: number | undefined;
  /** 1, or -1: flipped horizontally before `rotate`. Default: 1. */
  readonly scaleX?: number | undefined;
  /** 1, or -1: flipped vertically before `rotate`. Default: 1. */
  readonly scaleY?: number | undefined;
}

/**
 * `'#rgb'`, `'#rgba'`, `'#rrggbb'`, `'#rrggbbaa'`, or parts: r, g, b integers from 0 to 255, alpha from
 * 0 to 1 (default: 1, opaque).
 */
export type Color =
  | string
  | {
      readonly r: number;
      readonly g: number;
      readonly b: number;
      readonly alpha?: number | undefined;
    };

/** The region that `'cover'` keeps, or where `'contain'` places the image. */
export type Position =
  | 'center'
  | 'top'
  | 'right top'
  | 'right'
  | 'right bottom'
  | 'bottom'
  | 'left bottom'
  | 'left'
  | 'left top';

/** The size of the result: `width`, `height` or both. */
export interface Resize {
  /** In pixels, an integer from 1. Default: computed from `height` and the aspect ratio. */
  readonly width?: number | undefined;
  /** In pixels, an integer from 1. Default: computed from `width` and the aspect ratio. */
  readonly height?: number | undefined;
  /**
   * If the aspect ratios differ: `'cover'` crops, `'contain'` pads with `background`, `'fill'` distorts,
   * `'inside'` is no larger than both sizes, `'outside'` no smaller. Default: `'cover'`.
   */
  readonly fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside' | undefined;
  /** The region that `'cover'` keeps, or where `'contain'` places the image. Default: `'center'`. */
  readonly position?: Position | undefined;
  /** The resampling filter; all but `'nearest'` antialias. Default: `'lanczos3'`. */
  readonly kernel?: 'nearest' | 'linear' | 'cubic' | 'lanczos3' | undefined;
  /** Never enlarges the image. Default: `false`. */
  readonly withoutEnlargement?: boolean | undefined;
}

/** What `probe` takes. */
export interface ProbeOptions {
  /**
   * `bytes` and `memory` of the source as far as it is read, and `pixels` of the image. Default: no
   * limit.
   */
  readonly limits?: Limits | undefined;
  /** Cancels the call, which then rejects with `signal.reason`. Default: none. */
  readonly signal?: Web<'AbortSignal'> | undefined;
}

/**
 * Numbers from 0; `Infinity` is no limit. A job that would exceed one is `LIMIT_EXCEEDED`, before memory is
 * taken.
 */
export interface Limits {
  /** Pixels that the source's header may promise. Default: 536 870 912. */
  readonly pixels?: number | undefined;
  /** Bytes of the source. Default: none. */
  readonly bytes?: number | undefined;
  /** Bytes of memory for the whole job, including the source. Default: 1 GiB. */
  readonly memory?: number | undefined;
}

/** What all functions but `probe` take. */
export interface CommonOptions {
  /** Shows the picture the way up that its Exif orientation says. Default: `true`. */
  readonly autoOrient?: boolean | undefined;
  /** Degrees clockwise, after the orientation: a multiple of 90, also a negative one. Default: 0. */
  readonly rotate?: number | undefined;
  /** From left to right or from top to bottom, after `rotate`. Default: neither. */
  readonly flip?: 'horizontal' | 'vertical' | undefined;
  /** The part that is taken. Default: the whole picture. */
  readonly crop?: Crop | undefined;
  /**
   * What a crop may do beyond the picture's edge: `'error'` (default) is `CROP_OUT_OF_BOUNDS`;
   * `'clamp'` cuts it to the picture; `'pad'` fills it with `background`.
   */
  readonly outOfBounds?: 'error' | 'clamp' | 'pad' | undefined;
  /**
   * The colour of padding, and what shows through where alpha is dropped. Default: transparent;
   * white for JPEG.
   */
  readonly background?: Color | undefined;
  /** The size of the result, made of the crop; nothing outside it is looked at. Default: the crop's. */
  readonly resize?: Resize | undefined;
  /**
   * What to do with a file that is damaged or cut in the region or above it: `'error'` (default) is
   * `CORRUPT_IMAGE` or `TRUNCATED_IMAGE`; `'accept'` decodes it as far as possible, as browsers do.
   */
  readonly damaged?: 'error' | 'accept' | undefined;
  /** What the job may take. */
  readonly limits?: Limits | undefined;
  /**
   * Cancels the job, which then rejects with `signal.reason`: requests and streams end immediately. On
   * the main thread decoding and encoding are not interrupted; a pool ends its worker. Default: none.
   */
  readonly signal?: Web<'AbortSignal'> | undefined;
}

/** What `toImageData` takes. */
export interface ImageDataOptions extends CommonOptions {
  /**
   * Takes samples whose profile is neither sRGB nor Display P3 for sRGB. Default: `false`, which makes
   * them `UNSUPPORTED_FORMAT`.
   */
  readonly ignoreProfile?: boolean | undefined;
}

/** What `decode` takes. */
export interface DecodeOptions extends CommonOptions, SampleLayout {}

/** The names of JPEG. */
export type JpegFormat = 'jpeg' | 'jpg' | 'image/jpeg';
/** The names of PNG. */
export type PngFormat = 'png' | 'image/png';

/** What `encode` takes for every format. */
export interface FileOptions extends CommonOptions {
  /**
   * The metadata that the new file keeps: `'none'`; `'color'`: profile, gamma and density; `'all'`:
   * Exif, XMP and text too, as far as they are still true. Default: `'color'`. If nothing else changes,
   * the samples are not encoded again: the file is rewritten around them. Only a call without any
   * option copies a file with all its metadata.
   */
  readonly metadata?: 'none' | 'color' | 'all' | undefined;
  /**
   * A promise. A JPEG's part is moved as it is into a JPEG of its own, without being decoded: the
   * region then grows to the left and upwards to the grid of blocks, and the result's `region` says
   * what was taken. Everything else keeps every sample. What cannot be kept so is
   * `LOSSLESS_IMPOSSIBLE`, which says why. Default: `false`.
   */
  readonly lossless?: boolean | undefined;
  /**
   * The most bytes that the result may have, from 1. A JPEG then has the highest quality up to
   * `quality` that fits while the next higher does not. What cannot be made to fit is
   * `LIMIT_EXCEEDED`. Default: none.
   */
  readonly maxBytes?: number | undefined;
  /**
   * JPEG: the lowest quality that `maxBytes` may choose, from 1 to `quality`. If only a lower one
   * fits, the call is `LIMIT_EXCEEDED`. Default: 1.
   */
  readonly minQuality?: number | undefined;
}

/** What a JPEG can be encoded with. */
export interface JpegEncoding {
  /**
   * An integer from 1 to 100, or `'keep'`: the source JPEG's own tables and subsampling (of CMYK the
   * nearest quality and the same subsampling). Default: `'keep'` for a JPEG source, or if it is resized the
   * coarser of `'keep'` and 85; else 85.
   */
  readonly quality?: number | 'keep' | undefined;
  /** Encodes in several scans. Default: `'keep'`, as the source, for a JPEG source, else `false`. */
  readonly progressive?: boolean | 'keep' | undefined;
  /** Computes the best Huffman tables for this image, which takes some more time. Default: `false`. */
  readonly optimizeCoding?: boolean | undefined;
  /** Chroma subsampling. Default: the source's with quality `'keep'`, else `'4:2:0'`. */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0' | undefined;
}

/** What a PNG can be encoded with. */
export interface PngEncoding {
  /** An integer from 0 (none) to 9 (smallest). Every level is lossless. Default: 6. */
  readonly compressionLevel?: number | undefined;
  /** Keeps the source's palette; `false` converts it to RGB or RGBA. Default: `true`. */
  readonly palette?: boolean | undefined;
}

/** How samples are laid out. */
export interface SampleLayout {
  /** `'keep'`: the image's own, a palette as RGB or RGBA. Default: `'RGBA'`. */
  readonly channels?: Channels | 'keep' | undefined;
  /** Bits in a sample. `'keep'`: the image's own, 8 for fewer. Default: 8 (16 bits become `v >> 8`). */
  readonly bitDepth?: 8 | 16 | 'keep' | undefined;
}

/** Encodes in the source's own format. An option of another format has no effect. */
export interface KeepOptions extends FileOptions, JpegEncoding, PngEncoding {
  /** JPEG stays JPEG and PNG stays PNG; BMP and samples become PNG. Default: `'keep'`. */
  readonly format?: 'keep' | undefined;
}

/** Encodes a JPEG. */
export interface JpegOptions extends FileOptions, JpegEncoding {
  /** JPEG, whatever the source is. */
  readonly format: JpegFormat;
}

/** Encodes a PNG. */
export interface PngOptions extends FileOptions, PngEncoding {
  /** PNG, whatever the source is. */
  readonly format: PngFormat;
}

/** Gives the samples themselves in place of a file. */
export interface RawOptions extends FileOptions, SampleLayout {
  /** As `decode` gives them; samples of 16 bits have the machine's byte order. */
  readonly format: 'raw';
}

/**
 * What `encode` and its short forms take: an option of PNG together with `format: 'jpeg'` is
 * `INVALID_ARGUMENT`, and so is the reverse.
 */
export type EncodeOptions = KeepOptions | JpegOptions | PngOptions | RawOptions;

/** What `toFile` takes. */
export type ToFileOptions = EncodeOptions & {
  /**
   * The name of the File. An ending that says another format than the result's is replaced. Default:
   * that of the source if it is a `File`, else `'image'`.
   */
  readonly name?: string | undefined;
};

/** A rectangle in pixels of the picture as displayed; it is a `Crop` too. */
export interface Region {
  /** The first column, from 0. */
  readonly left: number;
  /** The first row, from 0. */
  readonly top: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** The formats that are read. */
export type Format = 'jpeg' | 'png' | 'bmp';

/** The formats that are only recognised: without any option, a file in one of them is copied. */
export type CopiedFormat =
  | 'avif'
  | 'gif'
  | 'heic'
  | 'heif'
  | 'ico'
  | 'jp2'
  | 'jxl'
  | 'psd'
  | 'qoi'
  | 'svg'
  | 'tiff'
  | 'webp';
/** How a JPEG's chroma is sampled, in J:a:b notation. */
export type ChromaSubsampling = '4:4:4' | '4:4:0' | '4:2:2' | '4:2:0' | '4:1:1' | '4:1:0';

/** What a picture's header tells. */
export interface ImageInfo {
  /** `'raw'` of a source that is pixels. */
  readonly format: Format | 'raw';
  /** `'image/jpeg'`, `'image/png'` and the like. */
  readonly mimeType: string;
  /** In pixels, as displayed: turned as its Exif orientation says. */
  readonly width: number;
  /** In pixels, as displayed. */
  readonly height: number;
  /** In pixels, as the file has it. */
  readonly storedWidth: number;
  /** In pixels, as the file has it. */
  readonly storedHeight: number;
  /** Exif's, from 1 (upright) to 8. */
  readonly orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** By what the profile does: of samples that become other ones it is no longer said. */
  readonly colorSpace: ColorSpace;
  /** `'RGB'` for a palette and for JPEG in colour; `'CMYK'` is handed out as RGB. */
  readonly channels: Channels | 'CMYK';
  /** Bits in a sample. */
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  /** A channel, a palette with alpha, or a transparent colour. */
  readonly hasAlpha: boolean;
  /** Whether its samples are places in a list of colours. */
  readonly isPalette: boolean;
  /** PNG: whether its rows come in seven passes (Adam7). */
  readonly isInterlaced: boolean;
  /** JPEG: whether it comes in several scans. */
  readonly isProgressive: boolean;
  /** The pictures in an animation (APNG), of which the first is read; else 1. */
  readonly frameCount: number;
  /** Of a JPEG in colour, unless its sampling factors have no such name. */
  readonly chromaSubsampling?: ChromaSubsampling;
  /** The grid on which parts could be moved without decoding, in pixels: a JPEG's iMCU; else 1. */
  readonly blockSize: { readonly width: number; readonly height: number };
  /** Whether the file brings a profile of its own. */
  readonly hasIccProfile: boolean;
  /** Whether the file has Exif data. */
  readonly hasExif: boolean;
  /** Pixels per inch, where the file tells. */
  readonly density?: number;
  /** Of the file, or of the samples of a source that is pixels. */
  readonly byteLength: number;
  /** The length of those bytes as base64 text. */
  readonly base64Length: number;
  /** The bytes of the whole picture as samples of its own layout, one or two bytes each. */
  readonly pixelBytes: number;
}

interface Result {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** What was taken of the source, in its pixels, as displayed; padding is no part of it. */
  readonly region: Region;
  /** Whether every sample of the region was kept: worked out from what was done. */
  readonly lossless: boolean;
  /** The pictures in the source, an animation, of which this is the first; else 1. */
  readonly frameCount: number;
  /** How many bytes of the source were read to make this: a crop stops after its last row. */
  readonly bytesRead: number;
  /**
   * What read the source: `'crop64'` itself; `'browser'`, of a format that only the browser knows;
   * `'canvas'`, of an element whose pixels had to be drawn (8 bits, alpha rounded by premultiplying);
   * or `'frame'`, of a video frame whose samples could be copied.
   */
  readonly decoder: Decoder;
  /** Of the file, or of the samples. */
  readonly byteLength: number;
  /** The length of those bytes as base64 text. */
  readonly base64Length: number;
  /** The bytes of the result as samples, one or two bytes each. */
  readonly pixelBytes: number;
}

/** What read a source: see a result's `decoder`. */
export type Decoder = 'crop64' | 'browser' | 'canvas' | 'frame';

interface Decoded extends Result {
  /** Of each pixel, in this order. */
  readonly channels: Channels;
  /** What the samples mean. They are never converted. */
  readonly colorSpace: ColorSpace;
  /** The file's own profile, if it fits these samples. */
  readonly iccProfile?: Bytes;
}

/** Samples of 8 bits. */
export interface DecodedImage8 extends Decoded {
  /** `width` x `height` x as many samples as there are channels. */
  readonly data: Samples8;
  /** Bits in a sample. */
  readonly bitDepth: 8;
}

/** Samples of 16 bits. */
export interface DecodedImage16 extends Decoded {
  /** `width` x `height` x as many samples as there are channels. */
  readonly data: Samples16;
  /** Bits in a sample. */
  readonly bitDepth: 16;
}

/**
 * Samples: rows from the top, tightly packed, straight alpha. `bitDepth` says which array `data` is. It
 * is a source, too.
 */
export type DecodedImage = DecodedImage8 | DecodedImage16;

/** What `toImageData` gives where there is no `ImageData`: the same fields. */
export interface ImagePixels {
  /** RGBA, rows from the top, straight alpha. */
  readonly data: Samples8;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** What the samples mean. */
  readonly colorSpace: 'srgb' | 'display-p3';
}

interface Encoded extends Result {
  /** The file; of format `'raw'` the samples, 16-bit ones in the machine's byte order. */
  readonly bytes: Bytes;
  /** `'image/jpeg'` and the like, by the file's bytes. */
  readonly mimeType: string;
  /** The bytes as a data URL, to be put in `img.src`. */
  toDataURL(): string;
  /** The bytes as base64 text, without line feeds. */
  toBase64(): string;
  /** The bytes as a Blob of `mimeType`. */
  toBlob(): Web<'Blob'>;
}

/**
 * An encoded file in memory. Of a copied file in a format that is not read here, `width`, `height` and
 * `region` are 0.
 */
export interface EncodedFile extends Encoded {
  /** A `CopiedFormat` or `'bmp'` only of a file that was copied, for no option was given. */
  readonly format: Format | CopiedFormat;
  /**
   * JPEG, from 1 to 100: the quality that was used. If the source's own tables were kept, the quality
   * whose tables are nearest to them.
   */
  readonly quality?: number;
}

/** Samples in memory, of `format: 'raw'`. */
export interface EncodedSamples extends Encoded {
  /** No file: `bytes` are the samples. */
  readonly format: 'raw';
  /** As in a DecodedImage. */
  readonly channels: Channels;
  /** As in a DecodedImage. */
  readonly bitDepth: 8 | 16;
  /** As in a DecodedImage. */
  readonly colorSpace: ColorSpace;
  /** As in a DecodedImage. */
  readonly iccProfile?: Bytes;
}

/** An encoded file, or with `format: 'raw'` samples, in memory. It is a source, too. */
export type EncodedImage = EncodedFile | EncodedSamples;

/** A `WebAssembly.Module`; any object in a project whose libraries do not declare that. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/**
 * Where the wasm comes from. At most one of the three; without any it is the file `crop64.wasm` beside
 * the code. Errors: `INVALID_ARGUMENT`; `MODULE_LOAD_FAILED`, with the address, the status and the MIME
 * type in `details`.
 */
export interface InitOptions {
  /** Of the file: http, https, blob, data, or file in Node. Text may be relative to the page. */
  readonly wasmUrl?: string | Web<'URL'> | undefined;
  /** The file's bytes. */
  readonly wasmBinary?: ArrayBuffer | ArrayBufferView | undefined;
  /** What was compiled of them. */
  readonly wasmModule?: WasmModule | undefined;
}
