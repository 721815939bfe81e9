// Each code of an error that the public interface can give is made to occur; and after each of them
// the same instance of the module does a good job.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { mock, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { decode, encode, ImageError, probe, toBase64, toBytes } from '../../dist/index.js';
import {
  chunk,
  encodePng,
  GRAY,
  header,
  PALETTE,
  RGB,
  readChunks,
  SIGNATURE,
} from '../../support/png.mjs';
import { rejects, sha256 } from '../support/checks.mjs';
import { brokenPngs, fixture, fixtures, jpegTestImage } from '../support/fixtures.mjs';
import { serve } from '../support/server.mjs';

const png = await fixture('photo.png');
const jpeg = await fixture('photo-420.jpg');
const small = await fixture('small.png');

const crop = { left: 5, top: 6, width: 70, height: 60 };
const goodJob = async () => {
  const results = [
    await toBytes(jpeg, { crop, format: 'png' }),
    await toBytes(png, { crop, format: 'jpeg' }),
    (await decode(small)).data,
  ];
  return results.map(sha256).join();
};

const good = await goodJob();
const starts = mock.method(WebAssembly, 'instantiate');

// A test of one way to fail.
function failing(t, name, run, code, expectation) {
  return t.test(name, async () => {
    const error = await rejects(run(), code, expectation);
    assert.ok(error instanceof ImageError && error instanceof Error);
    const before = starts.mock.callCount();
    assert.equal(await goodJob(), good);
    assert.equal(starts.mock.callCount(), before, 'the module had to be started again');
  });
}

// A change of one byte, or of several.
function changed(file, at, ...bytes) {
  const copy = Buffer.from(file);
  copy.set(bytes, at < 0 ? copy.length + at : at);
  return copy;
}

const firstRows = deflateSync(Buffer.alloc(1 << 20));

// A PNG that promises a size, with samples for a few rows.
function promising(size) {
  const ihdr = header({ depth: 1, colorType: GRAY, ...size });
  return Buffer.concat([SIGNATURE, ihdr, chunk('IDAT', firstRows), chunk('IEND')]);
}

test('invalid options, sources and base64 are INVALID_ARGUMENT', async (t) => {
  const message = /^Expected .* but received .*/;
  await failing(t, 'option', () => encode(png, { quality: 0 }), 'INVALID_ARGUMENT', { message });
  await failing(t, 'source', () => encode({}), 'INVALID_ARGUMENT', { message });
  await failing(t, 'base64', () => encode('AAA!'), 'INVALID_ARGUMENT', {
    message,
    details: { offset: 3 },
  });
  const empty = { left: 5, top: 5, width: 0, height: 5 };
  await failing(t, 'an empty crop', () => encode(png, { crop: empty }), 'INVALID_ARGUMENT', {
    message,
    details: { width: 1203, height: 801 },
  });
  const both = { format: 'png', quality: 80 };
  await failing(t, 'a contradiction', () => encode(png, both), 'INVALID_ARGUMENT', { message });
});

test('a crop outside the image is CROP_OUT_OF_BOUNDS with the size of the image', async (t) => {
  const far = { left: 1100, top: 0, width: 200, height: 10 };
  for (const source of [png, jpeg]) {
    await failing(t, 'decode', () => decode(source, { crop: far }), 'CROP_OUT_OF_BOUNDS', {
      message: /^Expected a crop inside the image of 1203 x 801 pixels but received left 1100/,
      details: { width: 1203, height: 801 },
    });
  }
});

test('a source that cannot be fetched or read is SOURCE_UNREADABLE', async (t) => {
  const server = await serve(t, { '/broken': { status: 500, body: 'oh' } });
  const closed = new URL(server);
  closed.port = '1';
  const used = new Response(small);
  await used.arrayBuffer();
  const locked = new Response(small);
  locked.body.getReader();
  const blobUrl = URL.createObjectURL(new Blob([small]));
  URL.revokeObjectURL(blobUrl);
  const ended = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) });
  const cases = [
    ['404', new URL('nothing', server), /HTTP status 404/, { status: 404 }],
    ['500', new URL('broken', server), /HTTP status 500/, { status: 500 }],
    ['a 404 that was fetched', await fetch(new URL('nothing', server)), /404/, { status: 404 }],
    ['nobody answers', closed, /^http:.* cannot be read: /, { url: closed.href }],
    ['a file that is not there', new URL('nothing.png', import.meta.url), /ENOENT/],
    ['a folder', new URL('.', import.meta.url), /EISDIR/],
    ['a revoked blob', new URL(blobUrl), /^blob:.* cannot be read: /],
    ['a Response that was read', used, /^The body of the response cannot be read: /],
    ['a Response that is locked', locked, /^The body of the response cannot be read: /],
    ['a Response that failed', Response.error(), /HTTP status 0/],
    ['a connection that breaks', new Response(ended), /cut/],
  ];
  for (const [name, source, message, details] of cases) {
    await failing(t, name, () => encode(source), 'SOURCE_UNREADABLE', { message, details });
  }
});

