// Wrong values of the options for turning, sizes, padding, samples and limits on the result.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decode,
  encode,
  toBase64,
  toBlob,
  toBytes,
  toDataURL,
  toImageData,
} from '../../dist/index.js';
import { rejects } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const forFiles = [encode, toBase64, toBlob, toBytes, toDataURL];
const forSamples = [decode, toImageData];

const turns = 'one of 0, 90, 180, 270';
const flips = "one of 'horizontal', 'vertical'";
const fits = "one of 'cover', 'contain', 'fill', 'inside', 'outside'";
const kernels = "one of 'nearest', 'linear', 'cubic', 'lanczos3'";
const side = 'an integer from 1 to 2147483647';
const positions = "one of 'center', 'top', 'right top', .*, 'left top'";
const yesOrNo = 'true or false';

// Options, the name of what is wrong, what was expected and what came.
const WRONG = [
  [{ autoOrient: 'true' }, 'autoOrient', yesOrNo, "'true'"],
  [{ autoOrient: 1 }, 'autoOrient', yesOrNo, '1'],
  [{ autoOrient: null }, 'autoOrient', yesOrNo, 'null'],

  [{ rotate: 45 }, 'rotate', turns, '45'],
  [{ rotate: 360 }, 'rotate', turns, '360'],
  [{ rotate: -90 }, 'rotate', turns, '-90'],
  [{ rotate: '90' }, 'rotate', turns, "'90'"],
  [{ rotate: 90.5 }, 'rotate', turns, '90.5'],
  [{ rotate: Number.NaN }, 'rotate', turns, 'NaN'],
  [{ rotate: null }, 'rotate', turns, 'null'],
  [{ rotate: 90n }, 'rotate', turns, '90'],
  [{ rotate: true }, 'rotate', turns, 'true'],

  [{ flip: true }, 'flip', flips, 'true'],
  [{ flip: 'both' }, 'flip', flips, "'both'"],
  [{ flip: 'Horizontal' }, 'flip', flips, "'Horizontal'"],
  [{ flip: 'none' }, 'flip', flips, "'none'"],
  [{ flip: null }, 'flip', flips, 'null'],

  [{ resize: 100 }, 'resize', 'an object', '100'],
  [{ resize: [100, 100] }, 'resize', 'an object', '\\[100,100\\]'],
  [{ resize: '100x100' }, 'resize', 'an object', "'100x100'"],
  [{ resize: null }, 'resize', 'an object', 'null'],
  [{ resize: {} }, 'resize', 'a width, a height or both', '\\{\\}'],
  [{ resize: { fit: 'cover' } }, 'resize', 'a width, a height or both', '.*cover.*'],
  [{ resize: { width: undefined } }, 'resize', 'a width, a height or both', '.*'],
  [{ resize: { width: 0 } }, 'resize.width', side, '0'],
  [{ resize: { width: -5 } }, 'resize.width', side, '-5'],
  [{ resize: { width: 5.5 } }, 'resize.width', side, '5.5'],
  [{ resize: { width: '5' } }, 'resize.width', side, "'5'"],
  [{ resize: { width: null, height: 5 } }, 'resize.width', side, 'null'],
  [{ resize: { height: Number.NaN } }, 'resize.height', side, 'NaN'],
  [{ resize: { height: Number.POSITIVE_INFINITY } }, 'resize.height', side, 'Infinity'],
  [{ resize: { width: 5, height: 2 ** 31 } }, 'resize.height', side, '2147483648'],
  [{ resize: { width: 5n } }, 'resize.width', side, '5'],
  [{ resize: { width: 5, fit: 'scale-down' } }, 'resize.fit', fits, "'scale-down'"],
  [{ resize: { width: 5, fit: null } }, 'resize.fit', fits, 'null'],
  [{ resize: { width: 5, fit: 'toString' } }, 'resize.fit', fits, "'toString'"],
  [{ resize: { width: 5, kernel: 'lanczos' } }, 'resize.kernel', kernels, "'lanczos'"],
  [{ resize: { width: 5, kernel: 3 } }, 'resize.kernel', kernels, '3'],
  [{ resize: { width: 5, position: 'north' } }, 'resize.position', positions, "'north'"],
  [{ resize: { width: 5, position: 'top right' } }, 'resize.position', positions, "'top right'"],
  [{ resize: { width: 5, position: [0, 1] } }, 'resize.position', positions, '\\[0,1\\]'],
  [{ resize: { width: 5, position: '__proto__' } }, 'resize.position', positions, "'__proto__'"],
  [{ resize: { width: 5, withoutEnlargement: 1 } }, 'resize.withoutEnlargement', yesOrNo, '1'],
  [{ resize: { width: 5, background: '#fff' } }, 'the keys of resize', '.*', "'background'"],
  [{ resize: { w: 5 } }, 'the keys of resize', 'one of width, height, .*', "'w'"],

  [{ outside: 'extend' }, 'outside', "one of 'error', 'clamp', 'pad'", "'extend'"],
  [{ background: 'rgb(0,0,0)' }, 'background', "a colour like '#fff', .*", "'rgb\\(0,0,0\\)'"],

  [{ orient: true }, 'the keys of options', 'one of autoOrient, .*', "'orient'"],
  [{ mirror: true }, 'the keys of options', 'one of autoOrient, .*', "'mirror'"],
  [{ fit: 'cover' }, 'the keys of options', 'one of autoOrient, .*', "'fit'"],
];

