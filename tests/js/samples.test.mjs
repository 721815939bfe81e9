import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, toImageData } from '../../dist/index.js';
import {
  chunk,
  decodePng,
  encodePng,
  GRAY,
  GRAYA,
  PALETTE,
  RGB,
  RGBA,
} from '../../support/png.mjs';
import { rejects, sameSamples } from '../support/checks.mjs';
import { noise } from '../support/resample.mjs';

const CHANNELS = ['RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep'];
const DEPTHS = [8, 16, 'keep'];
const ORDERS = {
  RGBA: 'rgba',
  RGB: 'rgb',
  BGRA: 'bgra',
  BGR: 'bgr',
  GRAY: 'l',
  GRAYA: 'la',
};

// Odd sides, so that rows end within a byte.
const SIZE = { width: 23, height: 11 };

const COUNT = { [GRAY]: 1, [RGB]: 3, [PALETTE]: 1, [GRAYA]: 2, [RGBA]: 4 };

function u16(...values) {
  const data = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) data.writeUInt16BE(value, i * 2);
  return data;
}

// Samples of all values, and where there is a transparent colour, pixels of it and next to it.
function makeSamples(colorType, depth, key) {
  const top = 2 ** depth - 1;
  const count = SIZE.width * SIZE.height * COUNT[colorType];
  const { data } = noise({ width: count, height: 1, channels: 'GRAY', bits: 16 });
  const samples = data.map((sample) => sample >> (16 - depth));
  samples.set(new Uint16Array(8), 0);
  samples.set(new Uint16Array(8).fill(top), 8);
  if (key !== undefined) {
    for (const at of [10, 31, 200]) samples.set(key, at * key.length);
    // And what differs in one channel only.
    for (const c of key.keys()) {
      const nearly = key.map((value, i) => (i === c ? value ^ 1 : value));
      samples.set(nearly, (40 + c) * key.length);
    }
  }
  return samples;
}

const palette = (entries) =>
  Buffer.from(noise({ width: entries, height: 1, channels: 'RGB', seed: 7 }).data);

// A layout of PNG: its name, colour type, depth, transparent colour or alphas of a palette.
const LAYOUTS = [
  ...[1, 2, 4, 8, 16].map((depth) => [`grey ${depth}`, GRAY, depth]),
  ...[1, 2, 4, 8, 16].map((depth) => [`grey ${depth}, tRNS`, GRAY, depth, { key: [1] }]),
  ['grey 16, tRNS of two bytes', GRAY, 16, { key: [0x1234] }],
  ...[8, 16].map((depth) => [`GA ${depth}`, GRAYA, depth]),
  ...[8, 16].map((depth) => [`RGB ${depth}`, RGB, depth]),
  ['RGB 8, tRNS', RGB, 8, { key: [9, 8, 7] }],
  ['RGB 16, tRNS', RGB, 16, { key: [0x1234, 0x5678, 0x9abc] }],
  ...[8, 16].map((depth) => [`RGBA ${depth}`, RGBA, depth]),
  ...[1, 2, 4, 8].map((depth) => [`palette ${depth}`, PALETTE, depth]),
  ['palette 1, tRNS', PALETTE, 1, { alphas: [0] }],
  ['palette 2, tRNS', PALETTE, 2, { alphas: [255, 0, 99] }],
  ['palette 4, tRNS', PALETTE, 4, { alphas: [0, 17, 34, 51, 254, 1, 0] }],
  ['palette 8, tRNS', PALETTE, 8, { alphas: Array.from({ length: 256 }, (_, i) => 255 - i) }],
];

function makeFile([, colorType, depth, { key, alphas } = {}], interlaced = false) {
  const before = [];
  if (colorType === PALETTE) before.push(chunk('PLTE', palette(2 ** depth)));
  if (key !== undefined) before.push(chunk('tRNS', u16(...key)));
  if (alphas !== undefined) before.push(chunk('tRNS', Buffer.from(alphas)));
  const samples = makeSamples(colorType, depth, key);
  return encodePng({ ...SIZE, depth, colorType, interlaced, samples, before });
}

