// What the fuzz targets of tests/fuzz begin with, and what once crashed them.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../support/oracle.mjs';
import { encodePng, RGB } from '../../support/png.mjs';
import { root } from './fixtures.mjs';
import { tinyImages } from './tiny-images.mjs';

const sources = join(root, 'tests/fuzz');

/** The targets' names. */
export const targets = readdirSync(sources)
  .filter((name) => name.endsWith('.cpp') && name !== 'replay.cpp')
  .map((name) => name.replace('.cpp', ''));

/** Where the seeds are. */
export const seeds = join(root, 'build/fuzz-seeds');

/** Where what crashed a target is. */
export const regressions = (target) => join(sources, 'regressions', target);

/** Writes the seeds: whole images, with options behind them that are the defaults, or others. */
export async function writeSeeds() {
  mkdirSync(seeds, { recursive: true });
  const images = {
    ...(await tinyImages()),
    'noise.png': noisePng(),
    'noise.jpg': noiseJpeg(),
  };
  for (const [name, file] of Object.entries(images)) {
    for (const [i, tail] of tails.entries()) {
      writeFileSync(join(seeds, `${name}-${i}`), Buffer.concat([file, tail]));
    }
  }
}

// More bytes than are waited for before anything is decoded of what arrives.
const noise = (count) =>
  Array.from({ length: count }, (_, i) => (Math.imul(i * i + i, 0x9e3779b1) >>> 11) & 255);

function noisePng() {
  const size = { width: 60, height: 40 };
  return encodePng({ ...size, depth: 8, colorType: RGB, samples: noise(60 * 40 * 3) });
}

// With a restart marker for each row of MCUs.
function noiseJpeg() {
  const ppm = Buffer.concat([Buffer.from('P6 40 130 255\n'), Buffer.from(noise(40 * 130 * 3))]);
  return tool('cjpeg', ['-quality', '98', '-sample', '1x1', '-restart', '1'], ppm);
}

// As tests/fuzz/fuzz.h takes them, from the end on.
const tails = [
  Buffer.alloc(40),
  Buffer.from(Array.from({ length: 40 }, (_, i) => (i * 89 + 7) % 256)),
  Buffer.alloc(40, 1),
];

/** All files that a target is replayed on. */
export function inputs(target) {
  return [seeds, regressions(target)].flatMap((folder) => filesOf(folder));
}

function filesOf(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // it never crashed
  }
}
