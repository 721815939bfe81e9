// The workflows that people have from Python today, on real images and against what Pillow and
// OpenCV give for them: those with samples, sizes and orientation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe, toBase64, toBytes } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { pillow, python } from '../../support/oracle.mjs';
import { decodePng, PALETTE } from '../../support/png.mjs';
import { nearSamples, sameBytes, sameSamples } from '../support/checks.mjs';
import { CAMERA, fixture } from '../support/fixtures.mjs';

const crop = { left: 340, top: 160, right: 1024, bottom: 650 };
const box = [340, 160, 1024, 650];

// An image scaled to a size by Pillow and saved as JPEG; a JPEG is read at the nearest larger of the
// sizes that its format has.
const RESIZE_AND_SAVE = `
image = Image.open(io.BytesIO(file))
if image.format == 'JPEG': image.draft('RGB', (1000, 1000))
resized = image.convert('RGB').resize((500, 500), Image.LANCZOS)
out = io.BytesIO()
resized.save(out, format='JPEG', quality=85, subsampling='4:2:0')
result = {'resized': resized, 'bytes': out.getvalue()}`;

const resize = { width: 500, height: 500, fit: 'fill' };

// Pillow resizes RGB. A JPEG that becomes a JPEG keeps its luma and chroma, and has other roundings.
async function isPillows(bytes, expected, name) {
  if (name.endsWith('.jpg')) {
    nearSamples(await decode(bytes), await decode(expected), 0.5, name);
  } else {
    sameBytes(bytes, expected, name);
  }
}

test('W2: crop, raw samples, base64', async () => {
  for (const name of ['camera-420.jpg', 'photo.png', 'photo-palette.png', 'photo-gray.jpg']) {
    const file = await fixture(name);
    for (const [mode, channels] of [
      ['RGB', 'RGB'],
      ['RGBA', 'RGBA'],
      ['L', 'GRAY'],
    ]) {
      const base64 = await toBase64(file, { crop, format: 'raw', channels });
      const expected = await python(
        `import base64
region = Image.open(io.BytesIO(file)).convert('RGB').convert(mode).crop(box)
result = base64.b64encode(region.tobytes()).decode()`,
        { file, box, mode },
      );
      assert.ok(base64 === expected, `${name} as ${channels}`);
    }
  }
});

test('W5: an array of OpenCV, resized, as JPEG', async () => {
  for (const name of ['camera-420.jpg', 'photo.png']) {
    const file = await fixture(name);
    const bytes = await toBytes(file, { resize, format: 'jpeg', quality: 85 });
    const [ours, theirs] = await python(
      `read = lambda bytes: cv2.imdecode(np.frombuffer(bytes, np.uint8), cv2.IMREAD_COLOR)
resized = cv2.resize(read(file), (500, 500), interpolation=cv2.INTER_AREA)
result = [read(bytes), read(cv2.imencode('.jpg', resized)[1].tobytes())]`,
      { file, bytes },
    );
    // Another kernel, so another image, but of the same: nothing is moved and no channel swapped.
    nearSamples(ours, theirs, 6, name);
    await isPillows(bytes, (await python(RESIZE_AND_SAVE, { file })).bytes, name);
  }
});

test('W6: an image of Pillow, resized, as JPEG bytes', async () => {
  for (const name of ['photo.png', 'photo-gray.png', 'camera-420.jpg']) {
    const file = await fixture(name);
    const expected = await python(RESIZE_AND_SAVE, { file });
    for (const kernel of [undefined, 'lanczos3']) {
      const options = { resize: { ...resize, kernel } };
      const { data, width, height } = await decode(file, { ...options, channels: 'RGB' });
      sameSamples({ data, width, height }, expected.resized, name);
      const samples = { data, width, height, channels: 'RGB' };
      sameBytes(await toBytes(samples, { format: 'jpeg' }), expected.bytes, `${name}, samples`);
      if (name.includes('gray')) continue; // in grey, where Pillow was asked for RGB
      const bytes = await toBytes(file, { ...options, format: 'jpeg', quality: 85 });
      await isPillows(bytes, expected.bytes, name);
    }
  }
});

