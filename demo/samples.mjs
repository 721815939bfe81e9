// Creates the sample images of the page when it is built: one of Debian's wallpapers as a JPEG with the size of a
// photograph, and a drawing as a PNG with a palette and transparency.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBytes } from '../dist/index.js';
import { fetchPhotos } from '../scripts/setup/photos.mjs';
import { root } from '../scripts/setup/run.mjs';
import { chunk, encodePng, PALETTE } from '../support/png.mjs';

/** Writes the samples into a folder. */
export async function writeSamples(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ribbon.jpg'), await ribbon());
  await writeFile(join(folder, 'flower.png'), flower());
}

async function ribbon() {
  const options = {
    format: 'jpeg',
    quality: 85,
    chromaSubsampling: '4:4:4', // like the source
    resize: { width: 3000 },
  };
  return toBytes(await findPhoto(), options);
}

// On systems other than Debian, the image that comes with libjpeg-turbo is used.
async function findPhoto() {
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

// Eight petals, each of one colour that becomes transparent towards the middle: a palette with transparency, as
// drawing programs write it.
function flower() {
  const [width, height] = [960, 720];
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [petal, alpha] = petalAt((x - width / 2) / 350, (y - height / 2) / 350);
      const level = Math.round(alpha * ALPHAS);
      samples[y * width + x] = level === 0 ? 0 : petal * ALPHAS + level;
    }
  }
  const colors = HUES.flatMap((color) => Array(ALPHAS).fill(color));
  const alphas = HUES.flatMap(() =>
    Array.from({ length: ALPHAS }, (_, i) => Math.round(((i + 1) * 255) / ALPHAS)),
  );
  const before = [
    chunk('PLTE', Buffer.from([0, 0, 0, ...colors.flat()])),
    chunk('tRNS', Buffer.from([0, ...alphas])),
  ];
  return encodePng({ samples, before, depth: 8, colorType: PALETTE, width, height });
}

// The petal at a point and its alpha, in a flower of radius 1.
function petalAt(x, y) {
  const radius = Math.hypot(x, y);
  const turn = (Math.atan2(y, x) / (2 * Math.PI) + 1) * HUES.length + 0.5;
  const petal = Math.floor(turn) % HUES.length;
  const fromMiddle = Math.abs((turn % 1) - 0.5) * 2;
  const edge = (1 - fromMiddle ** 2.6) ** 0.7 - radius;
  const isCovered = Math.max(0, Math.min(1, edge * 90));
  return [petal, isCovered * (0.3 + 0.7 * Math.min(1, radius ** 1.5 + fromMiddle ** 3))];
}
