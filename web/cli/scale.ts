// Converts --resize 50% to a size in pixels, which depends on the image.

import type { Crop, EncodeOptions, ImageInfo, Resize } from '../types.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `options` with `percent` of the region's size. Each side is rounded half up and at least 1. */
export function scaled(options: EncodeOptions, percent: number, info: ImageInfo): EncodeOptions {
  const { width, height } = regionSize(options, info);
  const side = (length: number) => Math.max(1, Math.floor((length * percent) / 100 + 0.5));
  const resize: Resize = { ...options.resize, width: side(width), height: side(height) };
  return { ...options, resize };
}

// The size of the crop, rounded and clamped like in the library.
function regionSize(options: EncodeOptions, info: ImageInfo): Size {
  const { autoOrient = true, rotate = 0, crop, outOfBounds } = options;
  const { width, height, storedWidth, storedHeight } = info;
  const shown = autoOrient ? { width, height } : { width: storedWidth, height: storedHeight };
  const turned = rotated(shown, rotate);
  if (crop === undefined) {
    return turned;
  }
  const { left, top, right, bottom } = edgesOf(crop);
  const isPercent = 'unit' in crop && crop.unit === '%';
  const edge = (value: number, length: number) => {
    const pixels = isPercent ? (value * length) / 100 : value;
    const isOutside = pixels < 0 || pixels > length;
    const isNear = pixels >= -1 && pixels <= length + 1;
    const isClamped = isOutside && (isNear || outOfBounds !== 'pad');
    return isClamped ? (pixels < 0 ? 0 : length) : Math.floor(pixels + 0.5);
  };
  return {
    width: edge(right, turned.width) - edge(left, turned.width),
    height: edge(bottom, turned.height) - edge(top, turned.height),
  };
}

// The size of an image that is rotated clockwise: the pixels that the box around it covers.
function rotated({ width, height }: Size, degrees: number): Size {
  if (degrees % 90 === 0) {
    return degrees % 180 === 0 ? { width, height } : { width: height, height: width };
  }
  const cosine = Math.abs(Math.cos((degrees * Math.PI) / 180));
  const sine = Math.abs(Math.sin((degrees * Math.PI) / 180));
  const side = (half: number, reach: number) => Math.ceil(half + reach) - Math.floor(half - reach);
  return {
    width: side(width / 2, (width * cosine + height * sine) / 2),
    height: side(height / 2, (width * sine + height * cosine) / 2),
  };
}

// The command line has two kinds of crop: --box with edges, --crop with a corner and a size.
function edgesOf(crop: Crop) {
  if ('right' in crop) {
    return crop;
  }
  const { x, y, width, height } = crop as Size & { x: number; y: number };
  return { left: x, top: y, right: x + width, bottom: y + height };
}
