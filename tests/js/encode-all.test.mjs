import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, encodeAll } from '../../dist/index.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const near = { left: 100, top: 100, width: 300, height: 200 };
const overlapping = { left: 250, top: 180, width: 301, height: 203 };

const jobs = [
  { crop: near },
  { crop: overlapping, quality: 60 },
  { crop: near, format: 'png', rotate: 90 },
  { crop: overlapping, format: 'raw', channels: 'BGR' },
  { crop: near, lossless: true },
  { crop: { left: -20, top: 10, width: 100, height: 100 }, outOfBounds: 'pad', background: '#123' },
  { crop: { left: 5000, top: 10, width: 10, height: 10 }, outOfBounds: 'pad' },
  { crop: near, resize: { width: 50 } },
  { resize: { width: 64 }, format: 'png' },
  { resize: { width: 96 }, format: 'jpeg', maxBytes: 3000 },
  { crop: overlapping, flip: 'vertical', metadata: 'none' },
  {},
];

const sources = {
  'photo-420.jpg': jobs,
  'photo-progressive-420.jpg': jobs,
  'photo-gray.jpg': jobs,
  'photo.png': jobs.map(({ quality, ...job }) => job),
  'photo-palette-alpha.png': jobs.map(({ quality, ...job }) => job).filter((job) => !job.resize),
};

test('each result of encodeAll equals a single encode', async (t) => {
  for (const [name, asked] of Object.entries(sources)) {
    await t.test(name, async () => {
      const file = await fixture(name);
      const all = await encodeAll(file, asked);
      assert.equal(all.length, asked.length);
      for (const [i, options] of asked.entries()) {
        const { bytes, bytesRead, ...alone } = await encode(file, options);
        const { bytes: together, bytesRead: shared, ...told } = all[i];
        sameBytes(together, bytes, JSON.stringify(options));
        assert.deepEqual(told, alone, JSON.stringify(options));
        assert.ok(shared >= bytesRead);
      }
    });
  }
});

test('shared regions of encodeAll may start anywhere in the image', async () => {
  for (const name of ['photo-420.jpg', 'photo.png']) {
    const file = await fixture(name);
    const asked = [overlapping, near].map((crop) => ({ crop, format: 'png' }));
    const all = await encodeAll(file, asked);
    assert.equal(all[0].bytesRead, all[1].bytesRead); // they were decoded as one
    for (const [i, options] of asked.entries()) {
      sameBytes(all[i].bytes, (await encode(file, options)).bytes, `${name}, ${i}`);
    }
  }
});

test('encodeAll accepts samples', async () => {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => i * 7);
  const pixels = { data, width: 40, height: 30, channels: 'RGB' };
  const asked = [{ crop: { left: 3, top: 4, width: 20, height: 10 } }, { format: 'jpeg' }];
  const all = await encodeAll(pixels, asked);
  for (const [i, options] of asked.entries()) {
    sameBytes(all[i].bytes, (await encode(pixels, options)).bytes);
  }
});

test('encodeAll without entries returns an empty array', async () => {
  assert.deepEqual(await encodeAll(await fixture('photo.png'), []), []);
});

test('a failing entry of encodeAll rejects the call with its index', async () => {
  const file = await fixture('photo-420.jpg');
  const outside = { crop: { left: 9000, top: 0, width: 5, height: 5 } };
  const details = { index: 1 };
  await rejects(encodeAll(file, [{ crop: near }, outside]), 'CROP_OUT_OF_BOUNDS', { details });
  const cut = file.subarray(0, file.length / 2);
  const low = { crop: { left: 0, top: 700, width: 50, height: 50 } };
  await rejects(encodeAll(cut, [low]), 'TRUNCATED_IMAGE');
  await rejects(encodeAll(cut, [{ crop: near }, low]), 'TRUNCATED_IMAGE');
});

test('lossless of each encodeAll result reports its own missing data', async () => {
  const file = await fixture('photo-420.jpg');
  const cut = file.subarray(0, file.length / 2);
  const low = { crop: { left: 0, top: 700, width: 50, height: 50 }, format: 'png' };
  const asked = [{ crop: near, format: 'png' }, low].map((job) => ({
    ...job,
    damaged: 'accept',
  }));
  const told = (await encodeAll(cut, asked)).map(({ lossless }) => lossless);
  assert.deepEqual(told, [true, false]);
});

test('encodeAll refuses options that are not an array of objects', async () => {
  const message = /^Expected an array of options for `options` but received /;
  await rejects(encodeAll(await fixture('photo.png'), { crop: near }), 'INVALID_ARGUMENT', {
    message,
  });
  const wrong = [{ crop: near }, { crpo: near }];
  await rejects(encodeAll(await fixture('photo.png'), wrong), 'INVALID_ARGUMENT', {
    message: /^Unknown option 'crpo': did you mean 'crop'\?$/,
    details: { name: 'crpo', index: 1 },
  });
  const holes = [{ crop: near }];
  holes[2] = { crop: near };
  for (const [options, index] of [
    [Array(3), 0],
    [holes, 1],
    [[{}, undefined], 1],
    [[{}, null], 1],
  ]) {
    await rejects(encodeAll(await fixture('photo.png'), options), 'INVALID_ARGUMENT', {
      message: new RegExp(`^Expected an object for \`options\\[${index}\\]\` but received `),
      details: { name: `options[${index}]`, index },
    });
  }
});

test('an aborted entry aborts encodeAll', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(
    encodeAll(await fixture('photo.png'), [{ crop: near }, { signal }]),
    (error) => error === reason,
  );
});
