/**
 * The instance type of a global class, by its name. `Otherwise` in projects whose libraries do not declare
 * the class: an unknown name would turn the whole type into `any`.
 */
export type Web<Name extends string, Otherwise = never> = typeof globalThis extends {
  [Key in Name]: { prototype: infer Instance };
}
  ? Instance
  : Otherwise;

// `Uint8Array<ArrayBuffer>` and the like. Before TypeScript 5.7, typed arrays have no type parameter.
/** Bytes in an ArrayBuffer of their own. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;
/** 8-bit samples, from 0 to 255. */
export type Samples8 = ReturnType<Uint8ClampedArrayConstructor['of']>;
/** 16-bit samples, from 0 to 65535, in the machine's byte order. */
export type Samples16 = ReturnType<Uint16ArrayConstructor['of']>;

/** The channels of a pixel, in their order in memory. */
export type Channels = 'RGBA' | 'RGB' | 'BGRA' | 'BGR' | 'GRAY' | 'GRAYA';

/** Raw pixels as a source: rows from top to bottom without padding, alpha not premultiplied. */
export interface Pixels {
  /**
   * `width` x `height` x number of channels samples. A Uint16Array contains 16-bit samples, the others 8-bit
   * samples.
   */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** In pixels, from 1. */
  readonly width: number;
  /** In pixels, from 1. */
  readonly height: number;
  /**
   * The channels of `data`.
   *
   * @default 'RGBA', as in ImageData
   */
  readonly channels?: Channels | undefined;
  /**
   * The colour space of the samples. `'other'` is described by `iccProfile`.
   *
   * @default 'srgb'
   */
  readonly colorSpace?: ColorSpace | undefined;
  /** The ICC profile of the samples. Overrides `colorSpace`. */
  readonly iccProfile?: Uint8Array | undefined;
}

/** A colour space by its name in CSS, or `'other'` if only an ICC profile describes it. */
export type ColorSpace = 'srgb' | 'display-p3' | 'other';

/** A stream of bytes as a source, such as a `ReadableStream`. */
export interface ByteStream {
  /** Locks the stream. */
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  };
}

/** An encoded result as a source. */
export interface WithBytes {
  /** The bytes of the file. */
  readonly bytes: Uint8Array;
}

/**
 * An image to read. A string is base64 text or a data URL, never a path or a URL: pass a `URL` for those. A
 * `Response` or a stream is read to its end, and a `Request` is sent with `fetch`. Async iterables of bytes,
 * such as Node's `Readable`, are streams, too. Sources are never changed or detached. Do not change bytes or
 * pixels before the call settles.
 *
 * Errors: `INVALID_ARGUMENT` if the value is not a source; `SOURCE_UNREADABLE` if it cannot be read (an HTTP
 * error, a missing file, a tainted canvas, an image that has not loaded); `UNSUPPORTED_FORMAT`,
 * `CORRUPT_IMAGE`, `TRUNCATED_IMAGE`, `LIMIT_EXCEEDED` or `OUT_OF_MEMORY` for its content.
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
 * The region to keep, in pixels of the displayed image (after `autoOrient`, `rotate` and `flip`) or in
 * percent of its width and height. `right` and `bottom` are exclusive. Each edge is rounded to the nearest
 * integer, half up. An edge up to one pixel outside the image is moved to the edge of the image.
 *
 * Errors: `CROP_OUT_OF_BOUNDS` with the image's `width` and `height` in `details`, unless `outOfBounds`
 * allows it; `INVALID_ARGUMENT` if the region is empty.
 */
export type Crop = {
  /**
   * `'%'`: all values are in percent of the image's width and height.
   *
   * @default pixels
   */
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
  /**
   * Degrees clockwise.
   *
   * @default 0
   */
  readonly rotate?: number | undefined;
  /**
   * 1, or -1 to flip horizontally before `rotate`.
   *
   * @default 1
   */
  readonly scaleX?: number | undefined;
  /**
   * 1, or -1 to flip vertically before `rotate`.
   *
   * @default 1
   */
  readonly scaleY?: number | undefined;
}

