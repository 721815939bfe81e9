// `lossless` is never a lie: a thousand jobs with options out of a hat. Where a result says true, all
// samples or coefficients of its region are shown to be there, where the options put them; where it
// says false, something in the options and the source is found that explains it. All that is here is
// worked out anew, in plain JavaScript, from the documentation alone.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { encode } from '../../dist/index.js';
import { jpegWithExif, orientation, pngWithExif, readOrientation } from '../../support/exif.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import {
  chunk,
  decodePng,
  decodeRgba16,
  encodePng,
  GRAY,
  PALETTE,
  RGB,
  readChunks,
} from '../../support/png.mjs';
import { BIT_FIELDS, encodeBmp } from '../support/bmp.mjs';
import { coefficients } from '../support/coefficients.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';
import { noise } from '../support/resample.mjs';

const JOBS = 1000;

// Numbers that look random and are the same each time.
function dice(seed) {
  let state = seed;
  const roll = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const oneOf = (...values) => values[roll(values.length)];
  return { roll, oneOf, once: (times) => roll(times) === 0 };
}

// --- Images as RGBA of 16 bits, into which every sample here goes without loss.

const ORDERS = {
  ...{ GRAY: [0, 0, 0], GRAYA: [0, 0, 0, 1] },
  ...{ RGB: [0, 1, 2], RGBA: [0, 1, 2, 3], BGR: [2, 1, 0], BGRA: [2, 1, 0, 3] },
};
const COUNTS = { GRAY: 1, GRAYA: 2, RGB: 3, RGBA: 4, BGR: 3, BGRA: 4 };

function wide({ data, width, height }, channels, depth) {
  const factor = 65535 / (2 ** depth - 1);
  const count = COUNTS[channels];
  const rgba = new Uint16Array(width * height * 4).fill(65535);
  for (let i = 0; i < width * height; i += 1) {
    for (const [c, from] of ORDERS[channels].entries()) {
      rgba[i * 4 + c] = data[i * count + from] * factor;
    }
  }
  return { data: rgba, width, height };
}

// --- Turning: where the pixel that is displayed at (x, y) is stored, by Exif's eight orientations.

const STORED = {
  1: ({ x, y }) => ({ x, y }),
  2: ({ x, y }, { width }) => ({ x: width - 1 - x, y }),
  3: ({ x, y }, { width, height }) => ({ x: width - 1 - x, y: height - 1 - y }),
  4: ({ x, y }, { height }) => ({ x, y: height - 1 - y }),
  5: ({ x, y }) => ({ x: y, y: x }),
  6: ({ x, y }, { height }) => ({ x: y, y: height - 1 - x }),
  7: ({ x, y }, { width, height }) => ({ x: width - 1 - y, y: height - 1 - x }),
  8: ({ x, y }, { width }) => ({ x: width - 1 - y, y: x }),
};
const TAG_OF = { 0: 1, 90: 6, 180: 3, 270: 8, horizontal: 2, vertical: 4 };

// An image of that size, turned by one orientation after the other.
function turned(size, tags) {
  let { width, height } = size;
  let at = (pixel) => pixel;
  for (const tag of tags) {
    const [before, from] = [at, { width, height }];
    at = (pixel) => before(STORED[tag](pixel, from));
    if (tag >= 5) [width, height] = [height, width];
  }
  return { width, height, at };
}

const askedTags = ({ rotate = 0, flip }) => [TAG_OF[rotate], TAG_OF[flip ?? 0]];
const tagsOf = (source, options) => [
  options.autoOrient === false ? 1 : source.orientation,
  ...askedTags(options),
];

// --- Sources.

const sources = [];
const add = (name, bytes, facts) =>
  sources.push({
    ...{ name, bytes, orientation: 1, depth: 8, gray: false, alpha: false, ...SMALL },
    ...facts,
  });

