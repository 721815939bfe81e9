// What other libraries make of a crop, each by its own defaults and in its own words. `crop(file, box,
// format)` gives the cropped file; `best` is the same at the highest quality that a JPEG can have.
import { Jimp } from 'jimp';
import sharp from 'sharp';
import Vips from 'wasm-vips';
import { toBytes } from '../dist/index.js';
import { launch } from '../tests/browser/chromium.mjs';
import { startJSquash } from './jsquash.mjs';
import { versionIn } from './versions.mjs';

const croppers = {
  crop64: startCrop64,
  sharp: () => startSharp(sharp),
  'sharp, `keepMetadata()`': () => startSharp((file) => sharp(file).keepMetadata()),
  'wasm-vips': startVips,
  jSquash: startSquash,
  jimp: startJimp,
  'canvas (Chromium)': startCanvas,
};

export async function startCroppers() {
  const started = [];
  for (const [name, start] of Object.entries(croppers)) {
    started.push({ name, ...(await start()) });
  }
  return started;
}

function startCrop64() {
  return {
    version: versionIn('../package.json'),
    crop: (file, crop) => toBytes(file, { crop }),
    best: (file, crop) => toBytes(file, { crop, lossless: true }),
  };
}

function startSharp(open) {
  const crop = (file, box, format, options) =>
    open(file).extract(box).toFormat(format, options).toBuffer();
  return {
    version: `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    crop,
    best: (file, box, format) =>
      crop(file, box, format, { quality: 100, chromaSubsampling: '4:4:4' }),
  };
}

async function startVips() {
  const vips = await Vips({ dynamicLibraries: [] });
  const crop = (file, { left, top, width, height }, format, options = {}) => {
    const image = vips.Image.newFromBuffer(file).crop(left, top, width, height);
    return Buffer.from(
      format === 'jpeg' ? image.jpegsaveBuffer(options) : image.pngsaveBuffer(options),
    );
  };
  return {
    version: `${versionIn('node_modules/wasm-vips/package.json')}, libvips ${vips.version()}`,
    crop,
    best: (file, box, format) => crop(file, box, format, { Q: 100, subsample_mode: 'off' }),
    close: () => vips.shutdown(),
  };
}

async function startSquash() {
  const { version, crop } = await startJSquash();
  return {
    version,
    crop,
    best: (file, box, format) =>
      crop(file, box, format, { quality: 100, auto_subsample: false, chroma_subsample: 1 }),
  };
}

function startJimp() {
  const crop = async (file, { left, top, width, height }, format, options) => {
    const image = await Jimp.read(file);
    return image
      .crop({ x: left, y: top, w: width, h: height })
      .getBuffer(`image/${format}`, options);
  };
  return {
    version: versionIn('node_modules/jimp/package.json'),
    crop,
    best: (file, box, format) => crop(file, box, format, { quality: 100 }),
  };
}

async function startCanvas() {
  const browser = await launch();
  const page = await browser.newPage();
  const crop = async (file, box, format, quality) => {
    const text = await page.evaluate(cropOnCanvas, {
      ...{ text: file.toString('base64'), box, type: `image/${format}`, quality },
    });
    return Buffer.from(text, 'base64');
  };
  return {
    version: await browser.version(),
    crop,
    best: (file, box, format) => crop(file, box, format, 1),
    close: () => browser.close(),
  };
}

// In the page.
async function cropOnCanvas({ text, box: { left, top, width, height }, type, quality }) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d').drawImage(bitmap, -left, -top);
  return canvas.toDataURL(type, quality).split(',')[1];
}