/**
 * `'#rgb'`, `'#rgba'`, `'#rrggbb'`, `'#rrggbbaa'`, or an object: r, g and b are integers from 0 to 255,
 * alpha is a number from 0 to 1 (default: 1, opaque).
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
  /**
   * In pixels, an integer from 1.
   *
   * @default computed from `height` and the aspect ratio
   */
  readonly width?: number | undefined;
  /**
   * In pixels, an integer from 1.
   *
   * @default computed from `width` and the aspect ratio
   */
  readonly height?: number | undefined;
  /**
   * If the aspect ratios differ, `'cover'` crops, `'contain'` pads with `background`, `'fill'` distorts,
   * `'inside'` makes the result at most `width` x `height`, `'outside'` at least.
   *
   * @default 'cover'
   */
  readonly fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside' | undefined;
  /**
   * The region that `'cover'` keeps, or where `'contain'` places the image.
   *
   * @default 'center'
   */
  readonly position?: Position | undefined;
  /**
   * The resampling filter. All but `'nearest'` antialias.
   *
   * @default 'lanczos3'
   */
  readonly kernel?: 'nearest' | 'linear' | 'cubic' | 'lanczos3' | undefined;
  /**
   * Never enlarges the image.
   *
   * @default false
   */
  readonly withoutEnlargement?: boolean | undefined;
}

/** Options of `probe`. */
export interface ProbeOptions {
  /**
   * `bytes` and `memory` apply to the bytes that are read, `pixels` to the image.
   *
   * @default no limits
   */
  readonly limits?: Limits | undefined;
  /** Cancels the call, which then rejects with `signal.reason`. */
  readonly signal?: Web<'AbortSignal'> | undefined;
}

/**
 * Numbers from 0; `Infinity` is no limit. A job that would exceed a limit rejects with `LIMIT_EXCEEDED`
 * before memory is allocated.
 */
export interface Limits {
  /**
   * The maximum number of pixels of the source, according to its header.
   *
   * @default 536_870_912
   */
  readonly pixels?: number | undefined;
  /**
   * The maximum number of bytes of the source.
   *
   * @default Infinity
   */
  readonly bytes?: number | undefined;
  /**
   * The maximum number of bytes of memory for the job, including the source.
   *
   * @default 1_073_741_824 (1 GiB)
   */
  readonly memory?: number | undefined;
}

/** Options of all functions except `probe`. */
export interface CommonOptions {
  /**
   * Applies the Exif orientation.
   *
   * @default true
   */
  readonly autoOrient?: boolean | undefined;
  /**
   * Rotates after the orientation was applied: degrees clockwise, any number. The image becomes as large as the
   * box around the rotated one; by other than a multiple of 90, the corners are `background`.
   *
   * @default 0
   */
  readonly rotate?: number | undefined;
  /**
   * `'horizontal'` swaps left and right, `'vertical'` top and bottom. Applied after `rotate`.
   *
   * @default no flip
   */
  readonly flip?: 'horizontal' | 'vertical' | undefined;
  /**
   * The region to keep.
   *
   * @default the whole image
   */
  readonly crop?: Crop | undefined;
  /**
   * If the crop exceeds the image, `'error'` rejects with `CROP_OUT_OF_BOUNDS`, `'clamp'` reduces the crop
   * to the image, `'pad'` fills the rest with `background`.
   *
   * @default 'error'
   */
  readonly outOfBounds?: 'error' | 'clamp' | 'pad' | undefined;
  /**
   * The colour of padding, and of transparent pixels if the result has no alpha.
   *
   * @default transparent; white for JPEG
   */
  readonly background?: Color | undefined;
  /**
   * Resizes the crop. Pixels outside the crop have no influence on the result.
   *
   * @default the size of the crop
   */
  readonly resize?: Resize | undefined;
  /**
   * The colour space of the result. `'keep'` keeps the samples and their profile; if the result cannot have
   * the profile, they are converted to sRGB, so that they look the same. `'srgb'` and `'display-p3'` always
   * convert. Profiles that are tables cannot be converted: `UNSUPPORTED_FORMAT`.
   *
   * @default 'keep'
   */
  readonly colorSpace?: 'keep' | 'srgb' | 'display-p3' | undefined;
  /**
   * If the file is damaged or ends early, in the crop or above it, `'error'` rejects with `CORRUPT_IMAGE`
   * or `TRUNCATED_IMAGE`, `'accept'` decodes as much as possible, as browsers do.
   *
   * @default 'error'
   */
  readonly damaged?: 'error' | 'accept' | undefined;
  /** Limits for the source and the job. */
  readonly limits?: Limits | undefined;
  /**
   * Cancels the job, which then rejects with `signal.reason`. Requests and streams end immediately. In a
   * pool, the worker ends; on the main thread, decoding and encoding are not interrupted.
   */
  readonly signal?: Web<'AbortSignal'> | undefined;
}

