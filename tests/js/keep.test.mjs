import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decode, encode, probe, toBytes } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { coefficients, frame, tables } from '../support/coefficients.mjs';
import { fixture, root, SMALL } from '../support/fixtures.mjs';

const crop = { left: 13, top: 7, width: 83, height: 66 };

// Four tables, of which no two are alike and no number stands twice in one.
const FOUR = join(tmpdir(), `crop64-${process.pid}-tables.txt`);
before(() => {
  const table = (from) => Array.from({ length: 64 }, (_, i) => from + i).join(' ');
  writeFileSync(FOUR, [2, 5, 9, 14].map(table).join('\n'));
});
after(() => rmSync(FOUR));

async function cjpeg(...given) {
  const args = given.map((arg) => (arg === 'FOUR' ? FOUR : arg));
  return tool('cjpeg', ['-dct', 'int', ...args], await fixture('small.ppm'));
}

const samplings = (file) => frame(file).components.map(({ sampling }) => sampling);
const colorSpace = (file) => coefficients([file])[0].colorSpace;

function sameCoding(bytes, source, what) {
  assert.deepEqual(tables(bytes), tables(source), what);
  assert.deepEqual(samplings(bytes), samplings(source), what);
  assert.equal(colorSpace(bytes), colorSpace(source), what);
}

// The source's way of coding, by the arguments of cjpeg.
const SOURCES = [
  ['-quality', '75'],
  ['-quality', '92'],
  ['-quality', '100', '-sample', '1x1'],
  ['-quality', '3'],
  ['-quality', '1'],
  ['-quality', '60', '-sample', '2x1'],
  ['-quality', '60', '-sample', '1x2'],
  ['-quality', '60', '-sample', '4x1'],
  ['-quality', '60', '-sample', '4x2'],
  ['-quality', '60', '-sample', '1x1,2x2,1x2'],
  ['-quality', '90,40', '-sample', '2x2'],
  ['-qtables', 'FOUR', '-qslots', '0,1,2', '-sample', '2x1'],
  ['-quality', '80', '-qslots', '0,0,0'],
  ['-qtables', 'FOUR', '-qslots', '3,1,2'],
  ['-quality', '85', '-rgb', '-sample', '1x1'],
  ['-quality', '85', '-rgb', '-sample', '2x1'],
  ['-qtables', 'FOUR', '-rgb', '-qslots', '0,1,2', '-sample', '1x1'],
  ['-quality', '70', '-grayscale', '-sample', '1x1'],
  ['-quality', '70', '-grayscale', '-sample', '2x2'],
  ['-quality', '2', '-grayscale', '-sample', '1x1'],
];

test("a crop has the source's quantisation tables, sampling and colour space", async () => {
  for (const args of SOURCES) {
    const file = await cjpeg(...args);
    const ways = [
      { crop },
      { crop, quality: 'keep' },
      { crop, quality: 'keep', format: 'jpeg' },
      { crop, format: 'image/jpeg' },
      { crop, resize: { width: 40 }, quality: 'keep' },
      { crop: { ...crop, left: -9 }, outOfBounds: 'pad' },
      { crop, optimizeCoding: true, progressive: true },
      { rotate: 180 },
    ];
    for (const options of ways) {
      const what = `${args.join(' ')}, ${JSON.stringify(options)}`;
      const result = await encode(file, options);
      assert.deepEqual([result.lossless, result.format], [false, 'jpeg'], what);
      sameCoding(result.bytes, file, what);
    }
    // What is seen is what was there, but for being quantised and its chroma averaged anew.
    const result = await encode(file, { crop, optimizeCoding: true });
    const { left, top, width, height } = crop;
    const source = await pillow(file, '', [left, top, left + width, top + height]);
    const made = await pillow(result.bytes);
    const difference = made.data.reduce((sum, v, i) => sum + (v - source.data[i]) ** 2, 0);
    const rms = Math.sqrt(difference / made.data.length);
    const step = Math.max(...tables(file).map(([dc]) => dc));
    assert.ok(rms < 10 + step, `${args.join(' ')}: ${rms}`);
  }
});

test('a crop on the grid, encoded anew with the same tables, is nearly the source', async () => {
  for (const name of ['photo-444.jpg', 'photo-420.jpg', 'photo-rgb.jpg', 'photo-gray.jpg']) {
    const file = await fixture(name);
    const part = { left: 160, top: 320, width: 320, height: 240 };
    const kept = await encode(file, { crop: part });
    const other = await encode(file, { crop: part, quality: 85 });
    const source = await decode(file, { crop: part, channels: 'RGB' });
    const distance = async (made) => {
      const { data } = await decode(made, { channels: 'RGB' });
      return data.reduce((sum, v, i) => sum + Math.abs(v - source.data[i]), 0) / data.length;
    };
    const [near, far] = [await distance(kept), await distance(other)];
    assert.ok(near < 1.5 && near < far / 1.5, `${name}: ${near}, ${far}`);
  }
});

