// The contenders. Each is started once, on one thread and without a cache, and gives its version,
// `prepare` and, where there is something to end, `close`. `prepare(job)` gives a function that does
// the job once, for { milliseconds, text }, or undefined for a job that this contender cannot do.
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import Vips from 'wasm-vips';
import { toBase64 } from '../dist/index.js';
import { startPython } from './python.mjs';

const contenders = {
  crop64: startCrop64,
  sharp: startSharp,
  'wasm-vips': startVips,
  Pillow: () => startLibrary('pillow.py'),
  OpenCV: () => startLibrary('opencv.py'),
};

export async function startContenders() {
  const started = [];
  for (const [name, start] of Object.entries(contenders)) {
    started.push({ name, ...(await start()) });
  }
  return started;
}

function startCrop64() {
  return {
    version: versionIn('../package.json'),
    prepare: ({ bytes, options }) => timed(() => toBase64(bytes, options)),
  };
}

function startSharp() {
  sharp.concurrency(1);
  sharp.cache(false);
  const encode = (bytes, { crop, resize, format, ...options }) => {
    const image = sharp(bytes);
    const part = crop ? image.extract(crop) : image.resize(resize);
    return part.toFormat(format, options).toBuffer();
  };
  return {
    version: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    prepare: ({ bytes, options }) => timed(async () => base64(await encode(bytes, options))),
  };
}

async function startVips() {
  const vips = await Vips({ dynamicLibraries: [] });
  vips.concurrency(1);
  vips.Cache.max(0);
  const cut = (bytes, { left, top, width, height }) => {
    // As sharp does by default: rows are decoded as they are needed, and none after the last of them.
    const image = vips.Image.newFromBuffer(bytes, '', { access: 'sequential' });
    const region = image.crop(left, top, width, height);
    image.delete();
    return region;
  };
  const encode = (bytes, { crop, resize, format, ...options }) => {
    const region = crop ? cut(bytes, crop) : vips.Image.thumbnailBuffer(bytes, resize.width);
    const encoded =
      format === 'jpeg'
        ? region.jpegsaveBuffer({ Q: options.quality })
        : region.pngsaveBuffer({ compression: options.compressionLevel });
    region.delete();
    return encoded;
  };
  return {
    version: `${versionIn('node_modules/wasm-vips/package.json')}, libvips ${vips.version()}`,
    prepare: ({ bytes, options }) => timed(() => base64(encode(bytes, options))),
    close: () => vips.shutdown(),
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
    prepare:
      ({ file, options }) =>
      () =>
        ask({ do: 'job', file, ...named(options) }),
    close,
  };
}

export const versionIn = (file) =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).version;

const base64 = ({ buffer, byteOffset, length }) =>
  Buffer.from(buffer, byteOffset, length).toString('base64');

const timed = (work) => async () => {
  const started = performance.now();
  const text = await work();
  return { milliseconds: performance.now() - started, text };
};