const channels = "one of 'RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep'";
const depths = "one of 8, 16, 'keep'";

// For functions that take the options of samples.
const WRONG_SAMPLES = [
  [{ channels: 'rgb' }, 'channels', channels, "'rgb'"],
  [{ channels: 'L' }, 'channels', channels, "'L'"],
  [{ channels: 'CMYK' }, 'channels', channels, "'CMYK'"],
  [{ channels: 3 }, 'channels', channels, '3'],
  [{ channels: null }, 'channels', channels, 'null'],
  [{ bitDepth: 32 }, 'bitDepth', depths, '32'],
  [{ bitDepth: 1 }, 'bitDepth', depths, '1'],
  [{ bitDepth: '8' }, 'bitDepth', depths, "'8'"],
  [{ bitDepth: 'auto' }, 'bitDepth', depths, "'auto'"],
  [{ bitDepth: null }, 'bitDepth', depths, 'null'],
];

const size = 'a number from 1 to 1000000000000000000';

// For functions that give a file.
const WRONG_FILES = [
  [{ maxBytes: 0 }, 'maxBytes', size, '0'],
  [{ maxBytes: -1 }, 'maxBytes', size, '-1'],
  [{ maxBytes: '100kB' }, 'maxBytes', size, "'100kB'"],
  [{ maxBytes: Number.NaN }, 'maxBytes', size, 'NaN'],
  [{ maxBytes: Number.POSITIVE_INFINITY }, 'maxBytes', size, 'Infinity'],
  [{ maxBytes: null }, 'maxBytes', size, 'null'],
  [{ maxBytes: 100n }, 'maxBytes', size, '100'],
  [{ format: 'bmp' }, 'format', "one of 'keep', 'jpeg', .*", "'bmp'"],
];

// Pairs that contradict each other, whatever the picture.
const BETWEEN = [
  [{ format: 'jpeg', compressionLevel: 6 }, 'compressionLevel', 'jpeg'],
  [{ format: 'png', quality: 80 }, 'quality', 'png'],
  [{ format: 'raw', quality: 80 }, 'quality', 'raw'],
  [{ format: 'raw', compressionLevel: 1 }, 'compressionLevel', 'raw'],
  [{ format: 'jpeg', channels: 'RGB' }, 'channels', 'jpeg'],
  [{ format: 'png', channels: 'RGB' }, 'channels', 'png'],
  [{ format: 'jpeg', bitDepth: 8 }, 'bitDepth', 'jpeg'],
  [{ format: 'png', bitDepth: 16 }, 'bitDepth', 'png'],
  [{ format: 'image/jpeg', bitDepth: 'keep' }, 'bitDepth', 'jpeg'],
];