/** Options of `toImageData`. */
export interface ImageDataOptions extends CommonOptions {}

/** Options of `decode`. */
export interface DecodeOptions extends CommonOptions, SampleLayout {}

/** The names of the format JPEG. */
export type JpegFormat = 'jpeg' | 'jpg' | 'image/jpeg';
/** The names of the format PNG. */
export type PngFormat = 'png' | 'image/png';

/** Options of `encode` for every format. */
export interface FileOptions extends CommonOptions {
  /**
   * The metadata to keep: `'none'` (colours become sRGB); `'color'`: colour profile, gamma and density; `'all'`: also Exif, XMP and
   * text, as far as they still apply to the result. If nothing else changes, samples are not encoded
   * again and only the metadata is rewritten. A call without options copies the file with all its
   * metadata.
   *
   * @default 'color'
   */
  readonly metadata?: 'none' | 'color' | 'all' | undefined;
  /**
   * Requires a lossless result. A JPEG becomes a JPEG without decoding: its blocks are copied. The
   * region then extends to the left and to the top to the nearest block boundary, as the result's `region`
   * reports. For other formats, every sample is kept. If that is impossible, the call rejects with
   * `LOSSLESS_IMPOSSIBLE`, and the message gives the reason.
   *
   * @default false
   */
  readonly lossless?: boolean | undefined;
  /**
   * The maximum number of bytes of the result, from 1. For JPEG, the highest quality up to `quality` that
   * fits is chosen. If no result fits, the call rejects with `LIMIT_EXCEEDED`.
   *
   * @default Infinity
   */
  readonly maxBytes?: number | undefined;
  /**
   * JPEG: the lowest quality that `maxBytes` may choose, from 1 to `quality`. If only a lower quality
   * fits, the call rejects with `LIMIT_EXCEEDED`.
   *
   * @default 1
   */
  readonly minQuality?: number | undefined;
}

/** JPEG options. */
export interface JpegEncoding {
  /**
   * An integer from 1 to 100, or `'keep'`: the quantisation tables and subsampling of the source JPEG (of a
   * CMYK JPEG, the nearest quality and the same subsampling).
   *
   * @default 'keep' for a JPEG source, the coarser of 'keep' and 85 if it is resized, 85 for other sources
   */
  readonly quality?: number | 'keep' | undefined;
  /**
   * Encodes several scans, from coarse to fine. `'keep'` does the same as the source.
   *
   * @default 'keep' for a JPEG source, false for other sources
   */
  readonly progressive?: boolean | 'keep' | undefined;
  /**
   * Computes optimal Huffman tables: a smaller file, but slower.
   *
   * @default false
   */
  readonly optimizeCoding?: boolean | undefined;
  /**
   * Chroma subsampling.
   *
   * @default the source's with quality 'keep', otherwise '4:2:0'
   */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0' | undefined;
}

/** PNG options. */
export interface PngEncoding {
  /**
   * An integer from 0 (uncompressed) to 9 (smallest file). Every level is lossless.
   *
   * @default 6
   */
  readonly compressionLevel?: number | undefined;
  /**
   * Keeps the palette of the source. `false` converts it to RGB or RGBA.
   *
   * @default true
   */
  readonly palette?: boolean | undefined;
}

/** The layout of raw samples. */
export interface SampleLayout {
  /**
   * The channels of the result. `'keep'` is the image's own; a palette becomes RGB or RGBA.
   *
   * @default 'RGBA'
   */
  readonly channels?: Channels | 'keep' | undefined;
  /**
   * Bits per sample. `'keep'` is the image's own, at least 8. 16-bit samples become 8-bit by `v >> 8`.
   *
   * @default 8
   */
  readonly bitDepth?: 8 | 16 | 'keep' | undefined;
}

/** Encodes in the format of the source. Options of other formats have no effect. */
export interface KeepOptions extends FileOptions, JpegEncoding, PngEncoding {
  /**
   * JPEG stays JPEG and PNG stays PNG. BMP and raw pixels become PNG.
   *
   * @default 'keep'
   */
  readonly format?: 'keep' | undefined;
}

/** Encodes a JPEG. */
export interface JpegOptions extends FileOptions, JpegEncoding {
  /** JPEG, for any source. */
  readonly format: JpegFormat;
}

