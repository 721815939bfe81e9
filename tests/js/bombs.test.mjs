// Small files that promise much, and options that ask for much: each is refused with the error that
// fits, or done, with little memory beside the file itself. Tells how long each took.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeflate, deflateSync } from 'node:zlib';
import { checkEncode } from '../../build/js/options.js';
import { exif, jpegWithExif, pngWithExif } from '../../support/exif.mjs';
import { nativeFile, startNative } from '../../support/native.mjs';
import { chunk, GRAY, header, RGB, RGBA, SIGNATURE } from '../../support/png.mjs';
import { encodeBmpData } from '../support/bmp.mjs';
import { fixture } from '../support/fixtures.mjs';
import { profileSegments, segment, withChunks, withSegments } from '../support/metadata.mjs';
import { tinyImages } from '../support/tiny-images.mjs';

const MB = 1e6;
// What a refusal may take beside the file itself.
const LITTLE = 4 * MB;
const none = Number.POSITIVE_INFINITY;
const noLimits = { pixels: none, bytes: none, memory: none };

const tiny = await tinyImages();
const baseline = tiny['420.jpg'];
const progressive = tiny['progressive.jpg'];
const sequential = await fixture('many-scans.jpg');
const rgb = tiny['rgb-8.png'];
const bmp = tiny['24.bmp'];

// A file with other bytes at a place.
function patched(file, at, ...bytes) {
  const copy = Buffer.from(file);
  copy.set(bytes, at);
  return copy;
}

const u16 = (value) => [value >> 8, value & 255];
const marker = (file, code) => file.indexOf(Buffer.from([0xff, code]));

// A JPEG whose frame header says another size.
function sized(jpeg, width, height) {
  const frame = Math.max(marker(jpeg, 0xc0), marker(jpeg, 0xc2));
  return patched(jpeg, frame + 5, ...u16(height), ...u16(width));
}

// Zeros, a gigabyte in a megabyte.
function zeros(length) {
  const deflate = createDeflate({ level: 9, chunkSize: 1 << 20 });
  const piece = Buffer.alloc(1 << 20);
  const parts = [];
  return new Promise((resolve, reject) => {
    deflate.on('data', (part) => parts.push(part));
    deflate.on('end', () => resolve(Buffer.concat(parts)));
    deflate.on('error', reject);
    let left = length;
    const write = () => {
      while (left > 0) {
        const some = Math.min(left, piece.length);
        left -= some;
        if (!deflate.write(piece.subarray(0, some))) {
          deflate.once('drain', write);
          return;
        }
      }
      deflate.end();
    };
    write();
  });
}

const png = (size, ...chunks) =>
  Buffer.concat([SIGNATURE, header({ depth: 8, colorType: RGB, ...size }), ...chunks]);
const end = chunk('IEND');
const bomb = await zeros(1024 * MB);
const idats = (data) => [chunk('IDAT', data), end];

// The file's last scan, with the table before it, again and again.
function manyScans(jpeg, count) {
  const at = jpeg.lastIndexOf(Buffer.from([0xff, 0xc4]));
  const scan = jpeg.subarray(at, -2);
  return Buffer.concat([jpeg.subarray(0, -2), ...Array(count).fill(scan), jpeg.subarray(-2)]);
}

// A JPEG with a restart interval where there was none.
const restarting = (interval) =>
  withSegments(baseline, [segment(0xdd, Buffer.from(u16(interval)))]);

// A segment in the middle of the scan's data, where none may be.
function inScan(jpeg, piece) {
  const at = marker(jpeg, 0xda) + 60;
  return Buffer.concat([jpeg.subarray(0, at), piece, jpeg.subarray(at)]);
}

