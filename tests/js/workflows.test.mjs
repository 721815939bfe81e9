// What people do with Python today, on real images and against what Pillow and OpenCV give for
// them. W1 to W17 are the rows of the list of workflows; those that are not here need an option that
// is not there yet.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { decode, encode, probe, toBase64, toBytes } from '../../dist/index.js';
import { pillow, python } from '../../support/oracle.mjs';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { CAMERA, fixture } from '../support/fixtures.mjs';

const crop = { left: 340, top: 160, right: 1024, bottom: 650 };
const box = [340, 160, 1024, 650];

const fromBase64 = (text) => Buffer.from(text, 'base64');

test('W1: crop, PNG, base64, without a temporary file', async () => {
  for (const name of ['camera-420.jpg', 'photo.png', 'photo-progressive-420.jpg']) {
    const file = await fixture(name);
    const base64 = await toBase64(file, { crop, format: 'png' });
    const expected = await pillow(file, 'RGB', box);
    sameSamples(await pillow(fromBase64(base64)), expected, name);
  }
  const file = await fixture('camera-420.jpg');
  const { bytesRead } = await encode(file, { crop, format: 'png' });
  assert.ok(bytesRead < (file.length * (crop.bottom + 32)) / CAMERA.height, `${bytesRead} read`);
});

test('W2: crop, raw samples, base64', async () => {
  for (const name of ['camera-420.jpg', 'photo.png']) {
    const file = await fixture(name);
    const base64 = await toBase64(file, { crop, format: 'raw', channels: 'RGB' });
    const expected = await python(
      `import base64
result = base64.b64encode(Image.open(io.BytesIO(file)).crop(box).tobytes()).decode()`,
      { file, box },
    );
    assert.ok(base64 === expected, name);
  }
});

test('W3: crop, JPEG, bytes', async () => {
  const save = `out = io.BytesIO()
image = Image.open(io.BytesIO(file)).crop(box)
image.save(out, format='JPEG', quality=85, subsampling='4:2:0')
result = out.getvalue()`;
  const png = await fixture('photo.png');
  const fromPng = await toBytes(png, { crop, format: 'jpeg' });
  sameBytes(fromPng, await python(save, { file: png, box }), 'from a PNG');
  const jpeg = await fixture('camera-420.jpg');
  const fromJpeg = await toBytes(jpeg, { crop, format: 'jpeg', quality: 85 });
  sameBytes(fromJpeg, await python(save, { file: jpeg, box }), 'from a JPEG');
});

test('W4: the format comes from the bytes, never from a name', async () => {
  const jpeg = await fixture('photo-420.jpg');
  const png = await fixture('photo.png');
  const misnamed = [
    [new File([jpeg], 'photo.png', { type: 'image/png' }), 'jpeg', 'image/jpeg'],
    [new File([png], 'photo.jpg', { type: 'image/jpeg' }), 'png', 'image/png'],
    [new File([png], 'photo.bmp'), 'png', 'image/png'],
  ];
  for (const [file, format, mimeType] of misnamed) {
    const info = await probe(file);
    assert.deepEqual([info.format, info.mimeType], [format, mimeType]);
    assert.equal((await encode(file)).mimeType, mimeType);
    assert.equal((await decode(file)).width, info.width);
  }
  for (const [name, format] of [
    ['small.gif', 'GIF'],
    ['small.webp', 'WebP'],
  ]) {
    const file = new File([await fixture(name)], 'photo.png', { type: 'image/png' });
    await rejects(probe(file), 'UNSUPPORTED_FORMAT', { message: new RegExp(format) });
    await rejects(decode(file), 'UNSUPPORTED_FORMAT', { message: new RegExp(format) });
  }
  // A file's bytes taken for samples, and samples of another shape.
  await rejects(toBytes({ data: jpeg, width: 1203, height: 801 }), 'INVALID_ARGUMENT');
  const { data, width, height } = await decode(png, { channels: 'RGB' });
  await rejects(toBytes({ data, width, height }), 'INVALID_ARGUMENT', { message: /samples/ });
});

test("W7: base64 text decodes to Pillow's samples", async () => {
  for (const name of ['photo-420.jpg', 'photo.png', 'photo-palette.png']) {
    const file = await fixture(name);
    const text = file.toString('base64');
    sameSamples(await decode(text), await pillow(file, 'RGBA'), `${name} as RGBA`);
    const rgb = await decode(text, { channels: 'RGB' });
    sameSamples(rgb, await pillow(file, 'RGB'), `${name} as RGB`);
  }
});

test("W8: base64 text decodes to OpenCV's array", async () => {
  for (const name of ['photo-420.jpg', 'photo.png', 'photo-gray.jpg', 'photo-rgba.png']) {
    const file = await fixture(name);
    const bgr = await decode(file.toString('base64'), { channels: 'BGR' });
    const expected = await python(
      'result = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)',
      { file },
    );
    sameSamples(bgr, expected, name);
  }
});

