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
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const functions = { decode, encode, toBase64, toBlob, toBytes, toDataURL, toImageData };
const forFiles = [encode, toBase64, toBlob, toBytes, toDataURL];
const forSamples = [decode, toImageData];
const forAll = [...forFiles, ...forSamples];

const edges = { left: 0, top: 0, right: 10, bottom: 10 };
const shapes = '\\{left, top, right, bottom\\}, .* or \\{x, y, width, height\\}';
const colors = "a colour like '#fff', '#ffff', '#ffffff' or '#ffffffff'";

const turns = 'a number \\(degrees clockwise\\)';
const flips = "one of 'horizontal', 'vertical'";
const fits = "one of 'cover', 'contain', 'fill', 'inside', 'outside'";
const kernels = "one of 'nearest', 'linear', 'cubic', 'lanczos3'";
const side = 'an integer from 1 to 2147483647';
const positions = "one of 'center', 'top', 'right top', .*, 'left top'";
const yesOrNo = 'true or false';
const channels = "one of 'RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep'";
const depths = "one of 8, 16, 'keep'";
const bytes = 'a number from 1 to 1000000000000000000';

// Options, the name of what is wrong, what was expected and what came.
const wrong = [
  [null, 'options', 'an object', 'null'],
  [5, 'options', 'an object', '5'],
  ['png', 'options', 'an object', "'png'"],
  [[], 'options', 'an object', '\\[\\]'],
  [() => {}, 'options', 'an object', 'a function'],

  [{ crop: null }, 'crop', 'an object', 'null'],
  [{ crop: [0, 0, 10, 10] }, 'crop', 'an object', '\\[0,0,10,10\\]'],
  [{ crop: '0,0,10,10' }, 'crop', 'an object', "'0,0,10,10'"],
  [{ crop: {} }, 'crop', shapes, '\\{\\}'],
  [{ crop: { left: 0, top: 0 } }, 'crop', shapes, '.*'],
  [{ crop: { ...edges, width: 5 } }, 'crop', shapes, '.*'],
  [{ crop: { left: 0, top: 0, right: 5, height: 5 } }, 'crop', shapes, '.*'],
  [{ crop: { x: 0, y: 0, right: 5, bottom: 5 } }, 'crop', shapes, '.*'],
  [{ crop: { ...edges, left: '0' } }, 'crop.left', 'a number', "'0'"],
  [{ crop: { ...edges, top: Number.NaN } }, 'crop.top', 'a number', 'NaN'],
  [{ crop: { ...edges, right: Number.POSITIVE_INFINITY } }, 'crop.right', 'a number', 'Infinity'],
  [{ crop: { ...edges, bottom: undefined } }, 'crop.bottom', 'a number', 'undefined'],
  [{ crop: { ...edges, bottom: 10n } }, 'crop.bottom', 'a number', '10'],
  [{ crop: { x: 0, y: 0, width: -5, height: 5 } }, 'crop.width', 'a number of 0 or more', '-5'],
  [{ crop: { x: 0, y: 0, width: 5, height: -1 } }, 'crop.height', 'a number of 0 or more', '-1'],
  [{ crop: { ...edges, unit: 'px' } }, 'crop.unit', "'%' or nothing .*", "'px'"],
  [{ crop: { ...edges, unit: null } }, 'crop.unit', "'%' or nothing .*", 'null'],

  [{ outOfBounds: 'crop' }, 'outOfBounds', "one of 'error', 'clamp', 'pad'", "'crop'"],
  [{ outOfBounds: true }, 'outOfBounds', "one of 'error', 'clamp', 'pad'", 'true'],
  [{ outOfBounds: null }, 'outOfBounds', "one of 'error', 'clamp', 'pad'", 'null'],

  [{ background: 'white' }, 'background', colors, "'white'"],
  [{ background: '' }, 'background', colors, "''"],
  [{ background: 'fff' }, 'background', colors, "'fff'"],
  [{ background: '#ff' }, 'background', colors, "'#ff'"],
  [{ background: '#fffff' }, 'background', colors, "'#fffff'"],
  [{ background: '#ggg' }, 'background', colors, "'#ggg'"],
  [{ background: 0xffffff }, 'background', `${colors}, or \\{r, g, b, alpha\\}`, '16777215'],
  [{ background: null }, 'background', `${colors}, or \\{r, g, b, alpha\\}`, 'null'],
  [{ background: [255, 255, 255] }, 'background', `${colors}, or .*`, '\\[255,255,255\\]'],
  [{ background: {} }, 'background.r', 'an integer from 0 to 255', 'undefined'],
  [{ background: { r: 0, g: 0 } }, 'background.b', 'an integer from 0 to 255', 'undefined'],
  [{ background: { r: 0, g: 256, b: 0 } }, 'background.g', 'an integer from 0 to 255', '256'],
  [{ background: { r: -1, g: 0, b: 0 } }, 'background.r', 'an integer from 0 to 255', '-1'],
  [{ background: { r: 0, g: 0.5, b: 0 } }, 'background.g', 'an integer from 0 to 255', '0.5'],
  [
    { background: { r: 0, g: 0, b: 0, alpha: 255 } },
    'background.alpha',
    'a number from 0 to 1',
    '255',
  ],
  [
    { background: { r: 0, g: 0, b: 0, alpha: '1' } },
    'background.alpha',
    'a number from 0 to 1',
    "'1'",
  ],

  [{ colorSpace: 'p3' }, 'colorSpace', "one of 'keep', 'srgb', 'display-p3'", "'p3'"],
  [{ colorSpace: 'other' }, 'colorSpace', "one of 'keep', 'srgb', 'display-p3'", "'other'"],
  [{ colorSpace: null }, 'colorSpace', "one of 'keep', 'srgb', 'display-p3'", 'null'],
  [{ damaged: 'ignore' }, 'damaged', "one of 'error', 'accept'", "'ignore'"],
  [{ damaged: true }, 'damaged', "one of 'error', 'accept'", 'true'],

  [{ limits: null }, 'limits', 'an object', 'null'],
  [{ limits: 1e6 }, 'limits', 'an object', '1000000'],
  [{ limits: { pixels: -1 } }, 'limits.pixels', 'a number from 0 to .*', '-1'],
  [{ limits: { bytes: '5MB' } }, 'limits.bytes', 'a number from 0 to .*', "'5MB'"],
  [{ limits: { memory: Number.NaN } }, 'limits.memory', 'a number from 0 to .*', 'NaN'],
  [{ limits: { memory: null } }, 'limits.memory', 'a number from 0 to .*', 'null'],

  [{ signal: null }, 'signal', 'an AbortSignal', 'null'],
  [{ signal: new AbortController() }, 'signal', 'an AbortSignal', '\\{.*'],
  [{ signal: { aborted: false } }, 'signal', 'an AbortSignal', '\\{"aborted":false\\}'],
  [{ signal: 'stop' }, 'signal', 'an AbortSignal', "'stop'"],

  [{ autoOrient: 'true' }, 'autoOrient', yesOrNo, "'true'"],
  [{ autoOrient: 1 }, 'autoOrient', yesOrNo, '1'],
  [{ autoOrient: null }, 'autoOrient', yesOrNo, 'null'],

  [{ rotate: '90' }, 'rotate', turns, "'90'"],
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

  [{ outOfBounds: 'extend' }, 'outOfBounds', "one of 'error', 'clamp', 'pad'", "'extend'"],
  [{ background: 'rgb(0,0,0)' }, 'background', "a colour like '#fff', .*", "'rgb\\(0,0,0\\)'"],
];

