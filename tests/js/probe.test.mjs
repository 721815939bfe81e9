import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { decode, probe } from '../../dist/index.js';
import { python } from '../../support/oracle.mjs';
import { chunk, GRAYA, header, RGBA, readChunks, SIGNATURE } from '../../support/png.mjs';
import { rejects } from '../support/checks.mjs';
import { fixture, PHOTO, pngSuite, SMALL } from '../support/fixtures.mjs';

const jpeg = { ...PHOTO, format: 'jpeg', mimeType: 'image/jpeg', channels: 'RGB', bitDepth: 8 };
const png = { ...PHOTO, format: 'png', mimeType: 'image/png', channels: 'RGB', bitDepth: 8 };
const plain = {
  colorSpace: 'srgb',
  frameCount: 1,
  hasAlpha: false,
  isPalette: false,
  isInterlaced: false,
  isProgressive: false,
  hasIccProfile: false,
  hasExif: false,
};

// A JPEG's chroma, its blocks, and the rest in which it differs from the one above.
const ycc = (chromaSubsampling, width, height, more = {}) => ({
  ...jpeg,
  chromaSubsampling,
  blockSize: { width, height },
  ...more,
});

const described = { density: 300, hasIccProfile: true, hasExif: true, colorSpace: 'srgb' };

const infos = {
  'photo-444.jpg': ycc('4:4:4', 8, 8),
  'photo-422.jpg': ycc('4:2:2', 16, 8),
  'photo-440.jpg': ycc('4:4:0', 8, 16),
  'photo-420.jpg': ycc('4:2:0', 16, 16),
  'photo-411.jpg': ycc('4:1:1', 32, 8),
  'photo-410.jpg': ycc('4:1:0', 32, 16),
  'photo-progressive-420.jpg': ycc('4:2:0', 16, 16, { isProgressive: true }),
  'photo-gray.jpg': { ...jpeg, channels: 'GRAY', blockSize: { width: 8, height: 8 } },
  'exif.jpg': ycc('4:2:0', 16, 16, { ...SMALL, ...described }),
  'photo.png': png,
  'photo-gray.png': { ...png, channels: 'GRAY' },
  'photo-rgba.png': { ...png, channels: 'RGBA', hasAlpha: true },
  'photo-graya.png': { ...png, channels: 'GRAYA', hasAlpha: true },
  'photo-1.png': { ...png, channels: 'GRAY', bitDepth: 1 },
  'photo-palette.png': { ...png, isPalette: true },
  'photo-palette-4.png': { ...png, isPalette: true, bitDepth: 4 },
  'photo-palette-alpha.png': { ...png, isPalette: true, hasAlpha: true },
  'small-rgb-16.png': { ...png, ...SMALL, bitDepth: 16 },
  'small-rgba-16.png': { ...png, ...SMALL, channels: 'RGBA', bitDepth: 16, hasAlpha: true },
  'small-interlaced-rgb.png': { ...png, ...SMALL, isInterlaced: true },
  'described.png': { ...png, ...SMALL, ...described },
};

// What the samples of the whole image take, one or two bytes each; a palette's index is one.
function pixelBytes({ width, height, channels, isPalette, bitDepth }) {
  const count = isPalette ? 1 : { GRAY: 1, GRAYA: 2, RGB: 3, RGBA: 4 }[channels];
  return width * height * count * (bitDepth === 16 ? 2 : 1);
}

test('probe returns all fields of ImageInfo', async (t) => {
  for (const [name, told] of Object.entries(infos)) {
    await t.test(name, async () => {
      const file = await fixture(name);
      const expected = { ...plain, blockSize: { width: 1, height: 1 }, ...told };
      assert.deepEqual(await probe(file), {
        ...expected,
        storedWidth: expected.width,
        storedHeight: expected.height,
        orientation: 1,
        byteLength: file.length,
        base64Length: file.toString('base64').length,
        pixelBytes: pixelBytes(expected),
      });
    });
  }
});

test('probe agrees with Pillow', async () => {
  for (const name of Object.keys(infos)) {
    const file = await fixture(name);
    const { density = 0, ...info } = await probe(file);
    const [size, exif, icc, dpi, progressive] = await python(
      `image = Image.open(io.BytesIO(file))
info = image.info
result = [image.size, len(image.getexif()) > 0, 'icc_profile' in info,
          round(float(info.get('dpi', [0])[0]), 1), bool(info.get('progressive'))]`,
      { file },
    );
    assert.deepEqual([[info.width, info.height], info.hasExif], [size, exif], name);
    assert.deepEqual([info.hasIccProfile, info.isProgressive], [icc, progressive], name);
    assert.equal(Math.round(density * 10) / 10, dpi, name);
  }
});

test("probe agrees with the chunks of libpng's test suites", async () => {
  for (const path of pngSuite()) {
    const file = readFileSync(path);
    const chunks = readChunks(file);
    const ihdr = chunks[0].data;
    const { hasAlpha, isInterlaced, bitDepth, width, height } = await probe(file);
    const expected = {
      hasAlpha: [GRAYA, RGBA].includes(ihdr[9]) || chunks.some(({ type }) => type === 'tRNS'),
      isInterlaced: ihdr[12] === 1,
      bitDepth: ihdr[8],
      width: ihdr.readUInt32BE(0),
      height: ihdr.readUInt32BE(4),
    };
    assert.deepEqual({ hasAlpha, isInterlaced, bitDepth, width, height }, expected, basename(path));
  }
});

