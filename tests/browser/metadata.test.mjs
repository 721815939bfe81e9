// What Chromium makes of what we say beside the samples: which way up, and in which colours.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { encode, probe } from '../../dist/index.js';
import { jpegWithExif, orientation, pngWithExif } from '../../support/exif.mjs';
import { tool } from '../../support/oracle.mjs';
import { fixture } from '../support/fixtures.mjs';
import { profileChunk, withChunks } from '../support/metadata.mjs';
import { displayP3 } from '../support/profiles.mjs';
import { launch } from './chromium.mjs';
import { use } from './use.mjs';

const chromium = use(launch);
let page;

before(async () => {
  page = await chromium.open();
  await page.evaluate(async () => {
    globalThis.crop64 = await import('/dist/index.js');
    globalThis.bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    globalThis.base64Of = (bytes) =>
      btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
    // The colours that an <img> shows, in a colour space.
    globalThis.shownBy = async (bytes, type, colorSpace = 'srgb') => {
      const image = new Image();
      image.src = URL.createObjectURL(new Blob([bytes], { type }));
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const context = new OffscreenCanvas(width, height).getContext('2d', { colorSpace });
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, width, height, { colorSpace });
    };
  });
});

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

// 64 x 48: a quarter of each colour, so that each of the eight orientations shows another order.
const [width, height] = [64, 48];
const COLORS = {
  red: [220, 30, 30],
  green: [30, 200, 30],
  blue: [30, 30, 220],
  white: [240, 240, 240],
};

function quarters() {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [left, top] = [x < width / 2, y < height / 2];
      const name = top ? (left ? 'red' : 'green') : left ? 'blue' : 'white';
      data.set(COLORS[name], (y * width + x) * 3);
    }
  }
  return { data, width, height, channels: 'RGB' };
}

// What an <img> shows: its size, and the colours of its corners, from the top left by rows.
async function corners(bytes, mimeType) {
  const [size, found] = await page.evaluate(
    async (text, type) => {
      const { data, width: w, height: h } = await shownBy(bytesOf(text), type);
      const at = (x, y) => [...data.slice((y * w + x) * 4, (y * w + x) * 4 + 3)];
      return [
        [w, h],
        [at(2, 2), at(w - 3, 2), at(2, h - 3), at(w - 3, h - 3)],
      ];
    },
    base64(bytes),
    mimeType,
  );
  const near = (pixel, color) => pixel.every((value, i) => Math.abs(value - color[i]) < 40);
  const names = found.map((pixel) => {
    const known = Object.entries(COLORS).find(([, color]) => near(pixel, color));
    return known?.[0] ?? `${pixel}`;
  });
  return { size, names };
}

const TURN = {
  0: (c) => c,
  90: ([a, b, c, d]) => [c, a, d, b],
  180: ([a, b, c, d]) => [d, c, b, a],
};

describe('every result is displayed upright', () => {
  for (const [format, withExif] of Object.entries({ jpeg: jpegWithExif, png: pngWithExif })) {
    test(format, async () => {
      const { bytes } = await encode(quarters(), {
        format,
        ...(format === 'jpeg' && { quality: 95 }),
      });
      const mimeType = `image/${format}`;
      for (let tag = 1; tag <= 8; tag += 1) {
        const file = withExif(Buffer.from(bytes), orientation(tag));
        const source = await corners(file, mimeType);
        const isWide = source.size[0] === width;
        assert.equal(isWide, tag < 5);
        for (const [options, degrees] of [
          [{ metadata: 'none' }, 0],
          [{ metadata: 'color' }, 0],
          [{ metadata: 'none', autoOrient: false }, 0],
          [{ rotate: 90 }, 90],
          [{ rotate: 180, metadata: 'all' }, 180],
          [{ autoOrient: false, metadata: 'all', quality: 90, format: 'jpeg' }, 0],
          [{ format: 'png', metadata: 'all' }, 0],
          [{ format: 'png', autoOrient: false }, 0],
          [{ format: 'jpeg', autoOrient: false, quality: 90 }, 0],
          [{ resize: { width: 40, height: 40, fit: 'fill' } }, 0],
          [{ resize: { width: 40, height: 40, fit: 'fill' }, autoOrient: false }, 0],
          ...(format === 'jpeg'
            ? [
                [{ lossless: true, rotate: 90 }, 90],
                [{ lossless: true, autoOrient: false, metadata: 'none' }, 0],
                [{ lossless: true, progressive: true, metadata: 'all' }, 0],
                [{ lossless: true, crop: { unit: '%', x: 0, y: 0, width: 75, height: 75 } }, 0],
                [
                  { crop: { unit: '%', x: 25, y: 25, width: 75, height: 75 }, autoOrient: false },
                  0,
                ],
              ]
            : []),
        ]) {
          const what = `orientation ${tag}, ${JSON.stringify(options)}`;
          const result = await encode(file, options);
          const shown = await corners(result.bytes, result.mimeType);
          assert.deepEqual(shown.names, TURN[degrees](source.names), what);
          const { width: w, height: h } = await probe(result);
          assert.deepEqual(shown.size, [w, h], what);
        }
      }
    });
  }
});