const PHOTOS = ['2004default', 'firstgeneration', 'rhythm', 'string', 'the-mouse'];
const QUALITIES = [75, 78, 80, 82, 85, 87, 88, 90, 91, 92];

test('the files are hardly larger than a lossless crop', async (t) => {
  const found = [];
  for (const [p, name] of PHOTOS.entries()) {
    const sources = await python(
      `image = Image.open(io.BytesIO(file)).convert('RGB')
image.thumbnail((1400, 1400), Image.LANCZOS)
result = []
for quality in qualities:
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=quality, subsampling='4:2:0')
    result.append(out.getvalue())`,
      { file: readFileSync(join(root, 'build/photos', `${name}.jpg`)), qualities: QUALITIES },
    );
    for (const [q, file] of sources.entries()) {
      const { width, height } = await probe(file);
      // Another place and another size for each, on the grid.
      const left = 16 * ((q * 7 + p * 3) % 20);
      const top = 16 * ((q * 5 + p * 11) % 14);
      const part = {
        left,
        top,
        width: Math.min(width - left, 300 + 61 * q),
        height: Math.min(height - top, 250 + 47 * q),
      };
      const moved = await encode(file, { crop: part, lossless: true });
      assert.deepEqual(moved.region, part);
      const kept = await encode(file, { crop: part });
      sameCoding(kept.bytes, file, name);
      found.push({ name, quality: QUALITIES[q], ratio: kept.byteLength / moved.byteLength });
    }
  }
  const ratios = found.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const median = (ratios[24] + ratios[25]) / 2;
  const most = found.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  t.diagnostic(
    `${found.length} crops, bytes by those of a lossless crop: median ${median.toFixed(4)}, ` +
      `least ${ratios[0].toFixed(4)}, most ${most.ratio.toFixed(4)} (${most.name}, ${most.quality})`,
  );
  assert.equal(found.length, 50);
  assert.ok(median <= 1.05, `${median}`);
  assert.ok(most.ratio <= 1.15, `${most.ratio}`);
});

test('a CMYK JPEG keeps the nearest quality and its subsampling', async () => {
  const crop = { left: 10, top: 20, width: 50, height: 40 };
  for (const quality of [35, 75, 97]) {
    for (const subsampling of ['4:4:4', '4:2:0']) {
      const file = await python(
        `image = Image.effect_mandelbrot((120, 100), (-2, -1.5, 1, 1.5), 100).convert('CMYK')
out = io.BytesIO()
image.save(out, 'JPEG', quality=quality, subsampling=subsampling)
result = out.getvalue()`,
        { quality, subsampling },
      );
      const expected = await toBytes(file, { crop, quality, chromaSubsampling: subsampling });
      for (const options of [{ crop }, { crop, quality: 'keep' }]) {
        const kept = await encode(file, options);
        sameBytes(kept.bytes, expected, `${quality} ${subsampling}`);
        assert.equal(kept.quality, quality);
      }
    }
  }
});

test('a resized JPEG has the coarser of quality 85 and its own', async () => {
  for (const [own, used] of [
    [30, 30],
    [84, 84],
    [95, 85],
    [100, 85],
  ]) {
    const file = await cjpeg('-quality', `${own}`, '-sample', '1x1');
    const cropped = await encode(file, { crop });
    const resized = await encode(file, { crop, resize: { width: 40 } });
    assert.deepEqual([cropped.quality, resized.quality], [own, used]);
    const tablesOf = own === used ? file : await toBytes(file, { crop, quality: used });
    assert.deepEqual(tables(resized.bytes), tables(tablesOf));
    // An own quality brings its own sampling with it.
    assert.equal(samplings(resized.bytes)[0], own === used ? '1x1' : '2x2');
  }
});

test('an encoded JPEG tells its quality, and other formats have none', async () => {
  const file = await cjpeg('-quality', '73');
  const qualityOf = async (options) => (await encode(file, options)).quality;
  assert.equal(await qualityOf(), 73, 'copied');
  assert.equal(await qualityOf({ metadata: 'none' }), 73, 'rewritten');
  assert.equal(await qualityOf({ lossless: true, crop }), 73, 'cropped losslessly');
  assert.equal(await qualityOf({ quality: 40 }), 40);
  for (const quality of [1, 20, 50, 51, 90, 100]) {
    const made = await encode(file, { crop, quality });
    assert.equal(made.quality, quality);
    assert.equal((await encode(made.bytes)).quality, quality, 'by its tables alone');
  }
  const { byteLength } = await encode(file, { crop, quality: 20 });
  assert.equal(await qualityOf({ crop, maxBytes: byteLength }), 20);
  for (const format of ['png', 'raw']) assert.equal(await qualityOf({ format }), undefined);
});

