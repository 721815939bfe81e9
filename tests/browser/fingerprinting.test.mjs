// Where a browser answers fingerprinting with noise, what is read back from a canvas is not what was
// drawn on it. Sources that crop64 reads itself never touch one: they are the same there as anywhere.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { encode, toDataURL } from '../../dist/index.js';
import { root } from '../support/fixtures.mjs';
import { launch } from './firefox.mjs';
import { use } from './use.mjs';

// An image with no alpha, so that a canvas that can be trusted gives back what was drawn.
const [width, height] = [60, 40];
const isAlpha = (i) => i % 4 === 3;
const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
  isAlpha(i) ? 255 : (i * 37) % 256,
);
const { bytes: png } = await encode({ data, width, height });

// In the page: `sources` by their names, and what is read from one.
async function makeSources(base64, pixels) {
  const crop64 = await import('/dist/index.js');
  const pool = await import('/dist/pool.js');
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const blob = new Blob([bytes], { type: 'image/png' });
  const data = Uint8ClampedArray.from(pixels.data);
  const bitmap = await createImageBitmap(blob);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  const draw = (canvas) => {
    Object.assign(canvas, { width: pixels.width, height: pixels.height });
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    return canvas;
  };
  const canvas = draw(document.createElement('canvas'));
  globalThis.sources = {
    File: () => new File([bytes], 'picture.png'),
    Blob: () => blob,
    ArrayBuffer: () => bytes.slice().buffer,
    Uint8Array: () => bytes,
    base64: () => base64,
    'data URL': () => `data:image/png;base64,${base64}`,
    Response: () => new Response(blob),
    URL: () => new URL(image.src),
    pixels: () => ({ ...pixels, data }),
    ImageData: () => new ImageData(data, pixels.width, pixels.height),
    img: () => image,
    canvas: () => canvas,
    OffscreenCanvas: () => draw(new OffscreenCanvas(1, 1)),
    ImageBitmap: () => bitmap,
    'a WebP': () => new Promise((done) => canvas.toBlob(done, 'image/webp', 1)),
  };
  // The reader's name, and how many samples are others than those that were drawn.
  const compare = (result) => [result.decoder, data.filter((v, i) => v !== result.data[i]).length];
  globalThis.read = async (name) => {
    const results = [crop64, pool].map(async ({ decode }) =>
      compare(await decode(await sources[name]())),
    );
    return Promise.all(results);
  };
  globalThis.crop64 = crop64;
}

const DRAWN = { img: 'canvas', canvas: 'canvas', OffscreenCanvas: 'canvas', ImageBitmap: 'canvas' };

for (const isProtected of [false, true]) {
  describe(`resistFingerprinting: ${isProtected}`, () => {
    const firefox = use(() => launch({ 'privacy.resistFingerprinting': isProtected }));
    let page;
    before(async () => {
      page = await firefox.open();
      const base64 = Buffer.from(png).toString('base64');
      await page.evaluate(makeSources, base64, { data: [...data], width, height });
    });

    test('a canvas returns what was drawn unless protected', async () => {
      const changed = await page.evaluate(() => {
        const canvas = sources.canvas();
        const drawn = sources.pixels().data;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return drawn.filter((value, i) => value !== data[i]).length;
      });
      if (isProtected) assert.ok(changed > data.length / 2, `${changed} samples of ${data.length}`);
      else assert.equal(changed, 0);
    });

    test("each source gives the same samples, or decoder is 'canvas'", async () => {
      for (const name of await page.evaluate(() => Object.keys(sources))) {
        const reader = name === 'a WebP' ? 'browser' : (DRAWN[name] ?? 'crop64');
        for (const [decoder, changed] of await page.evaluate((key) => read(key), name)) {
          assert.equal(decoder, reader, name);
          if (isProtected && reader !== 'crop64') assert.ok(changed > 0, name);
          else assert.equal(changed, 0, name);
        }
      }
    });

    test("a photograph from a File gives Node's bytes", async () => {
      const photo = await readFile(join(root, 'tests/fixtures/progressive.jpg'));
      const crop = { left: 8, top: 8, right: 40, bottom: 40 };
      for (const options of [{ crop }, { crop, lossless: true }, { crop, format: 'png' }]) {
        const here = await toDataURL(photo, options);
        const there = await page.evaluate(
          async (base64, options) => {
            const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            return crop64.toDataURL(new File([bytes], 'photo.jpg'), options);
          },
          photo.toString('base64'),
          options,
        );
        assert.equal(there, here);
      }
    });
  });
}
