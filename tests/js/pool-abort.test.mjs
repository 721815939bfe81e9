// Workers that are ended by an abort, or that crash or do not load.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rejects } from '../support/checks.mjs';
import { root } from '../support/fixtures.mjs';
import {
  camera,
  crop,
  expected,
  long,
  open,
  sameImage,
  small,
  spy,
  taken,
  turn,
} from '../support/pools.mjs';
import { until } from '../support/until.mjs';

describe('an abort', () => {
  test('ends the worker of the job, which is replaced', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small, { crop });
    const [first] = spy.workers;
    const controller = new AbortController();
    const job = pool.encode(camera, { ...long, signal: controller.signal });
    await until(() => first.calls.length === 3);
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await assert.rejects(job, (error) => error === reason);
    await until(() => first.isOver);
    await until(() => spy.workers.length === 2);
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(spy.workers.length, 2);
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
    assert.equal(spy.workers.length, 1);
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
    assert.equal(spy.workers.length, 0);

    const starting = new AbortController();
    const start = pool.encode(small, { signal: starting.signal });
    await until(() => spy.workers.length === 1);
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
    assert.equal(spy.workers.length, 1);
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
    await until(() => spy.workers[0]?.calls.includes('encode'));
    spy.workers[0].terminate();
    const error = await rejects(jobs[0], 'INTERNAL', { message: /^The worker crashed: it ended/ });
    assert.equal(error.cause, 'it ended with code 1');
    sameImage(await jobs[1], expected);
    await jobs[2];
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that crashes while idle is replaced', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small);
    await spy.workers[0].terminate();
    sameImage(await pool.encode(small, { crop }), expected);
    assert.equal(spy.workers.length, 2);
  });

  test('whose message cannot be read rejects its job', async () => {
    const pool = open({ size: 1 });
    await pool.encode(small);
    const failed = pool.encode(camera, long);
    await until(() => taken().length === 2);
    const cause = new Error('broken');
    spy.workers[0].emit('error', cause);
    const error = await rejects(failed, 'INTERNAL', { message: /^The worker crashed: broken\./ });
    assert.equal(error.cause, cause);
    const lost = pool.encode(camera, long);
    await until(() => taken().length === 3);
    spy.workers[1].emit('messageerror', new Error('unreadable'));
    await rejects(lost, 'INTERNAL', { message: /unreadable/ });
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that cannot send its result or read its call rejects the job and continues', async () => {
    const worker = JSON.stringify(join(root, 'dist/crop64-worker.js'));
    spy.program = `
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
    assert.equal(spy.workers.length, 1);
  });

  test('that never answers is MODULE_LOAD_FAILED after a minute', async (t) => {
    const pool = open({ size: 1 });
    spy.program = "require('node:worker_threads').parentPort.on('message', () => {})";
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const job = pool.encode(small);
    await until(() => spy.workers[0]?.calls.includes('init'));
    t.mock.timers.tick(60_000);
    await rejects(job, 'MODULE_LOAD_FAILED', { message: /it did not answer within a minute/ });
    t.mock.timers.reset();
    spy.program = undefined;
    sameImage(await pool.encode(small, { crop }), expected);
  });

  test('that does not load is MODULE_LOAD_FAILED, for each job that needs it', async () => {
    const pool = open({ size: 1 });
    spy.program = new URL('nowhere.js', import.meta.url);
    const jobs = [pool.encode(small), pool.decode(small), pool.init()];
    await Promise.allSettled(jobs);
    for (const job of jobs) {
      const message = /^The worker did not load from file:.*worker\.js: .*nowhere.*worker-src/s;
      const error = await rejects(job, 'MODULE_LOAD_FAILED', { message });
      assert.match(error.cause.code, /MODULE_NOT_FOUND$/);
    }
    spy.program = undefined;
    sameImage(await pool.encode(small, { crop }), expected);
  });
});
