import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe } from '../../dist/index.js';
import { pillow, python } from '../../support/oracle.mjs';
import { cut, sameSamples } from '../support/checks.mjs';
import { fixture, PHOTO } from '../support/fixtures.mjs';
import { imageMagick } from '../support/imagemagick.mjs';

const SAVE = `
image = Image.open(io.BytesIO(file)).convert('CMYK')
# Every ink, black too, and all of them at once.
inks = np.asarray(image).copy()
inks[..., 3] = np.arange(inks.shape[1], dtype=np.uint32)[None, :] * 255 // (inks.shape[1] - 1)
inks[:40, :, :3] = 255
inks[40:80] = 0
image = Image.fromarray(inks, 'CMYK')
out = io.BytesIO()
image.save(out, 'JPEG', **options)
result = out.getvalue()`;

async function files() {
  const ppm = await fixture('photo.ppm');
  const byPillow = (options) => python(SAVE, { file: ppm, options });
  const byImageMagick = (...options) =>
    imageMagick('ppm:-', ['-colorspace', 'CMYK', ...options], 'jpeg:-', ppm);
  return [
    ['CMYK', await fixture('photo-cmyk.jpg'), 0],
    ['CMYK, all inks', await byPillow({ quality: 95 }), 0],
    ['CMYK, progressive', await byPillow({ quality: 80, progressive: true }), 0],
    ['YCCK 4:4:4', byImageMagick('-quality', '92', '-sampling-factor', '1x1'), 2],
    ['YCCK 4:2:0', byImageMagick('-quality', '80', '-sampling-factor', '2x2'), 2],
    ['YCCK 4:2:2', byImageMagick('-quality', '80', '-sampling-factor', '2x1'), 2],
    ['YCCK, progressive', byImageMagick('-interlace', 'JPEG', '-sampling-factor', '2x2'), 2],
  ];
}

// What Adobe's marker says of the colours: 0 as they are, 2 luma and chroma.
function adobeTransform(jpeg) {
  const at = jpeg.indexOf(Buffer.from('Adobe', 'latin1'));
  return jpeg[at + 11];
}

const crops = [
  { left: 0, top: 0, right: 50, bottom: 90 },
  { left: 333, top: 222, right: 777, bottom: 666 },
  { left: PHOTO.width - 17, top: PHOTO.height - 9, right: PHOTO.width, bottom: PHOTO.height },
  { left: 15, top: 16, right: 16, bottom: 17 },
];

test("CMYK and YCCK decode to Pillow's RGB", async () => {
  for (const [name, file, transform] of await files()) {
    assert.equal(adobeTransform(file), transform, `${name} is what it is called`);
    const info = await probe(file);
    assert.deepEqual([info.channels, info.width, info.hasAlpha], ['CMYK', PHOTO.width, false]);
    assert.equal(info.pixelBytes, PHOTO.width * PHOTO.height * 4);
    const expected = await pillow(file, 'RGB');
    const whole = await decode(file, { channels: 'RGB' });
    sameSamples(whole, expected, name);
    assert.equal(whole.lossless, false);
    for (const crop of crops) {
      const { left, top, right, bottom } = crop;
      const part = cut(expected, { left, top, width: right - left, height: bottom - top });
      sameSamples(await decode(file, { crop, channels: 'RGB' }), part, `${name}, ${left}`);
      const png = await encode(file, { crop, format: 'png', compressionLevel: 1 });
      sameSamples(await pillow(png.bytes), part, `${name}, ${left}, as PNG`);
      assert.equal(png.lossless, false);
    }
  }
});

test('CMYK decodes to every channel layout', async () => {
  const [, [name, file]] = await files();
  const crop = crops[1];
  const box = [crop.left, crop.top, crop.right, crop.bottom];
  for (const [channels, mode] of [
    ['keep', 'RGB'],
    ['RGBA', 'RGBA'],
    ['GRAY', 'L'],
  ]) {
    // Pillow has a grey of its own for CMYK; here it is that of the colour that is shown.
    const expected = await python(
      "result = Image.open(io.BytesIO(file)).crop(box).convert('RGB').convert(mode)",
      { file, box, mode },
    );
    sameSamples(await decode(file, { crop, channels }), expected, `${name} as ${channels}`);
  }
  const { data } = await decode(file, { crop, channels: 'RGB' });
  const wide = await decode(file, { crop, channels: 'RGB', bitDepth: 16 });
  assert.ok(wide.data.every((sample, i) => sample === data[i] * 257));
});

test('CMYK is rotated, resized and encoded as RGB', async () => {
  for (const [name, file] of (await files()).filter((_, i) => i === 1 || i === 4)) {
    const crop = { left: 100, top: 200, right: 440, bottom: 540 };
    const [turned, resized, saved] = await python(
      `image = Image.open(io.BytesIO(file)).convert('RGB')
part = image.crop((100, 200, 440, 540))
out = io.BytesIO()
part.save(out, 'JPEG', quality=90, subsampling='4:2:0')
result = [image.transpose(Image.Transpose.ROTATE_270), part.resize((251, 300), Image.LANCZOS),
          out.getvalue()]`,
      { file },
    );
    sameSamples(await decode(file, { rotate: 90, channels: 'RGB' }), turned, `${name}, turned`);
    const resize = { width: 251, height: 300, fit: 'fill' };
    const smaller = await decode(file, { crop, resize, channels: 'RGB' });
    sameSamples(smaller, resized, `${name}, resized`);
    const jpeg = await encode(file, { crop, quality: 90 });
    assert.equal(jpeg.format, 'jpeg');
    assert.deepEqual(Buffer.from(jpeg.bytes), saved, `${name}, as JPEG`);
    const padded = await decode(file, {
      crop: { ...crop, left: -10, right: 10 },
      outOfBounds: 'pad',
      background: '#f0a',
      channels: 'RGB',
    });
    assert.deepEqual([...padded.data.subarray(0, 3)], [255, 0, 170]);
  }
});

test('a CMYK file is copied without options', async () => {
  for (const [name, file] of await files()) {
    const result = await encode(file);
    assert.deepEqual([result.lossless, result.format], [true, 'jpeg'], name);
    assert.deepEqual(Buffer.from(result.bytes), Buffer.from(file), name);
  }
});
