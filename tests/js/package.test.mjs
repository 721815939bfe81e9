// The package as it is published: packed, and unpacked as npm would.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { tool } from '../../support/oracle.mjs';
import { root } from '../support/fixtures.mjs';

let folder;
let tarball;
let packed;
let manifest;

const read = (path) => readFile(join(folder, 'node_modules/crop64', path), 'utf8');

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crop64-package-'));
  const unpacked = join(folder, 'node_modules/crop64');
  const told = tool('npm', ['pack', root, '--json', '--pack-destination', folder]);
  const [{ filename, files }] = JSON.parse(told);
  packed = files.map(({ path }) => path).sort();
  tarball = join(folder, filename);
  await mkdir(unpacked, { recursive: true });
  tool('tar', ['-xzf', tarball, '--strip-components', '1', '-C', unpacked]);
  manifest = JSON.parse(await read('package.json'));
});
after(() => rm(folder, { recursive: true }));

// The files that a file names, in the package's own ways of naming one.
function* namedBy(path, text) {
  const isTypes = path.endsWith('.d.ts');
  const patterns = [
    /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g,
    /\bnew URL\(['"](\.[^'"]+)['"]/g,
  ];
  for (const pattern of patterns) {
    for (const [, name] of text.matchAll(pattern)) {
      const file = posix.join(posix.dirname(path), name);
      yield isTypes ? file.replace(/\.js$/, '.d.ts') : file;
    }
  }
}

// A file and all that it needs, and so on.
async function withNeeds(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  if (!/\.js$|\.d\.ts$/.test(path)) return found;
  for (const name of namedBy(path, await read(path))) await withNeeds(name, found);
  return found;
}

const targets = (value) =>
  typeof value === 'string' ? [posix.normalize(value)] : Object.values(value).flatMap(targets);

describe('the package', () => {
  test('contains what its entries need, its documentation and nothing else', async () => {
    const needed = new Set();
    for (const path of [...targets(manifest.exports), ...targets(manifest.bin)]) {
      await withNeeds(path, needed);
    }
    const told = ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES', 'package.json'];
    const wanted = [...needed, ...told];
    const without = (all, some) => all.filter((path) => !some.includes(path));
    const [missing, superfluous] = [without(wanted, packed), without(packed, wanted)];
    assert.deepEqual({ missing, superfluous }, { missing: [], superfluous: [] });
    const some = ['dist/cli.js', 'dist/index.js', 'dist/crop64.wasm', 'dist/crop64-worker.js'];
    assert.deepEqual(without(some, packed), []);
  });

  test('has no dependencies and no install scripts', () => {
    const others = ['dependencies', 'peerDependencies', 'optionalDependencies'];
    const own = ['preinstall', 'install', 'postinstall'];
    const there = [
      ...others.filter((name) => name in manifest),
      ...own.filter((name) => name in manifest.scripts),
    ];
    assert.deepEqual(there, []);
  });

  test('names types first in each entry that is a module', () => {
    for (const [name, entry] of Object.entries(manifest.exports)) {
      if (typeof entry === 'string') continue;
      assert.deepEqual(Object.keys(entry), ['types', 'default'], name);
    }
  });

  test('passes publint', async () => {
    const { buffer } = new Uint8Array(await readFile(tarball));
    const { messages } = await publint({ strict: true, pack: { tarball: buffer } });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, manifest, { color: false })),
      [],
    );
  });

  test('passes Are The Types Wrong, except for the worker without types', () => {
    const noTypes = ['--exclude-entrypoints', 'crop64-worker.js'];
    const options = ['--profile', 'esm-only', '--format', 'ascii', ...noTypes];
    tool(join(root, 'node_modules/.bin/attw'), [tarball, '--no-definitely-typed', ...options]);
  });

  // "sideEffects": false says so. The worker and the command line do something by themselves, but a
  // bundler or Node starts those: no import of theirs could be left out.
  test('is tree-shaken from bundles', async () => {
    const bundle = async (contents) => {
      const stdin = { contents, resolveDir: folder };
      const options = { bundle: true, minify: true, format: 'esm', write: false };
      const { outputFiles } = await build({ stdin, ...options, logLevel: 'error' });
      return outputFiles[0].text.trim();
    };
    const isModule = (name) => manifest.exports[name].default?.endsWith('.js');
    for (const name of Object.keys(manifest.exports).filter(isModule)) {
      const entry = posix.join('crop64', name);
      assert.equal(await bundle(`import '${entry}'`), '', entry);
    }
    const little = await bundle("export { ImageError } from 'crop64'");
    assert.ok(little.length < 800, `${little.length} characters`);
    assert.match(await bundle("export { toBlob } from 'crop64/pool'"), /crop64-worker\.js/);
  });
});

test('every exported name, option and field has a doc comment', async () => {
  const name = /^export (declare )?(type \w|interface|class|function|const)/;
  const field = /^ {4}(readonly )?\w+\??(: .*|\(.*\): .*);$/;
  for (const path of packed.filter((file) => file.endsWith('.d.ts'))) {
    const bare = [];
    let block = '';
    let before = '';
    for (const line of (await read(path)).split('\n')) {
      block = /^\S/.test(line) ? line : block;
      const isField = / (interface|class) /.test(` ${block}`) && field.test(line);
      if ((isField || name.test(line)) && !before.endsWith('*/')) bare.push(line);
      before = line;
    }
    assert.deepEqual(bare, [], path);
  }
});