const fileOptions = [
  [{ format: 'webp' }, 'format', "one of 'keep', 'jpeg', .*", "'webp'"],
  [{ format: 'JPEG' }, 'format', "one of 'keep', 'jpeg', .*", "'JPEG'"],
  [{ format: 'toString' }, 'format', "one of 'keep', 'jpeg', .*", "'toString'"],
  [{ format: '' }, 'format', "one of 'keep', 'jpeg', .*", "''"],
  [{ format: null }, 'format', "one of 'keep', 'jpeg', .*", 'null'],
  [{ quality: 0 }, 'quality', 'an integer from 1 to 100', '0'],
  [{ quality: 101 }, 'quality', 'an integer from 1 to 100', '101'],
  [{ quality: 0.92 }, 'quality', 'an integer from 1 to 100 \\(not a fraction.*\\)', '0.92'],
  [{ quality: 85.5 }, 'quality', 'an integer from 1 to 100', '85.5'],
  [{ quality: '85' }, 'quality', 'an integer from 1 to 100', "'85'"],
  [{ quality: null }, 'quality', 'an integer from 1 to 100', 'null'],
  [{ quality: Number.NaN }, 'quality', 'an integer from 1 to 100', 'NaN'],
  [{ metadata: 'exif' }, 'metadata', "one of 'none', 'color', 'all'", "'exif'"],
  [{ metadata: true }, 'metadata', "one of 'none', 'color', 'all'", 'true'],
  [{ metadata: null }, 'metadata', "one of 'none', 'color', 'all'", 'null'],
  [{ palette: 'RGB' }, 'palette', 'true or false', "'RGB'"],
  [{ palette: null }, 'palette', 'true or false', 'null'],
  [{ compressionLevel: 10 }, 'compressionLevel', 'an integer from 0 to 9', '10'],
  [{ compressionLevel: -1 }, 'compressionLevel', 'an integer from 0 to 9', '-1'],
  [{ compressionLevel: 1.5 }, 'compressionLevel', 'an integer from 0 to 9', '1.5'],
  [{ compressionLevel: 'best' }, 'compressionLevel', 'an integer from 0 to 9', "'best'"],
  [{ maxBytes: 0 }, 'maxBytes', bytes, '0'],
  [{ maxBytes: -1 }, 'maxBytes', bytes, '-1'],
  [{ maxBytes: '100kB' }, 'maxBytes', bytes, "'100kB'"],
  [{ maxBytes: Number.NaN }, 'maxBytes', bytes, 'NaN'],
  [{ maxBytes: Number.POSITIVE_INFINITY }, 'maxBytes', bytes, 'Infinity'],
  [{ maxBytes: null }, 'maxBytes', bytes, 'null'],
  [{ maxBytes: 100n }, 'maxBytes', bytes, '100'],
  [{ format: 'bmp' }, 'format', "one of 'keep', 'jpeg', .*", "'bmp'"],
];

