// What a job takes of the module's memory, by the allocator's high-water mark.
import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { createDeflate, deflateSync } from 'node:zlib';
import { probe, toBytes } from '../../dist/index.js';
import { nativeFile, nativeOptions, startNative } from '../../support/native.mjs';
import { pillow } from '../../support/oracle.mjs';
import { chunk, GRAY, header, SIGNATURE } from '../../support/png.mjs';
import { sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const MB = 1e6;
const SIDE = 20_000;
const middle = { left: 9800, top: 9800, right: 10_200, bottom: 10_200 };

// Rows of noise, each 997 bytes further into one block of it than the row before.
const noise = randomFillSync(Buffer.alloc(4 * SIDE + 997));
const rowStart = (y) => (y * 997) % (3 * SIDE);
const rowOf = (y) => noise.subarray(rowStart(y), rowStart(y) + SIDE);

// Stored, not compressed: deflate has nothing to find in noise.
async function noisePng() {
  const deflate = createDeflate({ level: 0, chunkSize: 1 << 20 });
  const write = async () => {
    for (let y = 0; y < SIDE; y += 50) {
      const rows = Array.from({ length: 50 }, (_, i) => [Buffer.alloc(1), rowOf(y + i)]);
      if (!deflate.write(Buffer.concat(rows.flat()))) {
        await new Promise((resolve) => deflate.once('drain', resolve));
      }
    }
    deflate.end();
  };
  const size = { width: SIDE, height: SIDE, depth: 8, colorType: GRAY };
  const parts = [SIGNATURE, header(size)];
  const written = write();
  for await (const data of deflate) parts.push(chunk('IDAT', data));
  await written;
  return Buffer.concat([...parts, chunk('IEND')]);
}

// Runs a job on a new instance; gives its result and what it took beside the file itself.
async function measure(file, options) {
  const native = await startNative();
  const before = native.heapHighWater();
  const input = nativeFile(file);
  const response = native.process(input, [nativeOptions(options)], 'bytes');
  assert.ok(response.ok, response.message);
  return { ...response.result[0], taken: native.heapHighWater() - before - file.length };
}

test('a crop of a 400-megapixel PNG takes less than 8 MB besides the file', async () => {
  const file = await noisePng();
  assert.ok(file.length > 400 * MB);
  const result = await measure(file, { crop: middle });
  assert.ok(result.taken < 8 * MB, `${result.taken} bytes`);
  const rows = Array.from({ length: 400 }, (_, i) => rowOf(9800 + i).subarray(9800, 10_200));
  sameSamples(result, { data: Buffer.concat(rows), width: 400, height: 400 });
  const encoded = await measure(file, { crop: middle, format: 'png' });
  assert.ok(encoded.taken < 8 * MB, `${encoded.taken} bytes`);
});

test('a crop of a JPEG takes memory for the region, not for the image', async () => {
  const file = await fixture('camera-420.jpg');
  const crop = { left: 1600, top: 1000, right: 2000, bottom: 1400 };
  const part = await measure(file, { crop });
  assert.ok(part.taken < 2 * MB, `${part.taken} bytes`);
  sameSamples(part, await pillow(file, 'RGB', Object.values(crop)));
  const encoded = await measure(file, { crop, format: 'png' });
  assert.ok(encoded.taken < 2 * MB, `${encoded.taken} bytes`);
});

test('a lossless crop of a JPEG takes memory for the coefficients of the region', async () => {
  const file = await fixture('camera-420.jpg');
  const crop = { left: 1600, top: 1008, right: 2000, bottom: 1408 };
  const { taken } = await measure(file, { crop, lossless: true, format: 'jpeg', quality: 'keep' });
  assert.ok(taken < MB, `${taken} bytes`);
});

test('samples go to JavaScript row by row', async () => {
  const file = await fixture('camera-420.jpg');
  for (const options of [{}, { bitDepth: 16 }, { resize: { width: 2000 } }]) {
    const whole = await measure(file, options);
    assert.ok(whole.taken < 3 * MB, `${whole.taken} bytes`);
  }
  sameSamples(await measure(file), await pillow(file, 'RGB'));
});

test('rows flow: a resized or reencoded image is not held as a whole', async (t) => {
  const baseline = await fixture('camera-420.jpg');
  const { width, height } = await probe(baseline);
  const samples = width * height * 3;
  assert.ok(samples > 26 * MB);
  const progressive = await toBytes(baseline, { progressive: true, quality: 90 });
  const png = await toBytes(baseline, { format: 'png', compressionLevel: 1 });
  const jpeg = { format: 'jpeg', quality: 85 };
  const narrow = { resize: { width: 1600 } };
  const turned = (1600 * 1600 * width * 3) / height;
  const cases = [
    ['a JPEG, resized', baseline, { ...jpeg, ...narrow }, 4 * MB],
    ['a JPEG, much smaller', baseline, { ...jpeg, resize: { width: 320 } }, 2 * MB],
    ['a JPEG, mirrored', baseline, { ...jpeg, flip: 'horizontal', ...narrow }, 4 * MB],
    ['a JPEG, encoded anew', baseline, jpeg, 6 * MB],
    [
      'a JPEG, turned when it is small',
      baseline,
      { ...jpeg, rotate: 90, ...narrow },
      turned + 4 * MB,
    ],
    ['a PNG, resized', png, { format: 'png', ...narrow }, 8 * MB],
    ['coefficients', progressive, { ...jpeg, progressive: 'no', ...narrow }, samples + 6 * MB],
  ];
  for (const [name, file, options, most] of cases) {
    await t.test(name, async () => {
      const { data, taken } = await measure(file, options);
      assert.ok(taken - data.length < most, `${taken - data.length} bytes`);
    });
  }
});

test('a 1-bit PNG of 529 megapixels, resized, takes less than 16 MB besides the file', async () => {
  const [width, height, rowBytes] = [23_000, 23_000, 2875];
  const rows = Buffer.alloc(height * (1 + rowBytes), 0x55); // columns black and white in turn
  for (let y = 0; y < height; y += 1) rows[y * (1 + rowBytes)] = 0; // no filter
  const size = { width, height, depth: 1, colorType: GRAY };
  const data = chunk('IDAT', deflateSync(rows, { level: 1 }));
  const file = Buffer.concat([SIGNATURE, header(size), data, chunk('IEND')]);
  const result = await measure(file, { resize: { width: 300 } });
  assert.ok(result.taken < 16 * MB, `${result.taken} bytes`);
  assert.deepEqual([result.width, result.height], [300, 300]);
  assert.deepEqual(new Set(result.data), new Set([127, 128]));
});

test('the heap does not grow over many jobs, good and bad', async () => {
  const native = await startNative();
  const jpeg = await fixture('photo-420.jpg');
  const progressive = await fixture('photo-progressive-420.jpg');
  const png = await fixture('photo.png');
  const palette = await fixture('photo-palette-alpha.png');
  const crop = { left: 100, top: 100, right: 900, bottom: 700 };
  const far = { left: 0, top: 0, right: 5000, bottom: 10 };
  const spoiled = Buffer.from(png);
  spoiled.fill(0x55, 900_000, 900_010);
  const run = (file, options, form = 'bytes') => {
    const input = nativeFile(file);
    return native.process(input, [nativeOptions(options)], form);
  };
  const goodJobs = [
    () => run(jpeg, { crop, format: 'png', compressionLevel: 1 }),
    () => run(jpeg, { format: 'jpeg', quality: 85 }, 'base64'),
    () => run(progressive, { crop }),
    () => run(png, { crop, format: 'jpeg' }, 'dataUrl'),
    () => run(palette, { crop, channels: 'BGRA' }),
    () => run(palette, { crop, format: 'png' }),
  ];
  const badJobs = [
    [() => run(jpeg.subarray(0, jpeg.length / 2)), 'TRUNCATED_IMAGE'],
    [() => run(progressive.subarray(0, 5000), { crop }), 'TRUNCATED_IMAGE'],
    [() => run(png.subarray(0, png.length / 2), { crop, format: 'png' }), 'TRUNCATED_IMAGE'],
    [() => run(spoiled), 'CORRUPT_IMAGE'],
    [() => run(png, { crop: far }), 'CROP_OUT_OF_BOUNDS'],
    [() => run(png, { format: 'jpeg', compressionLevel: 5 }), 'INVALID_ARGUMENT'],
    [() => run(png, { limits: { pixels: 1, bytes: 1e9, memory: 1e9 } }), 'LIMIT_EXCEEDED'],
    [() => run(Buffer.from('words')), 'UNSUPPORTED_FORMAT'],
  ];
  const all = () => {
    for (const job of goodJobs) assert.equal(job().ok, true);
    for (const [job, code] of badJobs) assert.equal(job().code, code);
    assert.equal(native.probe(nativeFile(jpeg), 1e9).ok, true);
  };
  all();
  all();
  const warm = native.heapHighWater();
  for (let round = 0; round < 20; round += 1) all();
  assert.equal(native.heapHighWater(), warm);
});
