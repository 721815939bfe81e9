// The region as numbers, in pixels of the displayed image: by size or by edges.

import type { Crop, ImageInfo } from 'crop64/pool';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Shape = 'size' | 'edges';

/** The names of the form's fields for the four numbers of a shape. */
export const FIELDS: readonly string[] = ['first', 'second', 'third', 'fourth'];

export function asCrop({ x, y, width, height }: Box, shape: Shape): Crop {
  const edges = { left: x, top: y, right: x + width, bottom: y + height };
  return shape === 'edges' ? edges : { x, y, width, height };
}

/** The numbers of a crop in pixels, by their names. */
export const namedNumbers = (crop: Crop | undefined): Record<string, number> =>
  ({ ...crop }) as Record<string, number>;

/** The edges of a crop in pixels, whatever its shape. */
export function edgesOf(crop: Crop | undefined) {
  const { x = 0, y = 0, left = x, top = y, width = 0, height = 0, ...edges } = namedNumbers(crop);
  const { right = left + width, bottom = top + height } = edges;
  return { left, top, right, bottom };
}

/** The numbers of a shape, in its order. */
export function numbersOf(box: Box, shape: Shape): number[] {
  return Object.values(asCrop(box, shape)) as number[];
}

export function boxOf(numbers: readonly number[], shape: Shape): Box {
  const [x = 0, y = 0, third = 0, fourth = 0] = numbers;
  const [right, bottom] = shape === 'edges' ? [x, y] : [0, 0];
  return { x, y, width: third - right, height: fourth - bottom };
}

// The first region is limited in size, so that large images are as fast as small ones.
const FIRST_SIDE = 2400;

/**
 * The first region: half of each side, in the middle. It starts at a block boundary of a JPEG, where
 * re-encoding changes the least.
 */
export function middleOf({ width, height, blockSize }: ImageInfo): Box {
  const half = (side: number) => Math.max(1, Math.min(Math.round(side / 2), FIRST_SIDE));
  const size = { width: half(width), height: half(height) };
  const start = (rest: number, block: number) => Math.floor(rest / 2 / block) * block;
  const x = start(width - size.width, blockSize.width);
  const y = start(height - size.height, blockSize.height);
  return { x, y, ...size };
}

/** Keeps a region inside the image: moves a moved one back, and clips a resized one. */
export function kept(box: Box, size: { width: number; height: number }, moved: boolean): Box {
  const between = (value: number, most: number) => Math.max(0, Math.min(value, most));
  if (moved) {
    const x = between(box.x, size.width - box.width);
    const y = between(box.y, size.height - box.height);
    return { ...box, x, y };
  }
  const x = between(box.x, size.width);
  const y = between(box.y, size.height);
  const width = between(box.x + box.width, size.width) - x;
  const height = between(box.y + box.height, size.height) - y;
  return { x, y, width, height };
}
