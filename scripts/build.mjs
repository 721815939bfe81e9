// Builds the package into dist/: the C++ as a wasm module, the TypeScript as JavaScript.
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { readIfThere, sha256 } from './setup/cache.mjs';
import { versionOf } from './setup/needs.mjs';
import { main, root, run, secondsSince } from './setup/run.mjs';
import { buildEnvironment, setUp } from './setup.mjs';

const dist = join(root, 'dist');

// What CMake makes, by the name that web/ knows it by.
const moduleFiles = { 'crop64.wasm': 'crop64-module.wasm', 'crop64-module.js': 'crop64-module.js' };

export async function build() {
  await setUp(['build']);
  await timed('C++', () => compile('wasm'));
  const emitted = await timed('TypeScript', compileTypeScript);
  removeAllBut([...emitted, ...copyModule()]);
}

async function timed(title, work) {
  const started = performance.now();
  const result = await work();
  console.log(`${title}: ${secondsSince(started)}`);
  return result;
}

// Builds one of the presets in CMakePresets.json; ninja knows what has to be done.
export async function compile(preset) {
  await configure(preset);
  await run('cmake', ['--build', '--preset', preset], { env: buildEnvironment() });
}

// Configures a preset unless that has been done. Other library sources or another Emscripten make it
// start afresh: files of another release may be older than what was made from the one before.
export async function configure(preset) {
  const folder = join(root, 'build', preset);
  const stamp = join(folder, '.crop64-stamp');
  const now = sha256(JSON.stringify([libraryTrees(), await versionOf('emcc')]));
  if (readIfThere(stamp) === now) return;
  fs.rmSync(folder, { recursive: true, force: true });
  await run('cmake', ['--preset', preset], { env: buildEnvironment() });
  fs.writeFileSync(stamp, now);
}

function libraryTrees() {
  const sources = join(root, 'build/sources');
  return fs.readdirSync(sources).map((name) => fs.realpathSync(join(sources, name)));
}

// The program of an npm package.
export const npmProgram = (name) => join(root, 'node_modules/.bin', name);

// Gives the files that it made.
async function compileTypeScript() {
  const output = await run(npmProgram('tsc'), ['-p', 'web/tsconfig.json', '--listEmittedFiles']);
  return [...output.matchAll(/^TSFILE: (.*)$/gm)].map(([, file]) => resolve(root, file));
}

function copyModule() {
  return Object.entries(moduleFiles).map(([name, made]) => {
    fs.copyFileSync(join(root, 'build/wasm', made), join(dist, name));
    return join(dist, name);
  });
}

// What an earlier build made from sources that are gone must not be published.
function removeAllBut(made) {
  for (const name of fs.readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (fs.statSync(file).isFile() && !made.includes(file)) fs.rmSync(file);
  }
}

await main(import.meta, build, { lines: 200 });