async function addJpegs() {
  const ppm = await fixture('small.ppm');
  const kinds = [
    ['4:2:0', ['-sample', '2x2'], 1],
    ['4:2:0', ['-sample', '2x2'], 6],
    ['4:2:0, progressive', ['-sample', '2x2', '-progressive'], 4],
    ['4:2:2', ['-sample', '2x1'], 7],
    ['4:4:0', ['-sample', '1x2'], 8],
    ['4:4:4', ['-sample', '1x1'], 2],
    ['4:4:4, progressive', ['-sample', '1x1', '-progressive'], 5],
    ['4:1:1', ['-sample', '4x1', '-restart', '1'], 3],
    ['grey', ['-grayscale', '-sample', '1x1'], 1],
    ['grey, 2 x 2', ['-grayscale', '-sample', '2x2'], 6],
    ['RGB', ['-rgb', '-sample', '1x1'], 1],
  ];
  for (const [name, args, tag] of kinds) {
    const plain = tool('cjpeg', ['-dct', 'int', '-quality', '90', ...args], ppm);
    const bytes = tag === 1 ? plain : jpegWithExif(plain, orientation(tag));
    const image = wide(await pillow(plain, 'RGB'), 'RGB', 8);
    const facts = { format: 'jpeg', image, orientation: tag, gray: name.startsWith('grey') };
    const progressive = name.includes('progressive');
    const subsampling = /^4:\d:\d/.exec(name)?.[0] ?? (name === 'RGB' ? '4:4:4' : undefined);
    add(`${name}, orientation ${tag}`, bytes, { ...facts, progressive, subsampling });
  }
  const cmyk = await python(
    `out = io.BytesIO()
Image.open(io.BytesIO(file)).convert('CMYK').save(out, 'JPEG', quality=90)
result = out.getvalue()`,
    { file: ppm },
  );
  const facts = { format: 'jpeg', progressive: false, subsampling: '4:4:4' };
  add('CMYK', cmyk, { ...facts, cmyk: true });
}

function addPng(name, bytes, facts) {
  add(name, bytes, { format: 'png', image: decodeRgba16(bytes), ...facts });
}

async function addPngs() {
  for (const [name, facts] of Object.entries({
    'small.png': {},
    'small-rgb-16.png': { depth: 16 },
    'small-rgba-16.png': { depth: 16, alpha: true },
    'small-gray-16.png': { depth: 16, gray: true },
    'small-graya-16.png': { depth: 16, gray: true, alpha: true },
    'small-gray-2.png': { gray: true },
    'small-gray-4.png': { gray: true },
    'small-interlaced-rgb.png': {},
    'small-interlaced-rgba-16.png': { depth: 16, alpha: true },
    'small-interlaced-gray-1.png': { gray: true },
  })) {
    addPng(name, await fixture(name), facts);
  }
  const rgb = await fixture('small.png');
  addPng('turned', pngWithExif(rgb, orientation(6)), { orientation: 6 });
  const { samples } = decodePng(rgb);
  const key = Buffer.alloc(6);
  for (const c of [0, 1, 2]) key.writeUInt16BE(samples[3000 + c], 2 * c);
  const keyed = { ...SMALL, colorType: RGB, samples, before: [chunk('tRNS', key)] };
  addPng('RGB, tRNS', encodePng(keyed), { alpha: true });
  const dark = chunk('tRNS', Buffer.from([0, 1]));
  const few = samples.filter((_, i) => i % 3 === 1).map((value) => value >> 6);
  const gray = { ...SMALL, colorType: GRAY, depth: 2, samples: few };
  addPng('grey 2, tRNS', encodePng({ ...gray, before: [dark] }), { gray: true, alpha: true });
  const entries = chunk('PLTE', Buffer.from(noise({ width: 4, height: 1, channels: 'RGB' }).data));
  const palette = { ...gray, colorType: PALETTE };
  addPng('palette', encodePng({ ...palette, before: [entries] }), {});
  const alphas = chunk('tRNS', Buffer.from([255, 7, 0]));
  addPng('palette, alpha', encodePng({ ...palette, before: [entries, alphas] }), { alpha: true });

  const animation = Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.alloc(4)]);
  const control = chunk('acTL', animation);
  addPng('APNG', Buffer.concat([rgb.subarray(0, 33), control, rgb.subarray(33)]), {
    animated: true,
  });
  const data = readChunks(rgb).find(({ type }) => type === 'IDAT');
  const half = rgb.subarray(0, data.at + 8 + (data.data.length >> 1));
  addPng('cut off', rgb, { bytes: half, cutOff: true });
}