test('W13: every result reports whether it is lossless', async () => {
  const [jpeg, png, alpha, deep, gray, cmyk] = await Promise.all(
    [
      ...['photo-420.jpg', 'photo.png', 'photo-rgba.png', 'small-rgb-16.png', 'photo-gray.png'],
      'photo-cmyk.jpg',
    ].map((name) => fixture(name)),
  );
  const part = { left: 10, top: 20, right: 60, bottom: 70 };
  const beyond = { ...part, left: -40 };
  const encoded = [
    [jpeg, {}, true],
    [jpeg, { crop: { left: 0, top: 0, right: 100, bottom: 100, unit: '%' } }, true],
    [jpeg, { crop: part }, false],
    [jpeg, { crop: part, quality: 100 }, false],
    [jpeg, { format: 'jpeg', quality: 100 }, false],
    [jpeg, { rotate: 90 }, false],
    [jpeg, { crop: part, format: 'png' }, true],
    [jpeg, { rotate: 90, format: 'png' }, true],
    [jpeg, { flip: 'vertical', crop: part, format: 'png' }, true],
    [jpeg, { resize: { width: 100 }, format: 'png' }, false],
    [png, {}, true],
    [png, { crop: part }, true],
    [png, { rotate: 270, crop: part, compressionLevel: 0 }, true],
    [png, { crop: beyond, outOfBounds: 'pad' }, true],
    [png, { crop: beyond, outOfBounds: 'clamp' }, true],
    [png, { resize: { width: 100 } }, false],
    [png, { resize: { width: 100, kernel: 'nearest' } }, false],
    [png, { format: 'jpeg', quality: 100 }, false],
    [png, { format: 'raw' }, true],
    [png, { format: 'raw', channels: 'GRAY' }, false],
    [deep, { crop: part }, true],
    [deep, { format: 'raw' }, false],
    [alpha, { crop: part }, true],
    [cmyk, {}, true],
    [cmyk, { format: 'png' }, false],
  ];
  for (const [file, options, lossless] of encoded) {
    assert.equal((await encode(file, options)).lossless, lossless, JSON.stringify(options));
  }
  const decoded = [
    [jpeg, {}, true],
    [jpeg, { channels: 'BGR', crop: part }, true],
    [jpeg, { channels: 'GRAY' }, false],
    [jpeg, { resize: { width: 100 } }, false],
    [png, { channels: 'RGB', bitDepth: 16 }, true],
    [alpha, {}, true],
    [alpha, { channels: 'RGB' }, false],
    [deep, {}, false],
    [deep, { bitDepth: 16 }, true],
    [deep, { bitDepth: 'keep', channels: 'keep' }, true],
    [gray, { channels: 'GRAY' }, true],
    [gray, { channels: 'RGB' }, true],
    [cmyk, { channels: 'RGB' }, false],
    [jpeg.subarray(0, jpeg.length >> 1), { damaged: 'accept' }, false],
    [png.subarray(0, png.length >> 1), { damaged: 'accept' }, false],
    [png.subarray(0, png.length >> 1), { damaged: 'accept', crop: part }, true],
  ];
  for (const [file, options, lossless] of decoded) {
    assert.equal((await decode(file, options)).lossless, lossless, JSON.stringify(options));
  }
});

test('W14: every result and probe report sizes', async () => {
  for (const name of ['photo-420.jpg', 'photo-gray.png', 'photo-rgba.png', 'small-rgb-16.png']) {
    const file = await fixture(name);
    const info = await probe(file);
    const [bytes, base64, pixels] = await python(
      `import base64
array = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
result = [len(file), len(base64.b64encode(file)), array.nbytes]`,
      { file },
    );
    assert.deepEqual(
      [info.byteLength, info.base64Length, info.pixelBytes],
      [bytes, base64, pixels],
    );
    const { data, byteLength } = await decode(file, { channels: 'keep', bitDepth: 'keep' });
    assert.deepEqual([data.byteLength, byteLength], [pixels, pixels], name);
    for (const options of [
      {},
      { resize: { width: 50, height: 60 } },
      { rotate: 90 },
      { crop: { left: 1, top: 1, right: 30, bottom: 90 }, format: 'jpeg' },
      { crop: { left: -9, top: 1, right: 30, bottom: 90 }, outOfBounds: 'pad', format: 'png' },
      { format: 'raw', bitDepth: 16, channels: 'GRAYA' },
    ]) {
      const result = await encode(file, options);
      const again = options.format === 'raw' ? undefined : await probe(result.bytes);
      assert.equal(result.byteLength, result.bytes.length);
      assert.equal(result.base64Length, result.toBase64().length);
      assert.equal(result.base64Length, (await toBase64(file, options)).length);
      const what = `${name}, ${JSON.stringify(options)}`;
      assert.equal(result.pixelBytes, again?.pixelBytes ?? result.bytes.length, what);
      if (again !== undefined) {
        assert.deepEqual([again.width, again.height], [result.width, result.height], what);
      }
    }
  }
});

test('W15: resized and padded to a square, keeping the aspect ratio', async () => {
  for (const name of ['photo.png', 'camera-420.jpg', 'photo-gray.png']) {
    const file = await fixture(name);
    const expected = await python(
      `from PIL import ImageOps
image = Image.open(io.BytesIO(file))
if image.format == 'JPEG': image.draft('RGB', (1024, 1024))
result = ImageOps.pad(image.convert('RGB'), (512, 512), Image.LANCZOS, color='#fff')`,
      { file },
    );
    const square = { width: 512, height: 512, fit: 'contain' };
    const options = { resize: square, background: '#fff' };
    sameSamples(await decode(file, { ...options, channels: 'RGB' }), expected, name);
    const png = await encode(file, { ...options, format: 'png' });
    sameSamples(await pillow(png.bytes, 'RGB'), expected, `${name} as PNG`);
  }
});

