// A picture that was opened: what its header tells, and a reduced one to show. The browser never
// decodes the whole of a large picture.

import type { ImageInfo } from 'crop64/pool';
import { pool } from './pool.js';
import { bytes, count } from './words.js';

// Enough for the largest stage on a screen of two device pixels each way.
const PREVIEW_SIDE = 1600;

export interface Picture {
  readonly file: File;
  readonly info: ImageInfo;
  /** A small picture is its own preview. */
  readonly preview: Blob;
}

export async function readPicture(file: File, signal: AbortSignal): Promise<Picture> {
  const info = await pool.probe(file);
  const side = PREVIEW_SIDE;
  const resize = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const;
  const preview = await pool.toBlob(file, { resize, compressionLevel: 1, signal });
  return { file, info, preview };
}

/** What it is, in a line. */
export function describe({ file, info }: Picture): string {
  const { format, width, height, channels, bitDepth } = info;
  const kind = format === 'raw' ? file.type.replace('image/', '') : format;
  const layout = info.isPalette ? 'palette' : channels === 'GRAY' ? 'grey' : channels;
  const facts = [
    kind.toUpperCase(),
    `${count(width)} × ${count(height)}`,
    `${layout}, ${bitDepth} bit`,
    bytes(file.size),
  ];
  return `${file.name}: ${facts.join(' · ')}`;
}
