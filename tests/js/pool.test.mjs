// createPool and the entry crop64/pool. The other tests run with both entries.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import * as crop64 from '../../dist/index.js';
import * as inline from '../../dist/inline.js';
import * as entry from '../../dist/pool.js';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { root } from '../support/fixtures.mjs';
import {
  camera,
  crop,
  expected,
  living,
  long,
  methods,
  open,
  sameImage,
  small,
  spy,
  taken,
  turn,
} from '../support/pools.mjs';
import { serve } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const { createPool, ImageError } = entry;

describe('the entry', () => {
  test('has the names of crop64, and createPool', () => {
    assert.deepEqual(Object.keys(entry).sort(), [...Object.keys(crop64), 'createPool'].sort());
    const names = Object.keys(crop64).filter((name) => !['ImageError', 'dispose'].includes(name));
    assert.deepEqual(Object.keys(open()).sort(), [...names, 'close', 'map'].sort());
    assert.equal(spy.workers.length, 0);
  });

  test('shares instanceof with the other entries, also for derived classes', () => {
    const classes = [crop64, entry, inline].map(({ ImageError }) => ImageError);
    for (const ImageError of classes) {
      class UploadError extends ImageError {
        name = 'UploadError';
      }
      for (const Other of classes) {
        assert.ok(new ImageError('INTERNAL', 'one') instanceof Other);
        assert.ok(new UploadError('INTERNAL', 'one') instanceof Other);
        assert.ok(!(new Other('INTERNAL', 'one') instanceof UploadError));
      }
      assert.ok(new UploadError('INTERNAL', 'one') instanceof UploadError);
      assert.equal(String(new ImageError('INTERNAL', 'one')), 'ImageError: one');
      const imitation = Object.assign(new Error('one'), { name: 'ImageError', details: {} });
      for (const value of [imitation, new Error('one'), {}, 'one', null, undefined]) {
        assert.ok(!(value instanceof ImageError));
      }
    }
  });

  test('starts its workers by itself', async () => {
    const made = await entry.encode(small, { crop });
    sameImage(made, expected);
    assert.equal(made.toDataURL(), expected.toDataURL());
    assert.equal(await made.toBlob().text(), await expected.toBlob().text());
    assert.deepEqual(methods(made), methods(expected));
    assert.equal(spy.workers.length, 1);
    await entry.encode(small, { crop });
    assert.equal(spy.workers.length, 1);
  });

  test('a program that uses the pool exits, also with flags that workers refuse', async () => {
    const run = promisify(execFile);
    const code = `
import { encode, createPool } from ${JSON.stringify(new URL('dist/pool.js', `file://${root}`).href)};
const pixels = { data: new Uint8Array(12), width: 2, height: 2, channels: 'RGB' };
const controller = new AbortController();
const aborted = encode(pixels, { signal: controller.signal }).catch(({ name }) => name);
setTimeout(() => controller.abort());
const made = [await encode(pixels), await createPool({ size: 1 }).encode(pixels)];
console.log(...made.map(({ format }) => format), await aborted);`;
    const args = ['--input-type=module', '--eval', code];
    const { stdout } = await run(process.execPath, args, { timeout: 60_000 });
    assert.equal(stdout, 'png png AbortError\n');
  });
});

describe('a pool', () => {
  test('has `size` workers and starts calls in order', async () => {
    const crops = Array.from({ length: 30 }, (_, i) => ({ left: i, top: i, width: 9, height: 9 }));
    const alone = await Promise.all(crops.map((crop) => crop64.decode(small, { crop })));
    for (const size of [1, 2, 3]) {
      const pool = open({ size });
      spy.workers = [];
      const done = [];
      const decode = async (crop, i) => {
        const decoded = await pool.decode(small, { crop });
        done.push(i);
        return decoded;
      };
      const together = await Promise.all(crops.map(decode));
      assert.equal(spy.workers.length, size);
      for (const [i, decoded] of together.entries()) sameSamples(decoded, alone[i], `crop ${i}`);
      if (size === 1) assert.deepEqual(done, [...crops.keys()]);
    }
  });

  test('has one worker for each core by default, but at most 4', async (t) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    t.after(() => {
      delete globalThis.navigator;
      if (before !== undefined) Object.defineProperty(globalThis, 'navigator', before);
    });
    for (const [hardwareConcurrency, expected] of [
      [1, 1],
      [3, 3],
      [16, 4],
    ]) {
      const value = { hardwareConcurrency };
      Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
      spy.workers = [];
      const pool = open();
      await Promise.all(Array.from({ length: 20 }, () => pool.probe(small)));
      assert.equal(spy.workers.length, expected);
    }
  });

  test('ends an idle worker and starts another when needed', async () => {
    const pool = open({ size: 1, idleTimeout: 0 });
    await Promise.all([pool.probe(small), pool.probe(small), pool.probe(small)]);
    assert.equal(spy.workers.length, 1);
    await until(() => living().length === 0);
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(spy.workers.length, 2);
    const kept = open({ size: 1, idleTimeout: Number.POSITIVE_INFINITY });
    await kept.probe(small);
    await until(() => living().length === 1);
    for (let i = 0; i < 20; i += 1) await turn();
    assert.equal(spy.workers[2].isOver, false);
  });

  test('keeps an idle worker for ten seconds by default', async (t) => {
    const pool = open({ size: 1 });
    await pool.probe(small);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await pool.probe(small); // its timer is a mocked one
    t.mock.timers.tick(9_999);
    await pool.probe(small);
    t.mock.timers.tick(9_999);
    await turn();
    assert.equal(spy.workers[0].isOver, false);
    t.mock.timers.tick(1);
    await until(() => spy.workers[0].isOver);
    assert.equal(spy.workers.length, 1);
  });

  test('loads its worker from workerUrl', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'crop64-pool-'));
    t.after(() => rm(folder, { recursive: true }));
    const url = new URL(`file://${join(folder, 'moved.mjs')}`);
    await copyFile(join(root, 'dist/crop64-worker.js'), url);
    for (const workerUrl of [url, url.href]) {
      sameImage(await open({ size: 1, workerUrl }).encode(small, { crop }), expected);
    }
    const nowhere = new URL('nowhere.mjs', url);
    const failing = open({ size: 1, workerUrl: nowhere }).encode(small);
    await rejects(failing, 'MODULE_LOAD_FAILED', {
      message: /did not load from file:.*nowhere\.mjs: .* Check that workerUrl is the URL of/s,
      details: { url: nowhere.href },
    });
    await rejects(open({ workerUrl: './moved.mjs' }).encode(small), 'MODULE_LOAD_FAILED', {
      message: /^The worker did not load: Invalid URL\. Check that workerUrl/,
    });
  });

  test('is disposed by `await using`', async () => {
    const pool = createPool({ size: 1 });
    const job = pool.encode(small, { crop });
    await pool[Symbol.asyncDispose]();
    sameImage(await job, expected);
    assert.equal(living().length, 0);
    await rejects(pool.encode(small), 'INVALID_ARGUMENT', { message: /pool is closed/ });
  });

  test('names an invalid option', () => {
    const wrong = [
      [null, 'options', /^Expected an object for `options` but received null\.$/],
      [5, 'options', /^Expected an object/],
      [{ sise: 2 }, 'sise', /^Unknown option 'sise': did you mean 'size'\?$/],
      [{ threads: 2 }, 'threads', /^Unknown option .* Known options: size, transfer, idleT/],
      [{ transfer: 1 }, 'transfer', /^Expected true or false for `transfer` but received 1\.$/],
      [
        { idleTimeout: -1 },
        'idleTimeout',
        /^Expected a number from 0 to Infinity for `idleTimeout`/,
      ],
      [{ idleTimeout: '5' }, 'idleTimeout', /received '5'/],
      [
        { workerUrl: 5 },
        'workerUrl',
        /^Expected a URL or a string for `workerUrl` but received 5\.$/,
      ],
      [{ workerUrl: null }, 'workerUrl', /received null/],
    ];
    for (const [options, name, message] of wrong) {
      assert.throws(() => createPool(options), {
        code: 'INVALID_ARGUMENT',
        details: { name },
        message,
      });
    }
    createPool({
      size: undefined,
      transfer: undefined,
      idleTimeout: undefined,
      workerUrl: undefined,
    });
  });

  test('accepts a size of 1 and more', () => {
    for (const size of [0, -1, 1.5, '2', null, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createPool({ size }), {
        code: 'INVALID_ARGUMENT',
        message: /^Expected an integer of at least 1 for `size` but received /,
      });
    }
  });

  test('copies sources, and transfers them with transfer: true', async () => {
    const file = () => new Uint8Array(small);
    const decoded = await crop64.decode(small, { bitDepth: 16, channels: 'RGB' });
    const sources = () => [
      file(),
      file().buffer,
      { ...expected, bytes: new Uint8Array(expected.bytes) },
      structuredClone(decoded),
    ];
    const memory = (source) => (source.bytes ?? source.data ?? source).byteLength;
    for (const transfer of [false, true]) {
      const pool = open({ size: 1, transfer });
      for (const source of sources()) {
        const before = memory(source);
        const made = await pool.encode(source, { crop: { ...crop, width: 5, height: 5 } });
        assert.equal(made.format, 'png');
        assert.equal(memory(source), transfer ? 0 : before);
      }
      // What is beside the image is not the pool's to move.
      const beside = Buffer.concat([small, Buffer.alloc(100_000, 0xee)]);
      const part = beside.subarray(0, small.length);
      sameBytes(await pool.toBytes(part), small);
      assert.equal(beside.length, small.length + 100_000);
      const shared = new Uint8Array(new SharedArrayBuffer(small.length));
      shared.set(small);
      sameBytes(await pool.toBytes(shared), small);
    }
  });

  test('a source detached while it is queued is SOURCE_UNREADABLE', async () => {
    const pool = open({ size: 1 });
    const source = new Uint8Array(small);
    const first = pool.encode(small);
    const second = pool.encode(source);
    await turn();
    structuredClone(source, { transfer: [source.buffer] });
    await first;
    await rejects(second, 'SOURCE_UNREADABLE');
    await pool.encode(small);
    assert.equal(spy.workers.length, 1);
  });

  test('reads Blobs, files as Blobs, Responses and URLs', async (t) => {
    const server = await serve(t, { '/small': { type: 'image/png', body: small } });
    const folder = await mkdtemp(join(tmpdir(), 'crop64-pool-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'small.png'), small);
    const blobUrl = URL.createObjectURL(new Blob([small]));
    t.after(() => URL.revokeObjectURL(blobUrl));
    const pool = open({ size: 2 });
    const sources = [
      new Blob([small]),
      await openAsBlob(join(folder, 'small.png')),
      new Response(small),
      new URL('small', server),
      new URL(blobUrl),
      new URL(`file://${join(folder, 'small.png')}`),
      expected.toDataURL(),
    ];
    for (const source of sources.slice(0, -1)) {
      assert.deepEqual(await pool.toBytes(source, { crop }), expected.bytes);
    }
    assert.deepEqual(await pool.toBytes(sources.at(-1)), expected.bytes);
  });

  test('accepts options that postMessage cannot send', async () => {
    const pool = open({ size: 1 });
    const options = new Proxy({ crop: new Proxy(crop, {}) }, {});
    assert.throws(() => structuredClone(options.crop));
    sameImage(await pool.encode(small, options), expected);
  });

  test('invalid options are refused without a worker', async () => {
    const pool = open({ size: 1 });
    for (const options of [{ quality: () => 5 }, { signal: 5 }, null, () => {}, { Crop: crop }]) {
      const error = await rejects(crop64.encode(small, options), 'INVALID_ARGUMENT');
      const { message, details } = error;
      const same = await rejects(pool.encode(small, options), 'INVALID_ARGUMENT');
      assert.deepEqual([same.message, same.details], [message, details]);
    }
    assert.equal(spy.workers.length, 0);
  });

  test('an error has its code, message, details and cause', async () => {
    const pool = open({ size: 1 });
    const wrong = [
      [small, { crop: { left: 0, top: 0, right: 9999, bottom: 1 } }],
      [small.subarray(0, 1000), { crop }],
      ['a.png', {}],
      [new Blob([small]), { limits: { bytes: 10 } }],
      [Buffer.from('words'), { crop }],
    ];
    for (const [source, options] of wrong) {
      const error = await crop64.encode(source, options).catch((reason) => reason);
      const same = await pool.encode(source, options).catch((reason) => reason);
      assert.ok(same instanceof ImageError);
      const told = ({ code, message, details }) => [code, message, details];
      assert.deepEqual(told(same), told(error));
    }
    // What an error came from is told by its name, its message and where it was.
    spy.program = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ name }) => {
  const cause = { name: 'RangeError', message: 'too far', stack: 'here' };
  const error = { code: 'INTERNAL', message: 'stopped', details: { at: 5 }, cause };
  parentPort.postMessage(name === 'init' ? {} : { error });
});`;
    const error = await rejects(open({ size: 1 }).encode(small), 'INTERNAL');
    assert.deepEqual([error.message, error.details], ['stopped', { at: 5 }]);
    assert.ok(error.cause instanceof Error);
    assert.equal(String(error.cause), 'RangeError: too far');
    assert.equal(error.cause.stack, 'here');
  });
});

describe('init, dispose and close', () => {
  test('init sets the wasm and starts a worker', async (t) => {
    const pool = open({ size: 2 });
    const wasm = await readFile(join(root, 'dist/crop64.wasm'));
    let served = 0;
    const answer = {
      type: 'application/wasm',
      get body() {
        served += 1;
        return wasm;
      },
    };
    const server = await serve(t, { '/crop64.wasm': answer });
    const ways = [
      { wasmUrl: new URL('crop64.wasm', server) },
      { wasmBinary: wasm },
      { wasmModule: await WebAssembly.compile(wasm) },
      {},
    ];
    for (const way of ways) {
      spy.workers = [];
      await pool.init(way);
      assert.equal(spy.workers.length, 1);
      await Promise.all([1, 2, 3, 4].map(() => pool.encode(small, { crop })));
      assert.equal(spy.workers.length, 2);
    }
    assert.equal(served, 1); // for two workers, and after that no more
  });

  test('a wasm that does not load is MODULE_LOAD_FAILED, and the next init tries again', async (t) => {
    const server = await serve(t, {});
    const pool = open({ size: 1 });
    const url = new URL('x.wasm', server).href;
    const wrong = [
      [{ wasmUrl: url }, /server answered 404/, { url, status: 404 }],
      [{ wasmModule: new WebAssembly.Module(Buffer.from('\0asm\x01\0\0\0')) }, /undefined/],
    ];
    for (const [way, message, details = {}] of wrong) {
      await rejects(pool.init(way), 'MODULE_LOAD_FAILED', { message, details });
      await rejects(pool.encode(small), 'MODULE_LOAD_FAILED', { message, details });
    }
    await rejects(pool.init({ url }), 'INVALID_ARGUMENT');
    await pool.init();
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('dispose prevents the replacement of a worker that an abort ends', async () => {
    const controller = new AbortController();
    const aborted = entry.encode(camera, { ...long, signal: controller.signal });
    await until(() => taken().length === 1);
    controller.abort('now');
    await assert.rejects(aborted, (reason) => reason === 'now');
    entry.dispose();
    await until(() => spy.workers[0].isOver);
    for (let i = 0; i < 5; i += 1) await turn();
    assert.equal(spy.workers.length, 1);
  });

  test('dispose ends each worker after its job', async () => {
    await entry.encode(small);
    const whole = { quality: 85 };
    const job = entry.toBytes(camera, whole);
    await until(() => taken().length === 2);
    entry.dispose();
    sameBytes(await job, await crop64.toBytes(camera, whole));
    await until(() => living().length === 0);
    sameImage(await entry.encode(small, { crop }), expected);
    assert.equal(spy.workers.length, 2);
    entry.dispose();
    entry.dispose();
    await until(() => living().length === 0);
  });

  test('close waits for pending calls, refuses new ones and ends all workers', async () => {
    const pool = open({ size: 2 });
    const jobs = Array.from({ length: 8 }, () => pool.encode(small, { crop }));
    const closing = pool.close();
    for (const late of [pool.encode(small), pool.init(), pool.map([small]).next()]) {
      await rejects(late, 'INVALID_ARGUMENT', { message: /pool is closed/ });
    }
    await closing;
    assert.equal(living().length, 0);
    for (const job of jobs) sameImage(await job, expected);
    await pool.close();
    await createPool().close();
    const kinds = process.getActiveResourcesInfo();
    assert.ok(!kinds.some((kind) => /Worker|MessagePort/.test(kind)), `${kinds}`);
  });

  test('close waits for a worker that was ended just before', async () => {
    const pool = open({ size: 1 });
    const controller = new AbortController();
    const job = pool.encode(camera, { ...long, signal: controller.signal });
    await until(() => taken().length === 1);
    controller.abort();
    await assert.rejects(job);
    await pool.close();
    assert.equal(living().length, 0);
  });
});
