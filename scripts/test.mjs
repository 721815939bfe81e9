// Checks everything: `npm test`, or some stages of it: `npm test -- --only native,browser`
// (`npm test -- --list` names them). Every stage runs even when one before it failed. `matrix`, which has
// half a gigabyte of runtimes to fetch, and `wasm-asan`, which takes long, run only if they are named;
// `--only all`, as in CI, includes `matrix`. Two stages run at a time, so that one works while the other waits
// for a linker, a browser or a single thread.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, buildVariant, compile, configure, npmProgram, tsc } from './build.mjs';
import { matrix } from './matrix.mjs';
import {
  Failure,
  main,
  print,
  printedTogether,
  root,
  run,
  secondsSince,
  show,
  tellFailure,
} from './setup/run.mjs';
import { setUp } from './setup.mjs';

// A stage gives how many of its tests passed and failed; a check counts as one. They start in this order:
// the long ones first, so that none is left to run alone at the end.
const stages = {
  native: async () => {
    await compile('asan-simd');
    const counts = await doctest('build/asan-simd/crop64_tests');
    const replayed = await replay();
    return { passed: counts.passed + replayed, failed: counts.failed };
  },
  wasm: async () => {
    await buildOnce();
    return wasmTests('wasm');
  },
  // The C++ tests, and damaged files for the module itself.
  'wasm-asan': async () => {
    await buildOnce();
    await buildVariant('wasm-asan', join(root, 'build/wasm-asan/js'));
    const counts = await wasmTests('wasm-asan');
    const more = await nodeTests('tests/js', asSanitized, (name) => name === 'mutation.test.mjs');
    return { passed: counts.passed + more.passed, failed: counts.failed + more.failed };
  },
  js: () => jsTests(),
  browser: () => nodeTests('tests/browser'),
  // The same tests as js over crop64/pool.
  'js-pool': () => jsTests(asPool, isOfPool),
  matrix: async () => {
    await buildOnce();
    return matrix();
  },
  'clang-tidy': checkTidiness,
  examples: () => nodeTests('tests/examples'),
  types: async () => {
    await check(tsc, ['-p', 'web/tsconfig.json', '--noEmit']);
    await check(tsc, ['-p', 'demo/tsconfig.json']);
    return { passed: 2, failed: 0 };
  },
  biome: () => check(npmProgram('biome'), ['ci', '--colors=off', '.']),
  'clang-format': checkFormat,
};
const names = Object.keys(stages);

// What the set-up has to provide for each stage, beside the npm packages (setup/needs.mjs). The oracles also
// make the seeds of the fuzz targets and the images of the tests.
export const needs = {
  native: ['native', 'oracles'],
  wasm: ['build'],
  'wasm-asan': ['build', 'oracles'],
  js: ['build', 'native', 'oracles'],
  browser: ['build', 'oracles', 'browser'],
  'js-pool': ['build', 'native', 'oracles'],
  matrix: ['build', 'matrix'],
  'clang-tidy': ['tidy'],
  examples: ['build', 'oracles', 'examples'],
  types: [],
  biome: [],
  'clang-format': ['format'],
};

const groups = {
  lint: ['biome', 'clang-format', 'clang-tidy'],
  all: names.filter((name) => name !== 'wasm-asan'),
};

// Stages that run only if they are named.
const onRequest = ['matrix', 'wasm-asan'];

const asSanitized = ['--import', './tests/support/asan-entry.mjs'];
const asPool = ['--import', './tests/support/pool-entry.mjs'];
const notOfPool = [
  'module.test.mjs', // looks into the module of its own thread, and breaks it
  'out-of-memory.test.mjs', // takes memory from its own thread, and has pools beside
  'read-while-decoding.test.mjs', // watches how a Blob is read
  'memory.test.mjs', // of the module itself, as the next three
  'size.test.mjs',
  'bombs.test.mjs',
  'mutation.test.mjs',
  'inline.test.mjs', // compares an entry with crop64
  'types.test.mjs', // has the pool's types already
  'pool.test.mjs', // compares the two entries, as the next
  'pool-abort.test.mjs',
  'pool-map.test.mjs',
  'pool-soak.test.mjs',
  'docs/interface.test.mjs', // has both
  'docs/pages.test.mjs', // reads the documentation
  'package.test.mjs', // looks at the files, as the next two
  'release.test.mjs',
  'security.test.mjs',
];
// The tests in tests/js/cli start a program that has both entries.
const isOfPool = (name) => dirname(name) !== 'cli' && !notOfPool.includes(name);

// Longer than any program of a stage takes, and any file of JavaScript tests: what hangs is ended.
const timeout = 20 * 60_000;
const fileTimeout = 10 * 60_000;

async function check(command, args) {
  await run(command, args, { timeout });
  return { passed: 1, failed: 0 };
}

async function checkFormat() {
  return check('clang-format', ['--dry-run', '--Werror', ...(await cppFiles())]);
}

async function cppFiles() {
  const known = ['ls-files', '--cached', '--others', '--exclude-standard', '*.h', '*.cpp'];
  return (await run('git', known)).trim().split('\n');
}

