// The region as numbers: in pixels of the picture as displayed, in the two shapes in which crop64 takes
// it.

import type { Crop, ImageInfo } from 'crop64/pool';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Shape = 'size' | 'edges';

export function asCrop({ x, y, width, height }: Box, shape: Shape): Crop {
  const edges = { left: x, top: y, right: x + width, bottom: y + height };
  return shape === 'edges' ? edges : { x, y, width, height };
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

// So that the first result of a large picture is there as soon as any.
const FIRST_SIDE = 2400;

/**
 * The region to begin with: half of each side, from the middle. It starts on the grid of a JPEG's blocks,
 * where encoding them anew changes next to nothing.
 */
export function middleOf({ width, height, blockSize }: ImageInfo): Box {
  const half = (side: number) => Math.max(1, Math.min(Math.round(side / 2), FIRST_SIDE));
  const size = { width: half(width), height: half(height) };
  const start = (rest: number, block: number) => Math.floor(rest / 2 / block) * block;
  const x = start(width - size.width, blockSize.width);
  const y = start(height - size.height, blockSize.height);
  return { x, y, ...size };
}

/** Moves what was moved back inside a picture of that size, and cuts what was resized. */
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
