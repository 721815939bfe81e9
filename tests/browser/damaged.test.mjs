// Damaged PNGs, cut BMPs, and BMPs that only browsers read, as Chromium shows them in an <img>.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { decode } from '../../dist/index.js';
import {
  chunk,
  encodePng,
  GRAY,
  PALETTE,
  RGB,
  RGBA,
  readChunks,
  SIGNATURE,
} from '../../support/png.mjs';
import { BIT_FIELDS, encodeBmp, encodeBmpData, packRuns, RLE8, toRuns } from '../support/bmp.mjs';
import { seeded } from '../support/mutations.mjs';
import { launch } from './chromium.mjs';
import { use } from './use.mjs';

const chromium = use(launch);
const size = { width: 37, height: 29 };
const random = seeded(17);
const numbers = (count, below) => Array.from({ length: count }, () => random.below(below));
const palette = [
  [200, 0, 0],
  [0, 200, 0],
  [0, 0, 200],
  [90, 90, 90],
];

// Every alpha is full: a canvas does not keep others as they are.
function png(colorType, channels, more = {}) {
  const samples = numbers(size.width * size.height * channels, colorType === PALETTE ? 4 : 256);
  if (colorType === RGBA)
    samples.forEach((_, i) => {
      if (i % 4 === 3) samples[i] = 255;
    });
  const before = colorType === PALETTE ? [chunk('PLTE', Buffer.from(palette.flat()))] : [];
  return encodePng({ ...size, colorType, samples, before, ...more });
}

const withData = (file, change) =>
  Buffer.concat([
    SIGNATURE,
    ...readChunks(file).map(({ type, data }) => chunk(type, type === 'IDAT' ? change(data) : data)),
  ]);

function* pngs() {
  const kinds = { grey: [GRAY, 1], RGB: [RGB, 3], RGBA: [RGBA, 4], palette: [PALETTE, 1] };
  for (const [name, [colorType, channels]] of Object.entries(kinds)) {
    for (const interlaced of [false, true]) {
      const file = png(colorType, channels, { interlaced });
      const kind = `${name}${interlaced ? ', interlaced' : ''}`;
      const data = file.indexOf('IDAT') + 4;
      for (const share of [0.05, 0.3, 0.6, 0.95]) {
        const length = data + Math.floor((file.length - 16 - data) * share);
        yield [`${kind}, ${share} of its data`, file.subarray(0, length)];
      }
      yield [`${kind}, no IEND`, file.subarray(0, -12)];
      yield [`${kind}, no Adler-32`, file.subarray(0, -20)];
      yield [
        `${kind}, few rows`,
        withData(file, (d) => {
          const rows = inflateSync(d);
          return deflateSync(rows.subarray(0, rows.length / 2));
        }),
      ];
    }
  }
  const file = png(RGB, 3);
  yield [
    'a filter that does not exist',
    withData(file, (data) => {
      const rows = inflateSync(data);
      rows[11 * (size.width * 3 + 1)] = 7;
      return deflateSync(rows);
    }),
  ];
  yield ['a wrong Adler-32', withData(file, (data) => Buffer.from(data).fill(0, data.length - 4))];
  yield [
    'a small window',
    withData(file, (data) => Buffer.from(data).fill(0x18, 0, 1).fill(0x19, 1, 2)),
  ];
}

function* bmps() {
  const all = size.width * size.height;
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const alpha = { bits: 32, header: 124, masks };
  const half = (file) => file.subarray(0, (file.readUInt32LE(10) + file.length) >> 1);
  for (const topDown of [false, true]) {
    const way = topDown ? 'down' : 'up';
    const rgb = encodeBmp({ ...size, bits: 24, topDown, pixels: numbers(all, 2 ** 24) });
    yield [`24 bits, ${way}, cut`, half(rgb)];
    const indices = Uint8Array.from(numbers(all, 4));
    const data = packRuns(toRuns(indices, 8, size), 8);
    const height = topDown ? -size.height : size.height;
    const runs = { ...size, height, bits: 8, compression: RLE8, palette, used: 4, data };
    yield [`RLE8, ${way}`, encodeBmpData(runs)];
  }
  const rgb = numbers(all, 2 ** 24);
  const some = rgb.map((pixel, i) => (i % 3 === 0 ? pixel : pixel + 0xff000000));
  for (const compression of [0, BIT_FIELDS]) {
    const what = `compression ${compression}`;
    yield [`alpha, ${what}`, encodeBmp({ ...size, ...alpha, compression, pixels: some })];
    yield [
      `alpha, ${what}, cut`,
      half(encodeBmp({ ...size, ...alpha, compression, pixels: some })),
    ];
    yield [`empty alpha, ${what}`, encodeBmp({ ...size, ...alpha, compression, pixels: rgb })];
  }
  const planes = encodeBmp({ ...size, bits: 24, pixels: rgb });
  planes.writeUInt16LE(7, 26);
  yield ['seven planes', planes];
  const noBlue = { bits: 16, compression: BIT_FIELDS, masks: [0xff00, 0xff, 0] };
  yield ['no blue', encodeBmp({ ...size, ...noBlue, pixels: numbers(all, 2 ** 16) })];
  const rle24 = Array.from({ length: size.height }, () => {
    const pixels = [...numbers(3 * 20, 256)];
    return [17, ...numbers(3, 256), 0, 20, ...pixels, 0, 0];
  }).flat();
  const os2 = { header: 64, bits: 24, compression: 4, data: Buffer.from([...rle24, 0, 1]) };
  yield ['OS/2, RLE24', encodeBmpData({ ...size, ...os2 })];
}

test('Chromium decodes damaged PNGs, truncated BMPs and rare BMPs the same', async () => {
  const page = await chromium.open();
  for (const [name, file] of [...pngs(), ...bmps()]) {
    const shown = await page
      .evaluate(async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const image = new Image();
        await new Promise((resolve, reject) => {
          image.onload = resolve;
          image.onerror = () => reject(new Error('Chromium does not show it.'));
          image.src = URL.createObjectURL(new Blob([bytes]));
        });
        const { naturalWidth: width, naturalHeight: height } = image;
        const context = new OffscreenCanvas(width, height).getContext('2d');
        context.drawImage(image, 0, 0);
        return [...context.getImageData(0, 0, width, height).data];
      }, file.toString('base64'))
      .catch((error) => assert.fail(`${name}: ${error}`));
    const { data } = await decode(file, { damaged: 'accept' });
    const { data: kept, channels } = await decode(file, { damaged: 'accept', channels: 'keep' });
    assert.equal(data.length, shown.length, name);
    assert.ok(kept.length > 0);
    // An opaque file has black, or its darkest colour, where Chromium shows nothing.
    const isOpaque = channels !== 'RGBA' && channels !== 'GRAYA';
    const missing = name.startsWith('palette') ? [200, 0, 0, 255] : [0, 0, 0, isOpaque ? 255 : 0];
    for (let i = 0; i < data.length; i += 4) {
      const expected = shown[i + 3] === 0 ? missing : shown.slice(i, i + 4);
      const pixel = [...data.subarray(i, i + 4)];
      if (shown[i + 3] === 0 && pixel[3] === 0) continue; // whatever its colour
      if (pixel.some((sample, c) => sample !== expected[c])) {
        assert.fail(`${name}: pixel ${i / 4} is ${pixel}, expected ${expected}`);
      }
    }
  }
});
