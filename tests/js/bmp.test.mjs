import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe } from '../../dist/index.js';
import { pillow, python } from '../../support/oracle.mjs';
import { decodePng, PALETTE, RGB } from '../../support/png.mjs';
import {
  BIT_FIELDS,
  drawRuns,
  encodeBmp,
  encodeBmpData,
  NONE,
  packRuns,
  RLE4,
  RLE8,
  toRuns,
} from '../support/bmp.mjs';
import { cut, rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';
import { imageMagick } from '../support/imagemagick.mjs';
import { noise } from '../support/resample.mjs';

const crops = [
  { left: 0, top: 0, right: 9, bottom: 5 },
  { left: 17, top: 33, right: 84, bottom: 78 },
  { left: 130, top: 96, right: 131, bottom: 97 },
  { left: 3, top: 90, right: 131, bottom: 97 },
];

const inBox = ({ left, top, right, bottom }) => ({
  ...{ left, top },
  ...{ width: right - left, height: bottom - top },
});

const SAVE = {
  1: "image.convert('1')",
  L: "image.convert('L')",
  P: 'image.quantize(200)',
  RGB: 'image',
  RGBA: "image.convert('RGBA')",
};

const RAMP = ['-alpha', 'on', '-channel', 'A', '-fx', 'i/w', '+channel'];

// A name, the file, and its bits, compression and header as they must be for the name to be true.
async function files() {
  const ppm = await fixture('small.ppm');
  const byPillow = (change) =>
    python(
      `image = Image.open(io.BytesIO(file))
out = io.BytesIO()
(${change}).save(out, 'BMP', dpi=(300, 300))
result = out.getvalue()`,
      { file: ppm },
    );
  const byImageMagick = (format, ...options) => imageMagick('ppm:-', options, `${format}:-`, ppm);
  const subtype = (name) => byImageMagick('bmp', '-define', `bmp:subtype=${name}`);
  const palette = (colors) => ['-colors', `${colors}`, '-compress', 'None', '-type', 'Palette'];
  return [
    ['Pillow 1', await byPillow(SAVE[1]), [1, NONE, 40]],
    ['Pillow L', await byPillow(SAVE.L), [8, NONE, 40]],
    ['Pillow P', await byPillow(SAVE.P), [8, NONE, 40]],
    ['Pillow RGB', await byPillow(SAVE.RGB), [24, NONE, 40]],
    ['Pillow RGBA', await byPillow(SAVE.RGBA), [32, NONE, 40]],
    ['1 bit', byImageMagick('bmp3', '-monochrome'), [1, NONE, 40]],
    ['1 bit, long header', byImageMagick('bmp', '-monochrome'), [1, NONE, 108]],
    ['4 bits', byImageMagick('bmp3', ...palette(16)), [4, NONE, 40]],
    ['4 bits, core header', byImageMagick('bmp2', ...palette(16)), [4, NONE, 12]],
    ['8 bits', byImageMagick('bmp3', ...palette(200)), [8, NONE, 40]],
    ['8 bits, core header', byImageMagick('bmp2', ...palette(200)), [8, NONE, 12]],
    ['RLE8', byImageMagick('bmp3', '-colors', '20', '-compress', 'RLE'), [8, RLE8, 40]],
    ['24 bits', byImageMagick('bmp3'), [24, NONE, 40]],
    ['24 bits, core header', byImageMagick('bmp2'), [24, NONE, 12]],
    ['24 bits, longest header', byImageMagick('bmp'), [24, NONE, 124]],
    ['RGB565', subtype('RGB565'), [16, BIT_FIELDS, 124]],
    ['RGB555', subtype('RGB555'), [16, BIT_FIELDS, 124]],
    ['32 bits and alpha', byImageMagick('bmp', ...RAMP), [32, BIT_FIELDS, 124]],
  ];
}

test('BMP files of Pillow and ImageMagick decode like Pillow, whole and by region', async () => {
  for (const [name, file, [bits, compression, header]] of await files()) {
    const core = file.readUInt32LE(14) === 12;
    assert.deepEqual(
      [file.readUInt16LE(core ? 24 : 28), core ? 0 : file.readUInt32LE(30), file.readUInt32LE(14)],
      [bits, compression, header],
      `${name} is what it is called`,
    );
    const expected = await pillow(file, 'RGBA');
    sameSamples(await decode(file), expected, name);
    for (const crop of crops) {
      sameSamples(await decode(file, { crop }), cut(expected, inBox(crop)), name);
      const png = await encode(file, { crop });
      assert.equal(png.format, 'png');
      assert.equal(png.lossless, true);
      sameSamples(await decode(png), cut(expected, inBox(crop)), `${name}, as PNG`);
    }
  }
});

test('BMP files decode like ImageMagick', async () => {
  for (const [name, file] of await files()) {
    const rgba = imageMagick('bmp:-', ['-depth', '8'], 'rgba:-', file);
    const { data } = await decode(file);
    if (/RGB5/.test(name)) continue; // 5 bits are scaled to 16, and those to 8
    sameBytes(Buffer.from(data.buffer), rgba, name);
  }
});

// Every kind of header, order and depth, with samples that a plain reading gives.
const COLORS = Array.from(noise({ width: 256, height: 1, channels: 'RGB', seed: 3 }).data);
const paletteOf = (entries) =>
  Array.from({ length: entries }, (_, i) => COLORS.slice(i * 3, i * 3 + 3));

const five = (value) => Math.floor((value * 255) / 31);

// Of a number of bits: pixels, and what they stand for.
const PLAIN = {
  1: (pixel, palette) => palette[pixel],
  2: (pixel, palette) => palette[pixel],
  4: (pixel, palette) => palette[pixel],
  8: (pixel, palette) => palette[pixel],
  16: (pixel) => [five((pixel >> 10) & 31), five((pixel >> 5) & 31), five(pixel & 31)],
  24: (pixel) => [pixel >> 16, (pixel >> 8) & 255, pixel & 255],
  32: (pixel) => [(pixel >> 16) & 255, (pixel >> 8) & 255, pixel & 255],
};

function randomPixels({ width, height }, bits) {
  const { data } = noise({ width: width * height, height: 2, channels: 'GRAY', bits: 16 });
  const wide = (i) => ((data[2 * i] << 16) | data[2 * i + 1]) >>> 0;
  return Array.from({ length: width * height }, (_, i) => wide(i) >>> (32 - bits));
}

const asImage = (colors, size) => ({ data: Uint8Array.from(colors.flat()), ...size });

test('every BMP depth, header, row order and width decodes', async () => {
  for (const bits of [1, 2, 4, 8, 16, 24, 32]) {
    for (const header of [12, 40, 52, 56, 64, 108, 124]) {
      if (header === 12 && (bits === 2 || bits === 16 || bits === 32)) continue;
      for (const topDown of header === 12 ? [false] : [false, true]) {
        for (let width = 1; width <= 9; width += 1) {
          const size = { width, height: 3 };
          const pixels = randomPixels(size, bits);
          const palette = bits <= 8 ? paletteOf(2 ** bits) : [];
          const gap = width % 2 === 0 ? 10 : 0;
          const file = encodeBmp({ ...size, bits, header, topDown, pixels, palette, gap });
          const expected = asImage(
            pixels.map((pixel) => PLAIN[bits](pixel, palette)),
            size,
          );
          const what = `${bits} bits, header ${header}, ${topDown ? 'down' : 'up'}, ${width} wide`;
          sameSamples(await decode(file, { channels: 'RGB' }), expected, what);
          const crop = { left: width >> 1, top: 1, right: width, bottom: 2 };
          const part = cut(expected, inBox(crop));
          sameSamples(await decode(file, { crop, channels: 'RGB' }), part, `${what}, part`);
          const info = await probe(file);
          const own = [info.width, info.height, info.bitDepth, info.isPalette, info.hasAlpha];
          assert.deepEqual(own, [width, 3, Math.min(bits, 8), bits <= 8, false], what);
        }
      }
    }
  }
});

// Masks of red, green, blue and alpha, and bits.
const MASKS = [
  [16, [0xf800, 0x07e0, 0x001f]],
  [16, [0x7c00, 0x03e0, 0x001f]],
  [16, [0x7c00, 0x03e0, 0x001f, 0x8000]],
  [16, [0x0f00, 0x00f0, 0x000f, 0xf000]],
  [16, [0x001f, 0x07e0, 0xf800]],
  [16, [0x0003, 0x000c, 0x0030, 0x00c0]],
  [16, [0x8000, 0x4000, 0x2000, 0x1fff]],
  [32, [0xff0000, 0xff00, 0xff]],
  [32, [0xff0000, 0xff00, 0xff, 0xff000000]],
  [32, [0xff000000, 0xff0000, 0xff00, 0xff]],
  [32, [0xff, 0xff00, 0xff0000, 0xff000000]],
  [32, [0x3ff00000, 0xffc00, 0x3ff, 0xc0000000]],
  [32, [0xfff00000, 0xffe00, 0x1ff]],
  [32, [0x1, 0x2, 0x4, 0x8]],
];

// A channel of a pixel: up to 8 bits are scaled so that full stays full, of more the upper ones stay.
function channelOf(pixel, mask) {
  const lowest = mask & -mask;
  const most = mask / (lowest >>> 0);
  const value = Math.floor(((pixel & mask) >>> 0) / (lowest >>> 0));
  const bits = Math.log2(most + 1);
  return bits > 8 ? value >>> (bits - 8) : Math.floor((value * 255) / most);
}

test('BMP masks for red, green, blue and alpha decode', async () => {
  const size = { width: 13, height: 7 };
  for (const [bits, masks] of MASKS) {
    const pixels = randomPixels(size, bits);
    pixels.splice(0, 2, 0, 2 ** bits - 1);
    for (const header of masks.length === 4 ? [56, 108, 124] : [40, 52, 56, 124]) {
      const options = { ...size, bits, header, masks, compression: BIT_FIELDS, pixels };
      for (const topDown of [false, true]) {
        const file = encodeBmp({ ...options, topDown });
        const expected = asImage(
          pixels.map((pixel) => masks.map((mask) => channelOf(pixel, mask))),
          size,
        );
        const what = `${bits} bits, ${masks.map((mask) => mask.toString(16))}, header ${header}`;
        const samples = await decode(file, { channels: 'keep' });
        assert.equal(samples.channels, masks.length === 4 ? 'RGBA' : 'RGB', what);
        sameSamples(samples, expected, what);
        // More than 8 bits are not all kept.
        const isDeep = masks.some((mask) => mask / ((mask & -mask) >>> 0) > 255);
        assert.equal(samples.lossless, !isDeep, what);
      }
    }
  }
});

// Without compression the masks of a long header mean nothing.
test('BMP colour masks apply to bit fields only', async () => {
  const size = { width: 5, height: 3 };
  const pixels = randomPixels(size, 32);
  const masks = [0xff, 0xff00, 0xff0000, 0xff000000];
  const file = encodeBmp({ ...size, bits: 32, header: 56, masks, pixels });
  const expected = asImage(pixels.map(PLAIN[32]), size);
  sameSamples(await decode(file, { channels: 'keep' }), expected, '32 bits');
});

const runs = (bits, size, steps) => ({
  ...{ ...size, bits, compression: bits === 8 ? RLE8 : RLE4, palette: paletteOf(2 ** bits) },
  data: packRuns(steps, bits),
});

const shades = (pixels, bits, size) =>
  asImage(
    Array.from(pixels, (pixel) => paletteOf(2 ** bits)[pixel]),
    size,
  );

test('run-length coded photographs decode like Pillow', async () => {
  const { data } = await decode(await fixture('small.png'), { channels: 'GRAY' });
  for (const bits of [4, 8]) {
    // Posterized, so that there are runs; and not.
    for (const keep of [2, bits]) {
      const pixels = data.map((sample) => (sample >> (8 - keep)) << (bits - keep));
      const steps = toRuns(pixels, bits, SMALL);
      assert.deepEqual(drawRuns(steps, bits, SMALL), Uint8Array.from(pixels));
      const file = encodeBmpData(runs(bits, SMALL, steps));
      const expected = await pillow(file, 'RGB');
      const what = `RLE${bits}, ${keep} bits`;
      sameSamples(await decode(file, { channels: 'RGB' }), expected, what);
      sameSamples(expected, shades(pixels, bits, SMALL), 'Pillow');
      for (const crop of crops) {
        const part = await decode(file, { crop, channels: 'RGB' });
        sameSamples(part, cut(expected, inBox(crop)), what);
      }
    }
  }
});

const SIZE = { width: 10, height: 6 };
// Steps that are seldom written.
const STEPS = {
  'a leap to the right': [['run', 2, 0x11], ['leap', 3, 0], ['run', 2, 0x23], ['end']],
  'a leap up': [['run', 2, 0x11], ['leap', 0, 2], ['run', 2, 0x23], ['end']],
  'a leap up and to the right': [['leap', 4, 3], ['run', 3, 0x45], ['end']],
  'leaps one after another': [['leap', 1, 1], ['leap', 1, 1], ['run', 1, 0x70], ['end']],
  'a leap to the very end': [['run', 4, 0x11], ['leap', 9, 5], ['run', 1, 0x30], ['end']],
  'a leap beyond the end': [['run', 4, 0x11], ['leap', 200, 255], ['run', 1, 0x30], ['end']],
  'an early end': [['run', 10, 0x12], ['line'], ['run', 3, 0x34], ['end']],
  'an end at once': [['end']],
  'rows that are not filled': [['run', 3, 0x12], ['line'], ['run', 4, 0x34], ['line'], ['end']],
  'empty rows': [['line'], ['line'], ['run', 10, 0x56], ['line'], ['end']],
  'a run beyond the row': [['run', 14, 0x12], ['line'], ['run', 3, 0x34], ['end']],
  'absolute beyond the row': [
    ...[['run', 8, 0x12], ['absolute', [1, 2, 3, 4, 5]], ['line'], ['run', 2, 0x77], ['end']],
  ],
  'absolute of odd lengths': [
    ...[['absolute', [1, 2, 3]], ['absolute', [4, 5, 6, 7, 8]], ['line']],
    ...[['absolute', [9, 8, 7, 6, 5, 4, 3]], ['run', 1, 0x22], ['end']],
  ],
  'a run of odd length': [['run', 3, 0x12], ['run', 5, 0x34], ['end']],
  'steps after the end': [['run', 3, 0x12], ['end'], ['run', 7, 0x34]],
  'more rows than there are': [
    ...Array.from({ length: 9 }, (_, i) => [['run', 10, i * 17], ['line']]).flat(),
    ['end'],
  ],
};

test('run-length deltas, early ends and other codes decode', async () => {
  for (const bits of [4, 8]) {
    for (const [name, steps] of Object.entries(STEPS)) {
      const file = encodeBmpData(runs(bits, SIZE, steps));
      const what = `RLE${bits}: ${name}`;
      const expected = shades(drawRuns(steps, bits, SIZE), bits, SIZE);
      sameSamples(await decode(file, { channels: 'RGB' }), expected, what);
      // OpenCV's leaps go elsewhere in 4 bits, and what is beyond the row it refuses.
      if (bits === 8 && !name.endsWith('beyond the row')) {
        const judged = await python(
          'result = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)',
          { file },
        );
        sameSamples(await decode(file, { channels: 'BGR' }), judged, `${what}, by OpenCV`);
      }
      for (const crop of [
        { left: 0, top: 0, right: 10, bottom: 1 },
        { left: 2, top: 3, right: 7, bottom: 6 },
        { left: 9, top: 5, right: 10, bottom: 6 },
      ]) {
        const part = await decode(file, { crop, channels: 'RGB' });
        sameSamples(part, cut(expected, inBox(crop)), `${what}, part`);
      }
    }
  }
});

/** Files of each kind, and of how many bytes their last sample is followed. */
async function kinds() {
  const made = Object.fromEntries((await files()).map(([name, file]) => [name, file]));
  const names = ['Pillow 1', 'Pillow P', 'Pillow RGB', '4 bits, core header', 'RGB565', 'RLE8'];
  const { data } = await decode(await fixture('small.png'), { channels: 'GRAY' });
  const pixels = data.map((sample) => sample >> 6);
  return [
    ...[...names, '32 bits and alpha'].map((name) => [name, made[name]]),
    ['RLE4', encodeBmpData(runs(4, SMALL, toRuns(pixels, 4, SMALL)))],
    ['top down', encodeBmp({ ...SMALL, bits: 24, topDown: true, pixels: randomPixels(SMALL, 24) })],
  ];
}

test('a truncated BMP gives TRUNCATED_IMAGE or the right samples', async () => {
  const top = { left: 3, top: 2, right: 90, bottom: 20 };
  const bottom = { left: 60, top: 80, right: 131, bottom: 95 };
  for (const [name, file] of await kinds()) {
    const start = file.readUInt32LE(10);
    const step = Math.ceil((file.length - start) / 40);
    const lengths = Array.from({ length: 41 }, (_, i) => start + i * step);
    lengths.push(
      2,
      14,
      17,
      18,
      25,
      26,
      30,
      53,
      54,
      60,
      start - 1,
      file.length - 4,
      file.length - 1,
    );
    for (const crop of [undefined, top, bottom]) {
      const expected = await decode(file, { crop, channels: 'keep' });
      const outcomes = new Set();
      for (const length of lengths.filter((end) => end < file.length)) {
        const what = `${name}, ${length} of ${file.length} bytes`;
        const part = file.subarray(0, length);
        const given = await decode(part, { crop, channels: 'keep' }).catch((error) => error);
        if (given instanceof Error) assert.equal(given.code, 'TRUNCATED_IMAGE', what);
        else sameSamples(given, expected, what);
        outcomes.add(given.code ?? 'right');
        if (length <= start) continue;
        // Accepted, what is there is right.
        const accepted = await decode(part, { crop, channels: 'keep', damaged: 'accept' });
        assert.equal(accepted.lossless, !(given instanceof Error), what);
        if (!(given instanceof Error)) sameSamples(accepted, expected, what);
      }
      const isSecond = crop === (name === 'top down' ? top : bottom);
      const some = isSecond ? ['TRUNCATED_IMAGE', 'right'] : ['TRUNCATED_IMAGE'];
      for (const outcome of some) assert.ok(outcomes.has(outcome), `${name}: ${outcome}`);
    }
  }
});

test('rows that the crop does not need may be missing', async () => {
  // The bytes that fill up the last row, and what lies to the right of the part in it.
  for (const [bits, missing, right] of [
    [24, 3, SMALL.width],
    [24, 3 + 3 * 31, 100],
    [8, 1 + 31, 100],
    [1, 3 + 4, 100],
  ]) {
    const palette = bits <= 8 ? paletteOf(2 ** bits) : [];
    const pixels = randomPixels(SMALL, bits);
    const file = encodeBmp({ ...SMALL, bits, palette, pixels });
    const crop = { left: 0, top: 0, right, bottom: SMALL.height };
    const expected = await decode(file, { crop });
    const enough = file.subarray(0, file.length - missing);
    sameSamples(await decode(enough, { crop }), expected, `${bits} bits`);
    await rejects(decode(enough.subarray(0, -1), { crop }), 'TRUNCATED_IMAGE');
  }
});

test("damaged: 'accept' leaves missing BMP pixels transparent, or black if opaque", async () => {
  for (const [name, file] of await kinds()) {
    const start = file.readUInt32LE(10);
    const half = file.subarray(0, (start + file.length) >> 1);
    const whole = await decode(file);
    const given = await decode(half, { damaged: 'accept' });
    const hasAlpha = whole.data.some((sample, i) => i % 4 === 3 && sample !== 255);
    // Of a palette its darkest entry.
    const palette = await paletteOfFile(file);
    const sum = (color) => color[0] + color[1] + color[2];
    const black = palette.reduce((a, b) => (sum(b) < sum(a) ? b : a), palette[0] ?? [0, 0, 0]);
    const expected = [...black, hasAlpha ? 0 : 255];
    let missing = 0;
    for (let i = 0; i < given.data.length; i += 4) {
      const pixel = [...given.data.subarray(i, i + 4)];
      const isThere = pixel.every((sample, c) => sample === whole.data[i + c]);
      const isMissing = pixel.every((sample, c) => sample === expected[c]);
      assert.ok(isThere || isMissing, `${name}: ${pixel} at ${i}`);
      missing += isThere ? 0 : 1;
    }
    const share = missing / (SMALL.width * SMALL.height);
    assert.ok(share > 0.1 && share < 0.7, `${name}: ${share}`);
  }
});

async function paletteOfFile(file) {
  const png = await encode(file, { format: 'png' });
  const { palette } = decodePng(png.bytes);
  return Array.from({ length: (palette?.length ?? 0) / 3 }, (_, i) => [
    ...palette.subarray(i * 3, i * 3 + 3),
  ]);
}

test('a BMP is copied without options, and its crop is a PNG of the same kind', async () => {
  const colors = paletteOf(16);
  for (const [name, file, [bits]] of await files()) {
    const passed = await encode(file);
    sameBytes(passed.bytes, file, name);
    assert.deepEqual(
      [passed.format, passed.mimeType, passed.lossless, passed.width],
      ['bmp', 'image/bmp', true, SMALL.width],
    );
    const part = await encode(file, { crop: crops[1] });
    const png = decodePng(part.bytes);
    assert.deepEqual([part.format, part.mimeType], ['png', 'image/png'], name);
    if (bits <= 8) assert.deepEqual([png.colorType, png.depth], [PALETTE, bits], name);
    else assert.equal(png.depth, 8);
  }
  const size = { width: 9, height: 4 };
  const pixels = randomPixels(size, 4);
  const file = encodeBmp({ ...size, bits: 4, palette: colors, pixels });
  const whole = decodePng((await encode(file, { format: 'png' })).bytes);
  assert.deepEqual([...whole.palette], colors.flat());
  assert.deepEqual([...whole.samples], pixels);
  const turned = await encode(file, { rotate: 180 });
  assert.deepEqual([...decodePng(turned.bytes).samples], pixels.reverse());
  const resized = await encode(file, { resize: { width: 3 } });
  assert.equal(decodePng(resized.bytes).colorType, RGB);
});

test('a BMP palette index without a colour is black', async () => {
  const size = { width: 4, height: 1 };
  const palette = paletteOf(3);
  for (const header of [40, 124]) {
    const options = { ...size, bits: 8, header, used: 3, palette };
    const file = encodeBmp({ ...options, pixels: [0, 2, 3, 255] });
    const expected = asImage([palette[0], palette[2], [0, 0, 0], [0, 0, 0]], size);
    sameSamples(await decode(file, { channels: 'RGB' }), expected, 'decoded');
    const png = await encode(file, {
      crop: { left: 0, top: 0, right: 4, bottom: 1 },
      format: 'png',
    });
    sameSamples(await decode(png, { channels: 'RGB' }), expected, 'as PNG');
    sameSamples(await pillow(png.bytes, 'RGB'), expected, 'as PNG, by Pillow');
  }
});

test('probe reports the BMP header', async () => {
  const table = {
    'Pillow 1': [1, true, false, 'RGB', 1],
    'Pillow P': [8, true, false, 'RGB', 1],
    '24 bits': [8, false, false, 'RGB', 3],
    RGB565: [8, false, false, 'RGB', 3],
    '32 bits and alpha': [8, false, true, 'RGBA', 4],
  };
  for (const [name, file] of await files()) {
    const info = await probe(file);
    assert.deepEqual([info.format, info.mimeType], ['bmp', 'image/bmp'], name);
    assert.deepEqual([info.width, info.height], [SMALL.width, SMALL.height], name);
    assert.equal(info.byteLength, file.length);
    if (name.startsWith('Pillow')) assert.ok(Math.abs(info.density - 300) < 0.01, name);
    if (name in table) {
      const { bitDepth, isPalette, hasAlpha, channels, pixelBytes } = info;
      const perPixel = pixelBytes / (SMALL.width * SMALL.height);
      assert.deepEqual([bitDepth, isPalette, hasAlpha, channels, perPixel], table[name], name);
    }
  }
});

/** The file with another header in front of its palette and samples. */
function withHeader(file, header) {
  const rest = file.subarray(14 + file.readUInt32LE(14));
  const copy = Buffer.concat([file.subarray(0, 14), header, rest]);
  copy.writeUInt32LE(copy.length, 2);
  copy.writeUInt32LE(file.readUInt32LE(10) + copy.length - file.length, 10);
  return copy;
}

test('BMPs with unusual planes, a short OS/2 header or no blue mask decode', async () => {
  const size = { width: 13, height: 7 };
  // ImageMagick reads the fields that the short header lacks from behind it.
  const palette = paletteOf(256).fill([0, 0, 0], 0, 6);
  const plain = encodeBmp({ ...size, bits: 8, palette, pixels: randomPixels(size, 8) });
  const planes = Buffer.from(plain);
  planes.writeUInt16LE(30000, 26);
  const short = Buffer.from(plain.subarray(14, 30));
  short.writeUInt32LE(16, 0);
  const noBlue = encodeBmp({
    ...{ ...size, bits: 16, compression: BIT_FIELDS, masks: [0xff00, 0xff, 0] },
    pixels: randomPixels(size, 16),
  });
  for (const [what, file, judges] of [
    ['30000 planes', planes, [(bmp) => pillow(bmp, 'RGB')]],
    ['OS/2 header of 16 bytes', withHeader(plain, short), [byImageMagick]],
    ['no blue', noBlue, [byImageMagick]],
  ]) {
    const given = await decode(file, { channels: 'RGB' });
    for (const judge of judges) sameSamples(given, { ...(await judge(file)), ...size }, what);
  }
});

const byImageMagick = (file) => ({ data: imageMagick('bmp:-', ['-depth', '8'], 'rgb:-', file) });

test('top-down run-length coding and 24-bit run-length coding decode', async () => {
  const size = { width: 23, height: 9 };
  const pixels = randomPixels(size, 8).map((pixel) => pixel >> 6);
  const options = runs(8, size, toRuns(Uint8Array.from(pixels), 8, size));
  const up = await decode(encodeBmpData(options), { channels: 'RGB' });
  const down = encodeBmpData({ ...options, height: -size.height });
  sameSamples(await decode(down, { channels: 'RGB' }), await pillow(down, 'RGB'), 'by Pillow');
  const flipped = await decode(down, { channels: 'RGB', flip: 'vertical' });
  sameSamples(flipped, up, 'upside down');

  const RLE24 = 4;
  const data = Buffer.from([
    ...[2, 10, 20, 30, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xee, 0, 0], // a run and three pixels
    ...[0, 2, 1, 0, 4, 70, 80, 90, 0, 1], // one pixel is leapt over
  ]);
  const os2 = { header: 64, width: 5, height: 2, bits: 24, compression: RLE24, data };
  const { data: samples } = await decode(encodeBmpData(os2), { channels: 'BGR' });
  const lower = [10, 20, 30, 10, 20, 30, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const upper = [0, 0, 0, ...Array.from({ length: 4 }, () => [70, 80, 90]).flat()];
  assert.deepEqual([...samples], [...upper, ...lower]);
});

test('the alpha mask of an uncompressed BMP is used', async () => {
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const options = { width: 2, height: 2, bits: 32, header: 124, masks };
  const transparent = [0xff102030, 0x80405060, 0x00708090, 0x11223344];
  const given = await decode(encodeBmp({ ...options, pixels: transparent }), { channels: 'keep' });
  assert.equal(given.channels, 'RGBA');
  assert.deepEqual(
    [...given.data],
    [0x10, 0x20, 0x30, 0xff, 0x40, 0x50, 0x60, 0x80, 0x70, 0x80, 0x90, 0, 0x22, 0x33, 0x44, 0x11],
  );
});

const sized = (width, height, more = {}) =>
  encodeBmpData({ ...{ width, height, bits: 24, data: Buffer.alloc(64) }, ...more });

function patched(at, value, bytes = 4) {
  const file = Buffer.from(sized(2, 2));
  if (bytes === 2) file.writeUInt16LE(value, at);
  else file.writeUInt32LE(value >>> 0, at);
  return file;
}

// Files that are refused, and how.
const REFUSED = [
  ['no width', sized(0, 5), 'CORRUPT_IMAGE'],
  ['no height', sized(5, 0), 'CORRUPT_IMAGE'],
  ['a negative width', sized(-5, 5), 'CORRUPT_IMAGE'],
  ['the height that has no opposite', sized(5, -(2 ** 31)), 'CORRUPT_IMAGE'],
  ['3 bits', patched(28, 3, 2), 'UNSUPPORTED_FORMAT'],
  ['64 bits', patched(28, 64, 2), 'UNSUPPORTED_FORMAT'],
  ['a JPEG inside', sized(2, 2, { bits: 0, compression: 4 }), 'UNSUPPORTED_FORMAT'],
  ['a PNG inside', patched(30, 5), 'UNSUPPORTED_FORMAT'],
  ['RLE8 of 24 bits', patched(30, 1), 'UNSUPPORTED_FORMAT'],
  ['bit fields of 24 bits', patched(30, 3), 'UNSUPPORTED_FORMAT'],
  ['a header of 15 bytes', patched(14, 15), 'UNSUPPORTED_FORMAT'],
  ['a header of 2^32 - 1 bytes', patched(14, -1), 'UNSUPPORTED_FORMAT'],
  [
    'a mask with a gap',
    encodeBmp({
      ...{ width: 1, height: 1, bits: 32, header: 56, compression: BIT_FIELDS, pixels: [0] },
      masks: [0xff00ff, 0xff00, 0xff, 0],
    }),
    'CORRUPT_IMAGE',
  ],
  ['samples behind the end', patched(10, 100000), 'TRUNCATED_IMAGE'],
  ['samples at 2^32 - 1', patched(10, -1), 'TRUNCATED_IMAGE'],
  ['more pixels than the limit', sized(2 ** 20, 2 ** 20), 'LIMIT_EXCEEDED'],
  ['the most pixels', sized(2 ** 31 - 1, -(2 ** 31 - 1)), 'LIMIT_EXCEEDED'],
  ['more memory than the limit', sized(20000, 20000), 'LIMIT_EXCEEDED'],
];

test('broken headers are refused', async () => {
  for (const [name, file, code] of REFUSED) {
    const error = await decode(file).catch((reason) => reason);
    assert.equal(error.code, code, `${name}: ${error.message}`);
    await rejects(encode(file, { format: 'jpeg' }), code);
  }
});
