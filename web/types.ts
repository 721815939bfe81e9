/** The channels of samples, in this order in memory. */
export type Channels = 'RGBA' | 'RGB' | 'BGRA' | 'BGR' | 'GRAY' | 'GRAYA';

/**
 * Samples as a source: rows from the top, tightly packed, straight alpha, 8 bits each, or 16 in a
 * Uint16Array.
 */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly width: number;
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
  readonly bytes: Uint8Array;
}

/**
 * Where a picture comes from. Strings are base64 text or data URLs, never paths or addresses: pass
 * a `URL` for those. The source is never changed and never detached.
 */
export type Source =
  | Blob
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Response
  | URL
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
 * `flip`) or in percent of its sides. Fractions are rounded edge by edge, half up.
 */
export type Crop = { readonly unit?: '%' } & (
  | { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  | { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | CropperData
);

/** What cropperjs 1 gives: its turn (by quarters) and its mirrorings become `rotate` and `flip`. */
export interface CropperData {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotate?: number;
  readonly scaleX?: number;
  readonly scaleY?: number;
}

/** `'#rgb'`, `'#rgba'`, `'#rrggbb'`, `'#rrggbbaa'`, or parts: r, g, b from 0 to 255, alpha from 0 to 1. */
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
  readonly width?: number;
  readonly height?: number;
  /**
   * What to do where the proportions differ: `'cover'` (default) cuts away, `'contain'` pads with
   * `background`, `'fill'` distorts; `'inside'` and `'outside'` give up one of the two sizes.
   */
  readonly fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside';
  /** Default: `'center'`. */
  readonly position?: Position;
  /** Default: `'lanczos3'`. All but `'nearest'` look at as many samples as the reduction needs. */
  readonly kernel?: 'nearest' | 'linear' | 'cubic' | 'lanczos3';
  /** Never makes a picture larger. Default: `false`. */
  readonly withoutEnlargement?: boolean;
}

/** `Infinity` is no limit. */
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
  /** Degrees clockwise, after the orientation. Default: 0. */
  readonly rotate?: 0 | 90 | 180 | 270;
  /** After `rotate`. */
  readonly flip?: 'horizontal' | 'vertical';
  /** Default: the whole picture. */
  readonly crop?: Crop;
  /**
   * What a crop may do beyond the picture's edge: `'error'` (default), `'clamp'` it to the picture,
   * or `'pad'` it with `background`.
   */
  readonly outside?: 'error' | 'clamp' | 'pad';
  /**
   * The colour of padding, and what shows through where alpha is dropped. Default: transparent;
   * white for JPEG.
   */
  readonly background?: Color;
  /** Of the crop; nothing outside it is looked at. */
  readonly resize?: Resize;
  /** What to do with a file that ends early: `'error'` (default), or `'accept'`: grey is missing. */
  readonly truncated?: 'error' | 'accept';
  readonly limits?: Limits;
  /** Looked at between the steps of a job, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
}

export interface ImageDataOptions extends CommonOptions {
  /** Takes samples whose profile is neither sRGB nor Display P3 for sRGB. Default: `false`. */
  readonly ignoreProfile?: boolean;
}

export interface DecodeOptions extends CommonOptions {
  /** Default: `'RGBA'`. `'keep'` is the picture's own, a palette as RGB or RGBA. */
  readonly channels?: Channels | 'keep';
  /** Default: 8. `'keep'` is the picture's own, 8 for fewer. */
  readonly bitDepth?: 8 | 16 | 'keep';
}

export type JpegFormat = 'jpeg' | 'jpg' | 'image/jpeg';
export type PngFormat = 'png' | 'image/png';

interface FileOptions extends CommonOptions {
  /**
   * What the new file tells beside its samples: `'none'`; `'color'`: profile, gamma and density; or
   * `'all'`: Exif, XMP and text too, as far as they are still true. Default: `'color'`; where nothing
   * changes, a file passes with all that it has.
   */
  readonly metadata?: 'none' | 'color' | 'all';
  /**
   * A promise. A JPEG's part is moved as it is into a JPEG of its own, without being decoded: the
   * region then grows to the left and upwards to the grid of blocks, and the result's `region` says
   * what was taken. Everything else keeps every sample. What cannot be kept so fails and says why.
   */
  readonly lossless?: boolean;
  /**
   * The most bytes that the result may have. A JPEG then has the highest quality up to
   * `quality` that fits while the next higher does not.
   */
  readonly maxBytes?: number;
}

interface KeepOptions extends FileOptions {
  /** Default: `'keep'`; samples become PNG. */
  readonly format?: 'keep';
  /** JPEG: 1 to 100, or the source's own tables and subsampling. Default: `'keep'`, or 85. */
  readonly quality?: number | 'keep';
  /** JPEG: default: the source's for JPEG to JPEG, else `false`. */
  readonly progressive?: boolean | 'keep';
  /** JPEG: the best Huffman tables for this picture, for some more time. Default: `false`. */
  readonly optimizeCoding?: boolean;
  /** JPEG: default: the source's with quality `'keep'`, else `'4:2:0'`. */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0';
  /** PNG: 0 (none) to 9 (smallest). Default: 6. */
  readonly compressionLevel?: number;
  /** PNG: `false` makes RGB or RGBA of a palette. Default: `'keep'`. */
  readonly palette?: 'keep' | false;
}

