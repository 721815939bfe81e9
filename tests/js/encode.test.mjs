import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, toBase64, toBlob, toBytes, toDataURL } from '../../dist/index.js';
import { djpeg, pillow, python, tool } from '../../support/oracle.mjs';
import {
  decodePng,
  decodeRgba,
  GRAY,
  GRAYA,
  PALETTE,
  RGB,
  RGBA,
  readChunks,
} from '../../support/png.mjs';
import { cut, rejects, reorder, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture, fixtures, PHOTO, SMALL } from '../support/fixtures.mjs';

const crop = { left: 13, top: 7, right: 120, bottom: 90 };
const box = { left: 13, top: 7, width: 107, height: 83 };

const checkPng = (file) => tool('pngcheck', ['-q'], file);

test('a JPEG from samples is the JPEG of Pillow, byte for byte', async (t) => {
  const file = await fixture('photo.png');
  const sizes = [
    [1203, 801],
    [640, 480],
    [17, 33],
    [16, 8],
    [1, 1],
    [1, 50],
  ];
  const cases = [
    ...[1, 10, 50, 75, 85, 95, 100].map((quality) => [quality, sizes[0], 'RGB']),
    ...sizes.slice(1).map((size) => [85, size, 'RGB']),
    ...sizes.map((size) => [85, size, 'L']),
    [1, sizes[0], 'L'],
    [100, sizes[0], 'L'],
  ];
  for (const [quality, size, mode] of cases) {
    await t.test(`${mode} ${size.join(' x ')}, quality ${quality}`, async () => {
      const { pixels, jpeg } = await python(
        `image = Image.open(io.BytesIO(file)).crop((0, 0, *size)).convert(mode)
out = io.BytesIO()
chroma = {'subsampling': '4:2:0'} if mode == 'RGB' else {}
image.save(out, 'JPEG', quality=quality, **chroma)
result = {'pixels': image, 'jpeg': out.getvalue()}`,
        { file, size, mode, quality },
      );
      const source = { ...pixels, channels: mode === 'L' ? 'GRAY' : 'RGB' };
      sameBytes(await toBytes(source, { format: 'jpeg', quality }), jpeg);
    });
  }
});

test('a JPEG is the same from every order of channels', async () => {
  const rgb = await pillow(await fixture('photo.png'), 'RGB');
  const opaque = await pillow(await fixture('photo.png'), 'RGBA');
  const expected = await toBytes({ ...rgb, channels: 'RGB' }, { format: 'jpeg' });
  const orders = { BGR: [2, 1, 0], RGBA: [0, 1, 2, 3], BGRA: [2, 1, 0, 3] };
  for (const [channels, order] of Object.entries(orders)) {
    const source = { ...reorder(opaque, order), channels };
    sameBytes(await toBytes(source, { format: 'jpeg' }), expected, channels);
  }
});

test('alpha in a JPEG becomes the background, white unless said otherwise', async () => {
  const file = await fixture('photo-rgba.png');
  for (const [background, given] of [
    ['#fff', undefined],
    ['#fff', '#0000'],
    ['#102030', '#102030'],
  ]) {
    const { data, width, height } = await decode(file, { channels: 'RGB', background });
    const flat = await toBytes({ data, width, height, channels: 'RGB' }, { format: 'jpeg' });
    const options = { format: 'jpeg', ...(given && { background: given }) };
    sameBytes(await toBytes(file, options), flat, `${given}`);
  }
});

