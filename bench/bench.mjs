// Times whole jobs beside other libraries: `node bench/bench.mjs [--rounds N] [--only JOB,...] [--write]`.
// In each round every contender does every job once, one after the other, so that whatever slows the
// machine down slows down all of them. What was measured goes to build/bench/ as JSON, and with --write
// to bench/results and docs/performance.md.
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decode } from '../dist/index.js';
import { Failure, main } from '../scripts/setup/run.mjs';
import { startContenders } from './contenders.mjs';
import { measureLimits } from './facts.mjs';
import { jobs } from './jobs.mjs';
import { makePictures, readPicture } from './pictures.mjs';
import { startPython } from './programs.mjs';
import { save, summarise, tell, writeDocuments } from './report.mjs';

// These do not count: V8 optimises the hot parts of a wasm module while it runs, the last of them when a
// job has been done some twelve times.
const warmUpRounds = 12;

// Before each one: what the one before leaves to be done in the background, as freeing memory, is done.
const pauseMilliseconds = 50;

// JPEG 85 moves a sample of our pictures by 3.6, on average; a crop that is one pixel off, by 8.
const jpegTolerance = 6;
// Kernels and reductions differ, and our pictures are mostly grain.
const resizeTolerance = 10;

const usage = `npm run bench -- [--rounds N] [--only ${Object.keys(jobs).join(',')}] [--write]`;

function readOptions(args) {
  const options = {
    rounds: { type: 'string', default: '13' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  };
  try {
    const { rounds, only, write } = parseArgs({ args, options }).values;
    if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`Expected a number of rounds, not '${rounds}'`);
    const names = only?.split(',') ?? Object.keys(jobs);
    const unknown = names.find((name) => !Object.hasOwn(jobs, name));
    if (unknown !== undefined) throw new Error(`Expected the name of a job, not '${unknown}'`);
    if (write && only) throw new Error('Expected all jobs for --write, and not --only some');
    return { rounds: Number(rounds), names, write };
  } catch (error) {
    throw new Failure(`${error.message}. Usage: ${usage}`);
  }
}

// A job with one run for each contender that can do it.
async function prepare(name, contenders) {
  const job = { name, do: 'crop', ...jobs[name], ...readPicture(jobs[name].picture) };
  if (job.do === 'encode') job.samples = await samplesOf(job.bytes);
  const runs = contenders.map(({ name, beside, works }) => ({
    ...{ name, beside, times: [] },
    perform: works[job.do]?.(job),
  }));
  return { ...job, runs: runs.filter(({ perform }) => perform) };
}

async function samplesOf(file) {
  const { data, width, height } = await decode(file, { channels: 'RGB' });
  return { data, width, height, channels: 'RGB' };
}

// Nothing is timed that does not do the job: all files are compared with what Pillow makes.
async function check(jobs) {
  const pillow = await startPython('pillow.py');
  try {
    for (const job of jobs) {
      for (const run of job.runs) run.bytes = await checkRun(run, job, pillow);
    }
  } finally {
    pillow.close();
  }
}

// Gives the size of what was made.
async function checkRun({ name, perform }, job, pillow) {
  const { text: made, byteLength } = await perform();
  if (made === undefined) return byteLength;
  // Without an option, the file is copied: our pictures that are copied are JPEGs.
  const { crop, resize, format = 'jpeg', quality } = job.options;
  const text = made.replace(/^data:[^,]*,/, '');
  const tolerance = resize
    ? resizeTolerance
    : quality
      ? jpegTolerance
      : job.options.lossless
        ? 1
        : 0;
  const found = await pillow.ask({ do: 'inspect', file: job.file, crop, resize, text });
  const isSame = found.difference !== null && found.difference <= tolerance;
  if (found.format !== format || !isSame) {
    throw new Failure(
      `Expected ${name} to answer the job ${job.name} with a ${format} of ` +
        `${found.expected.join(' x ')} whose samples differ by ${tolerance} at most on average, ` +
        `but received a ${found.format}, ${found.mode}, of ${found.size.join(' x ')}, difference ${found.difference}.`,
    );
  }
  return Buffer.byteLength(text, 'base64');
}

// Another one begins every second turn, and every other turn goes the other way about, so that nobody
// always follows the same one: who comes next finds its caches and its free memory as that one left them.
function turned(runs, turn) {
  const first = Math.floor(turn / 2) % runs.length;
  const inTurn = [...runs.slice(first), ...runs.slice(0, first)];
  return turn % 2 === 0 ? inTurn : inTurn.reverse();
}

async function measure(jobs, rounds) {
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { runs, turns = 1 } of jobs) {
      for (let i = 0; i < turns; i++) {
        for (const { perform, times } of turned(runs, turns * (round + warmUpRounds) + i)) {
          await setTimeout(pauseMilliseconds);
          const { milliseconds } = await perform();
          if (round >= 0) times.push(milliseconds);
        }
      }
    }
  }
}

async function bench(args) {
  const { rounds, names, write } = readOptions(args);
  await makePictures();
  const { contenders, close } = await startContenders();
  try {
    const prepared = [];
    for (const name of names) prepared.push(await prepare(name, contenders));
    await check(prepared);
    await measure(prepared, rounds);
    const summary = summarise(prepared, contenders, rounds, await measureLimits());
    tell(summary);
    console.log(`\nAll times are in ${save('bench', summary)}.`);
    if (write) writeDocuments(summary);
  } finally {
    await close();
  }
}

await main(import.meta, bench);
