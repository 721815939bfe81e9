// Pools for tests: every worker that is started is recorded, and may run another program.
import assert from 'node:assert/strict';
import { after, afterEach } from 'node:test';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../../dist/index.js';
import * as entry from '../../dist/pool.js';
import { fixture } from './fixtures.mjs';
import { until } from './until.mjs';

export const small = await fixture('small.png');
export const camera = await fixture('camera-420.jpg');
const names = ['small.png', 'small.jpg', 'small.bmp', 'small-rgba-16.png'];
export const sources = await Promise.all(names.map(fixture));
export const crop = { left: 3, top: 5, width: 40, height: 30 };
export const expected = await crop64.encode(small, { crop });
// Options for a job of several seconds, so that what follows it in a test happens while it runs.
export const long = { format: 'png', compressionLevel: 9 };

// The methods are on a prototype, which each entry has its own of.
export const sameImage = (image, other) => assert.deepEqual({ ...image }, { ...other });
export const methods = (image) => Object.keys(Object.getPrototypeOf(image));

/** The workers that were started in this test, and the program that new ones run instead of their own. */
export const spy = { workers: [], program: undefined };

const { Worker } = workerThreads;
workerThreads.Worker = class extends Worker {
  isOver = false;
  calls = [];
  constructor(url, options) {
    const { program } = spy;
    super(program ?? url, { ...options, eval: program !== undefined && !(program instanceof URL) });
    spy.workers.push(this);
    this.on('exit', () => {
      this.isOver = true;
    });
  }
  postMessage(call, transfer) {
    this.calls.push(call.name);
    super.postMessage(call, transfer);
  }
};

/** The workers that have not ended. */
export const living = () => spy.workers.filter(({ isOver }) => !isOver);
/** The names of the calls that workers received, apart from init. */
export const taken = () =>
  spy.workers.flatMap(({ calls }) => calls.filter((name) => name !== 'init'));
const { setTimeout: later } = globalThis; // a test may mock it
export const turn = () => new Promise((resolve) => later(resolve, 1));

let pools = [];
/** A pool that is closed after the test. */
export function open(options) {
  const pool = entry.createPool(options);
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  spy.program = undefined;
  await Promise.all(pools.map((pool) => pool.close()));
  entry.dispose();
  await until(() => living().length === 0);
  pools = [];
  spy.workers = [];
});

after(() => {
  workerThreads.Worker = Worker;
});