// Each pixel of a PNG as red, green, blue and alpha of `depth` bits, by the letter of the
// specification: what is not transparent is opaque, and full stays full.
function pixelsOf(file, depth) {
  const png = decodePng(file);
  const { colorType, samples, palette: colors, transparency } = png;
  const count = COUNT[colorType];
  const scaled = (value, from) => {
    if (from > depth) return value >> 8;
    return (value * (2 ** depth - 1)) / (2 ** from - 1);
  };
  const key = colorType === GRAY || colorType === RGB ? transparency : undefined;
  return Array.from({ length: samples.length / count }, (_, i) => {
    const pixel = [...samples.subarray(i * count, (i + 1) * count)];
    if (colorType === PALETTE) {
      const entry = [...colors.subarray(pixel[0] * 3, pixel[0] * 3 + 3)];
      return [...entry, transparency?.[pixel[0]] ?? 255].map((value) => scaled(value, 8));
    }
    const isKey = key !== undefined && pixel.every((value, c) => value === key.readUInt16BE(c * 2));
    const alpha = colorType === GRAYA || colorType === RGBA ? pixel.pop() : undefined;
    const color = pixel.length === 1 ? [pixel[0], pixel[0], pixel[0]] : pixel;
    const opaque = isKey ? 0 : 2 ** png.depth - 1;
    return [...color, alpha ?? opaque].map((value) => scaled(value, png.depth));
  });
}

const luma = ([r, g, b]) => Math.floor((19595 * r + 38470 * g + 7471 * b + 32768) / 65536);

function packed(pixels, channels, depth) {
  const order = ORDERS[channels];
  const at = { r: (p) => p[0], g: (p) => p[1], b: (p) => p[2], a: (p) => p[3], l: luma };
  const values = pixels.flatMap((pixel) => [...order].map((name) => at[name](pixel)));
  return { data: depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values), ...SIZE };
}

const isTransparent = ({ key, alphas } = {}) => key !== undefined || alphas !== undefined;

// What 'keep' stands for: the image's own channels, without a palette, and 8 bits or more.
function ownChannels([, colorType, , transparency]) {
  const isGray = colorType === GRAY || colorType === GRAYA;
  const hasAlpha = colorType === GRAYA || colorType === RGBA || isTransparent(transparency);
  return `${isGray ? 'GRAY' : 'RGB'}${hasAlpha ? 'A' : ''}`;
}

test('every PNG layout converts to all channels and depths', async () => {
  for (const layout of LAYOUTS) {
    for (const interlaced of [false, true]) {
      const file = makeFile(layout, interlaced);
      for (const asked of CHANNELS) {
        for (const askedDepth of DEPTHS) {
          const what = `${layout[0]} as ${asked}, ${askedDepth}`;
          const channels = asked === 'keep' ? ownChannels(layout) : asked;
          const bitDepth = askedDepth === 'keep' ? Math.max(8, layout[2]) : askedDepth;
          const result = await decode(file, { channels: asked, bitDepth: askedDepth });
          assert.deepEqual([result.channels, result.bitDepth], [channels, bitDepth], what);
          const type = bitDepth === 16 ? Uint16Array : Uint8ClampedArray;
          assert.ok(result.data instanceof type, what);
          sameSamples(result, packed(pixelsOf(file, bitDepth), channels, bitDepth), what);
        }
      }
    }
  }
});

test('decode returns 8-bit RGBA by default', async () => {
  for (const layout of LAYOUTS) {
    const file = makeFile(layout);
    const result = await decode(file);
    assert.deepEqual([result.channels, result.bitDepth], ['RGBA', 8]);
    const expected = packed(pixelsOf(file, 8), 'RGBA', 8);
    sameSamples(result, expected, layout[0]);
    const imageData = await toImageData(file);
    assert.ok(imageData.data instanceof Uint8ClampedArray);
    sameSamples(imageData, expected, layout[0]);
    const raw = await encode(file, { format: 'raw' });
    sameSamples({ data: raw.bytes, ...SIZE }, expected, layout[0]);
  }
});

test("16-bit raw files have the machine's byte order", async () => {
  const file = makeFile(['', RGB, 16]);
  const options = { channels: 'BGR', bitDepth: 16 };
  const { bytes, format } = await encode(file, { ...options, format: 'raw' });
  const { data } = await decode(file, options);
  assert.equal(format, 'raw');
  assert.deepEqual(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), data);
});

// What shows where alpha is dropped: the background as far as it is opaque, the colour's own
// otherwise.
function over([r, g, b, a], background, top) {
  const behind = ((top - a) * background[3]) / top;
  const total = a + behind;
  const mix = (front, back) => (behind === 0 ? front : (front * a + back * behind) / total);
  return [mix(r, background[0]), mix(g, background[1]), mix(b, background[2])];
}

