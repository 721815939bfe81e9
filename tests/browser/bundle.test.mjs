// The package in a bundle of esbuild, which leaves `new URL(…, import.meta.url)` alone: what happens
// there, and what an error says about it. (../matrix/bundlers.mjs has whole projects, of other bundlers
// too.)
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { toBase64 } from '../../dist/index.js';
import { root } from '../support/fixtures.mjs';
import { launch } from './chromium.mjs';
import { serve } from './server.mjs';

const data = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
const source = { data, width: 4, height: 4, channels: 'RGB' };
const options = { crop: { x: 1, y: 1, width: 2, height: 3 } };

const uses = `
import { init, toBase64 } from './index.js';
import { createPool, init as initPool, toBase64 as toBase64InPool } from './pool.js';
const source = { data: new Uint8Array([${data}]), width: 4, height: 4, channels: 'RGB' };
const options = ${JSON.stringify(options)};
`;
const page = `${uses}
globalThis.init = init;
globalThis.initPool = () => initPool({ wasmUrl: 'script/crop64.wasm' });
globalThis.once = () => toBase64(source, options);
globalThis.inPool = () => toBase64InPool(source, options);
globalThis.inOwnPool = async () => {
  const own = createPool({ workerUrl: 'script/crop64-worker.js' });
  await own.init({ wasmUrl: 'script/crop64.wasm' });
  return own.toBase64(source, options);
};
`;
const program = `${uses}
console.log(await toBase64(source, options), await toBase64InPool(source, options));
`;
const files = ['crop64.wasm', 'crop64-worker.js'];

let folder;
let expected;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crop64-bundle-'));
  expected = await toBase64(source, options);
});
after(() => rm(folder, { recursive: true }));

// A folder with nothing but the bundle and `beside`, files of dist/.
async function bundle(name, contents, { beside = [], ...how }) {
  await mkdir(join(folder, name));
  const stdin = { contents, resolveDir: join(root, 'dist') };
  const outfile = join(folder, name, how.platform === 'node' ? 'main.mjs' : 'main.js');
  await build({ stdin, bundle: true, outfile, logLevel: 'silent', ...how });
  for (const file of beside) await copyFile(join(root, 'dist', file), join(folder, name, file));
  return outfile;
}

test('a bundle in Node needs only the files next to it', async () => {
  const file = await bundle('node', program, { platform: 'node', format: 'esm', beside: files });
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  assert.equal(stdout, `${expected} ${expected}\n`);
});

describe('in Chromium', () => {
  let server;
  let browser;
  before(async () => {
    server = await serve(folder);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(name, type) {
    const opened = await browser.newPage();
    await opened.goto(`${server.origin}/blank.html`);
    await opened.addScriptTag({ url: `/${name}/main.js`, type });
    return opened;
  }

  const messageOf = (opened, call) =>
    opened.evaluate(
      (name) =>
        globalThis[name]().then(
          () => 'no error',
          ({ code, message }) => `${code}: ${message}`,
        ),
      call,
    );

  test('a module bundle without the files next to it fails with advice', async () => {
    await bundle('alone', page, { format: 'esm', beside: ['crop64.wasm'] });
    const opened = await open('alone', 'module');
    await rm(join(folder, 'alone/crop64.wasm'));
    const start = `^MODULE_LOAD_FAILED: The wasm did not load from ${server.origin}/alone/crop64.wasm`;
    const cure = 'node_modules/crop64/dist/crop64.wasm next to the bundle';
    const without = await messageOf(opened, 'once');
    assert.match(without, new RegExp(`${start}: the server answered 404.*${cure}`));
    await copyFile(join(root, 'dist/crop64.wasm'), join(folder, 'alone/crop64.wasm'));
    assert.equal(await opened.evaluate('once()'), expected);
    const worker = await messageOf(opened, 'inPool');
    assert.match(
      worker,
      /The worker did not load from .*\/alone\/crop64-worker\.js.* next to the bundle/,
    );
    await copyFile(join(root, 'dist/crop64-worker.js'), join(folder, 'alone/crop64-worker.js'));
    assert.equal(await opened.evaluate('inPool()'), expected);
  });

  test('a plain script needs wasmUrl and workerUrl', async () => {
    await bundle('script', page, { format: 'iife', beside: files });
    const opened = await open('script');
    assert.match(await messageOf(opened, 'once'), /^MODULE_LOAD_FAILED: .* must be an ES module/);
    await opened.evaluate("init({ wasmUrl: 'script/crop64.wasm' })");
    assert.equal(await opened.evaluate('once()'), expected);
    const pool = await messageOf(opened, 'initPool');
    assert.match(pool, /^MODULE_LOAD_FAILED: The worker .* createPool\(\{ workerUrl \}\)/);
    assert.equal(await opened.evaluate('inOwnPool()'), expected);
  });
});
