// Jobs whose results are the same bytes wherever they are done: in Node, natively and in browsers.
// Their sources are the same bytes everywhere, too: they come with libjpeg-turbo and libpng, or are
// kept here (progressive.jpg and cmyk.jpg are drawn: waves and some noise, by Pillow).
//
// The SHA-256 of the results are in tests/fixtures/hashes.json. Where a change of the code changes
// them on purpose, `node tests/js/hashes.test.mjs --update` writes them anew, once every result has
// been found right by other programs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './fixtures.mjs';

const FOLDERS = {
  jpeg: 'build/sources/libjpeg-turbo/testimages',
  png: 'build/sources/libpng/contrib/pngsuite',
  own: 'tests/fixtures',
};

const box = (left, top, right, bottom) => ({ left, top, right, bottom });
const size = (width, height, kernel = 'lanczos3') => ({ width, height, fit: 'fill', kernel });
const opaque = (r, g, b) => ({ r, g, b, alpha: 1 });

const photo = 'jpeg/testorig.jpg'; // 227 x 149, 4:2:0
const drawing = 'own/progressive.jpg'; // 160 x 112, 4:2:0
const toPng = { format: 'png' };
const toJpeg = (quality) => ({ format: 'jpeg', quality });

const table = {
  'JPEG crop': [photo, { crop: box(31, 17, 153, 98), ...toJpeg(85) }],
  'JPEG crop into PNG': [photo, { crop: box(1, 3, 200, 149), ...toPng }],
  'PNG crop with alpha': ['png/basn6a08.png', { crop: box(5, 9, 30, 31) }],
  'PNG crop, grey, interlaced': ['png/interlaced/ibasn0g04.png', { crop: box(3, 0, 32, 29) }],
  'lossless JPEG crop': [photo, { crop: box(32, 16, 153, 98), lossless: true }],
  'lossless crop of a progressive JPEG': [
    drawing,
    { crop: box(40, 21, 160, 100), lossless: true, optimizeCoding: true },
  ],
  'Lanczos, down': [photo, { resize: size(101, 66), ...toPng }],
  'Lanczos, down, grey': ['png/basn0g08.png', { resize: size(19, 13) }],
  'cubic, up': [photo, { crop: box(50, 40, 110, 90), resize: size(150, 131, 'cubic'), ...toPng }],
  'cubic, up, into JPEG': [
    'jpeg/vgl_5674_0098.bmp',
    { crop: box(10, 12, 61, 50), resize: size(120, 100, 'cubic'), ...toJpeg(92) },
  ],
  thumbnail: [drawing, { resize: size(40, 28), ...toJpeg(80), progressive: false }],
  'smaller thumbnail': [drawing, { resize: size(20, 14), ...toPng }],
  '16-bit crop': ['png/basn4a16.png', { crop: box(1, 2, 30, 31) }],
  '16-bit resize': ['png/basn2c16.png', { resize: size(47, 21) }],
  'palette crop': ['png/basn3p08.png', { crop: box(4, 4, 29, 32) }],
  'palette of 4 bits, resized': ['png/basn3p04.png', { resize: size(20, 24) }],
  'CMYK into PNG': ['own/cmyk.jpg', { crop: box(7, 5, 90, 77), ...toPng }],
  'CMYK into JPEG': ['own/cmyk.jpg', { crop: box(16, 16, 80, 64), ...toJpeg(80) }],
  'from a progressive JPEG': [drawing, { crop: box(33, 11, 121, 99), ...toPng }],
  'into a progressive JPEG': ['jpeg/vgl_6548_0026a.bmp', { ...toJpeg(75), progressive: true }],
  turned: [photo, { rotate: 90, crop: box(10, 20, 101, 201), ...toPng }],
  'turned and mirrored': [
    photo,
    { rotate: 270, flip: 'horizontal', crop: box(0, 20, 101, 127), ...toJpeg(88) },
  ],
  padded: [
    photo,
    {
      crop: box(-10, 100, 90, 160),
      outOfBounds: 'pad',
      background: opaque(16, 160, 240),
      ...toPng,
    },
  ],
  letterbox: [
    photo,
    { resize: { ...size(100, 100), fit: 'contain' }, background: opaque(255, 255, 255), ...toPng },
  ],
  maxBytes: ['jpeg/vgl_6434_0018a.bmp', { ...toJpeg(95), maxBytes: 3000 }],
  'maxBytes of a JPEG': [photo, { crop: box(0, 0, 160, 140), maxBytes: 2500 }],
  "the source's quality": [photo, { crop: box(31, 17, 153, 98) }],
  "the source's quality, progressive": [drawing, { crop: box(16, 16, 120, 96) }],
  'PNG at level 9': [photo, { crop: box(31, 17, 153, 98), ...toPng, compressionLevel: 9 }],
  'PNG at level 1': ['jpeg/vgl_5674_0098.bmp', { crop: box(0, 0, 80, 60), compressionLevel: 1 }],
  'samples of a turned PNG': [
    'png/basn2c08.png',
    { rotate: 180, crop: box(3, 4, 28, 32), format: 'raw', channels: 'BGR' },
  ],
};

// By the path of the source in the repository.
export const jobs = Object.entries(table).map(([name, [source, options]]) => {
  const [folder, ...rest] = source.split('/');
  return { name, source: [FOLDERS[folder], ...rest].join('/'), options };
});

export const readSource = ({ source }) => readFileSync(join(root, source));

const kept = join(root, 'tests/fixtures/hashes.json');

/** The SHA-256 that each job's result has to have. */
export const readHashes = () => JSON.parse(readFileSync(kept, 'utf8'));

export const writeHashes = (hashes) => writeFileSync(kept, `${JSON.stringify(hashes, null, 2)}\n`);