test('an unsupported format is UNSUPPORTED_FORMAT and named', async (t) => {
  const known = {
    WebP: await fixture('small.webp'),
    GIF: await fixture('small.gif'),
    TIFF: await fixture('small.tiff'),
    PDF: Buffer.from('%PDF-1.4'),
    text: Buffer.from('hello'),
    'of no known format': Buffer.from([1, 2, 3, 4]),
  };
  for (const [name, file] of Object.entries(known)) {
    const message = new RegExp(`^Expected a JPEG, PNG or BMP image but received .*${name}`);
    const asked = { format: 'png' };
    await failing(t, name, () => decode(file), 'UNSUPPORTED_FORMAT', { message });
    await failing(t, `${name} to PNG`, () => encode(file, asked), 'UNSUPPORTED_FORMAT', {
      message,
    });
    await failing(t, `crop of ${name}`, () => encode(file, { crop }), 'UNSUPPORTED_FORMAT', {
      message,
    });
  }
  const variants = [
    ['12 bits', readFileSync(jpegTestImage('testorig12.jpg')), /8 bits .* received one of 12/],
    ['arithmetic', await fixture('photo-arithmetic.jpg'), /arithmetic-coded one \(SOF9\)/],
  ];
  for (const [name, file, message] of variants) {
    for (const run of [probe, decode, (source) => encode(source, { crop })]) {
      await failing(t, `JPEG, ${name}`, () => run(file), 'UNSUPPORTED_FORMAT', { message });
    }
    assert.equal(await toBase64(file), file.toString('base64'), 'it passes as it is');
  }
});

test('bytes that violate the format are CORRUPT_IMAGE', async (t) => {
  const at = (type) => readChunks(small).find((entry) => entry.type === type).at;
  const rest = small.subarray(at('IDAT'));
  const size = { width: 131, height: 97, depth: 8, colorType: RGB };
  const ihdr = (changes) => Buffer.concat([SIGNATURE, header({ ...size, ...changes }), rest]);
  const filter = Buffer.from(readChunks(small)[1].data);
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const ones = Array(10).fill([0xff, 0]).flat();
  const cases = [
    ['PNG: IHDR has a wrong CRC', changed(small, 29, small[29] ^ 1)],
    ['PNG: IDAT has a wrong CRC', changed(small, -16, small.at(-16) ^ 1)],
    ['PNG: samples changed', changed(small, at('IDAT') + 500, 1, 2, 3, 4)],
    ['PNG: the zlib header changed', changed(small, at('IDAT') + 8, 0xff)],
    ['PNG: width 0', ihdr({ width: 0 })],
    ['PNG: height 0', ihdr({ height: 0 })],
    ['PNG: depth 3', ihdr({ depth: 3 })],
    ['PNG: colour type 5', ihdr({ colorType: 5 })],
    ['PNG: RGB of 4 bits', ihdr({ depth: 4 })],
    ['PNG: a palette that is not there', ihdr({ colorType: PALETTE })],
    ['PNG: a chunk of 3 GB', changed(small, 33, 0xb0)],
    ['PNG: no samples', Buffer.concat([small.subarray(0, 33), chunk('IEND')])],
    ['PNG: IHDR is not the first', Buffer.concat([SIGNATURE, chunk('tEXt'), small.subarray(8)])],
    ['PNG: not deflate', Buffer.concat([small.subarray(0, 33), chunk('IDAT', filter.fill(7))])],
    ['JPEG: no picture', Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ['JPEG: width 0', changed(jpeg, frame + 7, 0, 0)],
    ['JPEG: a sampling factor of 0', changed(jpeg, frame + 11, 0)],
    ['JPEG: sampling factors of 5', changed(jpeg, frame + 11, 0x55)],
    ['JPEG: a segment of 1 byte', changed(jpeg, frame + 2, 0, 1)],
    ['JPEG: no frame', Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(scan)])],
    // libjpeg has two decoders: a fast one, and one for the end of the data.
    ['JPEG: a Huffman code that does not exist', changed(jpeg, scan + 300, ...ones)],
    ['JPEG: such a code near the end', changed(jpeg, -200, ...ones)],
    ['JPEG: a marker inside the scan', changed(jpeg, scan + 20000, 0xff, 0xc4)],
  ];
  for (const [name, file] of cases) {
    await failing(t, name, () => decode(file), 'CORRUPT_IMAGE');
    await failing(t, `${name}, encoded`, () => encode(file, { format: 'raw' }), 'CORRUPT_IMAGE');
  }
});

