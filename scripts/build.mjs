// Builds the package into dist/: the C++ as a wasm module, the TypeScript as JavaScript; of that the
// pool's worker and crop64/inline, with the wasm, as one file each, and the command line as one with the
// libraries that it uses.
import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
  const library = emitted.filter((file) => dirname(file) === dist);
  const module = await copyModule();
  const made = [...library, ...module, await bundleCommand(library), await bundleInline()];
  await bundleWorker();
  removeAllBut(made);
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

// The library stays what it is, beside it. Some of what goes in is CommonJS, which asks Node's modules
// of `require`.
async function bundleCommand(library) {
  const { build } = await import('esbuild');
  const outfile = join(dist, 'cli.js');
  const lines = [
    '#!/usr/bin/env node',
    "import { createRequire as requireFor } from 'node:module';",
    'const require = requireFor(import.meta.url);',
  ];
  await build({
    entryPoints: [join(dist, 'cli/main.js')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none', // THIRD-PARTY-NOTICES has them
    external: library.filter((file) => file.endsWith('.js')),
    banner: { js: lines.join('\n') },
    logLevel: 'error',
  });
  fs.chmodSync(outfile, 0o755);
  fs.rmSync(join(dist, 'cli'), { recursive: true });
  return outfile;
}

// In place. As one file that is a module and a plain script, too, it works wherever it is copied to: by
// hand, or by a bundler that takes it for some file. It is given the wasm, and has no use for its place.
async function bundleWorker() {
  const { build } = await import('esbuild');
  const file = join(dist, 'crop64-worker.js');
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    minify: true,
    target: 'es2022',
    format: 'iife',
    legalComments: 'none', // they are in THIRD-PARTY-NOTICES
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

// The interface with the bytes in place of their location. Its types are index.d.ts.
async function bundleInline() {
  const { build } = await import('esbuild');
  const outfile = join(dist, 'inline.js');
  const base64 = fs.readFileSync(join(dist, 'crop64.wasm')).toString('base64');
  const contents = `const bytes = () => Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0));
export const ownWasm = () => ({ wasmBinary: bytes() });`;
  const wasm = {
    name: 'wasm',
    setup: ({ onLoad }) => onLoad({ filter: /\/location\.js$/ }, () => ({ contents })),
  };
  await build({
    entryPoints: [join(dist, 'index.js')],
    outfile,
    bundle: true,
    minify: true,
    target: 'es2022',
    format: 'esm',
    plugins: [wasm],
    logLevel: 'error',
  });
  return outfile;
}

async function copyModule() {
  for (const [name, made] of Object.entries(moduleFiles)) {
    const from = join(root, 'build/wasm', made);
    if (name.endsWith('.js')) {
      fs.writeFileSync(join(dist, name), await minify(fs.readFileSync(from, 'utf8')));
    } else {
      fs.copyFileSync(from, join(dist, name));
    }
  }
  return Object.keys(moduleFiles).map((name) => join(dist, name));
}

// Emscripten leaves the glue's own names as long as they are: a quarter of its download.
async function minify(glue) {
  const { transform } = await import('esbuild');
  const { code } = await transform(glue, { minify: true, format: 'esm', legalComments: 'none' });
  return code;
}

// What an earlier build made from sources that are gone must not be published.
function removeAllBut(made) {
  for (const name of fs.readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (fs.statSync(file).isFile() && !made.includes(file)) fs.rmSync(file);
  }
}

await main(import.meta, build, { lines: 200 });
