// The main job: crops a picture to a base64 data URL and shows it, `npm start -- photo.jpg --crop
// 340,160,684,490`. Without a picture it takes a sample.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { fetchPhotos } from './setup/photos.mjs';
import { Failure, main, root } from './setup/run.mjs';

const usage = 'npm start -- [PICTURE] [--crop x,y,width,height]';

function readOptions(args) {
  const options = { crop: { type: 'string' } };
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}. Usage: ${usage}`);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) {
    throw new Failure(`Expected one picture but received ${positionals.length}. Usage: ${usage}`);
  }
  // npm runs its scripts in the package's folder, and says from where it was called.
  const file = positionals[0] && resolve(process.env.INIT_CWD ?? '.', positionals[0]);
  return { file, crop: values.crop && readCrop(values.crop) };
}

function readCrop(text) {
  const numbers = text.split(',').map(Number);
  if (numbers.length !== 4 || numbers.some(Number.isNaN)) {
    throw new Failure(`Expected --crop x,y,width,height but received '${text}'. Usage: ${usage}`);
  }
  const [x, y, width, height] = numbers;
  return { x, y, width, height };
}

// A large picture where there is one to be had, and else the one that comes with libjpeg-turbo.
async function findSample() {
  try {
    await fetchPhotos();
    return join(root, 'build/photos/firstgeneration.jpg');
  } catch {
    return join(root, 'build/sources/libjpeg-turbo/testimages/testorig.jpg');
  }
}

function readPicture(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`Expected a picture at ${file} but it could not be read: ${error.message}`);
  }
}

// A quarter of the picture, from its middle.
const middle = { unit: '%', x: 37.5, y: 37.5, width: 25, height: 25 };

const percent = (part, whole) => `${((100 * part) / whole).toFixed(0)} %`;

function page(title, { width, height }, dataUrl) {
  return `<!doctype html>
<meta charset="utf-8">
<title>${title}</title>
<img src="${dataUrl}" width="${width}" height="${height}" alt="${title}">
`;
}

async function start(args) {
  const asked = readOptions(args);
  await build();
  const file = asked.file ?? (await findSample());
  const picture = readPicture(file);
  const { encode, probe, ImageError } = await import('../dist/index.js');
  try {
    const info = await probe(picture);
    const started = performance.now();
    const crop = await encode(picture, { crop: asked.crop ?? middle });
    const dataUrl = crop.toDataURL();
    const milliseconds = (performance.now() - started).toFixed(1);
    const { left, top, width, height } = crop.region;
    console.log(`
picture   ${file}
          ${info.format}, ${info.width} x ${info.height} pixels, ${info.byteLength} bytes
region    left ${left}, top ${top}, ${width} x ${height} pixels
time      ${milliseconds} ms, the first call and the start of the module included
decoded   ${percent(width * height, info.width * info.height)} of the pixels; \
${percent(crop.bytesRead, info.byteLength)} of the file was read
result    ${crop.format}, ${crop.byteLength} bytes, lossless: ${crop.lossless}
base64    ${dataUrl.length} characters: ${dataUrl.slice(0, 48)}...${dataUrl.slice(-12)}`);
    mkdirSync(join(root, 'out'), { recursive: true });
    writeFileSync(join(root, 'out/crop.html'), page(`Part of ${basename(file)}`, crop, dataUrl));
    console.log('page      out/crop.html');
  } catch (error) {
    throw error instanceof ImageError ? new Failure(`${error.code}: ${error.message}`) : error;
  }
}

await main(import.meta, start);