test('a file that ends before the needed data is TRUNCATED_IMAGE, at any byte', async (t) => {
  const needed = [0.9, 0.5, 0.2];
  for (const name of [...fixtures(/^photo-(4|gray|prog|restart).*\.jpg$/), 'photo.png']) {
    const file = await fixture(name);
    for (const part of needed) {
      const cut = file.subarray(0, file.length * part);
      const what = `${name}, ${part * 100} %`;
      await failing(t, what, () => decode(cut), 'TRUNCATED_IMAGE', { message: /ends/ });
    }
  }
  const ihdr = header({ width: 131, height: 98, depth: 8, colorType: RGB });
  const taller = Buffer.concat([SIGNATURE, ihdr, small.subarray(33)]);
  await failing(t, 'PNG: one row is missing', () => decode(taller), 'TRUNCATED_IMAGE');
  for (const [name, file] of [
    ['PNG', small],
    ['JPEG', await fixture('small.jpg')],
  ]) {
    for (let length = name === 'PNG' ? 8 : 3; length < 700; length += 31) {
      const cut = file.subarray(0, length);
      await failing(t, `${name}, ${length} bytes`, () => decode(cut), 'TRUNCATED_IMAGE', {
        message: /ends (in the middle of its header|before the end of the region)/,
      });
    }
  }
});

test('an exceeded limit is LIMIT_EXCEEDED with limit and value, before memory is allocated', async (t) => {
  const server = await serve(t, { '/photo': { body: png } });
  const pixels = 1203 * 801;
  const text = png.toString('base64');
  const bytes = { bytes: png.length - 1 };
  const chunks = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(png));
      controller.close();
    },
  });
  const { data, width, height } = await decode(png);
  const huge = promising({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 });
  const padded = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
  const cases = [
    ['pixels of a PNG', png, { limits: { pixels: pixels - 1 } }, pixels],
    ['pixels of a JPEG', jpeg, { limits: { pixels: pixels - 1 } }, pixels],
    ['pixels of samples', { data, width, height }, { limits: { pixels: 5 } }, pixels],
    ['pixels, by default', huge, { limits: {} }, (2 ** 31 - 1) ** 2],
    ['bytes of a Buffer', png, { limits: bytes }, png.length],
    ['bytes of a Blob', new Blob([png]), { limits: bytes }, png.length],
    ['bytes of a Response', new Response(png), { limits: bytes }, png.length],
    ['bytes of a stream', new Response(chunks), { limits: bytes }, png.length],
    ['bytes of a server', new URL('photo', server), { limits: bytes }, png.length],
    ['bytes of a text', text, { limits: bytes }, png.length],
    ['bytes of a data URL', `data:;base64,${text}`, { limits: bytes }, png.length],
    ['memory for the source', png, { limits: { memory: png.length - 1 } }, png.length],
    ['memory for the samples', png, { limits: { memory: pixels * 3 } }, undefined],
    [
      'memory for the coefficients',
      await fixture('photo-progressive-420.jpg'),
      {
        crop,
        limits: { memory: pixels * 2 },
      },
    ],
    ['memory for padding', small, { crop: padded, outOfBounds: 'pad', limits: {} }],
  ];
  for (const [name, source, { limits, ...options }, value] of cases) {
    const [limit, most] = Object.entries(limits)[0] ?? [];
    const run = () => decode(source, { ...options, limits });
    await failing(t, name, run, 'LIMIT_EXCEEDED', {
      message: new RegExp(`limits.${limit ?? '(pixels|memory)'} `),
      details: { ...(most && { limit: most }), ...(value && { value }) },
    });
  }
  const scans = await fixture('many-scans.jpg');
  await failing(t, 'scans', () => decode(scans), 'LIMIT_EXCEEDED', {
    message: /100 scans/,
    details: { limit: 100, value: 101 },
  });

  const exact = { pixels, bytes: png.length, memory: 2 ** 30 };
  assert.equal((await decode(png, { limits: exact })).width, 1203);
});

test('a source that states its length is not read if it is LIMIT_EXCEEDED', async () => {
  class Watched extends Blob {
    arrayBuffer() {
      assert.fail('It was read.');
    }
  }
  const limits = { bytes: 1000 };
  const details = { limit: 1000, value: png.length };
  const blob = new Watched([png]);
  const headers = { 'content-length': String(png.length) };
  const response = new Response(png, { headers });
  for (const source of [blob, response]) {
    for (const run of [encode, decode]) {
      await rejects(run(source, { limits }), 'LIMIT_EXCEEDED', { details });
    }
  }
  assert.equal(response.bodyUsed, false);
});

