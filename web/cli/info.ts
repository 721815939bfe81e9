// crop64 info: the properties of an image as one line of text.

import type { ImageInfo } from '../types.js';

const PROFILES = { srgb: 'sRGB', 'display-p3': 'Display P3', other: 'other' };

/** The properties, separated by commas: `JPEG, 2560 x 1600 pixels, 8 bits, ...`. */
export function describeImage(info: ImageInfo): string {
  const { format, width, height, bitDepth, chromaSubsampling, density, frameCount } = info;
  const { isPalette, isInterlaced, isProgressive, hasAlpha, orientation } = info;
  const channels = `${isPalette ? 'palette' : info.channels}${isPalette && hasAlpha ? ' with alpha' : ''}`;
  return [
    format.toUpperCase(),
    `${width} x ${height} pixels`,
    `${bitDepth} ${bitDepth === 1 ? 'bit' : 'bits'}`,
    chromaSubsampling ? `${channels} ${chromaSubsampling}` : channels,
    isProgressive && 'progressive',
    isInterlaced && 'interlaced',
    info.hasIccProfile ? `${PROFILES[info.colorSpace]} profile` : 'no profile',
    !info.hasIccProfile && info.colorSpace !== 'srgb' && `${PROFILES[info.colorSpace]} colors`,
    density !== undefined && `${Number(density.toFixed(2))} ppi`,
    info.hasExif ? 'Exif' : 'no Exif',
    orientation !== 1 && `orientation ${orientation}`,
    frameCount !== 1 && `${frameCount} frames`,
    `${info.byteLength} bytes`,
  ]
    .filter((text) => text !== false)
    .join(', ');
}
