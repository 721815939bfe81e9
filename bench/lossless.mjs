// Finds out what a crop leaves of a picture in several libraries, by reading what they made, and
// writes the tables in docs/lossless.md: `npm run bench:lossless`. PNG files are read by the plain
// reader in support/png.mjs, written from the specification, and JPEG files by Pillow.
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { decode, toBytes } from '../dist/index.js';
import { markdown, writeTables } from '../scripts/documents.mjs';
import { main, root } from '../scripts/setup/run.mjs';
import { exif, ORIENTATION } from '../support/exif.mjs';
import { python } from '../support/oracle.mjs';
import {
  chunk,
  decodePng,
  decodeRgba16,
  encodePng,
  GRAY,
  PALETTE,
  RGB,
  readChunks,
} from '../support/png.mjs';
import { startCroppers } from './croppers.mjs';

const page = join(root, 'docs/lossless.md');

// --- PNG

const size = { width: 96, height: 80 };
const box = { left: 17, top: 9, width: 50, height: 41 };

// Waves, of 16 bits, in three channels.
function wave(x, y, channel) {
  const value = Math.sin(x / (9 + 3 * channel)) * Math.cos(y / (7 + 4 * channel)) * 32000 + 32768;
  return Math.round(value);
}

function samples(channels, depth) {
  const data = new Uint16Array(size.width * size.height * channels);
  for (const i of data.keys()) {
    const pixel = Math.floor(i / channels);
    const value = wave(pixel % size.width, Math.floor(pixel / size.width), i % channels);
    data[i] = value >> (16 - depth);
  }
  return data;
}

const png = (colorType, depth, before = []) =>
  encodePng({
    ...size,
    ...{ colorType, depth, before, samples: samples(colorType === RGB ? 3 : 1, depth) },
  });

const words = (...values) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const longs = (...values) => Buffer.concat(values.map((n) => words(n >>> 16, n & 65535)));

const colors = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 89) & 255));
// The colour of a pixel in the middle of the crop.
const key = samples(3, 8).subarray((30 * size.width + 40) * 3, (30 * size.width + 40) * 3 + 3);

const pngCases = (profile) => ({
  'palette of 16 colours, 4 bits': png(PALETTE, 4, [chunk('PLTE', colors)]),
  'palette with alpha (tRNS)': png(PALETTE, 4, [
    chunk('PLTE', colors),
    chunk('tRNS', Buffer.from([255, 128, 0])),
  ]),
  'black and white, 1 bit': png(GRAY, 1),
  'grey, 16 bits': png(GRAY, 16),
  'RGB, 16 bits': png(RGB, 16),
  'RGB with a transparent colour (tRNS)': png(RGB, 8, [chunk('tRNS', words(...key))]),
  'RGB with a gamma (gAMA 1.0)': png(RGB, 8, [chunk('gAMA', longs(100_000))]),
  'RGB with a Display P3 profile (iCCP)': png(RGB, 8, [iccChunk(profile)]),
  'RGB, 300 dots an inch (pHYs)': png(RGB, 8, [
    chunk('pHYs', Buffer.concat([longs(11811, 11811), Buffer.from([1])])),
  ]),
});

const iccChunk = (profile) =>
  chunk('iCCP', Buffer.concat([Buffer.from('P3\0\0', 'latin1'), deflateSync(profile)]));

const TYPES = { 0: 'grey', 2: 'RGB', 3: 'palette', 4: 'grey and alpha', 6: 'RGBA' };
const CHUNKS = ['tRNS', 'gAMA', 'iCCP', 'pHYs'];

const layout = ({ colorType, depth }) => `${TYPES[colorType]} ${depth}`;

// What is different in a crop of a PNG, in words.
function pngVerdict(source, made) {
  const types = (file) => readChunks(file).map(({ type }) => type);
  const [was, is] = [decodePng(source), decodePng(made)];
  const said = [];
  if (layout(was) !== layout(is)) said.push(layout(is));
  else if (was.palette && !was.palette.equals(is.palette)) said.push('another palette');
  const lost = CHUNKS.filter((type) => types(source).includes(type) && !types(made).includes(type));
  // A transparent colour may have become a channel.
  const gone = lost.filter((type) => type !== 'tRNS' || !hasAlpha(made));
  if (gone.length > 0) said.push(`${gone.join(', ')} lost`);
  const share = changed(part(decodeRgba16(source)), decodeRgba16(made));
  if (share > 0) said.push(`${percent(share)} of the pixels changed`);
  return said.length === 0 ? 'kept' : said.join('; ');
}

const hasAlpha = (file) => decodeRgba16(file).data.some((value, i) => i % 4 === 3 && value < 65535);

function part({ data, width }) {
  const rows = Array.from({ length: box.height }, (_, y) => {
    const from = ((box.top + y) * width + box.left) * 4;
    return [...data.subarray(from, from + box.width * 4)];
  });
  return { data: Uint16Array.from(rows.flat()), width: box.width, height: box.height };
}

// The share of pixels that are not what they were.
function changed(expected, made) {
  if (expected.width !== made.width || expected.height !== made.height) return 1;
  const differs = new Set();
  for (const [i, value] of expected.data.entries()) {
    if (value !== made.data[i]) differs.add(i >> 2);
  }
  return differs.size / (expected.width * expected.height);
}

