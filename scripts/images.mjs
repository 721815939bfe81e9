// Creates the images in docs/ from real results: `node scripts/images.mjs`. difference.png has
// one crop by the browser's canvas and by crop64, and what each changed; color.png has an image with its
// profile, without it, and converted; demo.jpg is the demo page.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { python } from '../support/oracle.mjs';
import { decodeRgba16 } from '../support/png.mjs';
import { launch } from '../tests/browser/chromium.mjs';
import { serve } from '../tests/browser/server.mjs';
import { build } from './build.mjs';
import { buildDemo } from './demo.mjs';
import { main, root } from './setup/run.mjs';
import { setUp } from './setup.mjs';

const docs = join(root, 'docs');
const sample = join(root, 'build/demo/samples/flower.png');
const crop = { left: 240, top: 180, width: 480, height: 360 };

/** With the library that is in dist/. */
export async function makeImages() {
  await buildDemo();
  const browser = await launch();
  const server = await serve(join(root, 'build'));
  try {
    await writeFile(join(docs, 'difference.png'), await difference(browser, server));
    await writeFile(join(docs, 'color.png'), await colors());
    await writeFile(join(docs, 'demo.jpg'), await screenshot(browser, server));
  } finally {
    await browser.close();
    await server.close();
  }
}

// --- Colours: a Display P3 JPEG as a program shows it that follows profiles, after the profile was dropped, and
// without one after crop64 converted it. The picture itself is sRGB.

export async function colors() {
  const { toBytes } = await import('../dist/index.js');
  const resize = { width: 300, height: 200, kernel: 'cubic' };
  const p3 = { resize, colorSpace: 'display-p3', format: 'jpeg', background: '#fff' };
  const kept = Buffer.from(await toBytes(await readFile(sample), p3));
  const converted = Buffer.from(await toBytes(kept, { metadata: 'none', quality: 95 }));
  return python(
    `
from PIL import ImageCms, ImageDraw, ImageFont
image = Image.open(io.BytesIO(kept))
profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info['icc_profile']))
right = ImageCms.profileToProfile(image, profile, ImageCms.createProfile('sRGB'))
sheet = Image.new('RGB', (948, 240), '#14191d')
draw = ImageDraw.Draw(sheet)
for i, (title, shown) in enumerate([('Display P3, with its profile', right), ('Profile dropped: pale', image),
                                    ("metadata: 'none': converted", Image.open(io.BytesIO(converted)))]):
    sheet.paste(shown, (12 + 312 * i, 12))
    draw.text((14 + 312 * i, 220), title, '#e8eef1', ImageFont.load_default())
out = io.BytesIO()
sheet.quantize(256, dither=Image.Dither.NONE).save(out, 'PNG', optimize=True)
result = out.getvalue()`,
    { kept, converted },
  );
}

// --- The difference

async function difference(browser, { origin }) {
  const { toBytes } = await import('../dist/index.js');
  const file = await readFile(sample);
  const ours = Buffer.from(await toBytes(file, { crop }));
  const page = await browser.newPage();
  await page.goto(`${origin}/blank.html`);
  const path = '/demo/samples/flower.png';
  const theirs = Buffer.from(await page.evaluate(cropOnCanvas, path, crop));
  // Decoded by an independent PNG decoder.
  const exact = regionOf(decodeRgba16(file));
  const sides = [];
  for (const [name, made] of Object.entries({ 'the canvas': theirs, crop64: ours })) {
    const { samples, changed, total } = compare(exact, decodeRgba16(made).data);
    const pixels = { data: samples, width: crop.width, height: crop.height };
    const shown = await toBytes(pixels, { format: 'png' });
    const count = changed.toLocaleString('en');
    const share = `${Math.round((100 * changed) / total)} %`;
    const changes = changed === 0 ? 'nothing' : `${count} samples (${share})`;
    const size = `${Math.round(made.length / 1000)} KB`;
    sides.push([`What ${name} changed`, `${changes}, in a file of ${size}`, shown]);
  }
  const first = ['A region of an image', 'a PNG with a palette and transparency', ours];
  await page.setContent(html([first, ...sides]));
  await page.setViewport({ width: 960, height: 400, deviceScaleFactor: 1.5 });
  const body = await page.$('body');
  const screenshot = await body.screenshot();
  await page.close();
  return quantized(Buffer.from(screenshot));
}

