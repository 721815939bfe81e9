// Pictures that only the browser can read: what is on the page, and formats that are not decoded here.

import { ImageError, reasonOf, unreadable } from '../errors.js';
import type { Decoder, Pixels } from '../types.js';
import { type Input, readPixels, tagOf } from './input.js';

type Drawable = CanvasImageSource & {
  naturalWidth?: number;
  naturalHeight?: number;
  videoWidth?: number;
  videoHeight?: number;
  displayWidth?: number;
  displayHeight?: number;
};

function sizeOf(source: Drawable): [width: number, height: number] {
  const { naturalWidth, videoWidth, displayWidth, naturalHeight, videoHeight, displayHeight } =
    source;
  const { width, height } = source as ImageBitmap;
  return [
    naturalWidth ?? videoWidth ?? displayWidth ?? width,
    naturalHeight ?? videoHeight ?? displayHeight ?? height,
  ];
}

/** The pixels of what is on a page, read in the most exact way that there is. */
export async function readDrawn(source: Drawable): Promise<Input> {
  const [width, height] = sizeOf(source);
  const what = tagOf(source as object);
  if (!(width > 0 && height > 0)) {
    throw unreadable(`a loaded ${what}`, 'it has no pixels (yet)');
  }
  try {
    const copied = what === 'VideoFrame' ? await copyFrame(source as VideoFrame) : undefined;
    return copied ?? draw(source, width, height, 'canvas');
  } catch (error) {
    throw unreadable(`a ${what} whose pixels may be read`, error);
  }
}

// A frame that is RGB already gives its samples without a canvas in between.
async function copyFrame(frame: VideoFrame): Promise<Input | undefined> {
  const format = frame.format ?? '';
  if (!['RGBA', 'RGBX', 'BGRA', 'BGRX'].includes(format) || frame.visibleRect === null) {
    return undefined;
  }
  const { width, height } = frame.visibleRect;
  if (width !== frame.displayWidth || height !== frame.displayHeight) {
    return undefined; // shown at another size than it has
  }
  const data = new Uint8Array(width * height * 4);
  await frame.copyTo(data, { layout: [{ offset: 0, stride: width * 4 }] });
  if (format.endsWith('X')) {
    for (let at = 3; at < data.length; at += 4) {
      data[at] = 255;
    }
  }
  const channels = format.startsWith('B') ? 'BGRA' : 'RGBA';
  const { primaries, transfer } = frame.colorSpace;
  const isP3 = (primaries as string) === 'smpte432' && transfer === 'iec61966-2-1';
  const colorSpace = isP3 ? 'display-p3' : 'srgb';
  return { ...readPixels({ data, width, height, channels, colorSpace }), decoder: 'frame' };
}

// The pixels that the browser shows: 8 bits, in sRGB or, from a canvas that is in Display P3, in that;
// alpha rounded by premultiplying.
function draw(source: Drawable, width: number, height: number, decoder: Decoder): Input {
  const context = contextOf(source, width, height);
  const { colorSpace = 'srgb' } =
    'getContextAttributes' in context ? context.getContextAttributes() : {};
  const pixels: Pixels = context.getImageData(0, 0, width, height, { colorSpace });
  return { ...readPixels(pixels), decoder };
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

// A canvas gives its own context; everything else (and a WebGL canvas) is drawn on a new one.
function contextOf(source: Drawable, width: number, height: number): Context {
  const own = 'getContext' in source ? (source.getContext('2d') as Context | null) : null;
  if (own !== null) {
    return own;
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D;
  context.drawImage(source, 0, 0, width, height);
  return context;
}

/** Whether there is a browser that may know formats that are not decoded here. */
export function canAskBrowser(): boolean {
  return typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';
}

/** Whether there are elements: an SVG has pixels only as one, and a worker has none. */
export function hasElements(): boolean {
  return typeof Image === 'function';
}

/**
 * The pixels of a file that was refused as UNSUPPORTED_FORMAT, as the browser shows it. Rejects with
 * `refusal` if the browser does not know its format either.
 */
export async function readByBrowser(input: Input, refusal: ImageError): Promise<Input> {
  // By its bytes and never by what its source says of it. An SVG is not shown without its type.
  const type = 'mimeType' in refusal.details ? refusal.details.mimeType : '';
  try {
    const blob = new Blob([decoded(input) as Uint8Array<ArrayBuffer>], { type });
    const bitmap = await createImageBitmap(blob).catch((error) => {
      if (hasElements()) {
        return loadElement(blob);
      }
      throw error;
    });
    const [width, height] = sizeOf(bitmap);
    const shown = draw(bitmap, width, height, 'browser');
    // An opaque one is most likely a photograph, which is several times as large as a PNG.
    return isOpaque(shown.data) ? { ...shown, keptAs: 'jpeg' } : shown;
  } catch (error) {
    const { code, message, details } = refusal;
    const reason = `${message} The browser does not read it either: ${reasonOf(error)}.`;
    throw new ImageError(code, reason, { ...details }, { cause: error });
  }
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) {
    if (rgba[at] !== 255) return false;
  }
  return true;
}

// The bytes of a file that came as it is or as base64 text, which the module has checked. atob() does
// not know the URL-safe alphabet.
function decoded({ kind, data }: Input): Uint8Array {
  if (kind !== 'base64') {
    return data;
  }
  const text = new TextDecoder().decode(data).replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function loadElement(blob: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