test("W9: Pillow's samples become a base64 JPEG", async () => {
  const file = await fixture('photo.png');
  for (const [mode, channels] of [
    ['RGB', 'RGB'],
    ['L', 'GRAY'],
  ]) {
    const { pixels, jpeg } = await python(
      `import base64
image = Image.open(io.BytesIO(file)).convert(mode)
out = io.BytesIO()
image.save(out, format='JPEG', quality=85, **({'subsampling': '4:2:0'} if mode == 'RGB' else {}))
result = {'pixels': image, 'jpeg': base64.b64encode(out.getvalue()).decode()}`,
      { file, mode },
    );
    const { data, width, height } = pixels;
    const base64 = await toBase64({ data, width, height, channels }, { format: 'jpeg' });
    assert.ok(base64 === jpeg, `${mode}: ${base64.length} characters, expected ${jpeg.length}`);
  }
});

test("W10: OpenCV's array becomes a base64 JPEG", async () => {
  const file = await fixture('photo.png');
  const { array, jpeg } = await python(
    `import base64
array = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
done, jpeg = cv2.imencode('.jpg', array, [cv2.IMWRITE_JPEG_QUALITY, 85])
result = {'array': array, 'jpeg': base64.b64encode(jpeg).decode()}`,
    { file },
  );
  const { data, width, height } = array;
  const base64 = await toBase64({ data, width, height, channels: 'BGR' }, { format: 'jpeg' });
  assert.ok(base64 === jpeg, `${base64.length} characters, expected ${jpeg.length}`);
});

test('bytes that are not an image are refused, even without options', async () => {
  const texts = {
    'page.pdf': '%PDF-1.4\n%%EOF\n',
    'note.txt': 'Grüße, 世界\n',
    'empty.png': '',
    'random.jpg': Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + i) >> 3)),
  };
  for (const [name, content] of Object.entries(texts)) {
    await rejects(toBase64(new File([content], name)), 'UNSUPPORTED_FORMAT');
  }
});

test('W11: any file becomes base64 without re-encoding', async (t) => {
  const known = {
    'photo-420.jpg': 'jpeg',
    'photo.png': 'png',
    'exif.jpg': 'jpeg',
    'small.bmp': 'bmp',
  };
  const recognised = { 'small.webp': 'webp', 'small.gif': 'gif', 'small.tiff': 'tiff' };
  const files = { ...known, ...recognised };
  const contents = Object.keys(files).map(async (name) => [name, await fixture(name)]);
  const texts = {
    'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'declared.svg': '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    'cut.jpg': '\xff\xd8\xff',
    'cut.png': '\x89PNG\r\n\x1a\n',
  };
  const formats = { ...known, ...recognised, 'cut.jpg': 'jpeg', 'cut.png': 'png' };
  const all = [...(await Promise.all(contents)), ...Object.entries(texts)];
  const folder = mkdtempSync(join(tmpdir(), 'crop64-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of all) {
    const file = Buffer.from(content, name.startsWith('cut') ? 'latin1' : 'utf8');
    const path = join(folder, name);
    writeFileSync(path, file);
    assert.ok((await toBase64(file)) === file.toString('base64'), name);
    assert.ok((await toBase64(pathToFileURL(path))) === file.toString('base64'), name);
    const result = await encode(new File([file], name));
    sameBytes(result.bytes, file, name);
    const format = formats[name] ?? 'svg';
    assert.deepEqual([result.format, result.lossless], [format, true], name);
    if (!(name in known)) assert.deepEqual([result.width, result.height], [0, 0], name);
  }
});

test("W12: OpenCV's array becomes a base64 PNG, fast or small", async () => {
  const file = await fixture('photo.png');
  const read = 'cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)';
  const array = await python(`result = ${read}`, { file });
  const { data, width, height } = array;
  const sizes = {};
  for (const compressionLevel of [1, 6, 9]) {
    const options = { format: 'png', compressionLevel };
    const base64 = await toBase64({ data, width, height, channels: 'BGR' }, options);
    const back = await python(`result = ${read}`, { file: fromBase64(base64) });
    sameSamples(back, array, `level ${compressionLevel}`);
    sizes[compressionLevel] = base64.length;
  }
  assert.ok(sizes[9] < sizes[6] && sizes[6] <= sizes[1], JSON.stringify(sizes));
});

test('W13: every result reports whether it is lossless', async () => {
  const file = await fixture('photo-420.jpg');
  const of = async (options) => (await encode(file, options)).lossless;
  assert.equal(await of({}), true);
  assert.equal(await of({ crop, format: 'png' }), true);
  assert.equal(await of({ crop, format: 'jpeg', quality: 100 }), false);
});

test('W14: every result and probe report sizes', async () => {
  const file = await fixture('photo-420.jpg');
  const info = await probe(file);
  const sizes = await python(
    `import base64
array = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
result = [len(file), len(base64.b64encode(file)), array.nbytes]`,
    { file },
  );
  assert.deepEqual([info.byteLength, info.base64Length, info.pixelBytes], sizes);
  const result = await encode(file, { crop, format: 'png' });
  assert.equal(result.byteLength, result.bytes.length);
  assert.equal(result.base64Length, result.toBase64().length);
  assert.equal(result.pixelBytes, (1024 - 340) * (650 - 160) * 3);
});
