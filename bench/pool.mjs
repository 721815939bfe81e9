// What the pool is for: `node bench/pool.mjs [--rounds N]`, after a build. In Chromium, the longest task
// of a page while 12 megapixels are worked on, by crop64 itself and by its pool in turns. In Node, how long an abort takes to end a running job, and jobs a second.
import { parseArgs } from 'node:util';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../dist/index.js';
import { createPool } from '../dist/pool.js';
import { main } from '../scripts/setup/run.mjs';
import { launch } from '../tests/browser/chromium.mjs';
import { serve } from '../tests/browser/server.mjs';
import { makePictures, readPicture } from './pictures.mjs';

const crop = { left: 1616, top: 1212, width: 800, height: 600 };
const jobs = {
  'crop of a File, JPEG -> data URL': { picture: '12mp.jpg', name: 'toDataURL', options: { crop } },
  'crop of bytes, JPEG -> data URL': {
    picture: '12mp.jpg',
    as: 'bytes',
    name: 'toDataURL',
    options: { crop },
  },
  'crop of a File, PNG -> data URL': { picture: '12mp.png', name: 'toDataURL', options: { crop } },
  'crop of bytes, PNG -> data URL': {
    picture: '12mp.png',
    as: 'bytes',
    name: 'toDataURL',
    options: { crop },
  },
  'whole JPEG -> JPEG 85, bytes': {
    picture: '12mp.jpg',
    name: 'toBytes',
    options: { quality: 85 },
  },
  'whole JPEG -> ImageData': { picture: '12mp.jpg', name: 'toImageData', options: {} },
};

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

const show = (times) =>
  `${median(times).toFixed(1)} (at most ${Math.max(...times).toFixed(1)})`.padStart(24);

// Does a job in the page, once the source is there.
async function prepare({ picture, as }) {
  const blob = await (await fetch(`/build/bench/pictures/${picture}`)).blob();
  globalThis.source = as === 'bytes' ? new Uint8Array(await blob.arrayBuffer()) : blob;
}
async function perform(who, { name, options }) {
  await globalThis[who][name](source, options);
}

// The longest task of the page's main thread during some work, by its processor time: what else the
// machine does is not in it.
async function longestTask(page, work) {
  await page.tracing.start({ categories: ['-*', '__metadata', 'toplevel'] });
  await work();
  const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString());
  const isMain = ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain';
  const threads = new Set(traceEvents.filter(isMain).map(({ tid }) => tid));
  const tasks = traceEvents.filter(({ tid, tdur }) => threads.has(tid) && tdur !== undefined);
  return tasks.reduce((most, { tdur }) => Math.max(most, tdur), 0) / 1000;
}

async function stillness(rounds) {
  const server = await serve();
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/strict.html`);
    await page.evaluate(async () => {
      globalThis.crop64 = await import('/dist/index.js');
      globalThis.pool = await import('/dist/pool.js');
    });
    const heads = ['crop64', 'pool'].map((what) => what.padStart(24));
    console.log(`\n${'The longest task of the page, ms'.padEnd(34)}${heads.join('')}`);
    for (const [title, job] of Object.entries(jobs)) {
      const times = { crop64: [], pool: [] };
      for (let round = 0; round <= rounds; round += 1) {
        for (const [who, all] of Object.entries(times)) {
          await page.evaluate(prepare, job);
          const longest = await longestTask(page, () => page.evaluate(perform, who, job));
          if (round > 0) all.push(longest);
        }
      }
      console.log(title.padEnd(34) + Object.values(times).map(show).join(''));
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

async function aborts(rounds, file) {
  const { Worker } = workerThreads;
  let exit;
  workerThreads.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      this.on('exit', () => exit?.());
    }
  };
  const pool = createPool({ size: 1 });
  const times = { rejected: [], 'worker gone': [], 'next job done': [] };
  for (let round = 0; round < rounds; round += 1) {
    await pool.init(); // so that the worker is there
    const controller = new AbortController();
    const options = { format: 'png', compressionLevel: 9, signal: controller.signal };
    const job = pool.encode(file, options);
    await new Promise((resolve) => setTimeout(resolve, 50 + 20 * round));
    const gone = new Promise((resolve) => {
      exit = resolve;
    });
    const started = performance.now();
    const note = (what) => () => times[what].push(performance.now() - started);
    controller.abort();
    const next = pool.probe(file).then(note('next job done'));
    await Promise.all([job.catch(note('rejected')), gone.then(note('worker gone')), next]);
  }
  await pool.close();
  workerThreads.Worker = Worker;
  console.log('\nAfter an abort of a running job, ms');
  for (const [what, all] of Object.entries(times)) console.log(what.padEnd(34) + show(all));
}

async function throughput(rounds, file) {
  const pools = [1, 2].map((size) => [`a pool of ${size}`, createPool({ size })]);
  const contenders = [['crop64', crop64], ...pools];
  const times = Object.fromEntries(contenders.map(([who]) => [who, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [who, { toBytes }] of contenders) {
      const started = performance.now();
      await Promise.all(Array.from({ length: 12 }, () => toBytes(file, { crop, quality: 85 })));
      if (round > 0) times[who].push((performance.now() - started) / 12);
    }
  }
  await Promise.all(pools.map(([, pool]) => pool.close()));
  console.log('\nA crop of 12 megapixels, twelve at once, ms each');
  for (const [who, all] of Object.entries(times)) console.log(who.padEnd(34) + show(all));
}

async function bench(args) {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string', default: '11' } } });
  const rounds = Number(values.rounds);
  await makePictures();
  const { bytes } = readPicture('12mp.jpg');
  await aborts(rounds, bytes);
  await throughput(rounds, bytes);
  await stillness(rounds);
}

await main(import.meta, bench);
