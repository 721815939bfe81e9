// The contenders. Each is started once, on one thread and without a cache, and gives its `version`, its
// `works` and, where there is something to end, `close`. A work takes a job and gives a function that
// does it once, for { milliseconds } and what was made: a data URL or base64 as `text`, or the
// `byteLength` of samples or a file. What a contender cannot do it has no work for. `beside` is the
// crop64 that it is compared with, where that is not the one in Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PhotonImage, crop as photonCrop } from '@silvia-odwyer/photon-node';
import sharp from 'sharp';
import Vips from 'wasm-vips';
import { root } from '../scripts/setup/run.mjs';
import { startChromium } from './chromium.mjs';
import { startJSquash } from './jsquash.mjs';
import { startNative, startPython } from './programs.mjs';
import { versionIn } from './versions.mjs';

const inChromium = 'crop64 in Chromium';
export const isCrop64 = (name) => name === 'crop64' || name === inChromium;

/** All of them, and `close`, which ends them. */
export async function startContenders() {
  const started = [];
  const close = async () => {
    for (const { close } of started) await close?.();
  };
  try {
    const chromium = await startChromium();
    started.push(chromium);
    for (const [name, start] of Object.entries(contendersWith(chromium))) {
      started.push({ name, beside: 'crop64', ...(await start()) });
    }
    return { contenders: started.slice(1), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const contendersWith = (chromium) => ({
  crop64: () => startCrop64(join(root, 'dist')),
  'crop64, lowest only': startLowest,
  'crop64, without SIMD': startWithoutSimd,
  // Another build of crop64, to compare with: its dist/ folder.
  ...(process.env.OTHER_DIST && { 'crop64, other': () => startCrop64(process.env.OTHER_DIST) }),
  Node: startNode,
  sharp: startSharp,
  'wasm-vips': startVips,
  jSquash: startSquash,
  photon: startPhoton,
  Pillow: () => startLibrary('pillow.py'),
  OpenCV: () => startLibrary('opencv.py'),
  'native C': startC,
  [inChromium]: () => inPage(chromium, 'crop64'),
  'crop64, code kept': () => ({ ...inPageAgain(chromium), beside: inChromium }),
  Chromium: () => ({ ...inPage(chromium, 'browser'), beside: inChromium }),
});

const crop64Version = versionIn('../package.json');

async function startCrop64(folder) {
  const load = (name) => import(pathToFileURL(join(folder, name)).href);
  const { decode, encodeAll, toBase64, toBytes, toDataURL } = await load('index.js');
  const encode = ({ bytes, options }) => timed(() => toDataURL(bytes, options));
  return {
    version: crop64Version,
    works: {
      crop: encode,
      lossless: encode,
      base64: ({ bytes, options, times }) => timed(() => toBase64(bytes, options), times),
      crops: ({ bytes, all }) =>
        timed(async () => (await encodeAll(bytes, all)).map((image) => image.toDataURL()).at(-1)),
      decode: ({ bytes }) => timed(async () => (await decode(bytes, { channels: 'RGB' })).data),
      encode: ({ samples, options }) => timed(() => toBytes(samples, options)),
    },
  };
}

// The measure of many crops: the one that the decoder has to go farthest for.
async function startLowest() {
  const { version, works } = await startCrop64(join(root, 'dist'));
  return { version, works: { crops: works.crop } };
}

// What the kernels are measured by.
async function startWithoutSimd() {
  const { version, works } = await startCrop64(join(root, 'build/bench/without-simd'));
  return { version, works: { decode: works.decode, encode: works.encode } };
}

function startNode() {
  return {
    version: process.version,
    works: { base64: ({ bytes, times }) => timed(() => base64(bytes), times) },
  };
}

function startSharp() {
  sharp.concurrency(1);
  sharp.cache(false);
  const crop = (bytes, { crop, resize, format, ...options }) => {
    const image = sharp(bytes);
    const part = crop ? image.extract(crop) : image.resize(resize);
    return part.toFormat(format, options).toBuffer();
  };
  const encode = ({ data, width, height }, { quality }) =>
    sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer();
  return {
    version: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    works: {
      crop: ({ bytes, options }) =>
        timed(async () => dataUrl(options.format, await crop(bytes, options))),
      decode: ({ bytes }) => timed(() => sharp(bytes).raw().toBuffer()),
      encode: ({ samples, options }) => timed(() => encode(samples, options)),
    },
  };
}

async function startVips() {
  const vips = await Vips({ dynamicLibraries: [] });
  vips.concurrency(1);
  vips.Cache.max(0);
  // As sharp does by default: rows are decoded as they are needed, and none after the last of them.
  const open = (bytes) => vips.Image.newFromBuffer(bytes, '', { access: 'sequential' });
  const cut = (bytes, { left, top, width, height }) =>
    use(open(bytes), (image) => image.crop(left, top, width, height));
  const use = (image, work) => {
    const result = work(image);
    image.delete();
    return result;
  };
  const save = (image, { format, quality, compressionLevel }) =>
    format === 'jpeg'
      ? image.jpegsaveBuffer({ Q: quality })
      : image.pngsaveBuffer({ compression: compressionLevel });
  const crop = (bytes, options) => {
    const { crop, resize } = options;
    const part = crop ? cut(bytes, crop) : vips.Image.thumbnailBuffer(bytes, resize.width);
    return use(part, (image) => save(image, options));
  };
  const fromSamples = ({ data, width, height }) =>
    vips.Image.newFromMemory(data, width, height, 3, vips.BandFormat.uchar);
  return {
    version: `${versionIn('node_modules/wasm-vips/package.json')}, libvips ${vips.version()}`,
    works: {
      crop: ({ bytes, options }) => timed(() => dataUrl(options.format, crop(bytes, options))),
      decode: ({ bytes }) => timed(() => use(open(bytes), (image) => image.writeToMemory())),
      encode: ({ samples, options }) =>
        timed(() => use(fromSamples(samples), (image) => save(image, options))),
    },
    close: () => vips.shutdown(),
  };
}

// Its PNG has no level to ask for.
async function startSquash() {
  const { version, crop, decode } = await startJSquash();
  return {
    version,
    works: {
      crop: ({ bytes, options: { crop: box, format, quality } }) =>
        box && timed(async () => dataUrl(format, await crop(bytes, box, format, { quality }))),
      decode: ({ bytes }) => timed(async () => (await decode(bytes, 'jpeg')).data),
    },
  };
}

// Its PNG has no level to ask for.
function startPhoton() {
  const crop = (bytes, { left, top, width, height }, { format, quality }) => {
    const image = PhotonImage.new_from_byteslice(bytes);
    const part = photonCrop(image, left, top, left + width, top + height);
    const file = format === 'jpeg' ? part.get_bytes_jpeg(quality) : part.get_bytes();
    part.free();
    image.free();
    return file;
  };
  return {
    version: versionIn('node_modules/@silvia-odwyer/photon-node/package.json'),
    works: {
      crop: ({ bytes, options }) =>
        options.crop && timed(() => dataUrl(options.format, crop(bytes, options.crop, options))),
    },
  };
}

async function startLibrary(script) {
  const { ask, close } = await startPython(script);
  const named = ({ crop, resize, format, quality, compressionLevel }) => ({
    crop,
    resize,
    format,
    quality,
    compress_level: compressionLevel,
  });
  return {
    version: await ask({ do: 'version' }),
    works: {
      crop:
        ({ file, options }) =>
        () =>
          ask({ do: 'job', file, ...named(options) }),
    },
    close,
  };
}

async function startC() {
  const { ask, close } = await startNative();
  const nothing = { left: 0, top: 0, width: 0, height: 0 };
  const request = (name, { file, options }) => {
    const { left, top, width, height } = options.crop ?? nothing;
    const setting = options.quality ?? options.compressionLevel ?? 0;
    return () => ask([name, left, top, width, height, setting, file].join(' '));
  };
  return {
    version: await ask('version'),
    works: {
      crop: (job) => job.options.crop && request(job.options.format, job),
      lossless: (job) => request('lossless', job),
      decode: (job) => request('decode', job),
      encode: (job) => request('encode', job),
    },
    close,
  };
}

// Whether a page draws it: a part, or all of it in a size whose both sides are said.
const isDrawn = ({ crop, resize }) => crop || resize?.height;

const named = (work, { picture, options, times }) => ({ work, picture, options, times });

function inPage({ version, hasToBase64, perform, performFirst }, who) {
  return {
    version,
    works: {
      crop: (job) => isDrawn(job.options) && (() => perform(who, named('crop', job))),
      firstCrop: (job) => () => performFirst(who, named('crop', job)),
      base64: (job) => hasToBase64 && (() => perform(who, named('base64', job))),
    },
  };
}

// What comes of the code that Chromium keeps of a page's earlier visits.
function inPageAgain({ performFirstKept }) {
  return {
    version: crop64Version,
    works: { firstCrop: (job) => () => performFirstKept(named('crop', job)) },
  };
}

const base64 = ({ buffer, byteOffset, length }) =>
  Buffer.from(buffer, byteOffset, length).toString('base64');

const dataUrl = (format, bytes) => `data:image/${format};base64,${base64(bytes)}`;

// Takes the mean of several times in a row where once is too short for the clock, and does as many
// before: for what the jobs before gave back to the system, memory has to be found anew.
const timed =
  (work, times = 1) =>
  async () => {
    let made;
    const repeat = async () => {
      for (let i = 0; i < times; i += 1) made = await work();
    };
    if (times > 1) await repeat();
    const started = performance.now();
    await repeat();
    const milliseconds = (performance.now() - started) / times;
    return typeof made === 'string'
      ? { milliseconds, text: made }
      : { milliseconds, byteLength: made.length };
  };
