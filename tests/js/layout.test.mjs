// A cropped PNG keeps what its source is: colour type, depth, palette, transparency, colour and
// density. Every layout there is, in libpng's own suites and made here; read by ImageMagick and
// checked by pngcheck, both in few calls for many files, and read by the plain reader in png.mjs.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { encode } from '../../dist/index.js';
import { pngcheck } from '../../support/oracle.mjs';
import {
  chunk,
  decodePng,
  encodePng,
  GRAY,
  GRAYA,
  PALETTE,
  RGB,
  RGBA,
  readChunks,
} from '../../support/png.mjs';
import { cut, sameSamples } from '../support/checks.mjs';
import { pngSuite } from '../support/fixtures.mjs';
import { imageMagickSamples } from '../support/imagemagick.mjs';
import { noise } from '../support/resample.mjs';

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'crop64-layout-'));
});
after(() => rmSync(folder, { recursive: true }));

// Two corners, the middle, one pixel, and all but one row or column; not the image as a whole,
// which would pass as it is.
function regions({ width, height }) {
  const part = (length, share) => Math.max(1, Math.floor(length * share));
  const [w, h] = [part(width, 0.4), part(height, 0.3)];
  const all = [
    { left: 0, top: 0, width: w, height: h },
    { left: width - w, top: height - h, width: w, height: h },
    { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h },
    { left: part(width, 0.7) - 1, top: part(height, 0.6) - 1, width: 1, height: 1 },
    width > 1
      ? { left: 1, top: 0, width: width - 1, height }
      : { left: 0, top: 0, width, height: height - 1 },
  ];
  return all.filter((crop) => crop.height > 0 && crop.width * crop.height < width * height);
}