function addBmps() {
  const count = SMALL.width * SMALL.height;
  const { data } = noise({ ...SMALL, channels: 'RGB', seed: 5 });
  const three = (i) => [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
  const all = (make) => Array.from({ length: count }, (_, i) => make(three(i)));
  const full = { ...SMALL, format: 'bmp' };
  add(
    '24 bits',
    encodeBmp({ ...SMALL, bits: 24, pixels: all(([r, g, b]) => (r << 16) | (g << 8) | b) }),
    {
      ...full,
      image: wide({ data, ...SMALL }, 'RGB', 8),
    },
  );
  const pixels = all(([r]) => r >> 1);
  const palette = Array.from({ length: 128 }, (_, i) => three(i));
  const indexed = Uint8Array.from(pixels.flatMap((index) => palette[index]));
  add('palette', encodeBmp({ ...SMALL, bits: 8, used: 128, palette, pixels }), {
    ...full,
    image: wide({ data: indexed, ...SMALL }, 'RGB', 8),
  });
  const masks = [0x3ff00000, 0xffc00, 0x3ff];
  const deep = all(([r, g, b]) => (r * 2 ** 22 + g * 2 ** 12 + b * 4) % 2 ** 30);
  const fields = { compression: BIT_FIELDS, header: 56, masks: [...masks, 0] };
  add('10 bits', encodeBmp({ ...SMALL, bits: 32, ...fields, pixels: deep }), {
    ...full,
    inexact: true,
  });
}

function addSamples() {
  for (const [channels, bits] of [
    ['RGBA', 8],
    ['RGB', 16],
    ['BGR', 8],
    ['BGRA', 16],
    ['GRAY', 8],
    ['GRAYA', 16],
  ]) {
    const like = { BGR: 'RGB', BGRA: 'RGBA' }[channels] ?? channels;
    const samples = { ...noise({ ...SMALL, channels: like, bits }), channels };
    add(`${channels} ${bits}`, samples, {
      format: 'raw',
      image: wide(samples, channels, bits),
      depth: bits,
      ...{ gray: channels.startsWith('GRAY'), alpha: channels.endsWith('A') },
      own: channels,
    });
  }
}

before(async () => {
  await addJpegs();
  await addPngs();
  addBmps();
  addSamples();
});

// --- Options.

function chooseOptions(source, { roll, oneOf, once }) {
  const options = {};
  if (once(3)) options.rotate = oneOf(90, 180, 270);
  if (once(4)) options.flip = oneOf('horizontal', 'vertical');
  if (once(5)) options.autoOrient = false;
  const shown = turned(source, tagsOf(source, options));
  if (!once(4)) options.crop = chooseCrop(shown, { roll, oneOf });
  const { left = 0, top = 0, right = shown.width, bottom = shown.height } = options.crop ?? {};
  if (left < 0 || top < 0 || right > shown.width || bottom > shown.height) {
    options.outOfBounds = oneOf('pad', 'clamp');
    if (once(2)) options.background = oneOf('#fff', '#123', '#80408080');
  }
  if (once(5)) options.resize = chooseResize(right - left, bottom - top, { roll, oneOf });
  const format = oneOf(undefined, undefined, 'keep', 'jpeg', 'png', 'raw');
  if (format !== undefined) options.format = format;
  const made = source.format === 'jpeg' ? 'jpeg' : 'png';
  Object.assign(options, chooseCoding(source, options.format ?? made, { oneOf, once }));
  if (once(4)) options.metadata = oneOf('none', 'color', 'all');
  if (once(source.format === 'jpeg' ? 2 : 3)) options.lossless = true;
  if (source.cutOff && once(2)) options.damaged = 'accept';
  if (once(12)) options.maxBytes = oneOf(3000, 10_000, 1e6);
  // So that most of the JPEGs that are to be kept can be.
  if (options.lossless && source.format === 'jpeg' && !once(4)) {
    const { resize, quality, chromaSubsampling, ...rest } = options;
    return rest.outOfBounds === undefined ? rest : { ...rest, outOfBounds: 'clamp' };
  }
  return options;
}

function chooseCrop({ width, height }, { roll, oneOf }) {
  const kind = oneOf('inside', 'inside', 'grid', 'beyond', 'whole');
  if (kind === 'whole') return { left: 0, top: 0, right: width, bottom: height };
  if (kind === 'grid') return { left: 16, top: 32, right: 64, bottom: 80 };
  const reach = kind === 'beyond' ? 9 : 0;
  const left = roll(width - 20) - reach;
  const top = roll(height - 20) - reach;
  const right = left + 1 + roll(width + reach - left);
  return { left, top, right, bottom: top + 1 + roll(height + reach - top) };
}

function chooseResize(width, height, { roll, oneOf }) {
  return oneOf(
    { width: 1 + roll(80), height: 1 + roll(80), fit: oneOf('fill', 'cover', 'contain') },
    { width, height, fit: oneOf('fill', 'cover', 'inside', 'contain') },
    { width: 20 + roll(200), kernel: 'cubic' },
    { width: 150, height: 160, fit: 'contain', withoutEnlargement: true },
    { width: width + 5, height: height + 3, fit: 'inside', withoutEnlargement: true },
  );
}

function chooseCoding(source, format, { oneOf, once }) {
  const coding = {};
  const numbers = [30, 90, 100];
  if (format === 'jpeg' || format === 'keep') {
    const qualities = source.format === 'jpeg' ? ['keep', ...numbers] : numbers;
    if (once(4)) coding.quality = oneOf(...qualities);
    if (once(5)) coding.progressive = oneOf(true, false, 'keep');
    if (once(6)) coding.optimizeCoding = oneOf(true, false);
    if (once(6)) coding.chromaSubsampling = oneOf('4:4:4', '4:2:2', '4:2:0');
  }
  if (format === 'png' || format === 'keep') {
    if (once(5)) coding.compressionLevel = oneOf(0, 1, 9);
    if (once(5)) coding.palette = oneOf(true, false);
  }
  if (format === 'raw') {
    if (!once(4)) coding.channels = oneOf('RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep');
    if (!once(3)) coding.bitDepth = oneOf(8, 16, 'keep');
  }
  return coding;
}

// --- What can be said beforehand.

// The crop that is asked for, the part of it that lies in the image, and the image as turned.
function ask(source, options) {
  const shown = turned(source, tagsOf(source, options));
  const { width, height } = shown;
  const given = options.crop ?? { left: 0, top: 0, right: width, bottom: height };
  const part = {
    left: Math.max(0, given.left),
    top: Math.max(0, given.top),
    right: Math.min(width, given.right),
    bottom: Math.min(height, given.bottom),
  };
  const isEmpty = part.right <= part.left || part.bottom <= part.top;
  const inside = isEmpty ? { left: 0, top: 0, right: 0, bottom: 0 } : part;
  return { shown, inside, crop: options.outOfBounds === 'clamp' ? inside : given };
}

// What the image itself measures after the resize, where there is padding around it without that.
function resized(size, { width, height, fit = 'cover', withoutEnlargement = false }) {
  if (height === undefined) return { ...size, changed: width !== size.width };
  const fits = size.width <= width && size.height <= height;
  if (fit === 'contain' || fit === 'inside') {
    const touches = size.width === width || size.height === height;
    return { ...size, changed: !(fits && (withoutEnlargement || touches)) };
  }
  return { ...size, changed: size.width !== width || size.height !== height };
}

const sizeOf = ({ left, top, right, bottom }) => ({ width: right - left, height: bottom - top });
const sameBox = (a, b) =>
  a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;

// Why a job is not lossless: what of its source and options explains it.
function reasons(source, options) {
  const found = [];
  const { shown, inside, crop } = ask(source, options);
  const keeps = (options.format ?? 'keep') === 'keep';
  const format = keeps ? (source.format === 'jpeg' ? 'jpeg' : 'png') : options.format;
  const size = sizeOf(crop);
  const resizes = options.resize !== undefined && resized(size, options.resize).changed;
  if (resizes) found.push('resize');
  const pads =
    !sameBox(crop, inside) ||
    (options.resize?.fit === 'contain' && !resizes && differs(size, options.resize));
  const { quality = 'keep', progressive = 'keep', chromaSubsampling: chroma } = options;
  const recodes =
    quality !== 'keep' ||
    (chroma !== undefined && source.subsampling !== undefined && chroma !== source.subsampling);
  const changes =
    !sameBox(crop, { left: 0, top: 0, right: shown.width, bottom: shown.height }) ||
    askedTags(options).some((tag) => tag !== 1) ||
    options.optimizeCoding === true ||
    (progressive !== 'keep' && progressive !== source.progressive) ||
    options.maxBytes !== undefined;
  if (format === 'jpeg') {
    if (source.format !== 'jpeg') found.push('into a JPEG');
    else if (pads) found.push('padding in a JPEG');
    else if (recodes) found.push('another quality');
    else if (changes && !options.lossless) found.push('a JPEG decoded and encoded');
    return found;
  }
  if (source.cmyk) found.push('CMYK');
  if (source.animated) found.push('APNG');
  if (source.inexact) found.push('more than 8 bits');
  if (source.cutOff) found.push('cut off');
  if (format === 'raw') {
    const { channels = 'RGBA', bitDepth = 8 } = options;
    if (bitDepth === 8 && source.depth === 16) found.push('16 bits');
    if (channels.startsWith('GRAY') && !source.gray) found.push('grey');
    if (source.alpha && ['RGB', 'BGR', 'GRAY'].includes(channels)) found.push('alpha');
  }
  return found;
}

const differs = (a, b) => a.width !== b.width || a.height !== b.height;

// --- What is there in the end.

// A result that is no JPEG as the samples it is displayed with.
function samplesOf(result, source, options) {
  const { bytes, format } = result;
  if (format === 'png') return { image: decodeRgba16(bytes), tag: readOrientation(bytes) };
  if (format === 'bmp') return { image: source.image, tag: 1 };
  assert.equal(format, 'raw');
  const { channels = 'RGBA', bitDepth = 8 } = options;
  const depth = bitDepth === 'keep' ? source.depth : bitDepth;
  const aligned = Uint8Array.from(bytes).buffer;
  const data = depth === 16 ? new Uint16Array(aligned) : new Uint8Array(aligned);
  const own = source.own ?? `${source.gray ? 'GRAY' : 'RGB'}${source.alpha ? 'A' : ''}`;
  const padded = data.length === result.width * result.height * (COUNTS[own] + 1);
  // Transparent padding adds alpha, coloured padding adds colour.
  const count = data.length / (result.width * result.height);
  const asked = channels === 'keep' ? own : channels;
  const name =
    COUNTS[asked] === count ? asked : padded ? `${own}A` : { 3: 'RGB', 4: 'RGBA' }[count];
  return { image: wide({ data, ...sizeOfResult(result) }, name, depth), tag: 1 };
}

const sizeOfResult = ({ width, height }) => ({ width, height });

function checkSamples(result, source, options, what) {
  const { shown, inside, crop } = ask(source, options);
  const { region } = result;
  const { left, top } = inside;
  assert.deepEqual(region, { left, top, ...sizeOf(inside) }, what);
  const { image: stored, tag } = samplesOf(result, source, options);
  // Where it was not to be turned by its own orientation, it is still to be turned.
  const own = options.autoOrient === false && result.format !== 'raw' ? source.orientation : 1;
  // A PNG of which no sample changes keeps its coded samples, and its orientation with them.
  const isKept = result.format === 'png' && source.format === 'png' && tag === source.orientation;
  if (isKept && tag !== own) assert.ok(sameBox(inside, { left: 0, top: 0, ...endOf(shown) }), what);
  else assert.equal(tag, own, `${what}: orientation`);
  const image = tag === own ? stored : displayed(stored, tag);
  assert.deepEqual(sizeOfResult(image), sizeOfResult(result), what);
  const free = {
    width: result.width - sizeOf(crop).width,
    height: result.height - sizeOf(crop).height,
  };
  const x0 = Math.floor(free.width / 2 + 0.5) + left - crop.left;
  const y0 = Math.floor(free.height / 2 + 0.5) + top - crop.top;
  for (let y = 0; y < region.height; y += 1) {
    for (let x = 0; x < region.width; x += 1) {
      const from = shown.at({ x: left + x, y: top + y });
      const a = ((y0 + y) * image.width + x0 + x) * 4;
      const b = (from.y * source.width + from.x) * 4;
      for (let c = 0; c < 4; c += 1) {
        if (image.data[a + c] !== source.image.data[b + c]) {
          const values = `${image.data[a + c]}, expected ${source.image.data[b + c]}`;
          assert.fail(`${what}: (${x}, ${y}) channel ${c}: ${values}`);
        }
      }
    }
  }
}

const endOf = ({ width, height }) => ({ right: width, bottom: height });

// RGBA samples of 16 bits, the way up that the tag says.
function displayed(stored, tag) {
  const { width, height, at } = turned(stored, [tag]);
  const data = new Uint16Array(stored.data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = at({ x, y });
      const first = (from.y * stored.width + from.x) * 4;
      data.set(stored.data.subarray(first, first + 4), (y * width + x) * 4);
    }
  }
  return { data, width, height };
}