// A Blob that notes how far it was read.
class Watched extends Blob {
  furthest = 0;
  slice(start = 0, end = this.size, type = '') {
    this.furthest = Math.max(this.furthest, end);
    return super.slice(start, end, type);
  }
  arrayBuffer() {
    this.furthest = this.size;
    return super.arrayBuffer();
  }
}

test('probe reads only the header of a Blob', async () => {
  const rest = new Uint8Array(20e6);
  for (const [name, most] of [
    ['photo-420.jpg', 64 * 1024],
    ['photo.png', 64 * 1024],
    // A profile of 200 kB stands before the samples.
    ['exif.jpg', 512 * 1024],
    ['described.png', 512 * 1024],
  ]) {
    const file = await fixture(name);
    const blob = new Watched([file, rest]);
    const info = await probe(blob);
    assert.ok(blob.furthest <= most, `${name}: ${blob.furthest} bytes read`);
    const byteLength = file.length + rest.length;
    const base64Length = Math.ceil(byteLength / 3) * 4;
    assert.deepEqual(info, { ...(await probe(file)), byteLength, base64Length }, name);
  }
  for (const content of [rest, await fixture('small.webp')]) {
    const blob = new Watched([content, rest]);
    await rejects(probe(blob), 'UNSUPPORTED_FORMAT');
    assert.ok(blob.furthest <= 64 * 1024);
  }
});

test('a truncated header is distinguished from a long one', async () => {
  for (const name of ['exif.jpg', 'described.png', 'small.png', 'small.jpg']) {
    const start = (await fixture(name)).subarray(0, 30);
    await rejects(probe(new Blob([start])), 'TRUNCATED_IMAGE');
    await rejects(probe(start), 'TRUNCATED_IMAGE');
  }
  const cut = (await fixture('described.png')).subarray(0, 150_000);
  await rejects(probe(new Blob([cut])), 'TRUNCATED_IMAGE');
});

test('probe describes samples', async () => {
  const pixels = { data: new Uint8Array(60), width: 5, height: 4, channels: 'BGR' };
  const info = await probe(pixels);
  assert.equal(info.format, 'raw');
  assert.deepEqual([info.width, info.height, info.channels, info.bitDepth], [5, 4, 'BGR', 8]);
  assert.deepEqual([info.byteLength, info.pixelBytes, info.hasAlpha], [60, 60, false]);
  const decoded = await decode(await fixture('small.png'));
  assert.equal((await probe(decoded)).hasAlpha, true);
});

test('probe describes the file in base64 text', async () => {
  const file = await fixture('small.jpg');
  const info = await probe(file.toString('base64'));
  assert.deepEqual(info, await probe(file));
  assert.deepEqual(info, await probe(`data:image/jpeg;base64,${file.toString('base64')}`));
});

test('probe names an unsupported format', async () => {
  const files = {
    WebP: await fixture('small.webp'),
    GIF: await fixture('small.gif'),
    TIFF: await fixture('small.tiff'),
    SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    PDF: Buffer.from('%PDF-1.7'),
    AVIF: Buffer.from('\0\0\0\x1cftypavif', 'latin1'),
    HEIC: Buffer.from('\0\0\0\x1cftypheic', 'latin1'),
    'JPEG XL': Buffer.from('\xff\x0a', 'latin1'),
    'base64 text': Buffer.from('wordswordswords!'.replace('!', '4')),
    text: Buffer.from('words, and more'),
    'no known format': Buffer.from([1, 2, 3]),
    'no bytes at all': Buffer.alloc(0),
  };
  for (const [name, file] of Object.entries(files)) {
    await rejects(probe(file), 'UNSUPPORTED_FORMAT', { message: new RegExp(name) });
  }
});

test('probe reports a size that does not fit in memory', async () => {
  const size = { width: 2 ** 31 - 1, height: 2 ** 31 - 1, depth: 16, colorType: RGBA };
  const file = Buffer.concat([SIGNATURE, header(size), chunk('IDAT')]);
  const { width, height } = await probe(file);
  assert.deepEqual([width, height], [2 ** 31 - 1, 2 ** 31 - 1]);
});

test('probe applies limits', async () => {
  const file = await fixture('small.png');
  const { width, height, ...info } = await probe(file);
  const pixels = width * height;
  const within = { pixels, bytes: file.length, memory: file.length };
  assert.deepEqual(await probe(file, { limits: within }), { width, height, ...info });
  const blob = new Blob([file, new Uint8Array(100_000)]);
  const wrong = [
    [file, { pixels: pixels - 1 }, pixels],
    [file, { bytes: file.length - 1 }, undefined],
    [file, { memory: file.length - 1 }, file.length],
    [blob, { bytes: blob.size - 1 }, blob.size],
    [blob, { pixels: pixels - 1 }, pixels],
    [new Response(file), { bytes: 100 }, undefined],
    [`data:;base64,${file.toString('base64')}`, { pixels: 5 }, pixels],
  ];
  for (const [source, limits, value] of wrong) {
    const error = await rejects(probe(source, { limits }), 'LIMIT_EXCEEDED');
    assert.equal(error.details.limit, Object.values(limits)[0]);
    if (value !== undefined) assert.equal(error.details.value, value);
  }
});

test('probe accepts only limits and a signal', async () => {
  const file = await fixture('small.png');
  for (const options of [{ crop: {} }, { limits: 5 }, { signal: {} }, null, 5]) {
    await rejects(probe(file, options), 'INVALID_ARGUMENT');
  }
  await probe(file, { limits: undefined, signal: new AbortController().signal });
});