const KEPT = ['PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'cICP', 'sBIT', 'bKGD', 'pHYs'];

// What a file says beside its samples, by chunk; of a profile what it is uncompressed.
function said(file) {
  const chunks = readChunks(file);
  const entries = KEPT.map((type) => [type, chunks.find((entry) => entry.type === type)?.data]);
  const profile = chunks.find(({ type }) => type === 'iCCP')?.data;
  const packed = profile?.subarray(profile.indexOf(0) + 2);
  const facts = Object.fromEntries(entries.filter(([, data]) => data !== undefined));
  return packed === undefined ? facts : { ...facts, iCCP: inflateSync(packed) };
}

const layoutOf = ({ depth, colorType }) => ({ depth, colorType });

// Crops each of the files { name, file } at its regions and compares what the crops are with what
// the files are.
async function check(files) {
  const sources = files.map(({ file }, i) => write(`source-${i}.png`, file));
  const shown = imageMagickSamples(
    sources,
    files.map(({ file }) => decodePng(file)),
  );
  const made = [];
  for (const [i, { name, file }] of files.entries()) {
    const source = decodePng(file);
    for (const crop of regions(source)) {
      const what = `${name}, ${JSON.stringify(crop)}`;
      const result = await encode(file, { crop });
      assert.deepEqual([result.lossless, result.region], [true, crop], what);
      const png = decodePng(result.bytes);
      assert.deepEqual(layoutOf(png), layoutOf(source), what);
      assert.equal(png.interlaced, false, what);
      const samples = (image) => ({ ...image, data: image.samples });
      sameSamples(samples(png), samples(cutSamples(source, crop)), what);
      assert.deepEqual(said(result.bytes), said(file), what);
      const path = write(`crop-${made.length}.png`, result.bytes);
      made.push({
        what,
        path,
        width: crop.width,
        height: crop.height,
        expected: cut(shown[i], crop),
      });
    }
  }
  const paths = made.map(({ path }) => path);
  pngcheck(paths.map(withoutCodePoints));
  for (const [i, image] of imageMagickSamples(paths, made).entries()) {
    sameSamples(image, made[i].expected, made[i].what);
  }
  return made.length;
}

function write(name, file) {
  const path = join(folder, name);
  writeFileSync(path, file);
  return path;
}

// pngcheck is older than cICP, and takes it for a fault.
function withoutCodePoints(path) {
  const file = readFileSync(path);
  const found = readChunks(file).find(({ type }) => type === 'cICP');
  if (found === undefined) return path;
  const behind = file.subarray(found.at + 12 + found.data.length);
  return write(`known-${basename(path)}`, Buffer.concat([file.subarray(0, found.at), behind]));
}

function cutSamples({ samples, width, height }, crop) {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const { data } = cut({ data: bytes, width, height }, crop);
  return { samples: new Uint16Array(data.buffer), width: crop.width, height: crop.height };
}

test("libpng's test suites decode at five regions each", async (t) => {
  const files = pngSuite().map((path) => ({ name: basename(path), file: readFileSync(path) }));
  const count = await check(files);
  t.diagnostic(`${count} crops of ${files.length} files`);
  assert.ok(files.length > 150 && count > 4 * files.length);
});

const SIZE = { width: 37, height: 29 };
const DEPTHS = {
  [GRAY]: [1, 2, 4, 8, 16],
  [RGB]: [8, 16],
  [PALETTE]: [1, 2, 4, 8],
  [GRAYA]: [8, 16],
  [RGBA]: [8, 16],
};
const NAMES = { [GRAY]: 'GRAY', [RGB]: 'RGB', [PALETTE]: 'GRAY', [GRAYA]: 'GRAYA', [RGBA]: 'RGBA' };

const words = (...values) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const longs = (...values) =>
  Buffer.concat(values.map((value) => words(value >>> 16, value & 65535)));

// A monitor's gamma and primaries of no standard, so that they are nobody's default.
const GAMMA = [chunk('gAMA', longs(51234))];
const PRIMARIES = [chunk('cHRM', longs(31000, 32000, 62000, 33500, 28000, 61000, 14500, 7000))];
const profile = (size) => {
  const data = Buffer.from(noise({ width: size, height: 1, channels: 'GRAY' }).data);
  data.writeUInt32BE(size, 0);
  data.write('mntrRGB XYZ ', 12, 'latin1');
  data.write('acsp', 36, 'latin1');
  return data;
};

// What the colours are, in each way that there is.
const COLORS = {
  'nothing said': () => [],
  'gamma and primaries': () => [...GAMMA, ...PRIMARIES],
  sRGB: () => [chunk('sRGB', Buffer.from([2]))],
  profile: (colorType) => {
    const data = profile(700);
    if (colorType === GRAY || colorType === GRAYA) data.write('GRAY', 16, 'latin1');
    const head = Buffer.from('a name\0\0', 'latin1');
    return [chunk('iCCP', Buffer.concat([head, deflateSync(data)]))];
  },
  'code points': () => [chunk('cICP', Buffer.from([12, 13, 0, 1]))],
};

// Entries in no order, some of them alike, and fewer than the depth has room for where it has any.
function palette(depth) {
  const count = { 1: 2, 2: 3, 4: 13, 8: 200 }[depth];
  const data = Buffer.from(noise({ width: count, height: 1, channels: 'RGB', seed: depth }).data);
  data.copy(data, data.length - 3, 0, 3);
  return data;
}

function transparency({ colorType, depth, samples }) {
  if (colorType === PALETTE) {
    const entries = palette(depth).length / 3;
    return Buffer.from(Array.from({ length: Math.ceil(entries * 0.7) }, (_, i) => (i * 37) & 255));
  }
  // The colour of the image's middle.
  const middle = (SIZE.height >> 1) * SIZE.width + (SIZE.width >> 1);
  const channels = colorType === RGB ? 3 : 1;
  return words(...samples.subarray(middle * channels, (middle + 1) * channels));
}

function background({ colorType, depth }) {
  if (colorType === PALETTE) return Buffer.from([1]);
  const value = 2 ** depth - 2;
  return colorType === RGB || colorType === RGBA ? words(value, 1, 0) : words(value & 65535);
}

function significantBits({ colorType, depth }) {
  const channels = { [GRAY]: 1, [RGB]: 3, [PALETTE]: 3, [GRAYA]: 2, [RGBA]: 4 }[colorType];
  const bits = colorType === PALETTE ? 8 : depth;
  return Buffer.from(Array.from({ length: channels }, (_, i) => Math.max(1, bits - i)));
}

function* generated() {
  for (const [type, depths] of Object.entries(DEPTHS)) {
    const colorType = Number(type);
    for (const depth of depths) {
      const wide = noise({ ...SIZE, channels: NAMES[colorType], bits: 16, seed: 7 * depth }).data;
      const entries = palette(depth <= 8 ? depth : 8).length / 3;
      const samples = wide.map((value) =>
        colorType === PALETTE ? Math.floor((value * entries) / 65536) : value >> (16 - depth),
      );
      const layout = { ...SIZE, colorType, depth, samples };
      const hasKey = colorType !== GRAYA && colorType !== RGBA;
      for (const keyed of hasKey ? [false, true] : [false]) {
        for (const interlaced of [false, true]) {
          for (const [colors, describe] of Object.entries(COLORS)) {
            const full = colors !== 'nothing said';
            const before = [
              ...describe(colorType),
              ...(full ? [chunk('sBIT', significantBits(layout))] : []),
              ...(colorType === PALETTE ? [chunk('PLTE', palette(depth))] : []),
              ...(keyed ? [chunk('tRNS', transparency(layout))] : []),
              ...(full ? [chunk('bKGD', background(layout))] : []),
              ...(full
                ? [chunk('pHYs', Buffer.concat([longs(3937, 2835), Buffer.from([1])]))]
                : []),
            ];
            const name = `type ${type}, ${depth} bits${keyed ? ', tRNS' : ''}${
              interlaced ? ', interlaced' : ''
            }, ${colors}`;
            yield { name, file: encodePng({ ...layout, interlaced, before }) };
          }
        }
      }
    }
  }
}

test('every colour type, depth, interlacing, transparency and colour chunk decodes', async (t) => {
  const files = [...generated()];
  const count = await check(files);
  t.diagnostic(`${count} crops of ${files.length} files`);
  // 15 layouts, 11 of them with a transparent colour too; interlaced or not; 5 ways.
  assert.equal(files.length, (15 + 11) * 2 * 5);
  assert.equal(count, 5 * files.length);
});
