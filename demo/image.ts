// An opened image: its header and a reduced copy to display. The browser decodes only that copy, except for
// formats that crop64 does not support.

import type { ImageInfo } from 'crop64/pool';
import { bytes, count } from './format-values.js';
import { pool } from './pool.js';

// Enough for the largest stage on a screen with two device pixels for each CSS pixel.
const PREVIEW_SIDE = 1600;

export interface SourceImage {
  readonly file: File;
  readonly info: ImageInfo;
  /** At most `PREVIEW_SIDE` pixels wide and high. */
  readonly preview: Blob;
}

export async function readImage(file: File, signal: AbortSignal): Promise<SourceImage> {
  const info = await pool.probe(file);
  const side = PREVIEW_SIDE;
  const resize = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const;
  const preview = await pool.toBlob(file, { resize, compressionLevel: 1, signal });
  return { file, info, preview };
}

/** Whether the browser decodes the file, because crop64 does not support its format. */
export const isDecodedByBrowser = ({ info }: SourceImage): boolean => info.format === 'raw';

/** The format of the file: `'JPEG'`, `'WEBP'`. */
export function formatName({ file, info }: SourceImage): string {
  const [, subtype = ''] = /^image\/(?:x-)?([\w.-]+)/.exec(file.type) ?? [];
  const [, ending = 'image'] = /\.(\w+)$/.exec(file.name) ?? [];
  return (info.format === 'raw' ? subtype || ending : info.format).toUpperCase();
}

/** The image in a line. Bit depth and channels are known only if crop64 decodes the file. */
export function describe(image: SourceImage): string {
  const { file, info } = image;
  const { width, height, channels, bitDepth, frameCount } = info;
  const layout = info.isPalette ? 'palette' : channels === 'GRAY' ? 'grey' : channels;
  const facts = [
    formatName(image),
    `${count(width)} × ${count(height)}`,
    isDecodedByBrowser(image) ? 'decoded by the browser' : `${layout}, ${bitDepth} bit`,
    ...(frameCount > 1 ? [`first of ${count(frameCount)} frames`] : []),
    bytes(file.size),
  ];
  return `${file.name}: ${facts.join(' · ')}`;
}

const ENDINGS: Record<string, string> = { jpeg: 'jpg' };

/** A name for a result in `format`, next to the source file's. */
export function resultName({ name }: { readonly name: string }, format: string): string {
  return `${name.replace(/\.\w+$/, '')}-region.${ENDINGS[format] ?? format}`;
}