test('a PNG keeps every sample and the layout of its source', async (t) => {
  const layouts = {
    'small.png': [RGB, 8],
    'small-rgb-16.png': [RGB, 16],
    'small-rgba-16.png': [RGBA, 16],
    'small-gray-16.png': [GRAY, 16],
    'small-graya-16.png': [GRAYA, 16],
    'small-gray-2.png': [GRAY, 2],
    'small-gray-4.png': [GRAY, 4],
    'small-interlaced-rgb.png': [RGB, 8],
    'small-interlaced-rgba-16.png': [RGBA, 16],
    'small-interlaced-gray-1.png': [GRAY, 1],
    'photo-gray.png': [GRAY, 8],
    'photo-graya.png': [GRAYA, 8],
    'photo-rgba.png': [RGBA, 8],
    'photo-palette.png': [PALETTE, 8],
    'photo-palette-4.png': [PALETTE, 4],
    'photo-palette-alpha.png': [PALETTE, 8],
    'photo-1.png': [GRAY, 1],
    'small.jpg': [RGB, 8],
    'photo-gray.jpg': [GRAY, 8],
  };
  for (const [name, [colorType, depth]] of Object.entries(layouts)) {
    await t.test(name, async () => {
      const file = await fixture(name);
      const made = await encode(file, { crop, format: 'png' });
      checkPng(made.bytes);
      const png = decodePng(made.bytes);
      assert.deepEqual([png.colorType, png.depth], [colorType, depth]);
      const isPng = name.endsWith('.png');
      const whole = isPng ? decodeRgba(file) : await pillow(file, 'RGBA');
      sameSamples(decodeRgba(made.bytes), cut(whole, box));
      assert.equal(made.lossless, true);
      if (isPng) {
        const { samples } = decodePng(file);
        const width = name.startsWith('small') ? SMALL.width : PHOTO.width;
        const channels = png.samples.length / (box.width * box.height);
        const at = (box.top * width + box.left) * channels;
        const row = box.width * channels;
        assert.deepEqual(png.samples.subarray(0, row), samples.subarray(at, at + row));
      }
    });
  }
});

test('transparent colours stay with their PNG', async () => {
  const rgba = await pillow(await fixture('photo-palette-alpha.png'), 'RGBA');
  const bytes = await toBytes(await fixture('photo-palette-alpha.png'), { crop });
  sameSamples(await pillow(bytes, 'RGBA'), cut(rgba, box));
  assert.ok(readChunks(bytes).some(({ type }) => type === 'tRNS'));
});

