// Many jobs through a pool of two, some aborted and some with their worker killed: what is wrong
// after that, and how much memory there is. `npm run soak`, and in short one of the tests.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../../dist/index.js';
import { createPool } from '../../dist/pool.js';
import { sha256 } from './checks.mjs';
import { fixture } from './fixtures.mjs';

const IN_FLIGHT = 6;
const ABORTED = 10; // every tenth
const KILLED = 100;

/** Mulberry32: numbers from 0 to 1, the same ones for a seed. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Every worker that is alive, so that it can be killed.
const workers = new Set();
function watchWorkers() {
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      workers.add(this);
      this.on('exit', () => workers.delete(this));
    }
  };
  return () => {
    workerThreads.Worker = Worker;
  };
}

async function makeJobs() {
  const crop = { left: 10, top: 20, width: 90, height: 60 };
  const list = [
    ['small.jpg', { crop, format: 'jpeg', quality: 80 }],
    ['small.png', { crop }],
    ['small-rgba-16.png', { crop, format: 'png', compressionLevel: 9 }],
    ['photo-420.jpg', { crop: { left: 200, top: 100, width: 600, height: 500 } }],
    ['photo.png', { resize: { width: 300 }, format: 'jpeg' }],
  ];
  const jobs = [];
  for (const [name, options] of list) {
    const source = await fixture(name);
    jobs.push({ source, options, hash: sha256(await crop64.toBytes(source, options)) });
  }
  return jobs;
}

function memory() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

/**
 * Runs that many jobs. Gives how many were right, aborted and lost with their worker, how many
 * workers were killed, what went wrong, and how the memory has grown since a quarter of the jobs: in
 * JavaScript, and in the process.
 */
export async function soak(count, seed = 64) {
  const unwatch = watchWorkers();
  const random = numbers(seed);
  const pool = createPool({ size: 2 });
  const jobs = await makeJobs();
  const told = { right: 0, aborted: 0, lost: 0, killed: 0, settled: 0, wrong: [] };

  async function run(number) {
    const { source, options, hash } = jobs[Math.floor(random() * jobs.length)];
    const controller = new AbortController();
    const reason = new Error(`abort ${number}`);
    if (number % ABORTED === 0) setTimeout(() => controller.abort(reason), random() * 40);
    const job = pool.toBytes(source, { ...options, signal: controller.signal });
    if (number % KILLED === KILLED / 2) {
      const alive = [...workers];
      alive[Math.floor(random() * alive.length)]?.terminate();
      told.killed += alive.length > 0 ? 1 : 0;
    }
    const note = (what) => {
      told.settled += 1;
      if (typeof what === 'string') told.wrong.push(`job ${number}: ${what}`);
    };
    await job.then(
      (bytes) => {
        told.right += 1;
        note(sha256(bytes) === hash || 'another result');
      },
      (error) => {
        const isAborted = error === reason;
        // It may be killed while it starts.
        const isLost = /^The worker (died|did not load from .*): it ended/.test(error.message);
        told.aborted += isAborted ? 1 : 0;
        told.lost += isLost ? 1 : 0;
        note(isAborted || isLost || `${error.stack}`);
      },
    );
  }

  let next = 0;
  const runUntil = async (end) => {
    while (next < end) {
      next += 1;
      await run(next);
    }
  };
  const runAll = (end) => Promise.all(Array.from({ length: IN_FLIGHT }, () => runUntil(end)));
  await runAll(Math.floor(count / 4));
  const warm = memory();
  await runAll(count);
  const end = memory();
  await pool.close();
  unwatch();
  const grown = { held: end.held - warm.held, rss: end.rss - warm.rss };
  return { ...told, left: workers.size, grown, rss: end.rss };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { jobs: { type: 'string', default: '10000' } } });
  const told = await soak(Number(values.jobs));
  console.log(told);
  if (told.wrong.length > 0 || told.left > 0) process.exitCode = 1;
}
