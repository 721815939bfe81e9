// Tiny images of every kind of file that is read: where every byte of a file is tried, or
// thousands of jobs are done.
import { deflateSync } from 'node:zlib';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import {
  chunk,
  encodePng,
  GRAY,
  GRAYA,
  PALETTE,
  RGB,
  RGBA,
  readChunks,
} from '../../support/png.mjs';
import { encodeBmp, encodeBmpData, packRuns, RLE4, RLE8, toRuns } from './bmp.mjs';
import { fixture } from './fixtures.mjs';
import {
  cameraExif,
  photoshop,
  profileChunk,
  profileSegments,
  segment,
  textChunk,
  withSegments,
  xmp,
  xmpChunk,
} from './metadata.mjs';

/** The size of the JPEGs. Odd, and of more than one iMCU. */
export const TINY = { width: 37, height: 29 };

const u32 = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
};

// Values that neither repeat nor are mere noise.
const ramp = (count, below) => Array.from({ length: count }, (_, i) => ((i * i) >> 3) % below);

function png(depth, colorType, channels, options = {}) {
  const size = { width: 19, height: 13 };
  const most = colorType === PALETTE ? 2 ** Math.min(depth, 4) : 2 ** depth;
  const samples = ramp(size.width * size.height * channels, most);
  return encodePng({ ...size, depth, colorType, samples, ...options });
}

const palette = chunk('PLTE', Buffer.from(ramp(48, 256)));
const profile = Buffer.from(ramp(300, 256));

// A second frame that shows the first again (PNG specification, third edition, 11.3.6).
function animated(file) {
  const size = [19, 13, 0, 0];
  const control = (number) =>
    chunk('fcTL', Buffer.concat([u32(number, ...size), Buffer.from([0, 1, 0, 10, 0, 0])]));
  const chunks = readChunks(file);
  const data = chunks.find(({ type }) => type === 'IDAT').data;
  const idat = chunks.find(({ type }) => type === 'IDAT').at;
  return Buffer.concat([
    file.subarray(0, idat),
    chunk('acTL', u32(2, 0)),
    control(0),
    file.subarray(idat, -12),
    control(1),
    chunk('fdAT', Buffer.concat([u32(2), data])),
    file.subarray(-12),
  ]);
}

function bmp(bits, options = {}) {
  const size = { width: 13, height: 7 };
  const pixels = ramp(size.width * size.height, Math.min(2 ** bits, 2 ** 24));
  const colors = bits <= 8 ? ramp(3 * 2 ** bits, 256) : [];
  const entries = Array.from({ length: colors.length / 3 }, (_, i) =>
    colors.slice(3 * i, 3 * i + 3),
  );
  return encodeBmp({ ...size, bits, pixels, palette: entries, ...options });
}

function runs(bits, compression) {
  const size = { width: 13, height: 7 };
  const pixels = Uint8Array.from(ramp(91, 16), (value) => value >> 2);
  const entries = Array.from({ length: 16 }, (_, i) => [i, 2 * i, 3 * i]);
  const steps = [['leap', 1, 0], ...toRuns(pixels, bits, size)];
  const data = packRuns(steps, bits);
  return encodeBmpData({ ...size, bits, compression, used: 16, palette: entries, data });
}

/** Files by name. */
export async function tinyImages() {
  const jpegs = {};
  for (const kind of ['420', '444', 'progressive', 'gray', 'restart', 'cmyk']) {
    jpegs[`${kind}.jpg`] = await fixture(`tiny-${kind}.jpg`);
  }
  const baseline = jpegs['420.jpg'];
  const size = [TINY.width, TINY.height];
  const rgb = png(8, RGB, 3);
  return {
    ...jpegs,
    'turned.jpg': jpegWithExif(jpegs['444.jpg'], orientation(6)),
    'described.jpg': withSegments(baseline, [
      segment(0xe1, 'Exif\0\0', cameraExif(5, size)),
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp(5, size)),
      segment(0xed, 'Photoshop 3.0\0', photoshop),
      ...profileSegments(profile, 100),
      segment(0xfe, 'A comment'),
    ]),
    'gray-1.png': png(1, GRAY, 1),
    'gray-8.png': png(8, GRAY, 1),
    'gray-16-key.png': png(16, GRAY, 1, { before: [chunk('tRNS', Buffer.from([0, 2]))] }),
    'graya-8.png': png(8, GRAYA, 2),
    'rgb-8.png': rgb,
    'rgb-16-interlaced.png': png(16, RGB, 3, { interlaced: true }),
    'rgba-8-interlaced.png': png(8, RGBA, 4, { interlaced: true }),
    'palette-4.png': png(4, PALETTE, 1, {
      before: [palette, chunk('tRNS', Buffer.from(ramp(9, 256)))],
    }),
    'palette-2-interlaced.png': png(2, PALETTE, 1, { before: [palette], interlaced: true }),
    'described.png': png(8, RGB, 3, {
      before: [
        profileChunk(profile),
        chunk('eXIf', cameraExif(8, [19, 13])),
        chunk('pHYs', Buffer.concat([u32(11811, 11811), Buffer.from([1])])),
        chunk('gAMA', u32(45455)),
        xmpChunk(xmp(8, [19, 13])),
        textChunk('Title', 'A title'),
        chunk('zTXt', Buffer.concat([Buffer.from('Author\0\0'), deflateSync('Somebody')])),
      ],
    }),
    'animated.png': animated(rgb),
    '1.bmp': bmp(1),
    '8.bmp': bmp(8),
    '16.bmp': bmp(16),
    '24.bmp': bmp(24),
    '32-down.bmp': bmp(32, { topDown: true }),
    'core.bmp': bmp(4, { header: 12 }),
    'rle-8.bmp': runs(8, RLE8),
    'rle-4.bmp': runs(4, RLE4),
  };
}