const channelOptions = [
  [{ channels: 'ARGB' }, 'channels', channels, "'ARGB'"],
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

// Pairs that contradict each other, whatever the image: the option and the format.
const contradictions = [
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

const tables = [
  [wrong, forAll],
  [fileOptions, forFiles],
  [channelOptions, [decode, ...forFiles]],
];

test('an invalid option is named with the expected and the received value', async (t) => {
  const file = await fixture('small.png');
  for (const [rows, accepting] of tables) {
    for (const [options, name, expected, received] of rows) {
      await t.test(`${name}: ${received}`, async () => {
        const message = new RegExp(
          `^Expected ${expected} for \`${name}\` but received ${received}\\.$`,
        );
        for (const run of accepting) {
          await rejects(run(file, options), 'INVALID_ARGUMENT', { message, details: { name } });
        }
      });
    }
  }
});

// Options, the name that is not known, and the one that was meant.
const unknown = [
  [{ corp: edges }, 'corp', 'crop'],
  [{ Crop: edges }, 'Crop', 'crop'],
  [{ crops: undefined }, 'crops', 'crop'],
  [{ auto_orient: true }, 'auto_orient', 'autoOrient'],
  [{ outofbounds: 'pad' }, 'outofbounds', 'outOfBounds'],
  [{ backgroundColor: '#fff' }, 'backgroundColor', 'background'],
  [{ padding: '#fff' }, 'padding'],
  [{ width: 5 }, 'width'],
  [{ mirror: true }, 'mirror'],
  [{ x: 5 }, 'x'],
  [{ __proto__: null, constructor: 5 }, 'constructor'],
  [{ ['x'.repeat(5000)]: 5 }, 'x'.repeat(5000)],
  [{ crop: { lefft: 0, top: 0, right: 5, bottom: 5 } }, 'crop.lefft', 'crop.left'],
  [{ crop: { ...edges, angle: 90 } }, 'crop.angle'],
  [{ background: { r: 0, g: 0, b: 0, a: 1 } }, 'background.a', 'background.alpha'],
  [{ background: { r: 0, g: 0, b: 0, opacity: 1 } }, 'background.opacity'],
  [{ limits: { pixel: 5 } }, 'limits.pixel', 'limits.pixels'],
  [{ limits: { time: 5 } }, 'limits.time'],
  [{ resize: { widht: 5 } }, 'resize.widht', 'resize.width'],
  [{ resize: { h: 5 } }, 'resize.h', 'resize.height'],
  [{ resize: { w: 5 } }, 'resize.w'],
  [{ resize: { width: 5, background: '#fff' } }, 'resize.background'],
];
// What belongs to another function.
const misplaced = [
  [{ metadata: 'all' }, forSamples],
  [{ format: 'png' }, forSamples],
  [{ quality: 80 }, forSamples],
  [{ maxBytes: 5 }, forSamples],
  [{ channels: 'RGB' }, [toImageData]],
  [{ bitDepth: 16 }, [toImageData]],
];

test('an unknown option is named with a suggestion or all known options', async () => {
  const file = await fixture('small.png');
  for (const [options, name, meant] of unknown) {
    for (const run of forAll) {
      const error = await rejects(run(file, options), 'INVALID_ARGUMENT', { details: { name } });
      const path = /^(\w+\.)?/.exec(name)[0];
      if (meant !== undefined) {
        assert.equal(error.message, `Unknown option '${name}': did you mean '${meant}'?`);
      } else {
        assert.match(error.message, /^Unknown option '[^']*'\. Known options: [^']*\.$/);
        assert.match(error.message, new RegExp(`: ${path}\\w+, ${path}\\w+, `));
      }
    }
  }
  for (const [options, functions] of misplaced) {
    const [name] = Object.keys(options);
    for (const run of functions) {
      await rejects(run(file, options), 'INVALID_ARGUMENT', {
        message: new RegExp(`^Unknown option '${name}'`),
        details: { name },
      });
    }
  }
});

