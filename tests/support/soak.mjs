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
import { until } from './until.mjs';

const IN_FLIGHT = 6;
const ABORTED = 10; // every tenth
const KILLED = 100;
const WARM = 500; // jobs, after which memory is not to grow
const MOST_GROWTH = 0.1;

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

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Without workers, of which each has what its last job needed; and after a while, for V8 gives back in
// the background what it collects.
async function memory() {
  await until(() => workers.size === 0);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let i = 0; i < 3; i += 1) {
    collect();
    await pause(200);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

/**
 * Runs that many jobs. Gives how many were right, aborted and lost with their worker, how many
 * workers were killed and how many are left, what went wrong, and the memory after the first 500 jobs
 * (or a quarter) and at the end, without workers: in JavaScript, and in the process.
 */
export async function soak(count, seed = 64) {
  const unwatch = watchWorkers();
  const random = numbers(seed);
  const pool = createPool({ size: 2, idleTimeout: 100 });
  const jobs = await makeJobs();
  const told = { right: 0, aborted: 0, lost: 0, killed: 0, wrong: [] };
  const settled = new Uint8Array(count); // how often each was

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
      settled[number - 1] += 1;
      if (typeof what === 'string') told.wrong.push(`job ${number}: ${what}`);
    };
    await job.then(
      (bytes) => {
        const isRight = sha256(bytes) === hash;
        told.right += isRight ? 1 : 0;
        note(isRight || 'another result');
      },
      (error) => {
        const isAborted = error === reason;
        // It may be killed while it starts.
        const isLost = /^The worker (crashed|did not load from .*): it ended/.test(error.message);
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
  await runAll(Math.min(WARM, Math.floor(count / 4)));
  const warm = await memory();
  await runAll(count);
  const end = await memory();
  await pool.close();
  unwatch();
  for (const [i, times] of settled.entries()) {
    if (times !== 1) told.wrong.push(`job ${i + 1} settled ${times} times`);
  }
  return { ...told, left: workers.size, warm, end };
}

async function tell(count) {
  const started = performance.now();
  const { right, aborted, lost, killed, left, wrong, warm, end } = await soak(count);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const growth = end.rss / warm.rss - 1;
  const megabytes = ({ rss }) => `${(rss / 1e6).toFixed(0)} MB`;
  console.log(`${count} jobs through a pool of 2, in ${minutes} minutes.
${right} right, ${aborted} aborted, ${lost} lost with one of ${killed} workers that were killed.
Workers left: ${left}. Wrong, or not settled exactly once: ${wrong.length}.
Memory of the process: ${megabytes(warm)} after the first ${WARM}, ${megabytes(end)} at the end \
(${(100 * growth).toFixed(1)} %; at most ${100 * MOST_GROWTH} % is right).`);
  for (const what of wrong.slice(0, 20)) console.log(what);
  if (wrong.length > 0 || left > 0 || growth > MOST_GROWTH) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { jobs: { type: 'string', default: '10000' } } });
  await tell(Number(values.jobs));
}
