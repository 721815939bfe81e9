// map() of a pool.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as crop64 from '../../dist/index.js';
import * as entry from '../../dist/pool.js';
import { rejects } from '../support/checks.mjs';
import {
  camera,
  crop,
  expected,
  long,
  open,
  sameImage,
  small,
  sources,
  spy,
  turn,
} from '../support/pools.mjs';
import { serve } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const { ImageError } = entry;

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
    await until(() => spy.workers.filter(({ isOver }) => isOver).length === 2);
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
    assert.equal(spy.workers.length, 0);
  });
});
