// The contenders: each is started once and gives its version, what does a job, and what ends it.
// `prepare(job)` gives a function that does the job once, for { milliseconds, base64 }, or undefined
// where the contender has no way to do that job. All of them work on one thread and keep no cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import Vips from 'wasm-vips';
import { toBase64 } from '../dist/index.js';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const versionIn = (file) => JSON.parse(readFileSync(at(file), 'utf8')).version;

export const contenders = {
  crop64: async () => ({
    version: versionIn('../package.json'),
    prepare: ({ bytes, options }) => timed(() => toBase64(bytes, options)),
    close() {},
  }),

  sharp: async () => {
    sharp.concurrency(1);
    sharp.cache(false);
    return {
      version: `${sharp.versions.sharp} (libvips ${sharp.versions.vips})`,
      prepare: ({ bytes, options: { crop, format, ...options } }) =>
        timed(async () => base64(await sharp(bytes).extract(crop).toFormat(format, options).toBuffer())),
      close() {},
    };
  },

  'wasm-vips': async () => {
    const vips = await Vips({ dynamicLibraries: [] });
    vips.concurrency(1);
    vips.Cache.max(0);
    return {
      version: `${versionIn('node_modules/wasm-vips/package.json')} (libvips ${vips.version()})`,
      prepare: ({ bytes, options }) => timed(() => base64(cropWithVips(vips, bytes, options))),
      close: () => vips.shutdown(),
    };
  },

  Pillow: async () => {
    const python = await startPython('pillow.py');
    return {
      version: python.version,
      prepare:
        ({ file, options: { crop, format, quality, compressionLevel } }) =>
        () =>
          python.ask({ do: 'crop', file, crop, format, quality, compress_level: compressionLevel }),
      close: python.close,
      inspect: ({ file, options: { crop } }, text) =>
        python.ask({ do: 'inspect', file, crop, text }),
    };
  },
};

const timed = (work) => async () => {
  const started = performance.now();
  const text = await work();
  return { milliseconds: performance.now() - started, base64: text };
};

const base64 = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

function cropWithVips(vips, bytes, { crop, format, quality, compressionLevel }) {
  // Sequential access is what sharp takes by default: rows are decoded as they are needed, no more.
  const image = vips.Image.newFromBuffer(bytes, '', { access: 'sequential' });
  const region = image.crop(crop.left, crop.top, crop.width, crop.height);
  try {
    return format === 'jpeg'
      ? region.jpegsaveBuffer({ Q: quality })
      : region.pngsaveBuffer({ compression: compressionLevel });
  } finally {
    region.delete();
    image.delete();
  }
}