// The code that pages use without crop64.
async function cropOnCanvas(path, { left, top, width, height }) {
  const blob = await (await fetch(path)).blob();
  const bitmap = await createImageBitmap(blob, left, top, width, height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
}

function regionOf({ data, width }) {
  const samples = new Uint16Array(crop.width * crop.height * 4);
  for (let y = 0; y < crop.height; y += 1) {
    const from = ((crop.top + y) * width + crop.left) * 4;
    samples.set(data.subarray(from, from + crop.width * 4), y * crop.width * 4);
  }
  return samples;
}

// Black if nothing changed, otherwise the brighter the larger the difference. Alpha affects each colour.
function compare(exact, made) {
  const samples = new Uint8ClampedArray(exact.length).fill(255);
  const distance = (i) => Math.abs(exact[i] - made[i]) / 257;
  const lit = (value) => (value === 0 ? 0 : 112 + 24 * value);
  let changed = 0;
  for (let i = 0; i < exact.length; i += 1) {
    if (exact[i] !== made[i]) changed += 1;
    if (i % 4 !== 3) samples[i] = lit(distance(i) + distance(i | 3));
  }
  return { samples, changed, total: exact.length };
}

const html = (figures) => `<!doctype html>
<style>
  body { margin: 0; width: 936px; padding: 20px 24px 18px; background: #14191d; color: #e8eef1;
    display: grid; grid-template-columns: repeat(3, 1fr); gap: 24px; font: 15px/1.4 system-ui; }
  figure { margin: 0; }
  img { display: block; width: 100%; background: #000; border-radius: 4px; outline: 1px solid #fff2; }
  figure:first-child img { background: none; }
  figcaption { margin-top: 10px; color: #a9b6bf; font-size: 14px; }
  strong { display: block; color: #fff; font-size: 17px; font-weight: 650; }
  figure:last-child strong { color: #5ad1c2; }
</style>
${figures
  .map(
    ([title, caption, file]) => `<figure>
  <img src="data:image/png;base64,${Buffer.from(file).toString('base64')}">
  <figcaption><strong>${title}</strong>${caption}</figcaption>
</figure>`,
  )
  .join('\n')}`;

// Reduces the colours: a third of the size, without a visible difference.
const quantized = (file) =>
  python(
    `
image = Image.open(io.BytesIO(file)).convert('RGB')
out = io.BytesIO()
image.quantize(160, dither=Image.Dither.NONE).save(out, 'PNG', optimize=True)
result = out.getvalue()`,
    { file },
  );

// --- The page

async function screenshot(browser, { origin }) {
  const { toBytes } = await import('../dist/index.js');
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900, deviceScaleFactor: 1 });
  await page.goto(`${origin}/demo/index.html`);
  await page.waitForSelector('html[data-ready]');
  await page.click('[data-sample="ribbon.jpg"]');
  await page.waitForSelector('#result:not([hidden])');
  await page.click('[name=lossless]');
  // Runs several jobs, so that the displayed time is not the first one's.
  for (const shape of ['edges', 'size', 'edges', 'size', 'edges', 'size']) {
    await page.click(`[name="shape"][value="${shape}"]`);
    await page.waitForSelector('.result[aria-busy="false"]');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await page.mouse.move(0, 0);
  const screenshot = await page.screenshot();
  await page.close();
  return toBytes(screenshot, { format: 'jpeg', quality: 76, chromaSubsampling: '4:4:4' });
}

await main(import.meta, async () => {
  await setUp(['build', 'oracles', 'browser']);
  await build();
  await makeImages();
});