test('dropped alpha shows the background', async () => {
  const backgrounds = [
    [undefined, [0, 0, 0], 0],
    ['#000', [0, 0, 0], 1],
    ['#fff', [255, 255, 255], 1],
    ['#12345680', [0x12, 0x34, 0x56], 128 / 255],
    [{ r: 250, g: 0, b: 9, alpha: 0.25 }, [250, 0, 9], 0.25],
  ];
  for (const layout of LAYOUTS) {
    const file = makeFile(layout);
    for (const [background, behind, alpha] of backgrounds) {
      for (const bitDepth of [8, 16]) {
        const top = 2 ** bitDepth - 1;
        const color = behind.map((value) => (value * top) / 255);
        color.push(Math.round(alpha * top));
        for (const channels of ['RGB', 'BGR', 'GRAY']) {
          const { data } = await decode(file, { channels, bitDepth, background });
          const mixed = pixelsOf(file, bitDepth).map((pixel) => over(pixel, color, top));
          const exact = channels === 'GRAY' ? mixed.map(lumaExact) : mixed.flat();
          const most = channels === 'GRAY' ? 1.01 : 0.51; // grey is of rounded colour
          const expected = channels === 'BGR' ? mixed.flatMap(([r, g, b]) => [b, g, r]) : exact;
          const error = data.reduce((max, v, i) => Math.max(max, Math.abs(v - expected[i])), 0);
          const what = `${layout[0]} as ${channels}, ${bitDepth}`;
          assert.ok(error <= most, `${what} on ${JSON.stringify(background)}: ${error}`);
        }
      }
    }
  }
});

test('a dropped transparent colour shows the background', async () => {
  for (const [colorType, channels, key] of [
    [GRAY, 'GRAY', [9]],
    [RGB, 'RGB', [9, 8, 7]],
  ]) {
    const samples = Uint16Array.from({ length: 256 * key.length }, (_, i) => key[i % key.length]);
    const layout = { width: 16, height: 16, depth: 8, colorType };
    const file = encodePng({ ...layout, samples, before: [chunk('tRNS', u16(...key))] });
    const dropped = await decode(file, { channels, background: '#fff' });
    assert.ok(dropped.data.every((sample) => sample === 255));
    assert.equal(dropped.lossless, false);
    assert.equal((await decode(file, { channels: 'keep' })).lossless, true);
    const jpeg = await encode(file, { format: 'jpeg' });
    const shown = await decode(jpeg, { channels });
    assert.ok(
      shown.data.every((sample) => sample === 255),
      'a JPEG is white by default',
    );
    // Where it need not be dropped it stays what it is.
    const part = await encode(file, { crop: { left: 1, top: 1, width: 5, height: 6 } });
    assert.deepEqual(decodePng(part.bytes).transparency, u16(...key));
    assert.equal(part.lossless, true);
  }
});

const lumaExact = ([r, g, b]) => (19595 * r + 38470 * g + 7471 * b) / 65536;

const colorTypes = { RGBA, RGB, BGRA: RGBA, BGR: RGB, GRAY, GRAYA };

test('samples encoded as PNG decode to the same samples', async () => {
  for (const layout of LAYOUTS) {
    const file = makeFile(layout);
    for (const channels of CHANNELS) {
      for (const bitDepth of DEPTHS) {
        const options = { channels, bitDepth };
        const what = `${layout[0]} as ${channels}, ${bitDepth}`;
        const samples = await decode(file, options);
        const png = await encode(samples);
        assert.deepEqual([png.format, png.lossless], ['png', true], what);
        const { depth, colorType } = decodePng(png.bytes);
        assert.deepEqual(
          [depth, colorType],
          [samples.bitDepth, colorTypes[samples.channels]],
          what,
        );
        const again = await decode(png, { channels: samples.channels, bitDepth: samples.bitDepth });
        sameSamples(again, samples, what);
        sameSamples(packed(pixelsOf(png.bytes, depth), samples.channels, depth), samples, what);
      }
    }
  }
});

test('samples convert to other layouts', async () => {
  for (const layout of LAYOUTS.filter(([, , depth]) => depth >= 8)) {
    const file = makeFile(layout);
    for (const from of ['RGBA', 'BGRA', 'RGB', 'BGR']) {
      for (const fromDepth of [8, 16]) {
        const source = await decode(file, { channels: from, bitDepth: fromDepth });
        for (const channels of Object.keys(ORDERS)) {
          for (const bitDepth of [8, 16]) {
            const kept = await encode(source);
            const expected = packed(pixelsOf(kept.bytes, bitDepth), channels, bitDepth);
            const what = `${layout[0]}: ${from}, ${fromDepth} as ${channels}, ${bitDepth}`;
            sameSamples(await decode(source, { channels, bitDepth }), expected, what);
          }
        }
      }
    }
  }
});