test('W16: a palette image is resized in its colours, and cropped in its palette', async () => {
  const file = await fixture('photo-palette.png');
  const [inColor, inPalette, part] = await python(
    `image = Image.open(io.BytesIO(file))
assert image.mode == 'P'
size = (image.width // 3, image.height // 3)
result = [image.convert('RGB').resize(size, Image.LANCZOS),
          image.resize(size, Image.LANCZOS).convert('RGB'),
          image.crop(box)]`,
    { file, box },
  );
  const { width, height } = inColor;
  const resized = await encode(file, { resize: { width, height, fit: 'fill' } });
  const shown = await pillow(resized.bytes);
  sameSamples(shown, inColor, 'resized');
  assert.notDeepEqual(shown.data, inPalette.data);
  const cropped = await encode(file, { crop });
  const png = decodePng(cropped.bytes);
  assert.equal(png.colorType, PALETTE);
  assert.deepEqual(png.palette, decodePng(file).palette);
  assert.deepEqual(Buffer.from(png.samples), part.data);
  assert.equal(cropped.lossless, true);
});

// A flag of imdecode, and the options that mean the same.
const FLAGS = [
  ['photo-420.jpg', 'IMREAD_COLOR', { channels: 'BGR' }],
  ['photo-rgba.png', 'IMREAD_COLOR', { channels: 'BGR' }],
  ['photo-gray.png', 'IMREAD_COLOR', { channels: 'BGR' }],
  ['photo-gray.jpg', 'IMREAD_GRAYSCALE', { channels: 'GRAY' }],
  ['photo-gray.png', 'IMREAD_GRAYSCALE', { channels: 'GRAY' }],
  ['photo.png', 'IMREAD_UNCHANGED', { channels: 'BGR', bitDepth: 'keep' }],
  ['photo-rgba.png', 'IMREAD_UNCHANGED', { channels: 'BGRA', bitDepth: 'keep' }],
  ['photo-gray.png', 'IMREAD_UNCHANGED', { channels: 'keep', bitDepth: 'keep' }],
  ['small-rgb-16.png', 'IMREAD_UNCHANGED', { channels: 'BGR', bitDepth: 'keep' }],
  ['small-gray-16.png', 'IMREAD_UNCHANGED', { channels: 'keep', bitDepth: 'keep' }],
  ['small-rgba-16.png', 'IMREAD_UNCHANGED', { channels: 'BGRA', bitDepth: 16 }],
  ['small-rgb-16.png', 'IMREAD_COLOR', { channels: 'BGR' }],
  ['small-rgb-16.png', 'IMREAD_ANYDEPTH + cv2.IMREAD_COLOR', { channels: 'BGR', bitDepth: 16 }],
];

const imdecode = (file, flags) =>
  python(`result = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.${flags})`, { file });

test("W17: imdecode's flags", async () => {
  for (const [name, flags, options] of FLAGS) {
    const file = await fixture(name);
    const expected = await imdecode(file, flags);
    if (options.bitDepth !== undefined && name.includes('16')) {
      const { buffer, byteOffset, byteLength } = expected.data;
      expected.data = new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
    }
    sameSamples(await decode(file, options), expected, `${name}, ${flags}`);
  }
  // Grey of colour is Pillow's, not OpenCV's, which is at most 1 away.
  const color = await fixture('photo.png');
  const gray = await decode(color, { channels: 'GRAY' });
  sameSamples(gray, await pillow(color, 'L'), 'GRAY');
  const { data } = await imdecode(color, 'IMREAD_GRAYSCALE');
  assert.ok(gray.data.every((sample, i) => Math.abs(sample - data[i]) <= 1));
  // Reduced: OpenCV's shape, and the samples of Pillow, which has the same decoder.
  const camera = await fixture('camera-420.jpg');
  for (const reduction of [2, 4, 8]) {
    const { width, height } = await imdecode(camera, `IMREAD_REDUCED_COLOR_${reduction}`);
    const size = { width: CAMERA.width / reduction, height: CAMERA.height / reduction };
    assert.deepEqual({ width, height }, size);
    const reduced = await decode(camera, { channels: 'BGR', resize: { ...size, fit: 'fill' } });
    assert.deepEqual({ width: reduced.width, height: reduced.height }, size);
    const expected = await python(
      `image = Image.open(io.BytesIO(file))
image.draft('RGB', (image.width * 2 // n, image.height * 2 // n))
result = np.asarray(image.resize((image.width // 2, image.height // 2), Image.LANCZOS))[..., ::-1]`,
      { file: camera, n: reduction },
    );
    sameSamples(reduced, expected, `1/${reduction}`);
  }
  // Turned as Exif says, or as it is stored.
  const turned = jpegWithExif(await fixture('photo-420.jpg'), orientation(6));
  const upright = await imdecode(turned, 'IMREAD_COLOR');
  assert.ok(upright.width < upright.height);
  sameSamples(await decode(turned, { channels: 'BGR' }), upright, 'upright');
  const stored = await imdecode(turned, 'IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION');
  const options = { channels: 'BGR', autoOrient: false };
  sameSamples(await decode(turned, options), stored, 'as stored');
});
