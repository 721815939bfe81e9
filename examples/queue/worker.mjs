// A worker, as many as there are machines: `node worker.mjs [--jobs N]`, N jobs at a time. It ends its
// jobs before it ends itself (SIGTERM, SIGINT); when it dies, others take over what it was doing.
import { availableParallelism, hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { UnrecoverableError, Worker } from 'bullmq';
import { createPool, ImageError } from 'crop64/pool';
import { writeWhole } from './files.mjs';
import { connection, QUEUE } from './queue.mjs';

const given = parseArgs({ options: { jobs: { type: 'string' } } }).values.jobs;
const jobs = given === undefined ? availableParallelism() : Number(given);

// In threads, so that this one is free to tell the queue that it is alive.
const pool = createPool({ size: jobs });

// A job takes no longer than this, its download included. In the pool, an abort ends it wherever it is.
const LONGEST_MS = 60_000;

// Errors that may be others the next time. The rest is in the picture or in the job.
const MAY_PASS = ['SOURCE_UNREADABLE', 'OUT_OF_MEMORY', 'MODULE_LOAD_FAILED', 'INTERNAL'];

async function perform({ id, data, attemptsStarted }) {
  const { source, destination, ...options } = data;
  try {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const { bytes, ...result } = await pool.encode(open(source), { ...options, signal });
    await writeWhole(text(destination, 'destination'), bytes, id, attemptsStarted);
    return result;
  } catch (error) {
    throw error instanceof ImageError ? failure(error) : error;
  }
}

function open(source) {
  const name = text(source, 'source');
  return URL.canParse(name) ? new URL(name) : pathToFileURL(name);
}

function text(value, name) {
  if (typeof value === 'string' && value !== '') return value;
  throw new ImageError('INVALID_ARGUMENT', `Expected a path for ${name} but received ${value}.`);
}

// What the queue keeps of an error is its message.
function failure({ code, message }) {
  const reason = `${code}: ${message}`;
  return MAY_PASS.includes(code) ? new Error(reason) : new UnrecoverableError(reason);
}

const worker = new Worker(QUEUE, perform, {
  connection,
  name: `${hostname()}-${process.pid}`,
  concurrency: jobs,
  // A job belongs to its worker for so long, and for as long again while that one says that it lives.
  // Jobs without an owner are looked for so often. So one that was lost is taken over within twelve
  // seconds; and one that takes its workers down with it is given up after the fourth.
  lockDuration: 6000,
  stalledInterval: 3000,
  maxStalledCount: 3,
  // A job that was done is known for a day: until then adding it again does nothing.
  removeOnComplete: { age: 24 * 60 * 60 },
});
worker.on('error', (error) => console.error(`worker: ${error.message}`)); // Redis is away, for example

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await worker.close();
    await pool.close();
  });
}