test('a PNG from samples has them all', async () => {
  const rgba = await pillow(await fixture('photo-rgba.png'), 'RGBA');
  // Where each channel comes from, and where Pillow then finds red, green, blue (and alpha).
  const orders = {
    RGBA: [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
    RGB: [
      [0, 1, 2],
      [0, 1, 2],
    ],
    BGRA: [
      [2, 1, 0, 3],
      [2, 1, 0, 3],
    ],
    BGR: [
      [2, 1, 0],
      [2, 1, 0],
    ],
    GRAY: [[1], [0, 0, 0]],
    GRAYA: [
      [1, 3],
      [0, 0, 0, 1],
    ],
  };
  for (const [channels, [order, shown]] of Object.entries(orders)) {
    const source = reorder(rgba, order);
    const made = await encode({ ...source, channels });
    assert.deepEqual([made.format, made.lossless], ['png', true]);
    checkPng(made.bytes);
    const back = await pillow(made.bytes, shown.length === 4 ? 'RGBA' : 'RGB');
    sameSamples(back, reorder(source, shown), channels);
  }
});

test('every compression level gives the same samples', async () => {
  for (const name of ['photo.png', 'photo-palette.png', 'photo-1.png']) {
    const file = await fixture(name);
    const rgba = await pillow(file, 'RGBA');
    const sizes = [];
    for (let compressionLevel = 0; compressionLevel <= 9; compressionLevel += 1) {
      const bytes = await toBytes(file, { format: 'png', compressionLevel });
      checkPng(bytes);
      sameSamples(await pillow(bytes, 'RGBA'), rgba, `${name}, level ${compressionLevel}`);
      sizes.push(bytes.length);
    }
    assert.ok(sizes[0] > sizes[1] && sizes[1] >= sizes[6] && sizes[6] >= sizes[9], `${sizes}`);
    const { bytes } = await encode(file, { crop });
    sameBytes(bytes, await toBytes(file, { crop, compressionLevel: 6 }), 'the default is 6');
  }
});

test('quality says how much is kept', async () => {
  const file = await fixture('photo.png');
  const rgb = await pillow(file, 'RGB');
  let last = { size: 0, error: Number.POSITIVE_INFINITY };
  for (const quality of [5, 25, 50, 75, 90, 100]) {
    const bytes = await toBytes(file, { format: 'jpeg', quality });
    const { data } = djpeg(bytes);
    const error = data.reduce((sum, sample, i) => sum + Math.abs(sample - rgb.data[i]), 0);
    assert.ok(bytes.length > last.size && error < last.error, `quality ${quality}`);
    last = { size: bytes.length, error };
  }
  sameBytes(
    await toBytes(file, { format: 'jpeg' }),
    await toBytes(file, { format: 'jpeg', quality: 85 }),
    'the default is 85',
  );
});

test('all forms of a result hold the same file', async () => {
  const cases = [
    ['photo.png', { crop }, 'image/png'],
    ['photo.png', { crop, format: 'jpeg' }, 'image/jpeg'],
    ['photo-420.jpg', {}, 'image/jpeg'],
    ['small.webp', {}, 'image/webp'],
    ['photo.png', { crop, format: 'raw' }, 'application/octet-stream'],
  ];
  for (const [name, options, mimeType] of cases) {
    const file = await fixture(name);
    const made = await encode(file, options);
    const base64 = Buffer.from(made.bytes).toString('base64');
    const dataUrl = `data:${mimeType};base64,${base64}`;
    sameBytes(await toBytes(file, options), made.bytes, name);
    assert.ok((await toBase64(file, options)) === base64, name);
    assert.ok((await toDataURL(file, options)) === dataUrl, name);
    assert.ok(made.toBase64() === base64, name);
    assert.ok(made.toDataURL() === dataUrl, name);
    assert.equal(made.mimeType, mimeType);
    for (const blob of [await toBlob(file, options), made.toBlob()]) {
      assert.equal(blob.type, mimeType);
      sameBytes(new Uint8Array(await blob.arrayBuffer()), made.bytes, name);
    }
  }
});

test('a result tells all about itself', async () => {
  const { bytes, ...told } = await encode(await fixture('photo-420.jpg'), { crop, format: 'png' });
  assert.ok(told.bytesRead > 0);
  assert.deepEqual(told, {
    format: 'png',
    mimeType: 'image/png',
    width: 107,
    height: 83,
    region: box,
    lossless: true,
    frameCount: 1,
    bytesRead: told.bytesRead,
    decoder: 'crop64',
    byteLength: bytes.length,
    base64Length: Math.ceil(bytes.length / 3) * 4,
    pixelBytes: 107 * 83 * 3,
  });
});

test('names of formats', async () => {
  const file = await fixture('small.png');
  for (const [format, found] of [
    ['jpeg', 'jpeg'],
    ['jpg', 'jpeg'],
    ['image/jpeg', 'jpeg'],
    ['png', 'png'],
    ['image/png', 'png'],
    ['keep', 'png'],
    ['raw', 'raw'],
  ]) {
    assert.equal((await encode(file, { format, crop })).format, found, format);
  }
  assert.equal((await encode(await fixture('small.jpg'), { crop })).format, 'jpeg');
});

test('options that change no sample leave the coded samples as they are', async () => {
  const whole = { left: 0, top: 0, ...SMALL };
  const same = {
    'small.png': [
      {},
      { format: 'png' },
      { format: 'image/png' },
      { crop: whole },
      { crop: { x: -0.4, y: 0, width: 131.9, height: 97 } },
      { crop: { left: 0, top: 0, right: 100, bottom: 100, unit: '%' } },
      { crop: { left: -50, top: -50, right: 500, bottom: 500 }, outOfBounds: 'clamp' },
      { outOfBounds: 'pad', background: '#fff' },
      { quality: 30 },
      { damaged: 'accept' },
    ],
    'small.jpg': [
      {},
      { format: 'jpg' },
      { crop: whole },
      { compressionLevel: 9 },
      { format: 'keep', background: '#000' },
    ],
  };
  for (const [name, options] of Object.entries(same)) {
    const file = await fixture(name);
    for (const one of options) {
      const made = await encode(file, one);
      sameBytes(made.bytes, file, `${name} ${JSON.stringify(one)}`);
      assert.equal(made.lossless, true);
    }
  }
  const changed = {
    'small.png': [{ compressionLevel: 6 }, { crop }, { format: 'jpeg' }, { format: 'raw' }],
    'small.jpg': [{ quality: 90 }, { crop }, { format: 'png' }],
  };
  for (const [name, options] of Object.entries(changed)) {
    const file = await fixture(name);
    for (const one of options) {
      const { bytes } = await encode(file, one);
      assert.notEqual(Buffer.compare(bytes, file), 0, `${name} ${JSON.stringify(one)}`);
    }
  }
  // Without any option the samples are not looked at.
  const broken = (await fixture('small.png')).subarray(0, 20000);
  sameBytes(await toBytes(broken), broken);
  sameBytes(await toBytes(broken, { limits: { bytes: 20000 } }), broken);
  for (const options of [{ crop: whole }, { metadata: 'all' }, { format: 'png' }]) {
    await rejects(toBytes(broken, options), 'TRUNCATED_IMAGE');
  }
  // Also of a file that is larger than what its header is read from.
  const large = (await fixture('photo.png')).subarray(0, 100_000);
  sameBytes(await toBytes(large), large);
  await rejects(toBytes(large, { metadata: 'all' }), 'TRUNCATED_IMAGE');
});

test('an option of another format waits, unless the format was named', async () => {
  const png = await fixture('small.png');
  const jpeg = await fixture('small.jpg');
  sameBytes(await toBytes(png, { crop, quality: 5 }), await toBytes(png, { crop }));
  sameBytes(await toBytes(jpeg, { crop, compressionLevel: 0 }), await toBytes(jpeg, { crop }));
  for (const [options, option, format] of [
    [{ format: 'png', quality: 80 }, 'quality', 'png'],
    [{ format: 'raw', quality: 80 }, 'quality', 'raw'],
    [{ format: 'jpeg', compressionLevel: 9 }, 'compressionLevel', 'jpeg'],
    [{ format: 'raw', compressionLevel: 9 }, 'compressionLevel', 'raw'],
    [{ format: 'jpeg', channels: 'GRAY' }, 'channels', 'jpeg'],
    [{ format: 'png', channels: 'GRAY' }, 'channels', 'png'],
  ]) {
    const message = new RegExp(`Expected no ${option} .* received one .* format '${format}'`);
    for (const source of [png, jpeg]) {
      await rejects(toBytes(source, options), 'INVALID_ARGUMENT', { message });
    }
  }
});

test('padding has the colour of the background, in every layout', async () => {
  const outside = { left: -3, top: -2, right: 20, bottom: 10 };
  const at = (png, x, y) => [
    ...png.data.slice((y * png.width + x) * 4, (y * png.width + x) * 4 + 4),
  ];
  const names = ['small.png', 'photo-palette.png', 'photo-palette-alpha.png', 'photo-gray.png'];
  const wide = ['small-rgb-16.png', 'small-rgba-16.png', 'small-gray-2.png', 'photo-1.png'];
  for (const name of [...names, ...wide]) {
    const file = await fixture(name);
    const part = cut(decodeRgba(file), { left: 0, top: 0, width: 20, height: 10 });
    for (const [background, color] of [
      ['#1a2b3c', [0x1a, 0x2b, 0x3c, 255]],
      ['#777', [0x77, 0x77, 0x77, 255]],
      [{ r: 255, g: 0, b: 0, alpha: 0.2 }, [255, 0, 0, 51]],
      [undefined, [0, 0, 0, 0]],
    ]) {
      const what = `${name} on ${JSON.stringify(background)}`;
      const options = { crop: outside, outOfBounds: 'pad', ...(background && { background }) };
      const made = await encode(file, options);
      checkPng(made.bytes);
      const png = decodeRgba(made.bytes);
      assert.deepEqual([png.width, png.height], [23, 12], what);
      assert.deepEqual(at(png, 0, 0), color, what);
      assert.deepEqual(at(png, 2, 11), color, what);
      sameSamples(cut(png, { left: 3, top: 2, width: 20, height: 10 }), part, what);
      assert.equal(made.lossless, true, what);
    }
  }
});

test('a JPEG is padded before it is encoded', async () => {
  const jpeg = await fixture('small.jpg');
  const outside = { left: 80, top: 60, right: 180, bottom: 140 };
  for (const background of [undefined, '#00f']) {
    const options = { crop: outside, outOfBounds: 'pad', ...(background && { background }) };
    const color = background ?? '#fff';
    const samples = await decode(jpeg, { ...options, background: color, channels: 'RGB' });
    const { data, width, height } = samples;
    const expected = await toBytes({ data, width, height, channels: 'RGB' }, { format: 'jpeg' });
    const made = await encode(jpeg, { ...options, quality: 85 });
    sameBytes(made.bytes, expected, color);
    assert.deepEqual(made.region, { left: 80, top: 60, width: 51, height: 37 });
  }
});

test('lossless is what was done', async () => {
  const cases = [
    ['photo-420.jpg', { crop }, false],
    ['photo-420.jpg', { crop, format: 'png' }, true],
    ['photo.png', { crop }, true],
    ['photo.png', { crop, format: 'jpeg', quality: 100 }, false],
    ['small-rgb-16.png', { crop }, true],
    ['small-rgb-16.png', { crop, format: 'raw' }, false],
    ['photo-gray.png', { crop, format: 'raw', channels: 'RGB' }, true],
    ['photo.png', { crop, format: 'raw', channels: 'GRAY' }, false],
    ['photo.png', {}, true],
  ];
  for (const [name, options, expected] of cases) {
    const { lossless } = await encode(await fixture(name), options);
    assert.equal(lossless, expected, `${name} ${JSON.stringify(options)}`);
  }
});

test('files are valid for other decoders', async () => {
  for (const name of fixtures(/^photo-(?!arithmetic|cmyk).*\.(jpg|png)$/)) {
    const file = await fixture(name);
    checkPng(await toBytes(file, { crop, format: 'png' }));
    const jpeg = await toBytes(file, { crop, format: 'jpeg', quality: 85 });
    const { width, height } = djpeg(jpeg);
    assert.deepEqual([width, height], [box.width, box.height], name);
    tool('djpeg', ['-strict', '-outfile', '/dev/null'], jpeg);
  }
});

test('a JPEG has at most 65500 pixels on a side', async () => {
  const source = { data: new Uint8Array(70000), width: 70000, height: 1, channels: 'GRAY' };
  await rejects(toBytes(source, { format: 'jpeg' }), 'INVALID_ARGUMENT', { message: /655\d\d/ });
  assert.equal((await encode(source)).width, 70000);
});

test('the whole way and back keeps samples', async () => {
  const { data, width, height } = await decode(await fixture('photo-rgba.png'));
  const png = await encode({ data, width, height }, { compressionLevel: 1 });
  sameSamples(await decode(png), { data, width, height });
  sameSamples(await decode(await toDataURL(png)), { data, width, height });
  sameSamples(await decode(await toBlob(png, { format: 'png' })), { data, width, height });
});