test('a region of samples is decoded and the source is unchanged', async () => {
  const source = await decode(makeFile(['', RGBA, 16]), { bitDepth: 16, channels: 'BGRA' });
  const before = source.data.slice();
  const crop = { left: 5, top: 3, right: 20, bottom: 9 };
  const part = await decode(source, { crop, bitDepth: 16, channels: 'BGRA' });
  const expected = [];
  for (let y = crop.top; y < crop.bottom; y += 1) {
    const row = source.data.subarray((y * SIZE.width + 5) * 4, (y * SIZE.width + 20) * 4);
    expected.push(...row);
  }
  assert.deepEqual([...part.data], expected);
  part.data.fill(0);
  assert.deepEqual(source.data, before);
  // A view of a larger buffer.
  const all = new Uint16Array(before.length + 10);
  all.set(before, 7);
  const view = { ...SIZE, data: all.subarray(7, 7 + before.length), channels: 'BGRA' };
  sameSamples(await decode(view, { bitDepth: 16, channels: 'BGRA' }), source, 'a view');
});

const bytes = (count) => new Uint8Array(count);
const WRONG = [
  [{ data: bytes(15), width: 2, height: 2 }, 'source.data', /2 x 2 x 4 = 16 samples \(RGBA\).* 15/],
  [{ data: bytes(17), width: 2, height: 2 }, 'source.data', /16 samples.* 17/],
  [{ data: bytes(0), width: 2, height: 2 }, 'source.data', /16 samples.* 0/],
  [{ data: bytes(16), width: 2, height: 2, channels: 'RGB' }, 'source.data', /12 samples \(RGB\)/],
  [{ data: bytes(16), width: 2, height: 2, channels: 'GRAYA' }, 'source.data', /8 samples/],
  [{ data: new Uint16Array(8), width: 2, height: 2 }, 'source.data', /16 samples.* 8/],
  [{ data: new Float32Array(16), width: 2, height: 2 }, 'source.data', /Uint16Array/],
  [{ data: new Int8Array(16), width: 2, height: 2 }, 'source.data', /Uint8Array/],
  [{ data: new Uint32Array(16), width: 2, height: 2 }, 'source.data', /Uint8Array/],
  [{ data: Array(16).fill(0), width: 2, height: 2 }, 'source.data', /Uint8Array/],
  [{ data: new ArrayBuffer(16), width: 2, height: 2 }, 'source.data', /Uint8Array/],
  [{ data: undefined, width: 2, height: 2 }, 'source.data', /undefined/],
  [{ data: 'samples', width: 2, height: 2 }, 'source.data', /'samples'/],
  [{ data: bytes(0), width: 0, height: 2 }, 'source.width', /at least 1.* 0/],
  [{ data: bytes(16), width: 2, height: -2 }, 'source.height', /at least 1.* -2/],
  [{ data: bytes(16), width: 2.5, height: 2 }, 'source.width', /integer.* 2.5/],
  [{ data: bytes(16), width: '2', height: 2 }, 'source.width', /integer.* '2'/],
  [{ data: bytes(16), width: 2, height: Number.NaN }, 'source.height', /NaN/],
  [{ data: bytes(16), width: 2, height: 2 ** 31 }, 'source.height', /2147483648/],
  [{ data: bytes(16), width: 2, height: 2, channels: 'rgba' }, 'source.channels', /RGBA.*'rgba'/],
  [{ data: bytes(16), width: 2, height: 2, channels: 'keep' }, 'source.channels', /'keep'/],
  [{ data: bytes(16), width: 2, height: 2, channels: 4 }, 'source.channels', / 4\./],
  [{ data: bytes(16), width: 2, height: 2, channels: null }, 'source.channels', /null/],
  [{ data: bytes(16), width: 2, height: 2, channels: 'toString' }, 'source.channels', /RGBA/],
];

test('samples of a wrong length or type are refused', async () => {
  for (const [source, name, message] of WRONG) {
    for (const call of [decode, encode, toImageData]) {
      const error = await rejects(call(source), 'INVALID_ARGUMENT', { message, details: { name } });
      assert.match(error.message, /^Expected .* for .* but received /);
    }
  }
});
