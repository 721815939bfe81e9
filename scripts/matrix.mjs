// Tests the packed and installed package in every supported runtime and bundler: `npm run test:matrix`, or some of it:
// `npm run test:matrix -- --only deno,bun` (`-- --list` names them). Results are compared by their hashes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Failure, main, print, root, run, secondsSince, step } from './setup/run.mjs';
import { setUp } from './setup.mjs';

// Imported after the set-up, which installs their packages.
async function loadHalves() {
  await setUp(['build', 'matrix']);
  return {
    runtimes: await import('../tests/matrix/runtimes.mjs'),
    bundlers: await import('../tests/matrix/bundlers.mjs'),
  };
}

const namesOf = (halves) => Object.values(halves).flatMap((half) => half.names);

// Tests the package in dist/. Returns the numbers of rows that passed and failed.
export async function matrix(wanted) {
  const halves = await loadHalves();
  const only = wanted ?? namesOf(halves);
  const all = [];
  for (const [name, half] of Object.entries(halves)) {
    if (!half.names.some((one) => only.includes(one))) continue;
    const folder = join(root, 'build/matrix', name);
    const tarball = await step(`Packing the package for the ${name}`, () => install(folder));
    for await (const row of half.rows({ tarball, folder, only })) {
      printRow(row);
      all.push(row);
    }
  }
  const failures = all.filter(({ result }) => result !== 'ok');
  for (const { runtime, entry, result } of failures) {
    print(`\n${runtime}, ${entry}: ${shortened(result)}\n`);
  }
  return { passed: all.length - failures.length, failed: failures.length };
}

// Makes a project that has the package for its only dependency. Gives the packed file.
async function install(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = join(folder, packed.trim().split('\n').at(-1));
  await run('npm', ['install', '--offline', '--no-audit', tarball], { cwd: folder });
  return tarball;
}

// Some programs show the line that failed, which may be one that has the whole wasm.
function shortened(text) {
  const lines = text.trim().split('\n').slice(0, 12);
  return lines.map((line) => line.slice(0, 400)).join('\n');
}

function printRow({ runtime, entry, result, hash }) {
  const cells = [runtime.padEnd(28), entry.padEnd(14), result === 'ok' ? 'ok' : 'FAILED'];
  print(`${[...cells, hash].join('  ').trimEnd()}\n`);
}

function readOptions(args) {
  try {
    const options = { only: { type: 'string' }, list: { type: 'boolean' } };
    const { only, list } = parseArgs({ args, options }).values;
    return { only: only?.split(','), list };
  } catch (error) {
    throw new Failure(`${error.message}. Expected --only NAME,NAME or --list.`);
  }
}

async function test(args) {
  const { only, list } = readOptions(args);
  const names = namesOf(await loadHalves());
  if (list) return console.log(names.join('\n'));
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Failure(
      `Expected --only with names out of ${names.join(', ')}, but ${unknown} came.`,
    );
  }
  const started = performance.now();
  await build();
  const { passed, failed } = await matrix(only);
  console.log(`\n${passed} passed, ${failed} failed in ${secondsSince(started)}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main(import.meta, test, { lines: 200 });