async function refused(call, source, options, name, expected, received) {
  const message = new RegExp(`^Expected ${expected} for ${name} but received ${received}\\.$`);
  await rejects(call(source, options), 'INVALID_ARGUMENT', { message, details: { name } });
}

test('wrong values are refused by name', async () => {
  assert.ok(WRONG.length + WRONG_SAMPLES.length + WRONG_FILES.length >= 30);
  const source = await fixture('small.png');
  for (const [options, ...wrong] of WRONG) {
    for (const call of [...forFiles, ...forSamples]) await refused(call, source, options, ...wrong);
  }
  for (const [options, ...wrong] of WRONG_SAMPLES) {
    await refused(decode, source, options, ...wrong);
    for (const call of forFiles)
      await refused(call, source, { ...options, format: 'raw' }, ...wrong);
  }
  for (const [options, ...wrong] of WRONG_FILES) {
    for (const call of forFiles) await refused(call, source, options, ...wrong);
  }
});

test('wrong values are refused before the source is looked at', async () => {
  for (const [options, ...wrong] of [WRONG[3], WRONG[13], WRONG[20], WRONG_FILES[1]]) {
    await refused(encode, new URL('file:///nowhere.png'), options, ...wrong);
  }
});

test('options of one function are not those of another', async () => {
  const source = await fixture('small.png');
  for (const options of [{ channels: 'RGB' }, { bitDepth: 16 }]) {
    const [name] = Object.keys(options);
    const wrong = ['the keys of options', 'one of autoOrient, .*', `'${name}'`];
    await refused(toImageData, source, options, ...wrong);
  }
  for (const options of [{ maxBytes: 5 }, { quality: 5 }, { format: 'png' }]) {
    for (const call of forSamples) {
      const wrong = ['the keys of options', 'one of autoOrient, .*', `'${Object.keys(options)}'`];
      await refused(call, source, options, ...wrong);
    }
  }
});

test('options that contradict each other are refused', async () => {
  for (const name of ['small.png', 'small.jpg', 'small.bmp']) {
    const source = await fixture(name);
    for (const [options, option, format] of BETWEEN) {
      const message = new RegExp(`^Expected no ${option} for .* but received .* '${format}'\\.$`);
      await rejects(encode(source, options), 'INVALID_ARGUMENT', { message });
    }
  }
});

test("with format 'keep' an option waits for a picture that it fits", async () => {
  const options = { quality: 30, compressionLevel: 1 };
  for (const [name, format] of [
    ['small.png', 'png'],
    ['small.jpg', 'jpeg'],
    ['small.bmp', 'png'],
  ]) {
    const result = await encode(await fixture(name), { ...options, rotate: 90 });
    assert.equal(result.format, format);
  }
});

test('undefined is the same as nothing', async () => {
  const source = await fixture('small.jpg');
  const none = {
    ...{ autoOrient: undefined, rotate: undefined, flip: undefined, crop: undefined },
    ...{ outside: undefined, background: undefined, resize: undefined, maxBytes: undefined },
    ...{ channels: undefined, bitDepth: undefined, format: undefined, quality: undefined },
  };
  const result = await encode(source, none);
  assert.deepEqual(Buffer.from(result.bytes), source);
  const resize = { width: 20, height: undefined, fit: undefined, kernel: undefined };
  const more = { position: undefined, withoutEnlargement: undefined };
  const { width, height } = await decode(source, { resize: { ...resize, ...more } });
  assert.deepEqual([width, height], [20, 15]);
});

test('options are not changed', async () => {
  const options = {
    crop: { x: 1, y: 2, width: 30, height: 40, rotate: 90, scaleX: -1, scaleY: 1 },
    resize: { width: 10, height: 10, fit: 'contain' },
    background: { r: 1, g: 2, b: 3 },
    outside: 'pad',
  };
  const before = structuredClone(options);
  const frozen = Object.freeze({ ...options, crop: Object.freeze(options.crop) });
  await decode(await fixture('small.png'), frozen);
  assert.deepEqual(options, before);
});
