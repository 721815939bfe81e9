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
  Pillow: startPillow,
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
  const encode = (bytes, { crop, format, ...options }) =>
    sharp(bytes).extract(crop).toFormat(format, options).toBuffer();
  return {
    version: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    prepare: ({ bytes, options }) => timed(async () => base64(await encode(bytes, options))),
  };
}

async function startVips() {
  const vips = await Vips({ dynamicLibraries: [] });
  vips.concurrency(1);
  vips.Cache.max(0);
  const encode = (bytes, { crop: { left, top, width, height }, format, ...options }) => {
    // As sharp does by default: rows are decoded as they are needed, and none after the last of them.
    const image = vips.Image.newFromBuffer(bytes, '', { access: 'sequential' });
    const region = image.crop(left, top, width, height);
    const encoded =
      format === 'jpeg'
        ? region.jpegsaveBuffer({ Q: options.quality })
        : region.pngsaveBuffer({ compression: options.compressionLevel });
    region.delete();
    image.delete();
    return encoded;
  };
  return {
    version: `${versionIn('node_modules/wasm-vips/package.json')}, libvips ${vips.version()}`,
    prepare: ({ bytes, options }) => timed(() => base64(encode(bytes, options))),
    close: () => vips.shutdown(),
  };
}

async function startPillow() {
  const { ask, close } = await startPython('pillow.py');
  const named = ({ crop, format, quality, compressionLevel }) => ({
    crop,
    format,
    quality,
    compress_level: compressionLevel,
  });
  return {
    version: await ask({ do: 'version' }),
    prepare:
      ({ file, options }) =>
      () =>
        ask({ do: 'crop', file, ...named(options) }),
    close,
  };
}

const versionIn = (file) =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).version;

const base64 = ({ buffer, byteOffset, length }) =>
  Buffer.from(buffer, byteOffset, length).toString('base64');

const timed = (work) => async () => {
  const started = performance.now();
  const text = await work();
  return { milliseconds: performance.now() - started, text };
};
