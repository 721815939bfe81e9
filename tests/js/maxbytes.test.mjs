import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, toBase64, toBlob, toBytes, toDataURL } from '../../dist/index.js';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { noise } from '../support/resample.mjs';

const part = { left: 400, top: 300, right: 560, bottom: 420 };

// Images, and the options besides maxBytes that make a JPEG of each.
async function images() {
  const [photo, png, alpha, deep, palette] = await Promise.all(
    [
      ...['photo-420.jpg', 'photo.png', 'photo-rgba.png', 'small-rgb-16.png'],
      'photo-palette.png',
    ].map((name) => fixture(name)),
  );
  return [
    ['a part of a photograph', photo, { crop: part }],
    ['a PNG made smaller', png, { resize: { width: 150 }, format: 'jpeg' }],
    ['alpha', alpha, { crop: part, format: 'jpeg', quality: 95 }],
    ['16 bits', deep, { format: 'jpeg', quality: 100 }],
    ['a palette', palette, { crop: part, format: 'jpeg', quality: 40 }],
    ['grey', noise({ width: 60, height: 50, channels: 'GRAY' }), { format: 'jpeg' }],
    [
      'one colour',
      { data: new Uint8Array(64 * 64 * 4), width: 64, height: 64 },
      { format: 'jpeg' },
    ],
  ];
}

/** The file of every quality up to the one that is asked for; the samples are made but once. */
async function filesOf(source, { quality: most = 85, crop, resize }) {
  const samples = await decode(source, { crop, resize, channels: 'keep', bitDepth: 'keep' });
  const files = [];
  for (let quality = 1; quality <= most; quality += 1) {
    files[quality] = await toBytes(samples, { format: 'jpeg', quality });
  }
  return files;
}

// Limits around the sizes that there are, and between them.
function limitsFor(files) {
  const sizes = files.slice(1).map(({ length }) => length);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const spread = Array.from({ length: 8 }, (_, i) => Math.round(least + ((most - least) * i) / 8));
  return [least, least + 1, most - 1, most, most + 1, 1e15, sizes[40] ?? least, ...spread];
}

test('maxBytes gives a JPEG that fits, while the next quality does not', async () => {
  let pairs = 0;
  for (const [name, source, options] of await images()) {
    const files = await filesOf(source, options);
    for (const maxBytes of limitsFor(files)) {
      // A quality, for the source's own tables would be tried first.
      const result = await encode(source, { quality: 85, ...options, maxBytes });
      const what = `${name}, ${maxBytes} bytes: ${result.byteLength}`;
      assert.ok(result.byteLength <= maxBytes, what);
      assert.equal(result.format, 'jpeg');
      // The same file comes of two qualities where their tables are the same.
      const quality = files.findLastIndex(
        (file) => file !== undefined && Buffer.compare(file, result.bytes) === 0,
      );
      assert.ok(quality >= 1, `${what}: of no quality`);
      assert.ok(quality === files.length - 1 || files[quality + 1].length > maxBytes, what);
      pairs += 1;
    }
  }
  assert.ok(pairs >= 100, `${pairs} pairs`);
});

test('if nothing fits maxBytes, the error has the smallest size', async () => {
  for (const [name, source, options] of await images()) {
    const smallest = (await toBytes(source, { ...options, format: 'jpeg', quality: 1 })).length;
    for (const maxBytes of [1, 2.5, smallest - 1]) {
      const promise = encode(source, { ...options, maxBytes });
      const { details } = await rejects(promise, 'LIMIT_EXCEEDED', { message: /maxBytes/ });
      assert.deepEqual(details, { limit: maxBytes, value: smallest }, name);
    }
  }
});

test('a PNG fits maxBytes or is LIMIT_EXCEEDED', async () => {
  for (const name of ['photo.png', 'photo-palette.png', 'small-rgba-16.png']) {
    const file = await fixture(name);
    const options = { crop: { left: 5, top: 5, right: 90, bottom: 80 } };
    const png = await encode(file, options);
    for (const maxBytes of [png.byteLength, png.byteLength + 1, 1e12]) {
      const result = await encode(file, { ...options, maxBytes });
      sameBytes(result.bytes, png.bytes, name);
      assert.equal(result.lossless, true);
    }
    for (const maxBytes of [1, png.byteLength - 1]) {
      await rejects(encode(file, { ...options, maxBytes }), 'LIMIT_EXCEEDED', {
        details: { limit: maxBytes, value: png.byteLength },
      });
    }
    // More effort may fit.
    const { byteLength } = await encode(file, { ...options, compressionLevel: 9 });
    if (byteLength < png.byteLength) {
      await encode(file, { ...options, compressionLevel: 9, maxBytes: byteLength });
    }
  }
});