/** Encodes a PNG. */
export interface PngOptions extends FileOptions, PngEncoding {
  /** PNG, for any source. */
  readonly format: PngFormat;
}

/** Returns raw samples instead of a file. */
export interface RawOptions extends FileOptions, SampleLayout {
  /** The samples as `decode` returns them. 16-bit samples are in the machine's byte order. */
  readonly format: 'raw';
}

/**
 * Options of `encode` and its short forms. An option of another format, such as a PNG option with
 * `format: 'jpeg'`, is `INVALID_ARGUMENT`.
 */
export type EncodeOptions = KeepOptions | JpegOptions | PngOptions | RawOptions;

/** Options of `toFile`. */
export type ToFileOptions = EncodeOptions & {
  /**
   * The name of the File. The extension of another image format is replaced by that of the result.
   *
   * @default the name of the source if it is a `File`, otherwise 'image'
   */
  readonly name?: string | undefined;
};

/** A rectangle in pixels of the displayed image. It can be passed as `crop`. */
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

/** The formats that crop64 decodes. */
export type Format = 'jpeg' | 'png' | 'bmp';

/** The formats that crop64 only recognises. A call without options copies files in these formats. */
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
/** The chroma subsampling of a JPEG, in J:a:b notation. */
export type ChromaSubsampling = '4:4:4' | '4:4:0' | '4:2:2' | '4:2:0' | '4:1:1' | '4:1:0';

/** The properties of an image, from its header. */
export interface ImageInfo {
  /** The format of the file. `'raw'` if the source is pixels. */
  readonly format: Format | 'raw';
  /** The MIME type, such as `'image/jpeg'`. */
  readonly mimeType: string;
  /** In pixels, as displayed: after the Exif orientation was applied. */
  readonly width: number;
  /** In pixels, as displayed. */
  readonly height: number;
  /** In pixels, as stored in the file. */
  readonly storedWidth: number;
  /** In pixels, as stored in the file. */
  readonly storedHeight: number;
  /** The Exif orientation, from 1 (upright) to 8. */
  readonly orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** The colour space: by the values of the profile, not its name, or by PNG's cICP, gAMA and cHRM. */
  readonly colorSpace: ColorSpace;
  /** `'RGB'` for palettes and colour JPEGs. `'CMYK'` is decoded to RGB. */
  readonly channels: Channels | 'CMYK';
  /** Bits per sample. */
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  /** Whether the image has an alpha channel, a palette with alpha or a transparent colour. */
  readonly hasAlpha: boolean;
  /** Whether the samples are indices into a palette. */
  readonly isPalette: boolean;
  /** PNG: whether the rows are stored in seven passes (Adam7). */
  readonly isInterlaced: boolean;
  /** JPEG: whether the image is stored in several scans. */
  readonly isProgressive: boolean;
  /** The number of frames of an animation (APNG), of which the first is decoded; otherwise 1. */
  readonly frameCount: number;
  /** Set for colour JPEGs whose sampling factors have a name. */
  readonly chromaSubsampling?: ChromaSubsampling;
  /** The grid for lossless crops, in pixels: the size of an iMCU for JPEG, otherwise 1 x 1. */
  readonly blockSize: { readonly width: number; readonly height: number };
  /** Whether the file contains an ICC profile. */
  readonly hasIccProfile: boolean;
  /** Whether the file contains Exif data. */
  readonly hasExif: boolean;
  /** Pixels per inch. Set if the file specifies it. */
  readonly density?: number;
  /** The number of bytes of the file, or of the samples if the source is pixels. */
  readonly byteLength: number;
  /** The length of those bytes as base64 text. */
  readonly base64Length: number;
  /** The number of bytes of the decoded image in its own layout, with one or two bytes per sample. */
  readonly pixelBytes: number;
}

interface Result {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The region of the source that the result contains, in pixels as displayed, without padding. */
  readonly region: Region;
  /** Whether every sample of the region was kept. */
  readonly lossless: boolean;
  /** The number of frames of the source, of which the first was decoded; otherwise 1. */
  readonly frameCount: number;
  /** The number of bytes of the source that were read: a crop stops after its last row. */
  readonly bytesRead: number;
  /**
   * What decoded the source: `'crop64'`; `'browser'` for formats that only the browser supports;
   * `'canvas'` for elements that were drawn on a canvas (8 bits, rounded by premultiplied alpha); `'frame'`
   * for video frames whose samples were copied.
   */
  readonly decoder: Decoder;
  /** The number of bytes of the file or the samples. */
  readonly byteLength: number;
  /** The length of those bytes as base64 text. */
  readonly base64Length: number;
  /** The number of bytes of the result as raw samples, with one or two bytes per sample. */
  readonly pixelBytes: number;
}