const jpegs = [];

// A JPEG's coefficients are compared with jpegtran's, all at once in the end; here, that its region
// holds what was asked for and that its tag shows it as the options have it.
function checkJpeg(result, source, options, what) {
  const { shown, inside } = ask(source, options);
  const { left, top, width, height } = result.region;
  const [right, bottom] = [left + width, top + height];
  assert.ok(left <= inside.left && top <= inside.top, what);
  assert.ok(right >= inside.right && bottom >= inside.bottom, what);
  assert.deepEqual(sizeOfResult(result), { width, height }, what);
  const ends = [shown.at({ x: left, y: top }), shown.at({ x: right - 1, y: bottom - 1 })];
  const stored = {
    left: Math.min(ends[0].x, ends[1].x),
    top: Math.min(ends[0].y, ends[1].y),
    right: Math.max(ends[0].x, ends[1].x) + 1,
    bottom: Math.max(ends[0].y, ends[1].y) + 1,
  };
  const still = options.autoOrient === false ? source.orientation : 1;
  const expected = turned({ width, height }, [still]);
  const made = turned(sizeOf(stored), [readOrientation(result.bytes)]);
  assert.deepEqual([made.width, made.height], [expected.width, expected.height], what);
  for (const pixel of [
    { x: 0, y: 0 },
    { x: made.width - 1, y: 0 },
    { x: 0, y: made.height - 1 },
  ]) {
    const { x, y } = expected.at(pixel);
    const from = shown.at({ x: left + x, y: top + y });
    const found = made.at(pixel);
    assert.deepEqual({ x: found.x + stored.left, y: found.y + stored.top }, from, `${what}: tag`);
  }
  jpegs.push({ what, made: Buffer.from(result.bytes), source, stored });
}

