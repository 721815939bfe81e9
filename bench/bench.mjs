// Times whole jobs beside other libraries: `node bench/bench.mjs [--rounds N] [--job NAME]...`.
// In each round every contender does every job once, one after the other, so that whatever slows the
// machine down slows down all of them. What was measured goes to build/bench/ as JSON, too.
import { parseArgs } from 'node:util';
import { Failure, main } from '../scripts/setup/run.mjs';
import { startContenders } from './contenders.mjs';
import { jobs } from './jobs.mjs';
import { makePictures, readPicture } from './pictures.mjs';
import { startPython } from './python.mjs';
import { report } from './report.mjs';

// These do not count: V8 optimises the hot parts of a wasm module while it runs.
const warmUpRounds = 5;

// JPEG 85 moves a sample of our pictures by 3.6, on average; a crop that is one pixel off, by 8.
const jpegTolerance = 5;
// Kernels and reductions differ, and our pictures are mostly grain.
const resizeTolerance = 10;

const usage = `npm run bench -- [--rounds N] [--job ${Object.keys(jobs).join('|')}]...`;

function readOptions(args) {
  const options = {
    rounds: { type: 'string', default: '21' },
    job: { type: 'string', multiple: true, default: Object.keys(jobs) },
  };
  try {
    const { rounds, job: names } = parseArgs({ args, options }).values;
    if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`Expected a number of rounds, not '${rounds}'`);
    const unknown = names.find((name) => !Object.hasOwn(jobs, name));
    if (unknown !== undefined) throw new Error(`Expected the name of a job, not '${unknown}'`);
    return { rounds: Number(rounds), names };
  } catch (error) {
    throw new Failure(`${error.message}. Usage: ${usage}`);
  }
}

// A job with one run for each contender that can do it.
function prepare(name, contenders) {
  const job = { name, ...jobs[name], ...readPicture(jobs[name].picture) };
  const runs = contenders.map(({ name, prepare }) => ({ name, perform: prepare(job), times: [] }));
  return { ...job, runs: runs.filter(({ perform }) => perform !== undefined) };
}

// Nothing is timed that does not do the job: all outputs are compared with Pillow's.
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

// Gives the size of the encoded file.
async function checkRun({ name, perform }, job, pillow) {
  const { crop, resize, format } = job.options;
  const tolerance = resize ? resizeTolerance : format === 'jpeg' ? jpegTolerance : 0;
  const { text } = await perform();
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

async function measure(jobs, rounds) {
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { perform, times } of jobs.flatMap(({ runs }) => runs)) {
      const { milliseconds } = await perform();
      if (round >= 0) times.push(milliseconds);
    }
  }
}

async function bench(args) {
  const { rounds, names } = readOptions(args);
  await makePictures();
  const contenders = await startContenders();
  try {
    const prepared = names.map((name) => prepare(name, contenders));
    await check(prepared);
    await measure(prepared, rounds);
    report(prepared, contenders, rounds);
  } finally {
    for (const { close } of contenders) close?.();
  }
}

await main(import.meta, bench);
