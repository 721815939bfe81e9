// What a pool has beside the interface, which the other tests check over both entries.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../../dist/index.js';
import * as inline from '../../dist/inline.js';
import * as entry from '../../dist/pool.js';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture, root } from '../support/fixtures.mjs';
import { serve } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const { createPool, ImageError } = entry;

const small = await fixture('small.png');
const camera = await fixture('camera-420.jpg');
const pictures = ['small.png', 'small.jpg', 'small.bmp', 'small-rgba-16.png'];
const sources = await Promise.all(pictures.map(fixture));
const crop = { left: 3, top: 5, width: 40, height: 30 };
const expected = await crop64.encode(small, { crop });
// The entries have a prototype each.
const sameImage = (image, other) => assert.deepEqual({ ...image }, { ...other });
const methods = (image) => Object.keys(Object.getPrototypeOf(image));
// Seconds of work, so that whatever comes after it in a test comes while it runs.
const long = { format: 'png', compressionLevel: 9 };

// Every worker that is started is noted, with whether it has ended; and what is run in it can be
// something else.
const { Worker } = workerThreads;
let workers = [];
let program;
workerThreads.Worker = class extends Worker {
  isOver = false;
  calls = [];
  constructor(url, options) {
    super(program ?? url, { ...options, eval: program !== undefined && !(program instanceof URL) });
    workers.push(this);
    this.on('exit', () => {
      this.isOver = true;
    });
  }
  postMessage(call, transfer) {
    this.calls.push(call.name);
    super.postMessage(call, transfer);
  }
};

const living = () => workers.filter(({ isOver }) => !isOver);
const taken = () => workers.flatMap(({ calls }) => calls.filter((name) => name !== 'init'));
const { setTimeout: later } = globalThis; // a test may mock it
const turn = () => new Promise((resolve) => later(resolve, 1));

let pools = [];
function open(options) {
  const pool = createPool(options);
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  program = undefined;
  await Promise.all(pools.map((pool) => pool.close()));
  entry.dispose();
  await until(() => living().length === 0);
  [pools, workers] = [[], []];
});

after(() => {
  workerThreads.Worker = Worker;
});