const EXPECTED_ERRORS = {
  CROP_OUT_OF_BOUNDS: (source, options) =>
    options.outOfBounds === 'clamp' && ask(source, options).inside.right === 0,
  LIMIT_EXCEEDED: (_, { maxBytes }) => maxBytes !== undefined,
  TRUNCATED_IMAGE: ({ cutOff }, { damaged, lossless }) => cutOff && (!damaged || lossless),
  LOSSLESS_IMPOSSIBLE: (source, options) => options.lossless && reasons(source, options).length > 0,
};

const counts = { true: 0, false: 0 };

async function run(source, options) {
  const what = `${source.format} ${source.name}, ${JSON.stringify(options)}`;
  const result = await encode(source.bytes, options).catch((error) => {
    assert.ok(EXPECTED_ERRORS[error.code]?.(source, options), `${what}: ${error.stack}`);
    return error;
  });
  if (result instanceof Error) {
    counts[result.code] = (counts[result.code] ?? 0) + 1;
    return;
  }
  counts[result.lossless] += 1;
  if (!result.lossless) {
    assert.notEqual(options.lossless, true, what);
    assert.notEqual(reasons(source, options).length, 0, `${what}: said not to be lossless`);
  } else if (
    Buffer.compare(result.bytes, source.format === 'raw' ? Buffer.alloc(0) : source.bytes) === 0
  ) {
    const { shown, inside } = ask(source, options);
    assert.ok(sameBox(inside, { left: 0, top: 0, right: shown.width, bottom: shown.height }), what);
    assert.ok(
      askedTags(options).every((tag) => tag === 1),
      what,
    );
  } else if (result.format === 'jpeg') {
    checkJpeg(result, source, options, what);
  } else {
    checkSamples(result, source, options, what);
  }
}

function jpegtran({ source, stored: { left, top, right, bottom } }) {
  const area = `${right - left}x${bottom - top}+${left}+${top}`;
  return tool('jpegtran', ['-copy', 'none', '-crop', area], source.bytes);
}

test('lossless of a thousand random jobs is true, or has a reason', async (t) => {
  const hat = dice(64);
  for (let i = 0; i < JOBS; i += 1) {
    const source = sources[i % sources.length];
    await run(source, chooseOptions(source, hat));
  }
  const files = jpegs.flatMap((job) => [job.made, jpegtran(job)]);
  const found = coefficients(files);
  for (const [i, { what }] of jpegs.entries()) {
    const [made, expected] = [found[2 * i], found[2 * i + 1]];
    const { progressive: _, ...kept } = made;
    const { progressive: __, ...wanted } = expected;
    assert.deepEqual(kept, wanted, what);
  }
  t.diagnostic(`${JSON.stringify(counts)}; ${jpegs.length} JPEGs by their coefficients`);
  // The hat has something of everything.
  assert.ok(counts.true > 300 && counts.false > 200 && counts.LOSSLESS_IMPOSSIBLE > 50);
  assert.ok(jpegs.length > 60);
});
