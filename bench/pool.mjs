// What the pool is for: `node bench/pool.mjs [--rounds N] [--write]`, after a build. In Chromium, the
// longest task of a page while 12 megapixels are worked on, by crop64 itself and by its pool in turns. In
// Node, how long an abort takes to end a running job, and how long jobs take that come at once.
import { parseArgs } from 'node:util';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../dist/index.js';
import { createPool } from '../dist/pool.js';
import { markdown, writeTables } from '../scripts/documents.mjs';
import { main } from '../scripts/setup/run.mjs';
import { launch } from '../tests/browser/chromium.mjs';
import { serve } from '../tests/browser/server.mjs';
import { makePictures, readPicture } from './pictures.mjs';
import { page as document, machine, median, plain, save } from './report.mjs';

// Of a screen that is drawn 60 times a second.
const FRAME = 16;
const CROP_OF_A_FILE = 'crop of a File, JPEG -> data URL';

const crop = { left: 1616, top: 1212, width: 800, height: 600 };
const jobs = {
  [CROP_OF_A_FILE]: { picture: '12mp.jpg', name: 'toDataURL', options: { crop } },
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

const number = (time) => time.toFixed(1);
const most = (times) => number(Math.max(...times));
const cell = (times) => `${number(median(times))} (at most ${most(times)})`;

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
    const measured = {};
    for (const [title, job] of Object.entries(jobs)) {
      const times = { crop64: [], pool: [] };
      for (let round = 0; round <= rounds; round += 1) {
        for (const [who, all] of Object.entries(times)) {
          await page.evaluate(prepare, job);
          const longest = await longestTask(page, () => page.evaluate(perform, who, job));
          if (round > 0) all.push(longest);
        }
      }
      measured[title] = times;
    }
    return { measured, version: await browser.version() };
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
  return { title: 'After an abort of a running job', times };
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
  return { title: 'A crop of 12 megapixels, twelve at once, each', times };
}

async function bench(args) {
  const options = {
    rounds: { type: 'string', default: '11' },
    write: { type: 'boolean', default: false },
  };
  const { values } = parseArgs({ args, options });
  const rounds = Number(values.rounds);
  await makePictures();
  const { bytes } = readPicture('12mp.jpg');
  const inNode = [await aborts(rounds, bytes), await throughput(rounds, bytes)];
  for (const { title, times } of inNode) {
    const rows = Object.entries(times).map(([what, all]) => [what, cell(all)]);
    console.log(`\n${plain([title, 'ms'], rows)}`);
  }
  const { measured, version } = await stillness(rounds);
  const head = ['The longest task of the page, ms', 'crop64', 'crop64/pool'];
  const rows = Object.entries(measured).map(([title, { crop64, pool }]) => [
    title,
    cell(crop64),
    cell(pool),
  ]);
  const times = measured[CROP_OF_A_FILE].pool;
  const verdict =
    `While the pool crops a File of 12 megapixels, the page's longest task takes ` +
    `${number(median(times))} ms, at most ${most(times)} ms of ${FRAME}: ` +
    `${Math.max(...times) < FRAME ? 'no frame is missed' : 'MISSED'}.`;
  console.log(`\n${plain(head, rows)}\n\n${verdict}`);
  const summary = { date: new Date().toISOString(), machine: machine(), rounds, version };
  console.log(`\nAll times are in ${save('pool', { ...summary, measured, inNode })}.`);
  if (values.write) {
    const run = `${summary.date.slice(0, 10)}; ${version}; ${rounds} rounds. ${verdict}`;
    writeTables(document, { pool: `${run}\n\n${markdown(head, rows)}` });
  }
}

await main(import.meta, bench);