describe('the entry', () => {
  test('has the names of crop64, and createPool', () => {
    assert.deepEqual(Object.keys(entry).sort(), [...Object.keys(crop64), 'createPool'].sort());
    const names = Object.keys(crop64).filter((name) => !['ImageError', 'dispose'].includes(name));
    assert.deepEqual(Object.keys(open()).sort(), [...names, 'close', 'map'].sort());
    assert.equal(workers.length, 0);
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
    assert.equal(workers.length, 1);
    await entry.encode(small, { crop });
    assert.equal(workers.length, 1);
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
      workers = [];
      const done = [];
      const decode = async (crop, i) => {
        const decoded = await pool.decode(small, { crop });
        done.push(i);
        return decoded;
      };
      const together = await Promise.all(crops.map(decode));
      assert.equal(workers.length, size);
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
      workers = [];
      const pool = open();
      await Promise.all(Array.from({ length: 20 }, () => pool.probe(small)));
      assert.equal(workers.length, expected);
    }
  });

  test('ends an idle worker and starts another when needed', async () => {
    const pool = open({ size: 1, idleTimeout: 0 });
    await Promise.all([pool.probe(small), pool.probe(small), pool.probe(small)]);
    assert.equal(workers.length, 1);
    await until(() => living().length === 0);
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(workers.length, 2);
    const kept = open({ size: 1, idleTimeout: Number.POSITIVE_INFINITY });
    await kept.probe(small);
    await until(() => living().length === 1);
    for (let i = 0; i < 20; i += 1) await turn();
    assert.equal(workers[2].isOver, false);
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
    assert.equal(workers[0].isOver, false);
    t.mock.timers.tick(1);
    await until(() => workers[0].isOver);
    assert.equal(workers.length, 1);
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
      [{ idleTimeout: -1 }, 'idleTimeout', /^Expected a number from 0 to Infinity for `idleTimeout`/],
      [{ idleTimeout: '5' }, 'idleTimeout', /received '5'/],
      [{ workerUrl: 5 }, 'workerUrl', /^Expected a URL or a string for `workerUrl` but received 5\.$/],
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
    assert.equal(workers.length, 1);
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
    assert.equal(workers.length, 0);
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
    program = `
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

describe('an abort', () => {
  test('ends the worker of the job, which is replaced', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small, { crop });
    const [first] = workers;
    const controller = new AbortController();
    const job = pool.encode(camera, { ...long, signal: controller.signal });
    await until(() => first.calls.length === 3);
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await assert.rejects(job, (error) => error === reason);
    await until(() => first.isOver);
    await until(() => workers.length === 2);
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(workers.length, 2);
  });

  test('removes a queued job, which never starts', async () => {
    const pool = open({ size: 1 });
    const controller = new AbortController();
    const jobs = [
      pool.encode(small, { crop }),
      pool.toBytes(small, { signal: controller.signal }),
      pool.toBase64(small, { crop }),
    ];
    await turn();
    controller.abort();
    await assert.rejects(jobs[1], { name: 'AbortError' });
    sameImage(await jobs[0], expected);
    assert.equal(await jobs[2], expected.toBase64());
    assert.deepEqual(taken(), ['encode', 'toBase64']);
    assert.equal(workers.length, 1);
  });

  test('before the call, while the source is read and while the worker starts rejects', async (t) => {
    const pool = open({ size: 1 });
    await assert.rejects(pool.encode(small, { signal: AbortSignal.abort('early') }), (reason) => {
      return reason === 'early';
    });
    // A server that never answers.
    const silent = createServer();
    await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const sockets = [];
    silent.on('connection', (socket) => sockets.push(socket));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const reading = new AbortController();
    const url = new URL(`http://127.0.0.1:${silent.address().port}/`);
    const read = pool.encode(url, { signal: reading.signal });
    await once(silent, 'connection');
    reading.abort('while it is read');
    await assert.rejects(read, (reason) => reason === 'while it is read');
    for (const socket of sockets) socket.destroy(); // or close() waits for it
    assert.equal(workers.length, 0);

    const starting = new AbortController();
    const start = pool.encode(small, { signal: starting.signal });
    await until(() => workers.length === 1);
    starting.abort('while it starts');
    await assert.rejects(start, (reason) => reason === 'while it starts');
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('has no effect on a finished job', async () => {
    const pool = open({ size: 1 });
    const controller = new AbortController();
    await pool.encode(small, { signal: controller.signal });
    const next = pool.encode(camera, { crop: { left: 0, top: 0, width: 900, height: 900 } });
    controller.abort();
    await next;
    assert.equal(workers.length, 1);
  });

  test('of a shared signal ends all its jobs', async () => {
    const warnings = [];
    const note = (warning) => warnings.push(warning.name);
    process.on('warning', note);
    const pool = open({ size: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    const jobs = Array.from({ length: 50 }, () => pool.encode(camera, { ...long, signal }));
    await until(() => taken().length === 2);
    controller.abort();
    const settled = await Promise.allSettled(jobs);
    assert.ok(settled.every(({ reason }) => reason === signal.reason));
    assert.equal(taken().length, 2);
    await turn();
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  });
});

describe('a worker', () => {
  test('that crashes rejects its job, and the pool continues', async () => {
    const pool = open({ size: 2 });
    const jobs = [pool.encode(camera, long), pool.encode(small, { crop }), pool.encode(small)];
    await until(() => workers[0]?.calls.includes('encode'));
    workers[0].terminate();
    const error = await rejects(jobs[0], 'INTERNAL', { message: /^The worker crashed: it ended/ });
    assert.equal(error.cause, 'it ended with code 1');
    sameImage(await jobs[1], expected);
    await jobs[2];
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that crashes while idle is replaced', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small);
    await workers[0].terminate();
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(workers.length, 2);
  });

  test('whose message cannot be read rejects its job', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small);
    const failed = pool.encode(camera, long);
    await until(() => taken().length === 2);
    const cause = new Error('broken');
    workers[0].emit('error', cause);
    const error = await rejects(failed, 'INTERNAL', { message: /^The worker crashed: broken\./ });
    assert.equal(error.cause, cause);
    const lost = pool.encode(camera, long);
    await until(() => taken().length === 3);
    workers[1].emit('messageerror', new Error('unreadable'));
    await rejects(lost, 'INTERNAL', { message: /unreadable/ });
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that cannot send its result or read its call rejects the job and continues', async () => {
    const worker = JSON.stringify(join(root, 'dist/crop64-worker.js'));
    program = `
const { parentPort } = require('node:worker_threads');
const send = parentPort.postMessage;
parentPort.postMessage = function (reply, transfer) {
  if (reply.result?.width === 131) throw new Error('it cannot be cloned');
  send.call(this, reply, transfer);
};
require('node:vm').runInThisContext(require('node:fs').readFileSync(${worker}, 'utf8'));
const { onmessage } = parentPort;
parentPort.onmessage = (event) =>
  event.data.name === 'probe'
    ? parentPort.emit('messageerror', new Error('unreadable'))
    : onmessage(event);`;
    const pool = open({ size: 1 });
    await rejects(pool.encode(small), 'INTERNAL', { message: /it cannot be cloned/ });
    await rejects(pool.probe(small), 'INTERNAL', { message: /could not read its message/ });
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(workers.length, 1);
  });

  test('that never answers is MODULE_LOAD_FAILED after a minute', async (t) => {
    const pool = open({ size: 1 });
    program = "require('node:worker_threads').parentPort.on('message', () => {})";
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const job = pool.encode(small);
    await until(() => workers[0]?.calls.includes('init'));
    t.mock.timers.tick(60_000);
    await rejects(job, 'MODULE_LOAD_FAILED', { message: /it did not answer within a minute/ });
    t.mock.timers.reset();
    program = undefined;
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that does not load is MODULE_LOAD_FAILED, for each job that needs it', async () => {
    const pool = open({ size: 1 });
    program = new URL('nowhere.js', import.meta.url);
    const jobs = [pool.encode(small), pool.decode(small), pool.init()];
    await Promise.allSettled(jobs);
    for (const job of jobs) {
      const message = /^The worker did not load from file:.*worker\.js: .*nowhere.*worker-src/s;
      const error = await rejects(job, 'MODULE_LOAD_FAILED', { message });
      assert.match(error.cause.code, /MODULE_NOT_FOUND$/);
    }
    program = undefined;
    sameImage(await pool.encode(small, { crop }), expected);
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
      workers = [];
      await pool.init(way);
      assert.equal(workers.length, 1);
      await Promise.all([1, 2, 3, 4].map(() => pool.encode(small, { crop })));
      assert.equal(workers.length, 2);
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
    await until(() => workers[0].isOver);
    for (let i = 0; i < 5; i += 1) await turn();
    assert.equal(workers.length, 1);
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
    assert.equal(workers.length, 2);
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

describe('map', () => {
  async function collect(iterator) {
    const results = [];
    for await (const result of iterator) results.push(result);
    return results;
  }

  test('yields results in the order of the sources and reports progress', async () => {
    const pool = open({ size: 2 });
    const told = [];
    const onProgress = (progress) => told.push(progress);
    const options = { crop, format: 'png' };
    const results = await collect(pool.map([camera, ...sources], options, { onProgress }));
    assert.equal(results.length, 5);
    for (const [i, source] of [camera, ...sources].entries()) {
      sameImage(results[i], await crop64.encode(source, options));
    }
    assert.deepEqual(
      told,
      [1, 2, 3, 4, 5].map((done) => ({ done, total: 5 })),
    );
    assert.deepEqual(await collect(pool.map([])), []);
  });

  test('takes exactly twice `size` sources ahead', async () => {
    const pool = open({ size: 2 });
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1;
        yield sources[given % sources.length];
      }
    }
    let taken = 0;
    for await (const { format } of pool.map(endless(), { crop })) {
      assert.ok(format === 'png' || format === 'jpeg');
      taken += 1;
      for (let i = 0; i < 5; i += 1) await turn();
      assert.ok(given - taken <= 4, `${given} of ${taken}`);
      if (taken === 30) break;
    }
    assert.ok(given > 30);
  });

  test('yields a result before the next source is available', async () => {
    const pool = open({ size: 2 });
    let ended = false;
    async function* slow() {
      try {
        yield small;
        await new Promise(() => {});
      } finally {
        ended = true;
      }
    }
    const iterator = pool.map(slow(), { crop });
    sameImage((await iterator.next()).value, expected);
    await iterator.return();
    assert.equal(ended, false); // it is not waited for
  });

  test('leaving the loop ends running jobs and the sources', async () => {
    const pool = open({ size: 2 });
    let ended = false;
    function* some() {
      try {
        yield small;
        while (true) yield camera;
      } finally {
        ended = true;
      }
    }
    for await (const _ of pool.map(some(), long)) break;
    assert.ok(ended);
    await until(() => workers.filter(({ isOver }) => isOver).length === 2);
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('an error in order, or an abort, ends the loop', async () => {
    const pool = open({ size: 2 });
    const iterator = pool.map([small, Buffer.from('words'), small], { crop });
    sameImage((await iterator.next()).value, expected);
    await rejects(iterator.next(), 'UNSUPPORTED_FORMAT');
    assert.equal((await iterator.next()).done, true);

    const controller = new AbortController();
    const aborted = pool.map([small, camera, camera, camera], {
      ...long,
      signal: controller.signal,
    });
    await aborted.next();
    const second = aborted.next();
    controller.abort('enough');
    await assert.rejects(second, (reason) => reason === 'enough');
    const failing = pool.map(
      [small, small],
      {},
      {
        onProgress() {
          throw new Error('from the caller');
        },
      },
    );
    await assert.rejects(failing.next(), /from the caller/);
    async function* broken() {
      yield small;
      throw new Error('no more');
    }
    await assert.rejects(collect(pool.map(broken())), /no more/);
  });

  test('the error has the index and the source', async () => {
    const pool = open({ size: 2 });
    const bad = Buffer.from('words');
    const error = await rejects(
      collect(pool.map([small, small, bad], { crop })),
      'UNSUPPORTED_FORMAT',
    );
    assert.deepEqual(error.details, { index: 2 });
    assert.equal(error.source, bad);
    assert.ok(!Object.keys(error).includes('source'), 'it would be printed with the error');
  });

  test('with stopOnError: false, failed sources yield errors in order and the others images', async () => {
    const pool = open({ size: 2 });
    const bad = new Map([
      [0, [Buffer.from('words'), 'UNSUPPORTED_FORMAT']],
      [77, [small.subarray(0, 1000), 'TRUNCATED_IMAGE']],
      [199, [new URL('nowhere.png', import.meta.url), 'SOURCE_UNREADABLE']],
    ]);
    const many = Array.from({ length: 200 }, (_, i) => bad.get(i)?.[0] ?? sources[i % 4]);
    const told = [];
    const options = { stopOnError: false, onProgress: ({ done }) => told.push(done) };
    const results = await collect(pool.map(many, { crop }, options));
    assert.deepEqual(
      results.map(({ index }) => index),
      [...many.keys()],
    );
    assert.equal(results.filter(({ image }) => image?.width === crop.width).length, 197);
    const errors = results.filter(({ error }) => error !== undefined);
    assert.equal(errors.length, 3);
    for (const { index, source, error, image } of errors) {
      const [expectedSource, code] = bad.get(index);
      assert.equal(source, expectedSource);
      assert.ok(error instanceof ImageError);
      assert.equal(error.code, code);
      assert.equal(error.details.index, index);
      assert.equal(image, undefined);
    }
    assert.deepEqual(
      told,
      many.map((_, i) => i + 1),
    );
    sameImage(results[1].image, await crop64.encode(sources[1], { crop }));
  });

  test('with stopOnError: false, the loop ends if the wasm does not load', async (t) => {
    const goesOn = { stopOnError: false };
    function* endless() {
      for (;;) yield small;
    }
    const closed = open({ size: 1 });
    const iterator = closed.map(endless(), { crop }, goesOn);
    await iterator.next();
    const closing = closed.close();
    await rejects(collect(iterator), 'INVALID_ARGUMENT', { message: /pool is closed/ });
    await closing;

    const server = await serve(t, {});
    const missing = open({ size: 1 });
    await missing.init({ wasmUrl: new URL('x.wasm', server) }).catch(() => {});
    await rejects(collect(missing.map(endless(), {}, goesOn)), 'MODULE_LOAD_FAILED');

    const pool = open({ size: 2 });
    const signal = AbortSignal.abort('enough');
    await assert.rejects(
      collect(pool.map([small], { signal }, goesOn)),
      (error) => error === 'enough',
    );
    async function* broken() {
      yield small;
      throw new Error('no more');
    }
    await assert.rejects(collect(pool.map(broken(), {}, goesOn)), /no more/);
    const onProgress = () => {
      throw new Error('from the caller');
    };
    await assert.rejects(
      collect(pool.map([small], {}, { ...goesOn, onProgress })),
      /from the caller/,
    );
  });

  test('invalid arguments are refused before a worker starts', async () => {
    const pool = open({ size: 1 });
    for (const sources of ['abc', 5, null, undefined, {}]) {
      await rejects(pool.map(sources).next(), 'INVALID_ARGUMENT', { message: /for `sources`/ });
    }
    await rejects(pool.map([small], { Crop: crop }).next(), 'INVALID_ARGUMENT');
    await rejects(pool.map([small], { signal: 5 }).next(), 'INVALID_ARGUMENT');
    for (const [options, name] of [
      [null, 'options'],
      [{ stopOnErrors: false }, 'stopOnErrors'],
      [{ stopOnError: 'no' }, 'stopOnError'],
      [{ onProgress: true }, 'onProgress'],
    ]) {
      await rejects(pool.map([small], {}, options).next(), 'INVALID_ARGUMENT', {
        details: { name },
      });
    }
    assert.equal(workers.length, 0);
  });
});