describe('colours in Chromium', () => {
  test('toImageData of a Display P3 image keeps the samples and sets colorSpace', async () => {
    const file = withChunks(await fixture('small.png'), [profileChunk(displayP3)]);
    const [isImageData, colorSpace, worst] = await page.evaluate(async (text) => {
      const image = await crop64.toImageData(bytesOf(text));
      const shown = await shownBy(bytesOf(text), 'image/png', 'display-p3');
      const apart = image.data.reduce(
        (most, v, i) => Math.max(most, Math.abs(v - shown.data[i])),
        0,
      );
      return [image instanceof ImageData, image.colorSpace, apart];
    }, base64(file));
    assert.ok(isImageData);
    assert.equal(colorSpace, 'display-p3');
    assert.ok(worst <= 1, `samples differ by ${worst}`);
  });

  test('Display P3 ImageData and canvases become files with the same colours', async () => {
    const answers = await page.evaluate(async () => {
      const [w, h] = [48, 32];
      const image = new ImageData(w, h, { colorSpace: 'display-p3' });
      for (let i = 0; i < w * h; i += 1) {
        const [x, y] = [i % w, Math.floor(i / w)];
        image.data.set([x * 5, y * 8, 255 - x * 3 - y * 3, 255], i * 4);
      }
      const canvas = document.createElement('canvas');
      const sources = { image, canvas, offscreen: new OffscreenCanvas(w, h) };
      for (const target of [canvas, sources.offscreen]) {
        [target.width, target.height] = [w, h];
        target.getContext('2d', { colorSpace: 'display-p3' }).putImageData(image, 0, 0);
      }
      const told = {};
      for (const [name, source] of Object.entries(sources)) {
        for (const [format, options] of Object.entries({
          png: {},
          jpeg: { quality: 100, chromaSubsampling: '4:4:4' },
        })) {
          const { bytes, mimeType } = await crop64.encode(source, { format, ...options });
          const info = await crop64.probe(bytes);
          const shown = await shownBy(bytes, mimeType, 'display-p3');
          const apart = image.data.reduce((m, v, i) => Math.max(m, Math.abs(v - shown.data[i])), 0);
          told[`${name}, ${format}`] = [info.hasIccProfile, info.colorSpace, apart];
        }
      }
      return told;
    });
    assert.equal(Object.keys(answers).length, 6);
    for (const [what, [hasProfile, colorSpace, apart]] of Object.entries(answers)) {
      assert.deepEqual([hasProfile, colorSpace], [true, 'display-p3'], what);
      assert.ok(apart <= (what.endsWith('png') ? 1 : 4), `${what}: samples differ by ${apart}`);
    }
  });

  test('sRGB sources get no profile', async () => {
    const has = await page.evaluate(async () => {
      const image = new ImageData(8, 8);
      const canvas = new OffscreenCanvas(8, 8);
      canvas.getContext('2d').putImageData(image, 0, 0);
      const results = [];
      for (const source of [image, canvas, await createImageBitmap(image)]) {
        for (const format of ['png', 'jpeg']) {
          const { bytes } = await crop64.encode(source, { format });
          results.push((await crop64.probe(bytes)).hasIccProfile);
        }
      }
      return results;
    });
    assert.deepEqual(has, Array(6).fill(false));
  });

  test('other programs accept our file', async () => {
    const text = await page.evaluate(async () => {
      const image = new ImageData(8, 8, { colorSpace: 'display-p3' });
      return base64Of((await crop64.encode(image)).bytes);
    });
    tool('pngcheck', ['-q'], Buffer.from(text, 'base64'));
  });
});
