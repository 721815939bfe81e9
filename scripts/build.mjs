// Builds the package into dist/: the C++ as a wasm module, and the TypeScript as JavaScript, a file for
// each entry, for a page waits for each round of imports.
import * as fs from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { readIfThere, sha256 } from './setup/cache.mjs';
import { versionOf } from './setup/needs.mjs';
import { main, print, root, run, secondsSince } from './setup/run.mjs';
import { readLibraries } from './setup/sources.mjs';
import { buildEnvironment, setUp } from './setup.mjs';

const dist = join(root, 'dist');

// What the TypeScript is turned into, each file by itself, and the glue beside it.
const modules = join(root, 'build/js');

const stampFile = join(root, 'build/package-stamp');

export async function build() {
  await setUp(['build']);
  await timed('C++', () => compile('wasm'));
  // A package that is up to date is not written again: another program may be reading it.
  if (readIfThere(stampFile) === stampNow()) return;
  const wasm = copyWasm();
  const types = await timed('TypeScript', compileTypeScript);
  removeAllBut([wasm, ...types, ...(await bundleAll())]);
  fs.writeFileSync(stampFile, stampNow());
}

// The hash of all files that the package is made from, and of those that were made.
function stampNow() {
  const module = ['js', 'wasm'].map((type) => `build/wasm/crop64-module.${type}`);
  const files = ['scripts/build.mjs', 'package-lock.json', ...module];
  for (const folder of ['web', 'build/js', 'dist']) {
    if (!fs.existsSync(join(root, folder))) continue;
    const names = fs.readdirSync(join(root, folder), { recursive: true }).sort();
    files.push(...names.map((name) => join(folder, name)));
  }
  const isFile = (file) => fs.statSync(join(root, file)).isFile();
  const contents = files
    .filter(isFile)
    .map((file) => [file, sha256(fs.readFileSync(join(root, file)))]);
  return sha256(JSON.stringify(contents));
}

async function timed(title, work) {
  const started = performance.now();
  const result = await work();
  print(`${title}: ${secondsSince(started)}\n`);
  return result;
}

// Builds one of the presets in CMakePresets.json, or some targets of it; ninja knows what has to be done.
export async function compile(preset, targets = []) {
  await configure(preset);
  const some = targets.length > 0 ? ['--target', ...targets] : [];
  await run('cmake', ['--build', '--preset', preset, ...some], { env: buildEnvironment() });
}

const configured = new Map();

// Configures a preset, once.
export function configure(preset) {
  if (!configured.has(preset)) configured.set(preset, configureUnlessDone(preset));
  return configured.get(preset);
}

// Other library sources, or another Emscripten of what is wasm, make it start afresh: files of another release
// may be older than what was made from the one before.
async function configureUnlessDone(preset) {
  const folder = join(root, 'build', preset);
  const stamp = join(folder, '.crop64-stamp');
  const libraries = readLibraries().map(({ stamp }) => stamp);
  const version = preset.startsWith('wasm') ? await versionOf('emcc') : '';
  const now = sha256(JSON.stringify([libraries, version]));
  if (readIfThere(stamp) === now) return;
  fs.rmSync(folder, { recursive: true, force: true });
  await run('cmake', ['--preset', preset], { env: buildEnvironment() });
  fs.writeFileSync(stamp, now);
}

// The program of an npm package.
export const npmProgram = (name) => join(root, 'node_modules/.bin', name);
// Not node_modules/.bin/tsc: the older releases that the types are tested with have a program of that name.
export const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** Puts the modules of the library and the wasm of another preset into a folder. Needs build() first. */
export async function buildVariant(preset, folder) {
  await timed(`C++ (${preset})`, () => compile(preset));
  const made = join(root, 'build', preset, 'crop64-module');
  fs.cpSync(modules, folder, { recursive: true });
  fs.copyFileSync(`${made}.js`, join(folder, 'wasm/bindings.js'));
  fs.copyFileSync(`${made}.wasm`, join(folder, 'wasm/crop64.wasm'));
}

function copyWasm() {
  const wasm = join(dist, 'crop64.wasm');
  fs.mkdirSync(dist, { recursive: true });
  fs.copyFileSync(join(root, 'build/wasm/crop64-module.wasm'), wasm);
  return wasm;
}