// Directories that follow one another in a circle, and refer to one another.
const EXIF_POINTER = 0x8769;
const circle = exif([{ tag: EXIF_POINTER, type: 4, value: 8 }], { next: 8 });
const deep = (() => {
  const count = 4000;
  const data = Buffer.alloc(8 + count * 18);
  data.write('II*\0', 'latin1');
  data.writeUInt32LE(8, 4);
  for (let i = 0; i < count; i += 1) {
    const at = 8 + i * 18;
    data.writeUInt16LE(1, at);
    data.writeUInt16LE(EXIF_POINTER, at + 2);
    data.writeUInt16LE(4, at + 4);
    data.writeUInt32LE(1, at + 6);
    data.writeUInt32LE(at + 18, at + 10);
    data.writeUInt32LE(at + 18, at + 14);
  }
  return data;
})();

const text = Buffer.from('a\0b');
const million = (piece) => Buffer.alloc(1e6 * piece.length, piece);
const all = { metadata: 'all', format: 'png' };
const raw = { format: 'raw', channels: 'keep' };
const big = 2 ** 31 - 1;
const bmpSized = (width, height) => {
  const copy = Buffer.from(bmp);
  copy.writeInt32LE(width, 18);
  copy.writeInt32LE(height, 22);
  return copy;
};

