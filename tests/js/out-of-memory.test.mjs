// Where the machine has no more memory, a job is refused with OUT_OF_MEMORY, and the next one is done
// without the caller's doing: here, and through the pool.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import workerThreads from 'node:worker_threads';
import * as crop64 from '../../dist/index.js';
import { createPool } from '../../dist/pool.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { starve } from '../support/limit-memory.mjs';

const MB = 2 ** 20;
const image = await fixture('small.png');
const crop = { left: 1, top: 2, width: 30, height: 40 };
const expected = await crop64.toBytes(image, { crop });

async function worksOn({ toBytes }, what) {
  sameBytes(await toBytes(image, { crop }), expected, what);
}

let feed = () => {};
afterEach(() => feed());

// What takes memory, each in another part of the library.
const wide = { left: -900, top: -900, right: 2500, bottom: 2500 };
const larger = { resize: { width: 2500 } };
const jobs = {
  samples: (file) => crop64.decode(file, larger),
  'a PNG, turned': (file) => crop64.toDataURL(file, { format: 'png', rotate: 90, ...larger }),
  'a JPEG': (file) => crop64.toBase64(file, { format: 'jpeg', quality: 85 }),
  'a progressive JPEG': (file) =>
    crop64.toBytes(file, { format: 'jpeg', progressive: true, ...larger }),
  'a larger image': (file) => crop64.toBytes(file, { format: 'png', ...larger }),
  padding: (file) => crop64.decode(file, { crop: wide, outOfBounds: 'pad' }),
  'a JPEG of few bytes': (file) =>
    crop64.toBytes(file, { format: 'jpeg', maxBytes: 1e5, ...larger }),
  'a JPEG, moved': (file) => crop64.toBytes(file, { format: 'jpeg', lossless: true, rotate: 90 }),
};

const errorOf = (promise) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe("where the module's memory does not grow", () => {
  for (const name of [
    'photo-420.jpg',
    'photo-progressive-420.jpg',
    'photo.png',
    'photo-palette-alpha.png',
  ]) {
    test(name, async () => {
      const file = await fixture(name);
      let refused = 0;
      for (const [what, run] of Object.entries(jobs)) {
        const usual = (await errorOf(run(file)))?.code;
        let code = 'OUT_OF_MEMORY';
        // The module has 16 MB to begin with.
        for (let most = 16 * MB; code === 'OUT_OF_MEMORY'; most += 3.5 * MB) {
          crop64.dispose();
          feed = starve({ most });
          const error = await errorOf(run(file));
          feed();
          code = error?.code;
          refused += code === 'OUT_OF_MEMORY' ? 1 : 0;
          await worksOn(crop64, `after ${what} in ${most} bytes`);
        }
        assert.equal(code, usual, what);
      }
      assert.ok(refused > 4, `${refused} refused`);
    });
  }
});

test('where there is no room for a result', async () => {
  feed = starve({ copies: false });
  await rejects(crop64.toBytes(image, { crop }), 'OUT_OF_MEMORY', {
    message: /^Out of memory/,
  });
  await rejects(crop64.encodeAll(image, [{ crop }, { crop }]), 'OUT_OF_MEMORY');
  feed();
  await worksOn(crop64, 'afterwards');
});

test('where there is no room for an instance', async () => {
  crop64.dispose();
  feed = starve({ starts: false });
  await rejects(crop64.toBytes(image, { crop }), 'OUT_OF_MEMORY', {
    message: /^Out of memory/,
  });
  await rejects(crop64.init(), 'OUT_OF_MEMORY');
  feed();
  await worksOn(crop64, 'afterwards');
});

describe('in a worker of the pool', () => {
  // Workers that are started from now on have little memory, or all of it.
  const { Worker } = workerThreads;
  let little;
  workerThreads.Worker = class extends Worker {
    constructor(url, options) {
      const execArgv = ['--import', new URL('../support/limit-memory.mjs', import.meta.url).href];
      const { resourceLimits, ...starve } = little ?? {};
      super(
        url,
        little ? { ...options, execArgv, resourceLimits, workerData: { starve } } : options,
      );
    }
  };

  // The same import all the time: a worker that has ended is replaced by one that has memory.
  async function tries(t, given, run) {
    const pool = createPool({ size: 1 });
    t.after(() => pool.close());
    little = given;
    await rejects(run(pool), 'OUT_OF_MEMORY', { message: /^Out of memory/ });
    little = undefined;
    await worksOn(pool, 'afterwards');
  }
  // Turned, so that the module holds it as a whole.
  const decode = (pool) => pool.decode(image, { crop: wide, outOfBounds: 'pad', rotate: 90 });

  test("where the module's memory does not grow", (t) => tries(t, { most: 16 * MB }, decode));

  test('such a job in the same worker', async (t) => {
    const pool = createPool({ size: 1 });
    t.after(() => pool.close());
    little = { most: 16 * MB };
    await worksOn(pool, 'before');
    await rejects(decode(pool), 'OUT_OF_MEMORY');
    await worksOn(pool, 'after');
    little = undefined;
  });

  test('where there is no room for an instance', (t) => tries(t, { starts: false }, decode));

  test('where there is no room for a result', async (t) => {
    const pool = createPool({ size: 1 });
    t.after(() => pool.close());
    little = { copies: false };
    await rejects(pool.toBytes(image, { crop }), 'OUT_OF_MEMORY', {
      message: /^Out of memory/,
    });
    little = undefined;
    await pool.init(); // else the same worker
    await worksOn(pool, 'afterwards');
  });

  test('where its JavaScript has no room', (t) =>
    tries(t, { resourceLimits: { maxOldGenerationSizeMb: 30 } }, (pool) => {
      const many = Array.from({ length: 200_000 }, () => ({ crop }));
      return pool.encodeAll(image, many);
    }));

  test('what no memory holds, with no limits', async (t) => {
    const pool = createPool({ size: 1 });
    t.after(() => pool.close());
    const none = Number.POSITIVE_INFINITY;
    const crop = { left: 0, top: 0, right: 65_535, bottom: 65_535 };
    const limits = { pixels: none, bytes: none, memory: none };
    const huge = { crop, outOfBounds: 'pad', channels: 'GRAY', limits };
    await rejects(pool.decode(image, huge), 'OUT_OF_MEMORY', { message: /^Out of memory: \d/ });
    await worksOn(pool, 'afterwards');
  });
});
