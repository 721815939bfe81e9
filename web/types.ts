/** The channels of samples, in this order in memory. */
export type Channels = 'RGBA' | 'RGB' | 'BGRA' | 'BGR' | 'GRAY' | 'GRAYA';

/**
 * Samples as a source: rows from the top, tightly packed, straight alpha, 8 bits each, or 16 in a
 * Uint16Array.
 */
export interface Pixels {
  /** `width` x `height` x as many as there are channels. 16-bit ones have the machine's byte order. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** In pixels, from 1. */
  readonly width: number;
  /** In pixels, from 1. */
  readonly height: number;
  /** Default: `'RGBA'`, as in ImageData. */
  readonly channels?: Channels;
  /** What the samples mean; `'other'` is what `iccProfile` says. Default: `'srgb'`. */
  readonly colorSpace?: ColorSpace;
  /** The profile of the samples, which then goes before `colorSpace`. */
  readonly iccProfile?: Uint8Array | undefined;
}

/** The names that the web has for colour spaces, and `'other'` for what a profile says beside them. */
export type ColorSpace = 'srgb' | 'display-p3' | 'other';

/** A result that holds an encoded file, and is taken as a source for that file. */
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
  | Blob
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Response
  | Request
  | URL
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | string
  | Pixels
  | WithBytes
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame;

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
  readonly unit?: '%';
} & (
  | { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  | { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | CropperData
);

/** What cropperjs 1 gives: its turn (by quarters) and its mirrorings become `rotate` and `flip`. */
export interface CropperData {
  /** Of the left edge, in pixels. */
  readonly x: number;
  /** Of the top edge, in pixels. */
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** A multiple of 90, in degrees clockwise; in place of the option `rotate`. Default: 0. */
  readonly rotate?: number;
  /** 1, or -1: mirrored from left to right, before it is turned. Default: 1. */
  readonly scaleX?: number;
  /** 1, or -1: mirrored from top to bottom, before it is turned. Default: 1. */
  readonly scaleY?: number;
}

/**
 * `'#rgb'`, `'#rgba'`, `'#rrggbb'`, `'#rrggbbaa'`, or parts: r, g, b integers from 0 to 255, alpha from
 * 0 to 1 (default: 1, opaque).
 */
export type Color =
  | string
  | { readonly r: number; readonly g: number; readonly b: number; readonly alpha?: number };

/** Which part stays (cover) or where the picture goes (contain). */
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

/** At least one of `width` and `height`, in pixels; the other follows the picture's proportions. */
export interface Resize {
  /** In pixels, an integer from 1. Default: what `height` and the proportions make it. */
  readonly width?: number;
  /** In pixels, an integer from 1. Default: what `width` and the proportions make it. */
  readonly height?: number;
  /**
   * What to do where the proportions differ: `'cover'` (default) cuts away, `'contain'` pads with
   * `background`, `'fill'` distorts; `'inside'` and `'outside'` give up one of the two sizes.
   */
  readonly fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside';
  /** What `'cover'` keeps, and where `'contain'` puts the picture. Default: `'center'`. */
  readonly position?: Position;
  /** Default: `'lanczos3'`. All but `'nearest'` look at as many samples as the reduction needs. */
  readonly kernel?: 'nearest' | 'linear' | 'cubic' | 'lanczos3';
  /** Never makes a picture larger. Default: `false`. */
  readonly withoutEnlargement?: boolean;
}

/** What `probe` takes. */
export interface ProbeOptions {
  /**
   * `bytes` and `memory` of the source as far as it is read, and `pixels` of the image. Default: no
   * limit.
   */
  readonly limits?: Limits;
  /** Cancels the call, which then rejects with `signal.reason`. Default: none. */
  readonly signal?: AbortSignal;
}

/** What a job may take, from 0; `Infinity` is no limit. More is `LIMIT_EXCEEDED`, told beforehand. */
export interface Limits {
  /** Pixels that the source's header may promise. Default: 536 870 912. */
  readonly pixels?: number;
  /** Bytes of the source. Default: none. */
  readonly bytes?: number;
  /** Bytes that the whole job may take, the source included. Default: 1 GiB. */
  readonly memory?: number;
}

interface CommonOptions {
  /** Shows the picture the way up that its Exif orientation says. Default: `true`. */
  readonly autoOrient?: boolean;
  /** Degrees clockwise, after the orientation: a multiple of 90, also a negative one. Default: 0. */
  readonly rotate?: number;
  /** From left to right or from top to bottom, after `rotate`. Default: neither. */
  readonly flip?: 'horizontal' | 'vertical';
  /** The part that is taken. Default: the whole picture. */
  readonly crop?: Crop;
  /**
   * What a crop may do beyond the picture's edge: `'error'` (default) is `CROP_OUT_OF_BOUNDS`;
   * `'clamp'` cuts it to the picture; `'pad'` fills it with `background`.
   */
  readonly outOfBounds?: 'error' | 'clamp' | 'pad';
  /**
   * The colour of padding, and what shows through where alpha is dropped. Default: transparent;
   * white for JPEG.
   */
  readonly background?: Color;
  /** The size of the result, made of the crop; nothing outside it is looked at. Default: the crop's. */
  readonly resize?: Resize;
  /**
   * What to do with a file that ends early where the missing part is needed: `'error'` (default) is
   * `TRUNCATED_IMAGE`; `'accept'` leaves grey in its place.
   */
  readonly damaged?: 'error' | 'accept';
  /** What the job may take. */
  readonly limits?: Limits;
  /**
   * Cancels the job, which then rejects with `signal.reason`: requests and streams end immediately. On
   * the main thread decoding and encoding are not interrupted; a pool ends its worker. Default: none.
   */
  readonly signal?: AbortSignal;
}

/** What `toImageData` takes. */
export interface ImageDataOptions extends CommonOptions {
  /**
   * Takes samples whose profile is neither sRGB nor Display P3 for sRGB. Default: `false`, which makes
   * them `UNSUPPORTED_FORMAT`.
   */
  readonly ignoreProfile?: boolean;
}

/** What `decode` takes. */
export interface DecodeOptions extends CommonOptions {
  /** Of the samples. `'keep'` is the picture's own, a palette as RGB or RGBA. Default: `'RGBA'`. */
  readonly channels?: Channels | 'keep';
  /** In a sample. `'keep'` is the picture's own, 8 for fewer. Default: 8 (16 bits become `v >> 8`). */
  readonly bitDepth?: 8 | 16 | 'keep';
}

/** The names of JPEG. */
export type JpegFormat = 'jpeg' | 'jpg' | 'image/jpeg';
/** The names of PNG. */
export type PngFormat = 'png' | 'image/png';

interface FileOptions extends CommonOptions {
  /**
   * The metadata that the new file keeps: `'none'`; `'color'`: profile, gamma and density; `'all'`:
   * Exif, XMP and text too, as far as they are still true. Default: `'color'`. If nothing else changes,
   * the samples are not encoded again: the file is rewritten around them. Only a call without any
   * option copies a file with all its metadata.
   */
  readonly metadata?: 'none' | 'color' | 'all';
  /**
   * A promise. A JPEG's part is moved as it is into a JPEG of its own, without being decoded: the
   * region then grows to the left and upwards to the grid of blocks, and the result's `region` says
   * what was taken. Everything else keeps every sample. What cannot be kept so is
   * `LOSSLESS_IMPOSSIBLE`, which says why. Default: `false`.
   */
  readonly lossless?: boolean;
  /**
   * The most bytes that the result may have, from 1. A JPEG then has the highest quality up to
   * `quality` that fits while the next higher does not. What cannot be made to fit is
   * `LIMIT_EXCEEDED`. Default: none.
   */
  readonly maxBytes?: number;
  /**
   * JPEG: the lowest quality that `maxBytes` may choose, from 1 to `quality`. If only a lower one
   * fits, the call is `LIMIT_EXCEEDED`. Default: 1.
   */
  readonly minQuality?: number;
}

interface KeepOptions extends FileOptions {
  /** The source's own: of a JPEG a JPEG, of a PNG a PNG; BMP and samples become PNG. Default: this. */
  readonly format?: 'keep';
  /**
   * JPEG: an integer from 1 to 100, or `'keep'`: the source's own tables and subsampling (of CMYK the
   * nearest quality and the same subsampling). Default: `'keep'` for a JPEG, or if it is resized the
   * coarser of `'keep'` and 85; else 85.
   */
  readonly quality?: number | 'keep';
  /** JPEG: in several scans. `'keep'`: as the source. Default: `'keep'` for a JPEG, else `false`. */
  readonly progressive?: boolean | 'keep';
  /** JPEG: the best Huffman tables for this picture, for some more time. Default: `false`. */
  readonly optimizeCoding?: boolean;
  /** JPEG: how often colour is sampled. Default: the source's with quality `'keep'`, else `'4:2:0'`. */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0';
  /** PNG: an integer from 0 (none) to 9 (smallest); no level loses anything. Default: 6. */
  readonly compressionLevel?: number;
  /** PNG: keeps a palette; `false` makes RGB or RGBA of it. Default: `true`. */
  readonly palette?: boolean;
}

interface JpegOptions extends FileOptions {
  /** Whatever the source is. */
  readonly format: JpegFormat;
  /**
   * An integer from 1 to 100, or `'keep'`: the source's own tables and subsampling (of CMYK the
   * nearest quality and the same subsampling). Default: `'keep'` for a JPEG, or if it is resized the
   * coarser of `'keep'` and 85; else 85.
   */
  readonly quality?: number | 'keep';
  /** In several scans. `'keep'`: as the source. Default: `'keep'` for a JPEG, else `false`. */
  readonly progressive?: boolean | 'keep';
  /** The best Huffman tables for this picture, for some more time. Default: `false`. */
  readonly optimizeCoding?: boolean;
  /** How often colour is sampled. Default: the source's with quality `'keep'`, else `'4:2:0'`. */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0';
}

interface PngOptions extends FileOptions {
  /** Whatever the source is. */
  readonly format: PngFormat;
  /** An integer from 0 (none) to 9 (smallest); no level loses anything. Default: 6. */
  readonly compressionLevel?: number;
  /** Keeps a palette; `false` makes RGB or RGBA of it. Default: `true`. */
  readonly palette?: boolean;
}

interface RawOptions extends FileOptions {
  /** The samples themselves, as `decode` gives them; 16-bit ones in the machine's byte order. */
  readonly format: 'raw';
  /** As in DecodeOptions. Default: `'RGBA'`. */
  readonly channels?: Channels | 'keep';
  /** As in DecodeOptions. Default: 8. */
  readonly bitDepth?: 8 | 16 | 'keep';
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
  readonly name?: string;
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
  readonly orientation: number;
  /** By what the profile does: of samples that become other ones it is no longer said. */
  readonly colorSpace: ColorSpace;
  /** `'RGB'` for a palette and for JPEG in colour; `'CMYK'` is handed out as RGB. */
  readonly channels: Channels | 'CMYK';
  /** Bits in a sample: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
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
  /** `'4:2:0'` and the like, of a JPEG in colour. */
  readonly chromaSubsampling?: string;
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

/** Samples: rows from the top, tightly packed, straight alpha. It is a source, too. */
export interface DecodedImage<Data extends Samples = Samples8> extends Result {
  /** The samples: `width` x `height` x as many as there are channels. */
  readonly data: Data;
  /** Those of each pixel, in this order. */
  readonly channels: Channels;
  /** 16 where `data` is a Uint16Array. */
  readonly bitDepth: 8 | 16;
  /** What the samples mean. They are as the file has them: never converted. */
  readonly colorSpace: ColorSpace;
  /** The file's own profile, where it has one that fits these samples. */
  readonly iccProfile?: Uint8Array<ArrayBuffer>;
}

/** Samples of 8 bits, from 0 to 255. */
export type Samples8 = Uint8ClampedArray<ArrayBuffer>;
/** Samples of 16 bits, from 0 to 65535, in the machine's byte order. */
export type Samples16 = Uint16Array<ArrayBuffer>;
/** Samples of either depth. */
export type Samples = Samples8 | Samples16;

/**
 * An encoded file in memory. It is a source, too. Of a copied file in a format that is not read here,
 * `width`, `height` and `region` are 0.
 */
export interface EncodedImage extends Result {
  /** The file; of format `'raw'` the samples, 16-bit ones in the machine's byte order. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A `CopiedFormat` or `'bmp'` only of a file that was copied, for no option was given. */
  readonly format: Format | CopiedFormat | 'raw';
  /** `'image/jpeg'` and the like, by the file's bytes. */
  readonly mimeType: string;
  /**
   * JPEG, from 1 to 100: the quality that was used. If the source's own tables were kept, the quality
   * whose tables are nearest to them.
   */
  readonly quality?: number;
  /** Of samples (format `'raw'`), as in a DecodedImage. */
  readonly channels?: Channels;
  /** Of samples, as in a DecodedImage. */
  readonly bitDepth?: 8 | 16;
  /** Of samples, as in a DecodedImage. */
  readonly colorSpace?: ColorSpace;
  /** Of samples, as in a DecodedImage. */
  readonly iccProfile?: Uint8Array<ArrayBuffer>;
  /** The bytes as a data URL, to be put in `img.src`. */
  toDataURL(): string;
  /** The bytes as base64 text, without line feeds. */
  toBase64(): string;
  /** The bytes as a Blob of `mimeType`. */
  toBlob(): Blob;
}

/**
 * Where the wasm comes from. At most one of the three; without any it is the file `crop64.wasm` beside
 * the code. Errors: `INVALID_ARGUMENT`; `MODULE_LOAD_FAILED`, with the address, the status and the MIME
 * type in `details`.
 */
export interface InitOptions {
  /** Of the file: http, https, blob, data, or file in Node. Text may be relative to the page. */
  readonly wasmUrl?: string | URL;
  /** The file's bytes. */
  readonly wasmBinary?: ArrayBuffer | ArrayBufferView;
  /** What was compiled of them. */
  readonly wasmModule?: WebAssembly.Module;
}