async function checkTidiness() {
  await configure('asan-simd');
  const files = (await cppFiles()).filter((file) => /^src\/.*\.cpp$/.test(file));
  const failures = [];
  const work = async () => {
    for (let file = files.pop(); file; file = files.pop()) {
      await run('clang-tidy', ['--quiet', '-p', 'build/asan-simd', file]).catch((failure) =>
        failures.push(failure),
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (failures.length === 0) return { passed: 1, failed: 0 };
  const output = failures.map((failure) => failure.output).join('\n');
  const faults = output.replace(/^\d+ warnings generated\.\n/gm, '');
  throw new Failure('clang-tidy found faults.', faults);
}

// The fuzz targets, on their seeds and on what once crashed them. Gives the number of targets.
async function replay() {
  const { inputs, targets, writeSeeds } = await import('../tests/support/fuzz.mjs');
  await writeSeeds();
  for (const name of targets) await run(`build/asan-simd/fuzz_${name}`, inputs(name), { timeout });
  return targets.length;
}

async function wasmTests(preset) {
  // Emscripten 3.1.6 loads its wasm by fetch() if that exists, but Node's fetch() does not accept paths.
  const program = `delete globalThis.fetch; require('./build/${preset}/crop64_tests.cjs')`;
  return doctest(process.execPath, '--eval', program, 'crop64_tests', '--no-colors');
}

async function doctest(command, ...args) {
  const { code, output } = await show(command, args, { timeout });
  const counts = output.match(/test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed/);
  return result(code, Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0));
}

// What more than one stage needs, and only one may make.
function once(work) {
  let result;
  return () => {
    result ??= work();
    return result;
  };
}
const buildOnce = once(build);
const nativeToolsOnce = once(() => compile('asan', ['coefficients', 'jobs']));

async function jsTests(more, isWanted) {
  await nativeToolsOnce();
  return nodeTests('tests/js', more, isWanted);
}

async function nodeTests(folder, more = [], isWanted = () => true) {
  await buildOnce();
  const all = readdirSync(join(root, folder), { recursive: true });
  const tests = all.filter((name) => /\.test\.m?js$/.test(name) && isWanted(name));
  const files = tests.map((name) => join(folder, name));
  if (files.length === 0) throw new Failure(`Expected files *.test.mjs in ${folder}, found none.`);
  const flags = [...more, '--test', '--test-reporter=spec', `--test-timeout=${fileTimeout}`];
  flags.push(`--test-concurrency=${availableParallelism()}`);
  const { code, output } = await show(process.execPath, [...flags, ...files], { timeout });
  const count = (what) => Number(output.match(new RegExp(`^\\S+ ${what} (\\d+)$`, 'm'))?.[1] ?? 0);
  return result(code, count('pass'), count('fail') + count('cancelled'));
}

// A test program may fail without having counted a failure.
function result(code, passed, failed) {
  if (passed + failed > 0) return { passed, failed: failed || (code === 0 ? 0 : 1) };
  throw new Failure(`Expected tests to run, but none passed or failed: it ended with ${code}.`);
}

async function runStage(name) {
  print(`\n== ${name}\n`);
  const started = performance.now();
  const counts = await stages[name]().catch((error) => {
    if (error instanceof Failure) tellFailure(error, 200);
    else print(`${error.stack}\n`);
    error.output = ''; // when the next stage fails for the same reason, that is told in a sentence
    return { passed: 0, failed: 1 };
  });
  return { name, time: secondsSince(started), ...counts };
}

// Runs the stages, two at a time.
async function runStages(wanted) {
  if (wanted.length === 1) return [await runStage(wanted[0])];
  const rows = [];
  const waiting = [...wanted];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      rows.push(await printedTogether(() => runStage(name)));
    }
  };
  await Promise.all([work(), work()]);
  return rows;
}

function readOptions(args) {
  try {
    const options = { only: { type: 'string' }, list: { type: 'boolean' } };
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(`${error.message}. Expected --only STAGE,STAGE or --list.`);
  }
}

function chosen(only) {
  if (only === undefined) return names.filter((name) => !onRequest.includes(name));
  const asked = only.split(',').flatMap((name) => groups[name] ?? name);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown === undefined) return names.filter((name) => asked.includes(name));
  const known = [...names, ...Object.keys(groups)].join(', ');
  throw new Failure(`Expected --only with stages out of ${known}, but ${unknown} came.`);
}

async function test(args) {
  const { only, list } = readOptions(args);
  if (list) return console.log(names.join('\n'));
  const wanted = chosen(only);
  const started = performance.now();
  await setUp([...new Set(wanted.flatMap((name) => needs[name]))]);
  const rows = [{ name: 'set-up', time: secondsSince(started), passed: 0, failed: 0 }];
  rows.push(...(await runStages(wanted)));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed') };
  tell([...rows, { name: 'all', time: secondsSince(started), ...total }], total);
}

function tell(rows, total) {
  console.log('');
  for (const { name, time, passed, failed } of rows) {
    const cells = [name.padEnd(14), time.padStart(8), `${passed} passed`.padStart(12)];
    console.log([...cells, failed ? `${failed} failed`.padStart(10) : ''].join(' ').trimEnd());
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

await main(import.meta, test);
