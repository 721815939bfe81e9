// Damaged and cut files under `damaged: 'accept'`: what other decoders show is what comes out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { decode, encode } from '../../dist/index.js';
import { parsePnm } from '../../support/oracle.mjs';
import { cut, rejects, sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { seeded } from '../support/mutations.mjs';

const accept = { damaged: 'accept' };

/** What djpeg makes of a damaged JPEG, or undefined where it gives up; whether it warned. */
function djpegOfDamaged(file, ...args) {
  // Damage makes coefficients that no encoder writes: there libjpeg-turbo's scalar code is the judge,
  // and its SIMD code differs.
  const { status, stdout, error } = spawnSync('djpeg', ['-dct', 'int', '-pnm', ...args], {
    input: file,
    maxBuffer: 2 ** 28,
    env: { ...process.env, JSIMD_FORCENONE: '1' },
  });
  if (error !== undefined) throw error;
  const EXIT_WARNING = 2;
  if (status !== 0 && status !== EXIT_WARNING) return undefined;
  return { image: parsePnm(stdout), warned: status === EXIT_WARNING };
}

/** A JPEG with a scan that is damaged in one of the ways that files are. */
function damageScan(file, { below, one }) {
  const scan = file.indexOf(Buffer.from([0xff, 0xda])) + 14;
  const at = scan + below(file.length - scan - 2);
  const copy = Buffer.from(file);
  return one([
    () => {
      copy[at] ^= 1 << below(8);
      return copy;
    },
    () => {
      copy[at] = one([0, 0xff, 0xd0 + below(10), below(256)]);
      return copy;
    },
    () => copy.fill(0, at, Math.min(copy.length, at + 1 + below(500))),
    () => copy.fill(0xff, at, Math.min(copy.length, at + 1 + below(8))),
    () => file.subarray(0, at),
    () => Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + below(300))]),
    () =>
      Buffer.concat([file.subarray(0, at), Buffer.alloc(1 + below(9), 0x5a), file.subarray(at)]),
    () => {
      const restart = file.findIndex(
        (b, i) => i >= at && b === 0xff && (file[i + 1] & 0xf8) === 0xd0,
      );
      if (restart < 0) return file.subarray(0, at);
      return Buffer.concat([file.subarray(0, restart), file.subarray(restart + 2)]);
    },
  ])();
}

const JPEGS = [
  ['photo-420.jpg', 8],
  ['photo-444.jpg', 8],
  ['photo-gray.jpg', 4],
  ['photo-restart.jpg', 12],
  ['photo-progressive-420.jpg', 8],
  ['photo-progressive-gray.jpg', 4],
  ['small.jpg', 24],
  ['small-progressive.jpg', 24],
];

test("a damaged JPEG decodes to djpeg's samples, whole and by region", async () => {
  const random = seeded(31);
  let warned = 0;
  for (const [name, count] of JPEGS) {
    const good = await fixture(name);
    for (let i = 0; i < count; i += 1) {
      const what = `${name}, ${i}`;
      const file = damageScan(good, random);
      const expected = djpegOfDamaged(file);
      if (expected === undefined) continue; // a header between two scans is damaged
      const channels = expected.image.channels === 1 ? 'keep' : 'RGB';
      const given = await decode(file, { ...accept, channels });
      sameSamples(given, expected.image, what);
      const strict = await decode(file).then(
        () => 'ok',
        ({ code }) => code,
      );
      assert.ok(['ok', 'CORRUPT_IMAGE', 'TRUNCATED_IMAGE'].includes(strict), `${what}: ${strict}`);
      assert.equal(given.lossless, strict === 'ok', what);
      // What libjpeg warns of and crop64 passes over: bytes that no decoder looks at.
      if (strict !== 'ok') assert.ok(expected.warned, what);
      warned += expected.warned;
      const { width, height } = given;
      const [left, top] = [random.below(width - 8), random.below(height - 8)];
      for (const crop of [
        {
          left,
          top,
          width: 1 + random.below(width - left),
          height: 1 + random.below(height - top),
        },
        { left, top: height - 8, width: 8, height: 8 },
      ]) {
        const part = await decode(file, { ...accept, channels, crop });
        sameSamples(part, cut(expected.image, crop), `${what}, ${JSON.stringify(crop)}`);
      }
    }
  }
  assert.ok(warned > 50, `${warned} files that djpeg warns of`);
});

test('a damaged image is encoded and not lossless', async () => {
  const file = Buffer.from(await fixture('photo-420.jpg')).fill(0xff, 60_000, 60_040);
  await rejects(encode(file, { format: 'png' }), 'CORRUPT_IMAGE', {
    message: /Use damaged: 'accept' to take what can be decoded\.$/,
  });
  const { lossless } = await encode(file, { ...accept, format: 'png' });
  assert.equal(lossless, false);
  const jpeg = await encode(file, {
    ...accept,
    crop: { left: 0, top: 400, width: 300, height: 300 },
  });
  assert.equal(jpeg.lossless, false);
  assert.equal(djpegOfDamaged(Buffer.from(jpeg.bytes)).warned, false);
  // A JPEG whose coefficients are damaged cannot be promised to be kept.
  const below = { left: 0, top: 400, width: 64, height: 64 };
  const promised = { ...accept, lossless: true, crop: below };
  await rejects(encode(file, promised), 'CORRUPT_IMAGE');
  // Damage below the region does not matter.
  const above = { left: 5, top: 5, width: 300, height: 40 };
  assert.equal((await decode(file, { crop: above })).lossless, true);
});