/** What decoded a source: see `decoder` of a result. */
export type Decoder = 'crop64' | 'browser' | 'canvas' | 'frame';

interface Decoded extends Result {
  /** The channels of each pixel, in their order in memory. */
  readonly channels: Channels;
  /** The colour space of the samples. */
  readonly colorSpace: ColorSpace;
  /** The ICC profile of the file, if it applies to these samples. */
  readonly iccProfile?: Bytes;
}

/** An image decoded to 8-bit samples. */
export interface DecodedImage8 extends Decoded {
  /** `width` x `height` x number of channels samples. */
  readonly data: Samples8;
  /** Bits per sample. */
  readonly bitDepth: 8;
}

/** An image decoded to 16-bit samples. */
export interface DecodedImage16 extends Decoded {
  /** `width` x `height` x number of channels samples. */
  readonly data: Samples16;
  /** Bits per sample. */
  readonly bitDepth: 16;
}

/**
 * A decoded image: rows from top to bottom without padding, alpha not premultiplied. Comparing `bitDepth`
 * narrows the type of `data`. It can be passed as a source.
 */
export type DecodedImage = DecodedImage8 | DecodedImage16;

/** The result of `toImageData` in runtimes without `ImageData`, with the same fields. */
export interface ImagePixels {
  /** RGBA samples, rows from top to bottom, alpha not premultiplied. */
  readonly data: Samples8;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The colour space of the samples. */
  readonly colorSpace: 'srgb' | 'display-p3';
}

interface Encoded extends Result {
  /** The bytes of the file. With format `'raw'`, the samples; 16-bit ones in the machine's byte order. */
  readonly bytes: Bytes;
  /** The MIME type, such as `'image/jpeg'`. It is derived from the bytes. */
  readonly mimeType: string;
  /** Returns the bytes as a data URL, for example for `img.src`. */
  toDataURL(): string;
  /** Returns the bytes as base64 text, without line breaks. */
  toBase64(): string;
  /** Returns the bytes as a Blob with type `mimeType`. */
  toBlob(): Web<'Blob'>;
}

/**
 * An encoded file in memory. `width`, `height` and `region` are 0 if the file was copied and its format is a
 * `CopiedFormat`.
 */
export interface EncodedFile extends Encoded {
  /** `'bmp'` or a `CopiedFormat` only if the call had no options, so that the file was copied. */
  readonly format: Format | CopiedFormat;
  /**
   * JPEG: the quality that was used, from 1 to 100. If the quantisation tables of the source were kept, the
   * quality whose tables are nearest to them.
   */
  readonly quality?: number;
}

/** Raw samples in memory, for `format: 'raw'`. */
export interface EncodedSamples extends Encoded {
  /** Not a file: `bytes` contains the samples. */
  readonly format: 'raw';
  /** As in DecodedImage. */
  readonly channels: Channels;
  /** As in DecodedImage. */
  readonly bitDepth: 8 | 16;
  /** As in DecodedImage. */
  readonly colorSpace: ColorSpace;
  /** As in DecodedImage. */
  readonly iccProfile?: Bytes;
}

/** An encoded file, or raw samples with `format: 'raw'`. It can be passed as a source. */
export type EncodedImage = EncodedFile | EncodedSamples;

/** A `WebAssembly.Module`, or any object in projects whose libraries do not declare it. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/**
 * The location of the wasm, at most one of the three.
 *
 * Errors: `INVALID_ARGUMENT`; `MODULE_LOAD_FAILED` with the URL, the HTTP status and the MIME type in
 * `details`.
 */
export interface InitOptions {
  /**
   * The URL of `crop64.wasm`: http, https, blob or data, or file in Node. A string may be relative to the
   * page.
   *
   * @default crop64.wasm next to the code
   */
  readonly wasmUrl?: string | Web<'URL'> | undefined;
  /** The bytes of `crop64.wasm`. */
  readonly wasmBinary?: ArrayBuffer | ArrayBufferView | undefined;
  /** The compiled `crop64.wasm`. */
  readonly wasmModule?: WasmModule | undefined;
}