test('where the components differ, the tables are those of the nearest quality', async () => {
  const grey = await cjpeg('-grayscale', '-quality', '40');
  const options = { crop: { ...crop, left: -9 }, outOfBounds: 'pad', background: '#f00' };
  const file = await encode(grey, options);
  assert.equal(samplings(file.bytes).length, 3);
  sameBytes(file.bytes, await toBytes(grey, { ...options, quality: 40 }));
});

test("'keep' with nothing to keep", async () => {
  const png = await fixture('small.png');
  const samples = await decode(png);
  for (const source of [png, samples, await fixture('small.bmp')]) {
    for (const options of [{}, { crop }]) {
      await rejects(
        encode(source, { ...options, quality: 'keep', format: 'jpeg' }),
        'INVALID_ARGUMENT',
        { message: /'keep'.*no JPEG/ },
      );
      // With format 'keep' it waits for a JPEG.
      const { format } = await encode(source, { ...options, quality: 'keep' });
      assert.notEqual(format, 'jpeg');
    }
  }
  const jpeg = await fixture('small.jpg');
  await rejects(encode(jpeg, { quality: 'keep', format: 'png' }), 'INVALID_ARGUMENT');
  for (const quality of ['kept', 'Keep', '90', 0, 101, 0.9]) {
    await rejects(encode(jpeg, { quality }), 'INVALID_ARGUMENT', { message: /quality/ });
  }
});

test("the whole image with quality 'keep' passes through as it is", async () => {
  for (const name of ['small.jpg', 'small-progressive.jpg', 'photo-cmyk.jpg', 'photo-rgb.jpg']) {
    const file = await fixture(name);
    for (const options of [
      { quality: 'keep' },
      { quality: 'keep', format: 'jpeg' },
      { quality: 'keep', progressive: 'keep', optimizeCoding: false },
      { quality: 'keep', crop: { left: 0, top: 0, right: 100, bottom: 100, unit: '%' } },
    ]) {
      const result = await encode(file, options);
      sameBytes(result.bytes, file, name);
      assert.equal(result.lossless, true);
    }
    const { lossless } = await encode(file, { quality: 90 });
    assert.equal(lossless, false);
  }
});

test('whether a JPEG is progressive follows the source, unless it is said', async () => {
  const baseline = await fixture('small.jpg');
  const progressive = await fixture('small-progressive.jpg');
  const png = await fixture('small.png');
  for (const [file, options, expected] of [
    [baseline, {}, false],
    [progressive, {}, true],
    [progressive, { quality: 70 }, true],
    [progressive, { resize: { width: 40 } }, true],
    [progressive, { progressive: 'keep' }, true],
    [progressive, { progressive: false }, false],
    [baseline, { progressive: true }, true],
    [baseline, { progressive: 'keep' }, false],
    [png, { format: 'jpeg' }, false],
    [png, { format: 'jpeg', progressive: 'keep' }, false],
    [png, { format: 'jpeg', progressive: true }, true],
  ]) {
    const result = await encode(file, { crop, ...options });
    const what = JSON.stringify(options);
    assert.equal((await probe(result)).isProgressive, expected, what);
    // The way of coding changes nothing in the image.
    const other = await encode(file, { crop, ...options, progressive: !expected });
    sameSamples(await pillow(other.bytes), await pillow(result.bytes), what);
  }
  // Of the whole image too, which is then encoded anew.
  assert.equal((await probe(await encode(baseline, { progressive: true }))).isProgressive, true);
});

test('a progressive JPEG is that of Pillow, byte for byte', async () => {
  const ppm = await fixture('small.ppm');
  for (const options of [{ progressive: true }, { optimize: true }]) {
    const [pixels, expected] = await python(
      `image = Image.open(io.BytesIO(file))
out = io.BytesIO()
image.save(out, 'JPEG', quality=80, subsampling='4:2:0', **options)
result = [image, out.getvalue()]`,
      { file: ppm, options },
    );
    const asked = { format: 'jpeg', quality: 80, progressive: options.progressive ?? false };
    const source = { ...pixels, channels: 'RGB' };
    const made = await toBytes(source, { ...asked, optimizeCoding: options.optimize ?? false });
    sameBytes(made, expected, JSON.stringify(options));
  }
});

