// What is measured beside the jobs: the size of the module, the memory that a job takes, and the base64
// encoder alone.
import { join } from 'node:path';
import { root, run } from '../scripts/setup/run.mjs';
import { downloadSizes } from '../support/download.mjs';
import { nativeFile, nativeOptions, startNative } from '../support/native.mjs';
import { jobs } from './jobs.mjs';
import { readPicture } from './pictures.mjs';
import { median } from './report.mjs';

const interlaced = { ...jobs['png-12mp'], picture: '12mp-interlaced.png' };

const limits = [
  {
    ...{ title: 'All that a page downloads, gzip -9', unit: 'bytes', most: 163_840 },
    measure: () => [...downloadSizes().values()].reduce((a, b) => a + b),
  },
  memoryLimit('JPEG 12 MP -> 800 x 600', 6e6, jobs.jpeg),
  memoryLimit('PNG 12 MP -> 800 x 600', 8e6, jobs['png-12mp']),
  memoryLimit('PNG 12 MP, interlaced -> 800 x 600', 64e6, interlaced),
  {
    // 3 GB of input in a second.
    ...{ title: "crop64's own base64 encoder, a megabyte", unit: 'microseconds', most: 333 },
    measure: timeEncoder,
  },
];

/** Each of the limits with what was `found`. */
export async function measureLimits() {
  const measured = [];
  for (const { measure, ...limit } of limits) {
    const found = await measure();
    measured.push({ ...limit, found, isMet: found <= limit.most });
  }
  return measured;
}

function memoryLimit(title, most, job) {
  return {
    ...{ title: `Memory beyond input and output: ${title}`, unit: 'bytes', most },
    measure: () => memoryOf(job),
  };
}

// By the allocator's high-water mark, on a new instance, without the input and the output.
async function memoryOf({ picture, options: { crop, ...options } }) {
  const { bytes } = readPicture(picture);
  const native = await startNative();
  const before = native.heapHighWater();
  const { left, top, width, height } = crop;
  const edges = { left, top, right: left + width, bottom: top + height };
  const input = nativeFile(bytes);
  const asked = nativeOptions({ crop: edges, ...options });
  const { ok, message, result } = native.process(input, [asked], 'bytes');
  if (!ok) throw new Error(message);
  return native.heapHighWater() - before - bytes.length - result[0].data.length;
}

// Without the first half of its means: V8 optimises wasm while it runs. Emscripten's start would fetch().
async function timeEncoder() {
  const program = join(root, 'build/wasm/base64_speed.cjs');
  const output = await run(process.execPath, ['--no-experimental-fetch', program]);
  const means = output.trim().split('\n').map(Number);
  return median(means.slice(means.length / 2));
}
