// Fuzzes: `npm run fuzz -- [--minutes N] [--target T]`. Each target runs that long under libFuzzer and
// the sanitizers; what crashes it is kept in tests/fuzz/regressions, where `npm test` replays it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { regressions, seeds, targets, writeSeeds } from '../tests/support/fuzz.mjs';
import { compile } from './build.mjs';
import { Failure, main, root, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

// The dictionaries of tests/fuzz/dictionaries, in one, and how long an input may be.
const dictionaries = join(root, 'tests/fuzz/dictionaries');
const MOST_BYTES = 20_000;

async function fuzz(args) {
  const options = { minutes: { type: 'string', default: '5' }, target: { type: 'string' } };
  const { minutes, target } = parseArgs({ args, options }).values;
  if (target !== undefined && !targets.includes(target)) {
    throw new Failure(`Expected --target with one of ${targets.join(', ')}, but ${target} came.`);
  }
  if (!(Number(minutes) > 0)) {
    throw new Failure(`Expected --minutes with a number above 0, but ${minutes} came.`);
  }
  await setUp(['build', 'test', 'fuzz']);
  await compile('fuzz');
  await writeSeeds();
  for (const name of target === undefined ? targets : [target]) await run(name, Number(minutes));
}

// libFuzzer takes but one.
function joinDictionaries() {
  const parts = readdirSync(dictionaries).map((name) => readFileSync(join(dictionaries, name)));
  const path = join(root, 'build/fuzz/all.dict');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

async function run(name, minutes) {
  console.log(`\n== ${name}`);
  // What libFuzzer finds worth keeping, from one run to the next.
  const corpus = join(root, 'build/fuzz/corpus', name);
  const crashes = regressions(name);
  mkdirSync(corpus, { recursive: true });
  mkdirSync(crashes, { recursive: true });
  const flags = [
    `-max_total_time=${Math.round(minutes * 60)}`,
    `-max_len=${MOST_BYTES}`,
    `-artifact_prefix=${crashes}/`,
    `-dict=${joinDictionaries()}`,
    // More than any job may take (tests/fuzz/fuzz.h), with what the sanitizers need themselves.
    '-rss_limit_mb=2048',
    '-malloc_limit_mb=64',
    '-timeout=20',
    '-print_final_stats=1',
  ];
  const { code } = await show(join(root, `build/fuzz/fuzz_${name}`), [...flags, corpus, seeds]);
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, fuzz);
