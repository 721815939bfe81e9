// The pictures, made once into build/bench/pictures: by pictures.py, a screenshot by Chromium, and an
// interlaced PNG by sharp.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';
import sharp from 'sharp';
import { readIfThere, sha256 } from '../scripts/setup/cache.mjs';
import { root, run, step } from '../scripts/setup/run.mjs';
import { launch } from '../tests/browser/chromium.mjs';
import { findPython } from './programs.mjs';

const photo = join(root, 'build/sources/libjpeg-turbo/testimages/shira_bird8.bmp');
const script = fileURLToPath(new URL('pictures.py', import.meta.url));
const readme = join(root, 'README.md');
const folder = join(root, 'build/bench/pictures');

export async function makePictures() {
  const stamp = join(folder, '.crop64-stamp');
  const made = sha256(readFileSync(script) + readFileSync(readme));
  if (readIfThere(stamp) === made) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = await findPython();
  await step('Making the pictures', async () => {
    await run(python, [script, photo, folder]);
    await sharp(join(folder, '12mp.png'))
      .png({ progressive: true })
      .toFile(join(folder, '12mp-interlaced.png'));
    await takeScreenshot(join(folder, 'screenshot.png'));
  });
  writeFileSync(stamp, made);
}

/** Those of 1 to 100 megapixels, for growth.mjs. */
export async function makeLargePictures() {
  await makePictures();
  // The last of them.
  if (existsSync(join(folder, '100mp.png'))) return;
  const python = await findPython();
  await step('Making pictures of up to 100 megapixels', () =>
    run(python, [script, 'large', folder]),
  );
}

export function readPicture(name) {
  const file = join(folder, name);
  return { file, bytes: readFileSync(file) };
}

// README as a page: text, code and tables, as in most screenshots.
async function takeScreenshot(file) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1080, height: 1920 });
    await page.setContent(`<!doctype html>
      <style>
        body { font: 16px/1.5 sans-serif; color: #1f2328; max-width: 980px; margin: 32px auto; }
        a { color: #0969da; } h2 { border-bottom: 1px solid #d1d9e0; }
        pre, code { background: #f0f1f2; } pre { padding: 16px; }
        td, th { border: 1px solid #d1d9e0; padding: 6px 13px; } table { border-collapse: collapse; }
      </style>${marked.parse(readFileSync(readme, 'utf8'))}`);
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
}
