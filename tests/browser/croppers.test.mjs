// The README's recipes for croppers, with the real croppers: what crop64 cuts out is compared with what
// each cropper draws on its own canvas or shows on the page.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { decode, encode } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { blocksOf } from '../support/pages.mjs';
import { launch } from './chromium.mjs';
import { use } from './use.mjs';

const folder = fileURLToPath(new URL('../../build/croppers/', import.meta.url));

const chromium = use(launch);
let page;

const recipe = (including) => {
  const found = blocksOf('README.md').filter(({ code }) => code.includes(including));
  assert.equal(found.length, 1, including);
  return found[0].code;
};
const recipes = { others: recipe('croppedAreaPixels'), cropper2: recipe('$getTransform') };

// Smooth, so that scaling on a canvas changes little, and different everywhere and each way up.
function gradient(width, height) {
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

const jpeg = { format: 'jpeg', quality: 98, chromaSubsampling: '4:4:4' };
const images = {
  'landscape.png': async () => (await encode(gradient(450, 350))).bytes,
  // Stored as landscape, displayed as portrait.
  'phone.jpg': async () => {
    const { bytes } = await encode(gradient(450, 300), jpeg);
    return jpegWithExif(Buffer.from(bytes), orientation(6));
  },
};

before(async () => {
  await mkdir(folder, { recursive: true });
  for (const [name, make] of Object.entries(images)) await writeFile(folder + name, await make());
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

const call = (name, image, given) =>
  page.evaluate(
    async (module, what, ...values) => (await import(module))[what](...values),
    '/build/croppers/page.js',
    name,
    `/build/croppers/${image}`,
    recipes,
    given,
  );

const isNear = (sizes, expected, most = 1) => {
  for (const i of [0, 1]) {
    assert.ok(Math.abs(sizes[i] - expected[i]) <= most, `${sizes} for ${expected}`);
  }
};

// crop64 rounds edges; croppers round sizes, and keep the proportions of the selection.
function sameRegion(answer, isTilted = false) {
  assert.equal(answer.code, undefined);
  isNear(answer.size, answer.theirSize, 2);
  // The box around a rotated image has corners that are transparent.
  if (!isTilted) isNear(answer.insideSize, answer.theirInsideSize, 2);
  const most = isTilted ? 2 : 1;
  assert.ok(answer.difference < most, `samples differ by ${answer.difference}`);
}

const each = (title, cases, body) => {
  for (const image of Object.keys(images)) {
    for (const [what, given] of Object.entries(cases)) {
      test(`${title}: ${image}, ${what}`, () => body(image, given));
    }
  }
};

describe('cropperjs 1: getData()', () => {
  const box = { x: 65, y: 42, width: 160, height: 155 };
  const turns = [
    {},
    { rotate: 90 },
    { rotate: 180 },
    { rotate: -90 },
    { rotate: -450 },
    { scaleX: -1 },
    { scaleY: -1 },
    { rotate: 90, scaleX: -1 },
    { rotate: 270, scaleY: -1 },
    { rotate: 180, scaleX: -1, scaleY: -1 },
    { rotate: 17 },
    { rotate: -130 },
    { rotate: 17, scaleX: -1 },
    { rotate: -40.5, scaleY: -1 },
  ];
  const cases = {
    'the initial selection': {},
    'zoomed and moved': {
      actions: [
        ['zoom', 0.7],
        ['move', 20, -30],
      ],
    },
    'half outside': { data: { ...box, x: -80 } },
    'rotated, half outside': { data: { ...box, y: -78, rotate: 90, scaleX: -1 } },
  };
  for (const turn of turns) cases[JSON.stringify(turn)] = { data: { ...box, ...turn } };
  each('crops what the cropper draws', cases, async (image, given) => {
    sameRegion(await call('cropper1', image, given), (given.data?.rotate ?? 0) % 90 !== 0);
  });
});

describe('cropperjs 2: a selection', () => {
  const selected = [120, 60, 100, 140];
  const cases = {
    'the initial selection': {},
    'as displayed': { selected },
    'zoomed and moved': {
      selected,
      actions: [
        ['$zoom', 0.6, 90, 40],
        ['$move', 15, -20],
      ],
    },
    'rotated by 90': { selected, actions: [['$rotate', '90deg']] },
    'rotated by 180': { selected, actions: [['$rotate', '180deg']] },
    'rotated by -90': { selected, actions: [['$rotate', '-90deg']] },
    'rotated by six times 15': { selected, actions: Array(6).fill(['$rotate', '15deg']) },
    'rotated by 450': { selected, actions: [['$rotate', '450deg']] },
    'rotated by 15': { isTilted: true, selected, actions: [['$rotate', '15deg']] },
    'rotated by -130': { isTilted: true, selected, actions: [['$rotate', '-130deg']] },
    'rotated by 45, mirrored': {
      isTilted: true,
      selected,
      actions: [
        ['$rotate', '45deg'],
        ['$scale', -1, 1],
      ],
    },
    'mirrored to the side': { selected, actions: [['$scale', -1, 1]] },
    'mirrored upside down': { selected, actions: [['$scale', 1, -1]] },
    'mirrored both ways': { selected, actions: [['$scale', -1, -1]] },
    'rotated, then mirrored': {
      selected,
      actions: [
        ['$rotate', '90deg'],
        ['$scale', -1, 1],
      ],
    },
    'mirrored, then rotated': {
      selected,
      actions: [
        ['$scale', -1, 1],
        ['$rotate', '90deg'],
      ],
    },
    'rotated, mirrored, zoomed and moved': {
      selected,
      actions: [
        ['$rotate', '-90deg'],
        ['$scale', 1, -1],
        ['$zoom', 0.8],
        ['$move', -25, 10],
      ],
    },
    'half outside': { selected: [120, -60, 100, 140] },
    'rotated, half outside': {
      selected: [170, 130, 200, 160],
      actions: [
        ['$rotate', '90deg'],
        ['$zoom', -0.3],
      ],
    },
  };
  each('crops what the cropper draws', cases, async (image, given) => {
    sameRegion(await call('cropper2', image, given), given.isTilted);
  });

  for (const [what, actions] of Object.entries({
    skewing: [['$skew', '10deg']],
    stretching: [['$scale', 2, 1]],
  })) {
    test(`${what} is refused`, async () => {
      const { refused } = await call('cropper2', 'landscape.png', { selected, actions });
      assert.match(refused, /Only rotation, mirroring and uniform scaling/);
    });
  }
});

describe('react-easy-crop: croppedAreaPixels and croppedArea', () => {
  const cases = {
    'zoomed and moved': {},
    'not zoomed': { zoom: 1, crop: { x: 0, y: 0 } },
    'rotation 90': { rotation: 90 },
    'rotation 180': { rotation: 180 },
    'rotation 270': { rotation: 270 },
    'rotation -90': { rotation: -90 },
    'rotation 17': { rotation: 17 },
    'rotation -130': { rotation: -130 },
    'rotation 90, not zoomed': { rotation: 90, zoom: 1, crop: { x: 0, y: 0 } },
    'half outside': { restrictPosition: false, crop: { x: 200, y: 9 } },
    'rotation 90, half outside': { rotation: 90, restrictPosition: false, crop: { x: 9, y: 220 } },
  };
  each('crops what the cropper shows', cases, async (image, given) => {
    const { pixels, percent, clip } = await call('easyCrop', image, given);
    const isTilted = (given.rotation ?? 0) % 90 !== 0;
    sameRegion(pixels, isTilted);
    // Beside the image, the page shows what is behind it.
    if (given.restrictPosition === false || isTilted) return;
    isNear(percent.size, pixels.size);
    const [x, y] = [percent.region.left, percent.region.top];
    isNear([x, y], [pixels.options.crop.x, pixels.options.crop.y]);

    const shown = await decode(await page.screenshot({ clip }), { channels: 'RGB' });
    const { width, height } = shown;
    const file = await images[image]();
    const options = { ...pixels.options, resize: { width, height, fit: 'fill' } };
    const ours = await decode(file, { ...options, channels: 'RGB' });
    const sum = shown.data.reduce((total, value, i) => total + Math.abs(value - ours.data[i]), 0);
    const difference = sum / shown.data.length;
    assert.ok(difference < 2, `samples on the page differ by ${difference}`);
  });
});
