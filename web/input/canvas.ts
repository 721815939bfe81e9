// Reads pixels through the browser: canvases, elements and frames, and files in formats that the module
// does not decode.

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

/**
 * The pixels of a canvas, image, video or frame, read in the most exact way that the browser offers. Throws
 * SOURCE_UNREADABLE if it has no pixels yet or is tainted.
 */
export async function readDrawable(source: Drawable): Promise<Input> {
  const [width, height] = sizeOf(source);
  const kind = tagOf(source as object);
  if (!(width > 0 && height > 0)) {
    throw unreadable(`The ${kind}`, 'it has no pixels (yet)');
  }
  try {
    const copied = kind === 'VideoFrame' ? await copyFrame(source as VideoFrame) : undefined;
    return copied ?? draw(source, width, height, 'canvas');
  } catch (error) {
    throw unreadable(`The ${kind}`, error);
  }
}

// The samples of an RGB frame, without drawing it on a canvas. Undefined for other frames.
async function copyFrame(frame: VideoFrame): Promise<Input | undefined> {
  const format = frame.format ?? '';
  if (!['RGBA', 'RGBX', 'BGRA', 'BGRX'].includes(format) || frame.visibleRect === null) {
    return undefined;
  }
  const { width, height } = frame.visibleRect;
  if (width !== frame.displayWidth || height !== frame.displayHeight) {
    return undefined; // displayed at another size than it is stored
  }
  const data = new Uint8Array(width * height * 4);
  await frame.copyTo(data, { layout: [{ offset: 0, stride: width * 4 }] });
  if (format.endsWith('X')) {
    for (let i = 3; i < data.length; i += 4) {
      data[i] = 255;
    }
  }
  const channels = format.startsWith('B') ? 'BGRA' : 'RGBA';
  const { primaries, transfer } = frame.colorSpace;
  const isP3 = (primaries as string) === 'smpte432' && transfer === 'iec61966-2-1';
  const colorSpace = isP3 ? 'display-p3' : 'srgb';
  return { ...readPixels({ data, width, height, channels, colorSpace }), decoder: 'frame' };
}

// The pixels as the browser draws them: 8 bits, rounded by premultiplied alpha, in Display P3 if that is the
// canvas's colour space and else in sRGB.
function draw(source: Drawable, width: number, height: number, decoder: Decoder): Input {
  const context = contextOf(source, width, height);
  const { colorSpace = 'srgb' } =
    'getContextAttributes' in context ? context.getContextAttributes() : {};
  const pixels: Pixels = context.getImageData(0, 0, width, height, { colorSpace });
  return { ...readPixels(pixels), decoder };
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

// A canvas's own 2D context. Anything else, WebGL canvases included, is drawn on a new canvas.
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

/** Whether the browser may decode formats that the module does not. */
export function canBrowserDecode(): boolean {
  return typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';
}

/** Whether elements can be created: not in a worker. Browsers decode SVG only as an element. */
export function canCreateElements(): boolean {
  return typeof Image === 'function';
}

/**
 * Decodes a file with the browser. `refusal` is the UNSUPPORTED_FORMAT error of the module. Rejects with the
 * same code and both reasons if the browser does not decode the file either.
 */
export async function decodeWithBrowser(input: Input, refusal: ImageError): Promise<Input> {
  // The type comes from the file's bytes, never from the source. Browsers need it for SVG.
  const type = 'mimeType' in refusal.details ? refusal.details.mimeType : '';
  try {
    const blob = new Blob([bytesOfFile(input) as Uint8Array<ArrayBuffer>], { type });
    const bitmap = await createImageBitmap(blob).catch((error) => {
      if (canCreateElements()) {
        return loadElement(blob);
      }
      throw error;
    });
    const [width, height] = sizeOf(bitmap);
    const pixels = draw(bitmap, width, height, 'browser');
    // An opaque image is most likely a photograph, which would be several times as large as a PNG.
    return isOpaque(pixels.data) ? { ...pixels, keptAs: 'jpeg' } : pixels;
  } catch (error) {
    const { code, message, details } = refusal;
    const reason = `${message} The browser does not decode it either: ${reasonOf(error)}.`;
    throw new ImageError(code, reason, { ...details }, { cause: error });
  }
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) {
    if (rgba[i] !== 255) return false;
  }
  return true;
}

// The bytes of a file, which may be base64 text that the module has accepted. atob() does not support the
// URL-safe alphabet.
function bytesOfFile({ kind, data }: Input): Uint8Array {
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
