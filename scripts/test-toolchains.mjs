// Builds crop64 with the machine's Emscripten and with those of other Debian releases, and runs the stages
// `wasm` and `js` with each: `npm run test:toolchains`. `-- --only sid` takes the named ones, and `-- --speed`
// also times seven jobs beside the machine's own build. Needs root (debootstrap, chroot, mount), and 2 GB for
// each release. Everything that it leaves is in build/toolchains.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { time } from '../bench/toolchains.mjs';
import { build, compile } from './build.mjs';
import { hasApt, installPackages } from './setup/apt.mjs';
import { inCache } from './setup/cache.mjs';
import { versionOf } from './setup/needs.mjs';
import { ask, Failure, isOnPath, main, root, run, show, step } from './setup/run.mjs';
import { setUp } from './setup.mjs';
import { needs } from './test.mjs';

// The name of the toolchain that is on the PATH.
const own = 'own';
const suites = ['trixie', 'sid'];
const names = [own, ...suites];

const folderOf = (suite) => join(root, 'build/toolchains', suite);
const distOf = (name) => (name === own ? join(root, 'dist') : join(folderOf(name), 'dist'));

async function testToolchains(args) {
  const { wanted, speed } = readOptions(args);
  if (wanted.some((name) => name !== own)) await checkMachine();
  await setUp(needs.js);
  await build();
  await compile('asan', ['coefficients', 'jobs']); // the tests of the stage `js` run them
  const rows = [];
  for (const name of wanted) rows.push(await testOne(name));
  console.log('');
  for (const cells of [['toolchain', 'Emscripten', 'gzip', 'wasm', 'js'], ...rows]) tell(cells);
  if (speed) await compareSpeed(wanted.filter((name) => fs.existsSync(distOf(name))));
}

function readOptions(args) {
  const options = { only: { type: 'string' }, speed: { type: 'boolean' } };
  const { only, speed } = parseArgs({ args, options }).values;
  const wanted = only?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return { wanted, speed };
  throw new Failure(
    `Expected --only with names out of ${names.join(', ')} but received ${unknown}.`,
  );
}

async function checkMachine() {
  if (process.getuid?.() !== 0) {
    throw new Failure(
      'Expected root: debootstrap, chroot and mount need it. Run it with sudo, or with --only own.',
    );
  }
  if (!hasApt()) throw new Failure('Expected Debian or Ubuntu. Run it with --only own.');
  if (!isOnPath('debootstrap')) await installPackages(['debootstrap']);
}

const tell = (cells) =>
  console.log(
    cells
      .map((cell) => String(cell).padEnd(24))
      .join('')
      .trimEnd(),
  );

// Gives a row of the table.
async function testOne(name) {
  try {
    if (name !== own) {
      await install(name);
      writeStandIns(name);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(error.output);
    return [name, 'cannot be installed', '-', '-', '-'];
  }
  const version = name === own ? await versionOf('emcc') : await versionIn(name);
  const wasm = await runStage(name, 'wasm');
  const js = await runStage(name, 'js');
  const files = ['crop64.wasm', 'index.js'].map((file) => join(distOf(name), file));
  const size = files.every(fs.existsSync)
    ? files.map((file) => gzipSync(fs.readFileSync(file), { level: 9 }).length)
    : ['not built'];
  return [name, version, size.join(' + '), wasm, js];
}

// Installs a release of Debian, from the server that the machine's own packages come from if that has Debian's.
async function install(suite) {
  const folder = folderOf(suite);
  const chroot = join(folder, 'root');
  const done = join(folder, 'installed');
  if (fs.existsSync(done)) return;
  fs.rmSync(folder, { recursive: true, force: true });
  for (const name of ['build', 'dist', 'root'])
    fs.mkdirSync(join(folder, name), { recursive: true });
  const targets = ['indextargets', '--format', '$(SITE)', 'Created-By: Packages', 'Origin: Debian'];
  const [mirror] = ((await ask('apt-get', targets)) ?? '').split('\n').filter(Boolean);
  const packages = '--include=emscripten,nodejs,cmake,ninja-build';
  await step(`Installing Emscripten of Debian ${suite}`, () =>
    run('debootstrap', ['--variant=minbase', packages, suite, chroot, ...(mirror ? [mirror] : [])]),
  );
  fs.writeFileSync(done, '');
}

// A script that replaces cmake and emcc: it runs the release's program in the current folder, without the machine's
// environment. Native presets are built by the machine's cmake.
const standIn = `#!/bin/sh
name=\${0##*/}
case "$name $*" in
  emcc* | *wasm*) ;;
  *) PATH=\${PATH#/mnt/crop64:} exec "$name" "$@" ;;
esac
exec chroot /mnt /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin \\
  sh -c 'cd "$0" && exec "$@"' "$PWD" "$name" "$@"
`;

function writeStandIns(suite) {
  const folder = join(folderOf(suite), 'root/crop64');
  fs.mkdirSync(folder, { recursive: true });
  for (const name of ['cmake', 'emcc'])
    fs.writeFileSync(join(folder, name), standIn, { mode: 0o755 });
}

// Runs a command in a mount namespace, with which its mounts vanish. There the release is /mnt, its cmake and emcc
// are first on the PATH, and build/ and dist/ are the release's own: everything else runs as on the machine.
const enter = `
set -e
folder=$1 cache=$2
shift 2
mount --rbind "$folder/root" /mnt
for name in asan fixtures; do
  mkdir -p "build/$name" "$folder/build/$name"
  mount --rbind "build/$name" "$folder/build/$name"
done
mount --bind "$folder/dist" dist
mount --rbind "$folder/build" build
for path in /proc /dev "$PWD" "$cache"; do
  mkdir -p "/mnt$path"
  mount --rbind "$path" "/mnt$path"
done
PATH=/mnt/crop64:$PATH exec "$@"`;

const commandIn = (suite, ...command) => [
  'unshare',
  ['--mount', 'sh', '-c', enter, 'sh', folderOf(suite), inCache(''), ...command],
];

async function versionIn(suite) {
  const output = await run(...commandIn(suite, 'emcc', '--version'));
  return output.match(/\d+\.\d+\.\d+/)[0];
}

async function runStage(name, stage) {
  console.log(`\n== ${stage}, built with Emscripten of ${name}`);
  const command = [process.execPath, 'scripts/test.mjs', '--only', stage];
  const [program, args] =
    name === own ? [command[0], command.slice(1)] : commandIn(name, ...command);
  const { code, output } = await show(program, args);
  const counts = output.match(/\d+ passed, \d+ failed(?=\s*$)/)?.[0];
  return counts ?? `failed (${code})`;
}

async function compareSpeed(wanted) {
  const builds = {};
  for (const name of [own, ...wanted.filter((one) => one !== own)]) {
    builds[name] = await import(pathToFileURL(join(distOf(name), 'index.js')));
  }
  const rows = await time(builds);
  console.log('');
  tell([`time / ${own}'s`, ...Object.keys(builds)]);
  for (const row of rows) tell(row);
}

await main(import.meta, testToolchains, { lines: 200 });