// Gives the types that the library has.
async function compileTypeScript() {
  const output = await run(tsc, ['-p', 'web/tsconfig.json', '--listEmittedFiles']);
  const emitted = [...output.matchAll(/^TSFILE: (.*)$/gm)].map(([, file]) => resolve(root, file));
  return emitted.filter((file) => file.startsWith(dist) && !file.startsWith(join(dist, 'cli')));
}

// Gives the files that it made.
async function bundleAll() {
  const glue = fs.readFileSync(join(root, 'build/wasm/crop64-module.js'), 'utf8');
  fs.writeFileSync(join(modules, 'wasm/bindings.js'), await withoutLoader(glue));
  const bundles = [bundleLibrary(), bundleWorker(), bundleInline(), bundleCommand()];
  return (await Promise.all(bundles)).flat();
}

// An entry is one file: what two of them share would be one more that a page waits for.
async function bundleLibrary() {
  const entryPoints = ['index', 'pool'].map(moduleFile);
  const made = await bundle({ entryPoints });
  for (const file of made) fs.writeFileSync(file, await shrink(fs.readFileSync(file, 'utf8')));
  return made;
}

// Terser's code is a twelfth smaller than esbuild's: it leaves out what a function never calls. It keeps the
// comments that say which calls a bundler may leave out.
async function shrink(code, compress = {}) {
  const { minify } = await import('terser');
  const { code: shrunk } = await minify(code, {
    module: true,
    compress: { passes: 3, ...compress },
    format: { comments: false, preserve_annotations: true },
  });
  return shrunk;
}

// As one file that is a module and a plain script, too, it works wherever it is copied to: by hand, or by
// a bundler that takes it for some file. It is given the wasm, and has no use for its place.
function bundleWorker() {
  return bundle({
    entryPoints: { 'crop64-worker': moduleFile('pool/worker') },
    format: 'iife',
    minify: true,
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

// The interface with the bytes in place of their location. Its types are index.d.ts. A function called
// for each byte, as Uint8Array.from() would, takes a page's first call 35 ms.
function bundleInline() {
  const base64 = fs.readFileSync(join(dist, 'crop64.wasm')).toString('base64');
  const contents = `
    const base64 = '${base64}';
    function decode() {
      const text = atob(base64);
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
      return bytes;
    }
    export const ownWasm = () => ({ wasmBinary: decode() });`;
  const wasm = {
    name: 'wasm',
    setup: ({ onLoad }) => onLoad({ filter: /\/wasm\/url\.js$/ }, () => ({ contents })),
  };
  return bundle({ entryPoints: { inline: moduleFile('index') }, minify: true, plugins: [wasm] });
}

// With the library in it. Some of what goes in is CommonJS, which asks Node's modules of `require`.
async function bundleCommand() {
  const lines = [
    '#!/usr/bin/env node',
    "import { createRequire as requireFor } from 'node:module';",
    'const require = requireFor(import.meta.url);',
  ];
  const made = await bundle({
    entryPoints: { cli: moduleFile('cli/main') },
    platform: 'node',
    target: 'node20',
    banner: { js: lines.join('\n') },
  });
  fs.chmodSync(join(dist, 'cli.js'), 0o755);
  return made;
}

const moduleFile = (name) => join(modules, `${name}.js`);

async function bundle(options) {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none', // THIRD-PARTY-NOTICES has them
    metafile: true,
    logLevel: 'error',
    ...options,
  });
  return Object.keys(metafile.outputs).map((file) => join(root, file));
}

// Emscripten's glue can find and fetch the wasm in each environment that it knows. Here web/wasm does that, and
// without the globals that these ways ask for, they are left out: a third of the glue.
function withoutLoader(glue) {
  const names = ['document', 'fetch', 'importScripts', 'process', 'window'];
  return shrink(glue.replaceAll('import.meta.url', '"file:"'), {
    global_defs: Object.fromEntries(names.map((name) => [`@${name}`, 'undefined'])),
  });
}

// What an earlier build made from sources that are gone must not be published.
function removeAllBut(made) {
  for (const name of fs.readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (fs.existsSync(file) && !made.some((path) => path === file || path.startsWith(file + sep)))
      fs.rmSync(file, { recursive: true });
  }
}

await main(import.meta, build, { lines: 200 });