test('a file that fits maxBytes keeps its coded samples; a larger one is re-encoded', async () => {
  for (const name of ['photo-420.jpg', 'photo-progressive-420.jpg', 'photo-gray.jpg']) {
    const file = await fixture(name);
    for (const maxBytes of [file.length, file.length + 1]) {
      const result = await encode(file, { maxBytes });
      assert.equal(result.lossless, true);
      const [a, b] = await Promise.all([decode(result), decode(file)]);
      sameSamples(a, b, name);
      sameBytes(await toBytes(file, { maxBytes, metadata: 'all' }), file, name);
    }
    const kept = await encode(file, { metadata: 'color' });
    const result = await encode(file, { maxBytes: kept.byteLength - 1 });
    assert.ok(result.byteLength < file.length && result.byteLength > file.length / 4, name);
    assert.deepEqual([result.format, result.lossless], ['jpeg', false]);
    const { width, height } = await decode(file);
    assert.deepEqual([result.width, result.height], [width, height]);
  }
  const png = await fixture('photo-palette.png');
  sameBytes(await toBytes(png, { maxBytes: png.length }), png, 'PNG');
  const bmp = await fixture('small.bmp');
  sameBytes(await toBytes(bmp, { maxBytes: bmp.length, metadata: 'all' }), bmp, 'BMP');
  const result = await encode(bmp, { maxBytes: bmp.length });
  assert.deepEqual([result.format, result.lossless], ['png', true]);
  await rejects(encode(bmp, { maxBytes: 100 }), 'LIMIT_EXCEEDED', {
    details: { limit: 100, value: result.byteLength },
  });
});

test('a file in an unsupported format is refused with maxBytes, at any length', async () => {
  const webp = await fixture('small.webp');
  await rejects(toBytes(webp, { maxBytes: webp.length }), 'UNSUPPORTED_FORMAT');
});

test('minQuality is the lowest quality that maxBytes chooses', async () => {
  const file = await fixture('photo-420.jpg');
  const crop = { left: 100, top: 50, width: 300, height: 200 };
  const sizeAt = async (quality) => (await encode(file, { crop, quality })).byteLength;
  const maxBytes = await sizeAt(40);
  for (const minQuality of [1, 39, 40]) {
    const { quality } = await encode(file, { crop, maxBytes, minQuality });
    assert.equal(quality, 40, `from ${minQuality} on`);
  }
  const error = await rejects(encode(file, { crop, maxBytes, minQuality: 41 }), 'LIMIT_EXCEEDED', {
    message: /minQuality/,
  });
  assert.equal(error.details.limit, maxBytes);
  assert.equal(error.details.value, await sizeAt(41));
});

test('minQuality is refused without maxBytes, above quality, and for other formats', async () => {
  const file = await fixture('small.jpg');
  for (const options of [
    { minQuality: 50 },
    { minQuality: 0, maxBytes: 1000 },
    { minQuality: 101, maxBytes: 1000 },
    { minQuality: 80, quality: 70, maxBytes: 1000 },
    { minQuality: 50, maxBytes: 1000, format: 'png' },
  ]) {
    await rejects(encode(file, options), 'INVALID_ARGUMENT', { message: /minQuality/ });
  }
});

test('raw samples fit maxBytes or are LIMIT_EXCEEDED', async () => {
  const file = await fixture('photo.png');
  const crop = { left: 0, top: 0, right: 10, bottom: 20 };
  for (const [channels, bitDepth, bytes] of [
    ['RGBA', 8, 800],
    ['GRAY', 8, 200],
    ['BGR', 16, 1200],
  ]) {
    const options = { crop, format: 'raw', channels, bitDepth };
    const { byteLength } = await encode(file, { ...options, maxBytes: bytes });
    assert.equal(byteLength, bytes);
    await rejects(encode(file, { ...options, maxBytes: bytes - 1 }), 'LIMIT_EXCEEDED', {
      message: /maxBytes/,
      details: { limit: bytes - 1, value: bytes },
    });
  }
});

test('every function that returns a file supports maxBytes', async () => {
  const file = await fixture('photo-420.jpg');
  const options = { crop: part, maxBytes: 3000 };
  const { bytes } = await encode(file, options);
  assert.ok(bytes.length <= 3000);
  sameBytes(await toBytes(file, options), bytes, 'toBytes');
  sameBytes(Buffer.from(await toBase64(file, options), 'base64'), bytes, 'toBase64');
  const url = await toDataURL(file, options);
  sameBytes(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'), bytes, 'toDataURL');
  sameBytes(Buffer.from(await (await toBlob(file, options)).arrayBuffer()), bytes, 'toBlob');
  await rejects(decode(file, options), 'INVALID_ARGUMENT', { message: /'maxBytes'/ });
});
