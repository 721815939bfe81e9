// Fuzzes: `npm run fuzz -- [--minutes N] [--only T,T] [--write]`. Each target runs that long under libFuzzer
// and the sanitizers, as many at a time as there are cores; Ctrl-C ends them early. What crashes one is
// kept in tests/fuzz/regressions, where `npm test` replays it. --write puts the table into docs/fuzzing.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from './build.mjs';
import { markdown, writeTables } from './documents.mjs';
import { Failure, main, root } from './setup/run.mjs';
import { setUp } from './setup.mjs';

// The dictionaries of tests/fuzz/dictionaries, in one, and how long an input may be.
const dictionaries = join(root, 'tests/fuzz/dictionaries');
const MAX_BYTES = 20_000;

// Kept between runs: libFuzzer's corpus and its last output.
const corpusOf = (name) => join(root, 'build/fuzz-corpus', name);
const logOf = (name) => join(root, 'build/fuzz', `${name}.log`);

const filesIn = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);

// From tests/support/fuzz.mjs, which needs files that the set-up fetches.
let regressions;
let seeds;
let targets;
let writeSeeds;

async function fuzz(args) {
  await setUp(['native', 'oracles', 'fuzz']);
  ({ regressions, seeds, targets, writeSeeds } = await import('../tests/support/fuzz.mjs'));
  const { minutes, wanted, write } = readOptions(args);
  await compile('fuzz');
  await writeSeeds();
  joinDictionaries();
  const atATime = availableParallelism();
  const rounds = Math.ceil(wanted.length / atATime);
  const end = new Date(Date.now() + rounds * minutes * 60_000);
  console.log(`${atATime} at a time, ${minutes} min each: done by ${end.toLocaleString('sv')}.`);
  const rows = await runAll(wanted, minutes, atATime);
  const table = markdown(head, rows.map(cells));
  console.log(`\n${table}`);
  if (write) writeTables(join(root, 'docs/fuzzing.md'), { run: `${setting()}\n\n${table}` });
  if (rows.some(({ found }) => found.length > 0)) process.exitCode = 1;
}

function readOptions(args) {
  const { minutes, only, write } = parse(args);
  const wanted = only?.split(',') ?? targets;
  const unknown = wanted.find((name) => !targets.includes(name));
  if (unknown !== undefined) {
    throw new Failure(`Expected --only with some of ${targets.join(', ')}, but ${unknown} came.`);
  }
  if (!(Number(minutes) > 0)) {
    throw new Failure(`Expected --minutes with a number above 0, but ${minutes} came.`);
  }
  if (write && only !== undefined) {
    throw new Failure('--write needs all targets. Leave --only out.');
  }
  return { minutes: Number(minutes), wanted, write };
}

function parse(args) {
  const options = {
    minutes: { type: 'string', default: '5' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(`${error.message}. Expected --minutes N, --only TARGET,TARGET or --write.`);
  }
}

// libFuzzer accepts only one dictionary.
const dictionary = join(root, 'build/fuzz/all.dict');
function joinDictionaries() {
  const names = fs.readdirSync(dictionaries);
  const parts = names.map((name) => fs.readFileSync(join(dictionaries, name)));
  fs.writeFileSync(dictionary, Buffer.concat(parts));
}

async function runAll(wanted, minutes, atATime) {
  const running = new Set();
  const waiting = [...wanted];
  const stop = () => {
    waiting.length = 0;
    for (const child of running) child.kill('SIGINT'); // libFuzzer prints its statistics
  };
  process.on('SIGINT', stop);
  const rows = [];
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const row = await run(name, minutes, running);
      console.log(`${name}: ${row.executions.toLocaleString('en')} executions`);
      for (const file of row.found) console.log(`  found ${file} (the log: ${logOf(name)})`);
      rows.push(row);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work)).finally(stop);
  process.off('SIGINT', stop);
  return rows.sort((a, b) => wanted.indexOf(a.name) - wanted.indexOf(b.name));
}

// Resolves when the time is over or an input crashes the target.
async function run(name, minutes, running) {
  const [corpus, crashes, log] = [corpusOf(name), regressions(name), logOf(name)];
  const before = filesIn(crashes);
  fs.mkdirSync(corpus, { recursive: true });
  fs.mkdirSync(crashes, { recursive: true });
  const flags = [
    `-max_total_time=${Math.ceil(minutes * 60)}`,
    `-max_len=${MAX_BYTES}`,
    `-artifact_prefix=${crashes}/`,
    `-dict=${dictionary}`,
    // More than any job may take (tests/fuzz/fuzz.h), with what the sanitizers need themselves.
    '-rss_limit_mb=2048',
    '-malloc_limit_mb=64',
    // A minute of wall-clock time, since the machine may be busy.
    '-timeout=60',
    '-report_slow_units=60',
    '-print_final_stats=1',
  ];
  const output = fs.openSync(log, 'w');
  const started = performance.now();
  const child = spawn(join(root, `build/fuzz/fuzz_${name}`), [...flags, corpus, seeds], {
    stdio: ['ignore', output, output],
  });
  running.add(child);
  const [code, signal] = await once(child, 'exit');
  running.delete(child);
  fs.closeSync(output);
  const found = filesIn(crashes).filter((file) => !before.includes(file));
  if (filesIn(crashes).length === 0) fs.rmdirSync(crashes);
  const text = fs.readFileSync(log, 'utf8');
  if (code !== 0 && code !== INTERRUPTED && found.length === 0) {
    throw new Failure(`${name} ended with ${code ?? signal}.`, text);
  }
  const lastNumber = (pattern) => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    name,
    minutes: (performance.now() - started) / 60_000,
    executions: lastNumber(/^stat::number_of_executed_units: (\d+)/gm),
    covered: lastNumber(/ cov: (\d+) /g),
    counters: lastNumber(/\((\d+) inline 8-bit counters\)/g),
    kept: filesIn(corpus).length,
    found: found.map((file) => join(crashes, file)),
  };
}

// libFuzzer's exit status after Ctrl-C.
const INTERRUPTED = 72;

const head = ['target', 'minutes', 'executions', 'edges covered', 'of', 'inputs kept', 'findings'];
const cells = ({ name, minutes, executions, covered, counters, kept, found }) => [
  name,
  String(Number(minutes.toFixed(1))),
  ...[executions, covered, counters, kept, found.length].map((n) => n.toLocaleString('en')),
];

const setting = () =>
  `${new Date().toISOString().slice(0, 10)}; one core of ${cpus()[0].model} for each target.`;

await main(import.meta, fuzz);