test('an allocation that fails is OUT_OF_MEMORY', async (t) => {
  const limits = { pixels: 1e18, memory: 1e18 };
  const cases = [
    ['more than addresses reach', { width: 100_000, height: 100_000 }],
    ['nearly all that addresses reach', { width: 65_535, height: 65_535 }],
    ['more than the module may have', { width: 46_300, height: 46_300 }],
  ];
  for (const [name, size] of cases) {
    const message = /Out of memory: \d+\.\d MB/;
    const file = promising(size);
    await failing(t, name, () => decode(file, { limits }), 'OUT_OF_MEMORY', { message });
    const turned = { format: 'png', rotate: 90, limits };
    await failing(t, `${name}, turned`, () => encode(file, turned), 'OUT_OF_MEMORY', { message });
  }
  for (const side of [47_000, 50_000, 60_000, 65_535]) {
    const wide = { left: 0, top: 0, right: side, bottom: side };
    const pad = { crop: wide, outOfBounds: 'pad', channels: 'GRAY', limits };
    await failing(t, `padding to ${side}`, () => decode(small, pad), 'OUT_OF_MEMORY');
  }
});

test('a size that overflows 64 bits is LIMIT_EXCEEDED', async (t) => {
  // Padded to width x height pixels of 8 bytes each, this is 2^64 bytes and a little.
  const file = await fixture('small-rgba-16.png');
  const [width, height] = findOverflow();
  const overflowing = { left: -1e9, top: -1e9, width, height };
  for (const memory of [2 ** 30, 1e18]) {
    const options = { crop: overflowing, outOfBounds: 'pad', limits: { memory } };
    const run = () => encode(file, options);
    await failing(t, `memory ${memory}`, run, 'LIMIT_EXCEEDED');
  }
});

// A width and a height of at most 10^9 … 2·10^9 whose product is just above 2^61.
function findOverflow() {
  for (let width = 1_500_000_000n; ; width += 1n) {
    const height = 2n ** 61n / width + 1n;
    if (width * height - 2n ** 61n < 100_000n) return [Number(width), Number(height)];
  }
}

test("an aborted call rejects with the signal's reason", async () => {
  const reason = new Error('enough');
  for (const run of [encode, decode]) {
    for (const signal of [AbortSignal.abort(reason), AbortSignal.abort('no')]) {
      await assert.rejects(run(png, { signal }), (error) => error === signal.reason);
    }
    const controller = new AbortController();
    const running = run(new Blob([png]), { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(running, (error) => error === reason);
  }
  await assert.rejects(encode(png, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal((await encode(png, { signal: new AbortController().signal })).format, 'png');
  assert.equal(await goodJob(), good);
});

test("libpng's broken files give an ImageError or an image", async (t) => {
  for (const path of brokenPngs()) {
    await t.test(basename(path), async () => {
      const file = readFileSync(path);
      for (const options of [{}, { damaged: 'accept' }]) {
        await decode(file, options).catch((error) => {
          assert.ok(error instanceof ImageError, error);
          assert.match(error.code, /^(CORRUPT_IMAGE|TRUNCATED_IMAGE|OUT_OF_MEMORY)$/);
        });
      }
      assert.equal(await goodJob(), good);
    });
  }
});

test('randomly changed files give an ImageError or an image', async () => {
  let seed = 1;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const before = starts.mock.callCount();
  const names = ['small.jpg', 'small.png', 'small-interlaced-rgb.png', 'small-progressive.jpg'];
  for (const name of [...names, 'small-gray-4.png', 'small-rgba-16.png']) {
    const file = await fixture(name);
    for (let round = 0; round < 150; round += 1) {
      const copy = Buffer.from(file);
      for (let i = random(6); i >= 0; i -= 1) copy[random(copy.length)] = random(256);
      const cut = random(4) === 0 ? copy.subarray(0, random(copy.length)) : copy;
      const damaged = random(2) === 0 ? 'error' : 'accept';
      const limits = { pixels: 1e6 };
      const error = await encode(cut, {
        format: 'png',
        compressionLevel: 1,
        damaged,
        limits,
      }).then(
        () => undefined,
        (reason) => reason,
      );
      assert.ok(error === undefined || error instanceof ImageError, `${name}: ${error}`);
      assert.notEqual(error?.code, 'INTERNAL', `${name}: ${error}`);
    }
  }
  assert.equal(starts.mock.callCount(), before);
  assert.equal(await goodJob(), good);
});

test('a PNG with damaged ancillary chunks decodes', async () => {
  const samples = Array.from({ length: 300 }, (_, i) => i & 255);
  const broken = chunk('tEXt', Buffer.from('a\0b'));
  broken[broken.length - 1] ^= 1;
  const file = encodePng({ width: 10, height: 10, colorType: RGB, samples, before: [broken] });
  assert.deepEqual([...(await decode(file, { channels: 'RGB' })).data], samples);
});
