// The pictures that the page offers, made when it is built: a photograph's size of JPEG from Debian's
// wallpapers, and a drawing with a palette and transparency.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBytes } from '../../dist/index.js';
import { fetchPhotos } from '../../scripts/setup/photos.mjs';
import { root } from '../../scripts/setup/run.mjs';
import { chunk, encodePng, PALETTE } from '../../tests/support/png.mjs';

/** Writes them into a folder. */
export async function writeSamples(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ribbon.jpg'), await ribbon());
  await writeFile(join(folder, 'flower.png'), flower());
}

async function ribbon() {
  const options = { format: 'jpeg', quality: 86, resize: { width: 3000 } };
  return toBytes(await findPicture(), options);
}

// Elsewhere than on Debian there is at least the picture that comes with libjpeg-turbo.
async function findPicture() {
  try {
    await fetchPhotos();
    return await readFile(join(root, 'build/photos/2004default.jpg'));
  } catch {
    return readFile(join(root, 'build/sources/libjpeg-turbo/testimages/testorig.jpg'));
  }
}

const HUES = [
  [244, 63, 94],
  [251, 113, 60],
  [250, 190, 60],
  [163, 201, 68],
  [45, 180, 140],
  [40, 160, 200],
  [80, 110, 230],
  [150, 90, 220],
];
const ALPHAS = 31;

// Eight petals, each of one colour and fading towards its edge: a palette of colours with transparency,
// as drawing programs write it. What is not dithered would show its steps.
function flower() {
  const [width, height] = [960, 720];
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = [(x - width / 2) / 340, (y - height / 2) / 340];
      const turn = Math.atan2(dy, dx) / (2 * Math.PI) + 1;
      const radius = Math.hypot(dx, dy);
      const petal = Math.floor(turn * HUES.length + 0.5) % HUES.length;
      const across = Math.abs(((turn * HUES.length + 0.5) % 1) - 0.5) * 2;
      const reach = 1 - across ** 2.2;
      const inside = Math.max(0, Math.min(1, (reach - radius) * 1.6));
      const ring = 0.72 + 0.28 * Math.cos(radius * 26);
      const alpha = inside ** 0.8 * ring * Math.min(1, radius * 7);
      const level = Math.floor(alpha * ALPHAS + threshold(x, y));
      samples[y * width + x] = level === 0 ? 0 : 1 + petal * ALPHAS + Math.min(level, ALPHAS) - 1;
    }
  }
  const entries = HUES.flatMap((color) => Array(ALPHAS).fill(color));
  const alphas = HUES.flatMap(() =>
    Array.from({ length: ALPHAS }, (_, i) => ((i + 1) * 255) / ALPHAS),
  );
  const before = [
    chunk('PLTE', Buffer.from([0, 0, 0, ...entries.flat()])),
    chunk('tRNS', Buffer.from([0, ...alphas.map(Math.round)])),
  ];
  return encodePng({ samples, before, depth: 8, colorType: PALETTE, width, height });
}

// An ordered dither.
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
const threshold = (x, y) => (BAYER[(y % 4) * 4 + (x % 4)] + 0.5) / 16;