test('chromaSubsampling sets the sampling', async () => {
  const factors = { '4:4:4': '1x1', '4:2:2': '2x1', '4:2:0': '2x2' };
  const odd = await cjpeg('-quality', '60', '-sample', '1x1,2x2,1x2');
  const rgb = await cjpeg('-quality', '85', '-rgb', '-sample', '1x1');
  const sources = [
    ...['photo-444.jpg', 'photo-420.jpg', 'photo-411.jpg', 'photo-cmyk.jpg', 'small.png'],
  ];
  const files = [...(await Promise.all(sources.map(fixture))), odd, rgb];
  for (const [i, file] of files.entries()) {
    for (const [chromaSubsampling, luma] of Object.entries(factors)) {
      for (const quality of [undefined, 70]) {
        const options = { crop, format: 'jpeg', chromaSubsampling, quality };
        const { bytes } = await encode(file, options);
        const what = `${sources[i]}, ${chromaSubsampling}`;
        assert.deepEqual(samplings(bytes), [luma, '1x1', '1x1'], what);
        assert.equal((await probe(bytes)).chromaSubsampling, chromaSubsampling, what);
        // Red, green and blue have no chroma: subsampled, they become luma and chroma.
        const space = file === rgb && luma === '1x1' && quality === undefined ? 2 : 3;
        assert.equal(colorSpace(bytes), space, what);
        const isJpeg = (await probe(file)).format === 'jpeg' && sources[i] !== 'photo-cmyk.jpg';
        if (isJpeg && quality === undefined) assert.deepEqual(tables(bytes), tables(file), what);
      }
    }
  }
  const grey = await cjpeg('-grayscale', '-sample', '1x1');
  const { bytes } = await encode(grey, { crop, chromaSubsampling: '4:2:0' });
  assert.deepEqual(samplings(bytes), ['1x1']);
  for (const chromaSubsampling of ['4:1:1', '420', 4, true]) {
    await rejects(encode(grey, { chromaSubsampling }), 'INVALID_ARGUMENT', {
      message: /chromaSubsampling/,
    });
  }
  // Of the whole image too, where it is another.
  const whole = await encode(await fixture('small.jpg'), { chromaSubsampling: '4:4:4' });
  assert.equal((await probe(whole)).chromaSubsampling, '4:4:4');
});

test('optimizeCoding makes the file no larger and changes nothing else', async () => {
  for (const name of ['photo-420.jpg', 'photo-rgb.jpg', 'photo-gray.jpg', 'photo-cmyk.jpg']) {
    const file = await fixture(name);
    for (const more of [{}, { quality: 50 }, { crop: { ...crop, width: 700 } }]) {
      const options = { crop, progressive: false, ...more };
      const plain = await encode(file, options);
      const optimised = await encode(file, { ...options, optimizeCoding: true });
      assert.ok(optimised.byteLength < plain.byteLength, name);
      const [a, b] = coefficients([plain.bytes, optimised.bytes]);
      assert.deepEqual(b, a, name);
    }
  }
});

test("maxBytes tries 'keep' first", async () => {
  const part = { left: 100, top: 100, width: 400, height: 300 };
  for (const quality of [50, 90, 97]) {
    const ppm = await fixture('photo.ppm');
    const file = tool('cjpeg', ['-quality', `${quality}`, '-sample', '1x1'], ppm);
    const kept = await encode(file, { crop: part });
    for (const asked of [undefined, 'keep']) {
      const options = { crop: part, quality: asked };
      const fits = await encode(file, { ...options, maxBytes: kept.byteLength });
      sameBytes(fits.bytes, kept.bytes, `${quality}`);
      // Then comes the highest quality up to its own that fits.
      const maxBytes = kept.byteLength - 1;
      const less = await encode(file, { ...options, maxBytes });
      assert.ok(less.byteLength <= maxBytes);
      const numbers = await Promise.all(
        Array.from({ length: quality }, (_, i) => toBytes(file, { crop: part, quality: i + 1 })),
      );
      const best = numbers.findLastIndex(({ length }) => length <= maxBytes);
      sameBytes(less.bytes, numbers[best], `${quality}, then ${best + 1}`);
    }
    const details = { limit: 500 };
    await rejects(encode(file, { crop: part, maxBytes: 500 }), 'LIMIT_EXCEEDED', { details });
  }
  // The whole image keeps its coded samples if it fits, and is encoded again if it does not.
  const file = await fixture('small.jpg');
  const kept = await encode(file, { maxBytes: file.length });
  assert.equal(kept.lossless, true);
  const smaller = await encode(file, { maxBytes: kept.byteLength - 1 });
  assert.ok(smaller.byteLength < kept.byteLength);
  assert.equal(smaller.lossless, false);
});

test('pixels that were turned upright carry no orientation', async () => {
  const file = jpegWithExif(await cjpeg('-quality', '80', '-sample', '2x1'), orientation(6));
  const { bytes, width, height } = await encode(file, { crop: { ...crop, width: 60 } });
  assert.deepEqual([width, height], [60, crop.height]);
  assert.equal((await probe(bytes)).orientation, 1);
  assert.deepEqual(tables(bytes), tables(file));
  const turned = await encode(file, { rotate: 90 });
  assert.deepEqual([turned.width, turned.height], [SMALL.width, SMALL.height]);
  assert.equal((await probe(turned)).orientation, 1);
});