interface JpegOptions extends FileOptions {
  readonly format: JpegFormat;
  /** 1 to 100, or the source's own tables and subsampling. Default: `'keep'` for a JPEG, else 85. */
  readonly quality?: number | 'keep';
  /** Default: the source's for JPEG to JPEG, else `false`. */
  readonly progressive?: boolean | 'keep';
  /** The best Huffman tables for this picture, for some more time. Default: `false`. */
  readonly optimizeCoding?: boolean;
  /** Default: the source's with quality `'keep'`, else `'4:2:0'`. */
  readonly chromaSubsampling?: '4:4:4' | '4:2:2' | '4:2:0';
}

interface PngOptions extends FileOptions {
  readonly format: PngFormat;
  /** 0 (none) to 9 (smallest). Default: 6. */
  readonly compressionLevel?: number;
  /** `false` makes RGB or RGBA of a palette. Default: `'keep'`. */
  readonly palette?: 'keep' | false;
}

interface RawOptions extends FileOptions {
  /** The samples themselves, as `decode` gives them; 16-bit ones in the machine's byte order. */
  readonly format: 'raw';
  /** Default: `'RGBA'`. */
  readonly channels?: Channels | 'keep';
  /** Default: 8. */
  readonly bitDepth?: 8 | 16 | 'keep';
}

export type EncodeOptions = KeepOptions | JpegOptions | PngOptions | RawOptions;

/** A rectangle in pixels of the picture as displayed; it is a `Crop` too. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Format = 'jpeg' | 'png' | 'bmp';

/** What a picture's header tells. */
export interface ImageInfo {
  readonly format: Format | 'raw';
  readonly mimeType: string;
  /** As displayed: turned as its Exif orientation says. */
  readonly width: number;
  readonly height: number;
  readonly storedWidth: number;
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
  readonly isPalette: boolean;
  readonly isInterlaced: boolean;
  readonly isProgressive: boolean;
  /** The pictures in an animation (APNG), of which the first is read; else 1. */
  readonly frameCount: number;
  /** `'4:2:0'` and the like, of a JPEG in colour. */
  readonly chromaSubsampling?: string;
  /** The grid on which parts could be moved without decoding: a JPEG's iMCU. */
  readonly blockSize: { readonly width: number; readonly height: number };
  readonly hasIccProfile: boolean;
  readonly hasExif: boolean;
  /** Pixels per inch, where the file tells. */
  readonly density?: number;
  readonly byteLength: number;
  /** The length of the file as base64 text. */
  readonly base64Length: number;
  /** The bytes of the whole picture as samples of its own layout, one or two bytes each. */
  readonly pixelBytes: number;
}

interface Result {
  readonly width: number;
  readonly height: number;
  /** What was taken of the source, in its pixels. */
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
  readonly byteLength: number;
  /** The length of those bytes as base64 text. */
  readonly base64Length: number;
  /** The bytes of the result as samples, one or two bytes each. */
  readonly pixelBytes: number;
}

export type Decoder = 'crop64' | 'browser' | 'canvas' | 'frame';

/** Samples: rows from the top, tightly packed, straight alpha. */
export interface DecodedImage<Data extends Samples = Samples8> extends Result {
  readonly data: Data;
  readonly channels: Channels;
  /** 16 where `data` is a Uint16Array. */
  readonly bitDepth: 8 | 16;
  /** What the samples mean. They are as the file has them: never converted. */
  readonly colorSpace: ColorSpace;
  /** The file's own profile, where it has one that fits these samples. */
  readonly iccProfile?: Uint8Array<ArrayBuffer>;
}

export type Samples8 = Uint8ClampedArray<ArrayBuffer>;
export type Samples16 = Uint16Array<ArrayBuffer>;
export type Samples = Samples8 | Samples16;

/** An encoded file in memory. `width`, `height` and `region` are 0 where the format is unknown. */
export interface EncodedImage extends Result {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: Format | 'raw' | 'unknown';
  readonly mimeType: string;
  /** Of samples (format `'raw'`), as in a DecodedImage, and so are the next three. */
  readonly channels?: Channels;
  readonly bitDepth?: 8 | 16;
  readonly colorSpace?: ColorSpace;
  readonly iccProfile?: Uint8Array<ArrayBuffer>;
  toDataURL(): string;
  toBase64(): string;
  toBlob(): Blob;
}

/** Where the wasm comes from. At most one of the three. */
export interface InitOptions {
  readonly wasmUrl?: string | URL;
  readonly wasmBinary?: ArrayBuffer | ArrayBufferView;
  readonly wasmModule?: WebAssembly.Module;
}
