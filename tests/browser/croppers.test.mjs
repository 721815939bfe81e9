// What real croppers give is taken as `crop`, as the README says: their own canvas is the judge.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { encode } from '../../dist/index.js';
import { launch } from './chromium.mjs';
import { use } from './use.mjs';

const folder = fileURLToPath(new URL('../../build/croppers/', import.meta.url));
const picture = '/build/croppers/picture.png';
const [width, height] = [900, 700];

const chromium = use(launch);
let page;

// Smooth, so that croppers' scaling shows little, and different everywhere.
function samples() {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data.set(
        [(x * 255) / width, (y * 255) / height, ((x + y) * 255) / (width + height)],
        3 * (y * width + x),
      );
    }
  }
  return { data, width, height, channels: 'RGB' };
}

before(async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}picture.png`, (await encode(samples())).bytes);
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL('croppers/page.mjs', import.meta.url))],
    bundle: true,
    format: 'esm',
    outfile: `${folder}page.js`,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    plugins: [
      {
        // crop64 is not bundled: it is served from where it was built.
        name: 'served',
        setup: ({ onResolve }) =>
          onResolve({ filter: /dist\/index\.js$/ }, () => ({
            path: '/dist/index.js',
            external: true,
          })),
      },
    ],
  });
  page = await chromium.open();
});

const call = (name, ...given) =>
  page.evaluate(
    async (module, what, values) => (await import(module))[what](...values),
    '/build/croppers/page.js',
    name,
    [picture, ...given],
  );

describe('croppers', () => {
  const box = { x: 130, y: 85, width: 420, height: 310 };
  const turns = [
    {},
    { rotate: 90 },
    { rotate: 180 },
    { rotate: -90 },
    { scaleX: -1 },
    { scaleY: -1 },
    { rotate: 90, scaleX: -1 },
    { rotate: 270, scaleY: -1 },
    { rotate: 180, scaleX: -1, scaleY: -1 },
  ];
  for (const turn of turns) {
    test(`cropperjs 1: getData() with ${JSON.stringify(turn)}`, async () => {
      const answer = await call('cropper1', { ...box, ...turn });
      assert.deepEqual(answer.size, answer.theirSize);
      assert.deepEqual(answer.size, [box.width, box.height]);
      assert.ok(answer.difference < 0.5, `samples differ by ${answer.difference}`);
    });
  }

  test('react-easy-crop: croppedAreaPixels, and croppedArea with its unit', async () => {
    const { pixels, percent } = await call('easyCrop');
    const { x: left, y: top, ...size } = pixels.crop;
    assert.deepEqual(pixels.region, { left, top, ...size });
    for (const side of ['left', 'top', 'width', 'height']) {
      assert.ok(Math.abs(pixels.region[side] - percent.region[side]) <= 1, side);
    }
    assert.ok(pixels.region.width < width && pixels.region.left > 0);
  });

  test('react-image-crop: PixelCrop, by the recipe', async () => {
    const answer = await call('imageCrop', { unit: 'px', x: 60, y: 40, width: 200, height: 150 });
    assert.deepEqual(answer.region, { left: 135, top: 90, width: 450, height: 338 });
    assert.ok(answer.difference < 2, `samples differ by ${answer.difference}`);
  });

  test('cropperjs 2: a selection, by the recipe', async () => {
    const answer = await call('cropper2');
    // Rounded edge by edge here, and as a size there.
    for (const i of [0, 1]) {
      assert.ok(Math.abs(answer.size[i] - answer.theirSize[i]) <= 1);
    }
    assert.ok(answer.difference < 2, `samples differ by ${answer.difference}`);
  });
});