// Name, file, options, and how it ends: a code, several, or 'ok'; what it may take beside the file.
const bombs = [
  ['JPEG of 65 535 x 65 535', sized(baseline, 65_535, 65_535), raw, 'LIMIT_EXCEEDED'],
  ['the same, progressive', sized(progressive, 65_535, 65_535), raw, 'LIMIT_EXCEEDED'],
  [
    'the same, without limits',
    sized(progressive, 65_535, 65_535),
    { ...raw, limits: noLimits },
    ['OUT_OF_MEMORY', 'UNSUPPORTED_FORMAT'],
  ],
  [
    'progressive coefficients beyond the limit of memory, for a crop',
    sized(progressive, 20_000, 20_000),
    { ...raw, crop: { left: 0, top: 0, right: 8, bottom: 8 } },
    'LIMIT_EXCEEDED',
  ],
  [
    'the same, moved',
    sized(progressive, 20_000, 20_000),
    { lossless: true, crop: { left: 0, top: 0, right: 8, bottom: 8 } },
    'LIMIT_EXCEEDED',
  ],
  [
    'PNG of 2^31 - 1 squared',
    png({ width: big, height: big }, ...idats(bomb)),
    raw,
    'LIMIT_EXCEEDED',
  ],
  [
    'PNG of one row of 2^31 - 1',
    png({ width: big, height: 1 }, ...idats(bomb)),
    raw,
    'LIMIT_EXCEEDED',
  ],
  ['PNG of 2^31', png({ width: 2 ** 31, height: 1 }, ...idats(bomb)), raw, 'CORRUPT_IMAGE'],
  ['BMP of 2^31 - 1 squared', bmpSized(big, big), raw, 'LIMIT_EXCEEDED'],
  ['BMP of -2^31 rows', bmpSized(1, -(2 ** 31)), raw, ['CORRUPT_IMAGE', 'LIMIT_EXCEEDED']],
  ['BMP of one row of 2^31 - 1', bmpSized(big, 1), raw, 'LIMIT_EXCEEDED'],
  ['BMP of no width', bmpSized(0, 5), raw, 'CORRUPT_IMAGE'],
  ['BMP of no height', bmpSized(5, 0), raw, 'CORRUPT_IMAGE'],
  [
    'BMP whose runs never begin',
    encodeBmpData({
      width: 20_000,
      height: 20_000,
      bits: 8,
      compression: 1,
      palette: [[0, 0, 0]],
      data: Buffer.from([0, 1]),
    }),
    { ...raw, crop: { left: 0, top: 0, right: 8, bottom: 8 } },
    ['ok', 'TRUNCATED_IMAGE', 'LIMIT_EXCEEDED'],
  ],
  ['PNG of no width', png({ width: 0, height: 1 }, ...idats(bomb)), raw, 'CORRUPT_IMAGE'],
  ['PNG of no height', png({ width: 1, height: 0 }, ...idats(bomb)), raw, 'CORRUPT_IMAGE'],
  ['JPEG of no width', sized(baseline, 0, 5), raw, 'CORRUPT_IMAGE'],
  ['JPEG of no height, which a DNL is to tell', sized(baseline, 37, 0), raw, 'UNSUPPORTED_FORMAT'],
  [
    'a gigabyte of zeros as the image that it says it is',
    png({ width: 18_918, height: 18_918 }, ...idats(bomb)),
    raw,
    'LIMIT_EXCEEDED',
  ],
  [
    'of such an image the first rows',
    png({ width: 18_475, height: 18_475 }, ...idats(bomb)),
    { ...raw, crop: { left: 0, top: 0, right: 9, bottom: 9 } },
    'ok',
  ],
  // The pixel is there, and little of the rest is inflated.
  [
    'a gigabyte of zeros in an image of one pixel',
    png({ width: 1, height: 1 }, ...idats(bomb)),
    raw,
    'ok',
  ],
  [
    'the same, interlaced',
    png({ width: 1, height: 1, interlaced: true }, ...idats(bomb)),
    raw,
    'ok',
  ],
  ['10 000 scans', manyScans(sequential, 10_000), raw, 'LIMIT_EXCEEDED'],
  [
    '10 000 scans, moved',
    manyScans(sequential, 10_000),
    { lossless: true, rotate: 90 },
    'LIMIT_EXCEEDED',
  ],
  [
    'a profile of 255 parts',
    withSegments(baseline, profileSegments(Buffer.alloc(255 * 65_519, 1))),
    { metadata: 'all', format: 'jpeg', quality: 50 },
    'ok',
    60 * MB,
  ],
  [
    'a profile of 255 parts, and a limit',
    withSegments(baseline, profileSegments(Buffer.alloc(255 * 65_519, 1))),
    { metadata: 'all', format: 'jpeg', quality: 50, limits: { memory: 17 * MB } },
    ['ok', 'LIMIT_EXCEEDED'],
    60 * MB,
  ],
  [
    'a gigabyte of zeros as a profile',
    withChunks(rgb, [chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb]))]),
    all,
    'ok',
  ],
  [
    'a gigabyte of zeros as text',
    withChunks(rgb, [chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb]))]),
    all,
    'ok',
    8 * MB,
  ],
  [
    'a gigabyte of zeros as international text',
    withChunks(rgb, [
      chunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), bomb])),
    ]),
    all,
    'ok',
    8 * MB,
  ],
  [
    'a million empty IDATs',
    png({ width: 2, height: 2 }, million(chunk('IDAT')), ...idats(deflateSync(Buffer.alloc(14)))),
    raw,
    'ok',
  ],
  [
    'only empty IDATs',
    png({ width: 2, height: 2 }, million(chunk('IDAT')), end),
    raw,
    ['TRUNCATED_IMAGE', 'CORRUPT_IMAGE'],
  ],
  ['a million texts', withChunks(rgb, [million(chunk('tEXt', text))]), all, 'ok'],
  ['a million unknown chunks', withChunks(rgb, [million(chunk('teXt', text))]), all, 'ok'],
  [
    'a million comments',
    withSegments(baseline, [million(segment(0xfe, text))]),
    { metadata: 'all', format: 'jpeg', quality: 50 },
    'ok',
  ],
  [
    'a million comments, moved',
    withSegments(baseline, [million(segment(0xfe, text))]),
    { metadata: 'all', lossless: true, rotate: 90 },
    'ok',
  ],
  [
    'a restart after every MCU that never comes',
    restarting(1),
    raw,
    ['CORRUPT_IMAGE', 'TRUNCATED_IMAGE'],
  ],
  ['a restart interval of 65 535', restarting(65_535), raw, 'ok'],
  [
    'a restart interval in the scan',
    inScan(baseline, segment(0xdd, Buffer.from([0, 1]))),
    raw,
    'CORRUPT_IMAGE',
  ],
  [
    'the number of lines in the scan',
    inScan(baseline, segment(0xdc, Buffer.from([0, 9]))),
    raw,
    'CORRUPT_IMAGE',
  ],
  ['a million fill bytes', withSegments(baseline, [Buffer.alloc(1e6, 0xff)]), raw, 'ok'],
  [
    'Exif in a circle, JPEG',
    jpegWithExif(baseline, circle),
    { ...all, format: 'jpeg', quality: 50 },
    'ok',
  ],
  ['Exif in a circle, PNG', pngWithExif(rgb, circle), all, 'ok'],
  ['Exif of 4000 directories', pngWithExif(rgb, deep), { ...all, rotate: 90 }, 'ok'],
  [
    'Exif of so many, JPEG',
    jpegWithExif(baseline, deep.subarray(0, 65_000)),
    { ...all, format: 'jpeg', quality: 50 },
    'ok',
  ],
  [
    'a resize to 2^31 - 1 squared',
    rgb,
    { ...raw, resize: { width: big, height: big } },
    'LIMIT_EXCEEDED',
  ],
  ['a resize to one row of 2^31 - 1', rgb, { resize: { width: big, height: 1 } }, 'LIMIT_EXCEEDED'],
  ['a resize to a width of 2^31 - 1', baseline, { resize: { width: big } }, 'LIMIT_EXCEEDED'],
  [
    'such a resize without limits',
    rgb,
    { ...raw, limits: noLimits, resize: { width: big, height: big } },
    'OUT_OF_MEMORY',
  ],
  [
    'one row of 2^31 - 1 without limits',
    rgb,
    { ...raw, limits: noLimits, resize: { width: big, height: 1 } },
    'OUT_OF_MEMORY',
  ],
  [
    'a letterbox of 2^31 - 1 squared',
    rgb,
    { resize: { width: big, height: big, fit: 'contain', withoutEnlargement: true } },
    'LIMIT_EXCEEDED',
  ],
  [
    'padding to the ends of the world',
    rgb,
    { outOfBounds: 'pad', crop: { left: -1e300, top: -1e300, right: 1e300, bottom: 1e300 } },
    'LIMIT_EXCEEDED',
  ],
  ['a JPEG of one byte', baseline, { format: 'jpeg', maxBytes: 1 }, 'LIMIT_EXCEEDED'],
  ['a PNG of one byte', rgb, { format: 'png', maxBytes: 1 }, 'LIMIT_EXCEEDED'],
  ['samples of one byte', rgb, { ...raw, maxBytes: 1 }, 'LIMIT_EXCEEDED'],
  [
    'grey of 1 bit, as large as may be',
    png({ width: 23_170, height: 23_170, depth: 1, colorType: GRAY }, ...idats(bomb)),
    { format: 'png', compressionLevel: 1, limits: { memory: 100 * MB } },
    'LIMIT_EXCEEDED',
  ],
  [
    'RGBA of 16 bits, as large as may be',
    png({ width: 23_170, height: 23_170, depth: 16, colorType: RGBA }, ...idats(bomb)),
    { format: 'png', compressionLevel: 1 },
    'LIMIT_EXCEEDED',
  ],
];

for (const [name, file, options, expected, most = LITTLE] of bombs) {
  test(name, async (t) => {
    const native = await startNative();
    const [job] = checkEncode(options).jobs;
    const before = native.heapHighWater();
    const started = performance.now();
    const response = native.process(nativeFile(file), [job], 'bytes');
    const time = performance.now() - started;
    const taken = native.heapHighWater() - before - file.length;
    const outcome = response.ok ? 'ok' : response.code;
    t.diagnostic(`${outcome}, ${time.toFixed(1)} ms, ${(taken / MB).toFixed(1)} MB`);
    assert.ok([expected].flat().includes(outcome), `${outcome}: ${response.message}`);
    assert.ok(taken < most, `${taken} bytes`);
    // The module works on.
    const [again] = checkEncode({ format: 'png' }).jobs;
    const good = native.process(nativeFile(await fixture('small.jpg')), [again], 'bytes');
    assert.ok(good.ok, good.message);
  });
}
