// Tens of thousands of broken files: each gives a result or an ImageError, and nothing else, and the
// module works on after it with the memory that it had.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { checkEncode } from '../../build/js/options.js';
import { decode, encode, ImageError, probe } from '../../dist/index.js';
import { nativeFile, startNative } from '../../support/native.mjs';
import { sha256 } from '../support/checks.mjs';
import { mutate, randomOptions, seeded } from '../support/mutations.mjs';
import { tinyImages } from '../support/tiny-images.mjs';

const MUTATIONS = 30_000;
// What a broken file, and options that may not fit it, can give.
const CODES = [
  'INVALID_ARGUMENT',
  'CROP_OUT_OF_BOUNDS',
  'UNSUPPORTED_FORMAT',
  'CORRUPT_IMAGE',
  'TRUNCATED_IMAGE',
  'LIMIT_EXCEEDED',
  'LOSSLESS_IMPOSSIBLE',
];

const tiny = await tinyImages();
const names = Object.keys(tiny);
const printed = ['log', 'info', 'warn', 'error', 'debug'].map((name) => mock.method(console, name));

const goodJob = async () => sha256((await encode(tiny['described.jpg'], { rotate: 90 })).bytes);
const good = await goodJob();
const starts = mock.method(WebAssembly, 'instantiate');

async function worksOn(what) {
  assert.equal(await goodJob(), good, what);
  assert.equal(starts.mock.callCount(), 0, `${what}: the module had to be started again`);
}

// One of the three functions, with options that are valid.
function randomCall(random) {
  const options = randomOptions(random);
  const { lossless, maxBytes, metadata, ...rest } = options;
  if (options.format === 'raw') delete rest.format;
  return random.one([
    { name: 'probe', run: (file) => probe(file) },
    { name: 'encode', run: (file) => encode(file, options), options },
    ...(options.format === 'raw'
      ? [{ name: 'decode', run: (file) => decode(file, rest), options: rest }]
      : [{ name: 'encode', run: (file) => encode(file, options), options }]),
  ]);
}

async function tryOut(file, { name, run, options }, what) {
  const error = await run(file).then(
    () => undefined,
    (reason) => reason,
  );
  if (error instanceof ImageError && CODES.includes(error.code)) return error.code;
  const call = `${name}(file, ${JSON.stringify(options)})`;
  if (error === undefined) return 'result';
  assert.fail(`${what}: ${call} gave ${error.stack}\n${file.toString('base64')}`);
}

test('the unchanged images decode', async () => {
  for (const name of names) {
    await assert.doesNotReject(decode(tiny[name]), name);
    await assert.doesNotReject(encode(tiny[name], { format: 'png', metadata: 'all' }), name);
  }
});

test('files truncated at any byte give an ImageError or an image', async () => {
  const random = seeded(1);
  for (const name of names) {
    const file = tiny[name];
    for (let length = 0; length < file.length; length += 1) {
      const what = `${name}, ${length} bytes`;
      await tryOut(file.subarray(0, length), randomCall(random), what);
    }
    await worksOn(name);
  }
});

test('randomly changed files give an ImageError or an image', async () => {
  const random = seeded(2);
  const told = {};
  for (let round = 0; round < MUTATIONS; round += 1) {
    const name = random.one(names);
    const file = mutate(tiny[name], random, tiny[random.one(names)]);
    const outcome = await tryOut(file, randomCall(random), `${name}, ${round}`);
    told[outcome] = (told[outcome] ?? 0) + 1;
    if (round % 500 === 0) await worksOn(`${name}, ${round}`);
  }
  await worksOn('at the end');
  // So that it is not one check, which comes first, that refuses them all.
  assert.deepEqual(Object.keys(told).sort(), ['result', ...CODES].sort());
  assert.ok(told.result > MUTATIONS / 10, `${told.result} results`);
});

test('memory does not grow over results and failures', async () => {
  const heard = [];
  const native = await startNative((text) => heard.push(text));
  const random = seeded(3);
  const jobs = { true: [], false: [] };
  const run = ({ file, options }) =>
    native.process(nativeFile(file), checkEncode(options).jobs, 'bytes');
  for (let i = 0; i < 1500; i += 1) {
    const file = mutate(tiny[random.one(names)], random, tiny[random.one(names)]);
    const job = { file, options: randomOptions(random) };
    jobs[run(job).ok].push(job);
  }
  for (const [kind, some] of Object.entries(jobs)) {
    assert.ok(some.length > 100, `${some.length} jobs that end with ok: ${kind}`);
    for (const job of some) run(job);
    const warm = native.heapHighWater();
    for (let round = 0; round < 4; round += 1) for (const job of some) run(job);
    assert.equal(native.heapHighWater(), warm, `ok: ${kind}`);
  }
  assert.deepEqual(heard, []);
});

test('nothing is written to the console', () => {
  for (const method of printed) assert.equal(method.mock.callCount(), 0);
});
