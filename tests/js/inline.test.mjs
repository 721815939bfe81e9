// crop64/inline: the same interface in one file, which needs no other.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as crop64 from '../../dist/index.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { jpegTestImage, root } from '../support/fixtures.mjs';

const folder = await mkdtemp(join(tmpdir(), 'crop64-inline-'));
after(() => rm(folder, { recursive: true }));
const alone = join(folder, 'inline.mjs');
await copyFile(join(root, 'dist/inline.js'), alone);
const inline = await import(pathToFileURL(alone));

const image = await readFile(jpegTestImage('testorig.jpg'));
const options = { crop: { left: 31, top: 17, right: 153, bottom: 98 }, format: 'png' };
const expected = await crop64.toBytes(image, options);
const works = async (when) => sameBytes(await inline.toBytes(image, options), expected, when);

test('crop64/inline exports the names of crop64', () => {
  assert.deepEqual(Object.keys(inline).sort(), Object.keys(crop64).sort());
});

test('crop64/inline alone in a folder gives the same results, also after init and dispose', async () => {
  await works('at once');
  inline.dispose();
  await works('after dispose');
  await inline.init();
  await works('after init');
  await inline.init({ wasmUrl: undefined });
  await works('after init with nothing in it');
});

test('init of crop64/inline loads another wasm, then its own again', async () => {
  const wasm = join(root, 'dist/crop64.wasm');
  for (const given of [
    { wasmUrl: pathToFileURL(wasm) },
    { wasmBinary: await readFile(wasm) },
    { wasmModule: await WebAssembly.compile(await readFile(wasm)) },
  ]) {
    await inline.init(given);
    await works(Object.keys(given)[0]);
  }
  const missing = { wasmUrl: new URL('missing.wasm', import.meta.url) };
  await rejects(inline.init(missing), 'MODULE_LOAD_FAILED');
  await inline.init();
  await works('afterwards');
});