const percent = (share) => (share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`);

// --- JPEG

// On the grid of blocks, on which they can be kept, and off it.
const jpegBox = { left: 32, top: 16, width: 48, height: 40 };
const otherBox = { left: 37, top: 19, width: 51, height: 43 };

const SOURCES = `
y, x = np.mgrid[0:112, 0:160]
waves = np.stack([128 + 100 * np.sin(x / (9 + 4 * i)) * np.cos(y / (7 + 3 * i)) for i in range(3)], -1)
noise = np.random.default_rng(64).normal(0, 5, waves.shape)
image = Image.fromarray((waves + noise).clip(0, 255).astype('uint8'))
def save(**more):
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=90, subsampling='4:4:4', **more)
    return out.getvalue()
result = [save(), save(icc_profile=profile), save(exif=b'Exif\\0\\0' + tags)]`;

// How a crop differs from the same part of its source, stored and as displayed.
const COMPARE = `
from PIL import ImageOps
box = (left, top, left + width, top + height)
def samples(image):
    return np.asarray(image.convert('RGB')).astype(int)
def differences(a, b):
    if a.size != b.size:
        return None
    difference = np.abs(samples(a) - samples(b))
    return [float(difference.mean()), float((difference > 0).mean())]
source, crop = Image.open(io.BytesIO(file)), Image.open(io.BytesIO(made))
shown = ImageOps.exif_transpose(crop)
turned = ImageOps.exif_transpose(source)
result = {
    'stored': differences(crop, source.crop(box)),
    'upright': differences(shown, turned.crop(box)),
    'profile': crop.info.get('icc_profile') == source.info.get('icc_profile'),
    'tag': crop.getexif().get(274, 1),
}`;

const compare = (file, made, part = jpegBox) =>
  python(COMPARE, { file, made: Buffer.from(made), ...part });

const isNear = (differences) => differences !== null && differences[0] < 12;

const recoded = ([mean, share]) => `${percent(share)} changed, by ${mean.toFixed(1)} on average`;

// Each gives what is there in words.
const jpegCases = {
  'samples, crop on the grid': async ({ plain }, { crop }) => {
    const made = await crop(plain, jpegBox, 'jpeg');
    const { stored } = await compare(plain, made);
    return `${recoded(stored)}; ${made.length} bytes`;
  },
  'samples, crop off the grid': async ({ plain }, { crop }) => {
    const made = await crop(plain, otherBox, 'jpeg');
    const { stored } = await compare(plain, made, otherBox);
    return `${recoded(stored)}; ${made.length} bytes`;
  },
  'samples, at best (on the grid)': async ({ plain }, { best }) => {
    const { stored } = await compare(plain, await best(plain, jpegBox, 'jpeg'));
    return stored[1] === 0 ? 'kept (`lossless: true`)' : recoded(stored);
  },
  'Display P3 profile': async ({ colored }, { crop }) => {
    const { profile, stored } = await compare(colored, await crop(colored, jpegBox, 'jpeg'));
    if (profile) return isNear(stored) ? 'kept' : 'kept, but the samples are others';
    return `lost; the samples differ by ${stored[0].toFixed(1)} on average`;
  },
  'Exif orientation 6': async ({ turned }, { crop }) => {
    const { upright, stored, tag } = await compare(turned, await crop(turned, jpegBox, 'jpeg'));
    if (isNear(upright)) return 'applied: the crop is of the picture as displayed';
    if (!isNear(stored)) return 'neither as stored nor as displayed';
    return tag === 6
      ? 'a tag that stays: the crop is of the picture as stored'
      : 'ignored, and lost';
  },
};

// --- The page

async function table(title, cases, croppers, verdict) {
  const rows = [];
  for (const [name, given] of Object.entries(cases)) {
    const cells = [];
    for (const cropper of croppers) cells.push(await verdict(given, cropper));
    rows.push([name, ...cells]);
  }
  return markdown([title, ...croppers.map(({ name }) => name)], rows, '---');
}

async function displayP3() {
  const pixel = { data: new Uint8Array(4), width: 1, height: 1, colorSpace: 'display-p3' };
  const { iccProfile } = await decode(await toBytes(pixel, { format: 'jpeg' }));
  return Buffer.from(iccProfile);
}

async function compareAll() {
  const croppers = await startCroppers();
  try {
    const profile = await displayP3();
    const pngTable = await table('PNG', pngCases(profile), croppers, async (file, { crop }) =>
      pngVerdict(file, Buffer.from(await crop(file, box, 'png'))),
    );
    const tags = exif([{ tag: ORIENTATION, value: 6 }]);
    const [plain, colored, turned] = await python(SOURCES, { profile, tags });
    const files = { plain, colored, turned };
    const jpegTable = await table('JPEG', jpegCases, croppers, (judge, cropper) =>
      judge(files, cropper),
    );
    const versions = croppers.map(({ name, version }) => `${name} ${version}`).join('; ');
    writeTables(page, { png: pngTable, jpeg: jpegTable, versions: `Versions: ${versions}.` });
    console.log(`${pngTable}\n\n${jpegTable}\n\nVersions: ${versions}.`);
  } finally {
    for (const { close } of croppers) await close?.();
  }
}

await main(import.meta, compareAll);