test('contradicting options are refused', async () => {
  for (const name of ['small.png', 'small.jpg', 'small.bmp']) {
    const source = await fixture(name);
    for (const [options, option, format] of contradictions) {
      const message = new RegExp(`^Expected no ${option} for .* but received .* '${format}'\\.$`);
      await rejects(encode(source, options), 'INVALID_ARGUMENT', { message });
    }
  }
});

test("with format 'keep' an option of the other format has no effect", async () => {
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

test('an empty crop is refused with its edges and the size of the image', async () => {
  const file = await fixture('small.png');
  const empty = [
    { left: 10, top: 10, right: 10, bottom: 20 },
    { left: 20, top: 10, right: 10, bottom: 20 },
    { left: 5, top: 5, width: 0, height: 10 },
    { left: 5, top: 5, width: 0.3, height: 10 },
    { left: 50, top: 0, right: 50.1, bottom: 100, unit: '%' },
  ];
  for (const crop of empty) {
    for (const outOfBounds of ['error', 'clamp', 'pad']) {
      await rejects(encode(file, { crop, outOfBounds }), 'INVALID_ARGUMENT', {
        message: /^Expected a crop of at least one pixel but received left .*131 x 97\)\.$/,
        details: { width: 131, height: 97 },
      });
    }
  }
});

test('invalid options are refused before the source is read', async () => {
  let reads = 0;
  class Watched extends Response {
    arrayBuffer() {
      reads += 1;
      return super.arrayBuffer();
    }
  }
  const response = new Watched(await fixture('small.png'));
  await rejects(toBytes(response, { quality: 0 }), 'INVALID_ARGUMENT');
  assert.equal(reads, 0);
  await toBytes(response);
  assert.equal(reads, 1);
});

test('undefined options equal absent ones', async () => {
  const file = await fixture('small.png');
  const names = 'autoOrient rotate flip crop outOfBounds background resize damaged limits signal';
  const none = Object.fromEntries(names.split(' ').map((name) => [name, undefined]));
  const decoded = await decode(file, { ...none, channels: undefined });
  sameSamples(decoded, await decode(file));
  const all = { ...none, format: undefined, quality: undefined, compressionLevel: undefined };
  sameBytes(await toBytes(file, all), file);
  sameBytes(await toBytes(file, undefined), file);
  const nothing = { height: undefined, fit: undefined, kernel: undefined, position: undefined };
  const { width, height } = await decode(file, { resize: { width: 20, ...nothing } });
  assert.deepEqual([width, height], [20, 15]);
  const endless = Number.POSITIVE_INFINITY;
  for (const limit of [undefined, endless]) {
    const limits = { pixels: limit, bytes: limit, memory: limit };
    sameBytes(await toBytes(file, { limits }), file);
    await decode(file, { limits });
  }
});

test('options are never changed', async () => {
  const freeze = (value) => {
    for (const item of Object.values(value)) if (typeof item === 'object') freeze(item);
    return Object.freeze(value);
  };
  const options = freeze({
    crop: { x: -10, y: 0, width: 50, height: 40, rotate: 90, scaleX: -1, scaleY: 1 },
    resize: { width: 10, height: 10, fit: 'contain' },
    outOfBounds: 'pad',
    background: { r: 1, g: 2, b: 3 },
    limits: { pixels: 1e6 },
  });
  const before = JSON.stringify(options);
  for (const run of Object.values(functions)) await run(await fixture('small.png'), options);
  assert.equal(JSON.stringify(options), before);
});

test('options changed during a call have no effect on it', async () => {
  const file = await fixture('small.png');
  const options = () => ({
    crop: { left: 10, top: 20, width: 30, height: 40 },
    resize: { width: 12 },
    background: { r: 1, g: 2, b: 3 },
    limits: { pixels: 1e6, memory: 1e8 },
  });
  const expected = await toBytes(file, options());
  const changed = options();
  const made = toBytes(file, changed);
  for (const part of Object.values(changed)) {
    for (const name of Object.keys(part)) part[name] = 'changed';
  }
  sameBytes(await made, expected);
});

test('both ends of every range are accepted', async () => {
  const file = await fixture('small.png');
  for (const options of [
    { format: 'jpeg', quality: 1 },
    { format: 'jpeg', quality: 100 },
    { format: 'png', compressionLevel: 0 },
    { format: 'png', compressionLevel: 9 },
    { background: { r: 0, g: 255, b: 0, alpha: 0 } },
    { background: '#FFFFFFFF' },
    { crop: { left: 0, top: 0, right: 1, bottom: 1 } },
    { crop: { left: 130, top: 96, right: 131, bottom: 97 } },
    { limits: { pixels: 131 * 97, bytes: file.length, memory: 1e18 } },
  ]) {
    assert.ok((await toBytes(file, options)).length > 0, JSON.stringify(options));
  }
});
