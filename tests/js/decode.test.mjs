import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { decode, toImageData } from '../../dist/index.js';
import { djpeg, pillow, python } from '../../support/oracle.mjs';
import { decodePng, decodeRgba, encodePng, RGB } from '../../support/png.mjs';
import { cut, rejects, reorder, sameSamples } from '../support/checks.mjs';
import {
  CAMERA,
  fixture,
  fixtures,
  jpegTestImage,
  PHOTO,
  pngSuite,
  SMALL,
} from '../support/fixtures.mjs';

const jpegs = fixtures(/^photo-(?!arithmetic|cmyk).*\.jpg$/);

// Boxes that begin and end on and beside blocks, at each edge and in each corner.
const boxes = ({ width, height }) =>
  [
    [0, 0, 1, 1],
    [width - 1, height - 1, 1, 1],
    [0, 0, 64, 48],
    [width - 33, 0, 33, 17],
    [0, height - 20, 65, 20],
    [width - 50, height - 50, 50, 50],
    [16, 16, 32, 32],
    [97, 61, 1, 30],
    [37, 50, 40, 1],
    [15, 31, 66, 34],
    [1, 0, width - 1, height],
    [0, 1, width, height - 1],
  ].map(([left, top, w, h]) => ({ left, top, width: w, height: h }));

const keep = { channels: 'keep' };

test("every kind of JPEG decodes to djpeg's samples", async (t) => {
  for (const name of jpegs) {
    await t.test(name, async () => {
      const file = await fixture(name);
      sameSamples(await decode(file, keep), djpeg(file));
    });
  }
  for (const name of ['testorig.jpg', 'testimgint.jpg']) {
    await t.test(name, async () => {
      const file = readFileSync(jpegTestImage(name));
      sameSamples(await decode(file, keep), djpeg(file));
    });
  }
});

test('a JPEG without Huffman tables decodes with the standard ones, like djpeg', async () => {
  const file = await fixture('photo-420.jpg');
  const tables = file.indexOf(Buffer.from([0xff, 0xc4]));
  const scan = file.indexOf(Buffer.from([0xff, 0xda]));
  const frame = Buffer.concat([file.subarray(0, tables), file.subarray(scan)]);
  sameSamples(await decode(frame, keep), djpeg(file));
});

test("a JPEG of many megapixels decodes to djpeg's samples", async () => {
  for (const name of ['camera-420.jpg', 'wallpaper.jpg']) {
    const file = await fixture(name);
    sameSamples(await decode(file, keep), djpeg(file), name);
  }
});

test('a region of a JPEG equals that region of the full decode', async (t) => {
  for (const name of jpegs) {
    await t.test(name, async () => {
      const file = await fixture(name);
      const whole = djpeg(file);
      for (const crop of boxes(PHOTO)) {
        const part = await decode(file, { crop, channels: 'keep' });
        sameSamples(part, cut(whole, crop), JSON.stringify(crop));
        assert.deepEqual(part.region, crop);
      }
    });
  }
});

test('a crop reads only up to its last row', async () => {
  const file = await fixture('camera-420.jpg');
  const png = await fixture('photo.png');
  const read = async (source, height, bottom) => {
    const crop = { left: 0, top: bottom - 8, right: 8, bottom };
    const { bytesRead } = await decode(source, { crop });
    return bytesRead / ((source.length * bottom) / height);
  };
  assert.ok((await read(file, CAMERA.height, 600)) < 1.3);
  assert.ok((await read(png, PHOTO.height, 100)) < 1.3);
  assert.equal((await decode(png)).bytesRead <= png.length, true);
});

test('a PNG of every layout decodes to its samples', async (t) => {
  const made = fixtures(/^(small|photo|described|wallpaper).*\.png$/);
  const own = made.filter((name) => name !== 'wallpaper.png');
  for (const name of own) {
    await t.test(name, async () => {
      const file = await fixture(name);
      sameSamples(await decode(file), decodeRgba(file));
    });
  }
  for (const path of pngSuite()) {
    await t.test(basename(path), async () => {
      const file = readFileSync(path);
      sameSamples(await decode(file), decodeRgba(file));
    });
  }
});

test("a PNG decodes to Pillow's and OpenCV's samples", async () => {
  for (const name of ['wallpaper.png', ...fixtures(/^photo.*\.png$/)]) {
    const file = await fixture(name);
    sameSamples(await decode(file), await pillow(file, 'RGBA'), name);
  }
  for (const name of fixtures(/^photo-(gray|1|palette|palette-4)\.png$/)) {
    const file = await fixture(name);
    const code = 'result = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)';
    sameSamples(await decode(file, { channels: 'BGR' }), await python(code, { file }), name);
  }
});

test('a region of a PNG equals that region of the full decode', async (t) => {
  for (const name of fixtures(/^small.*\.png$/)) {
    await t.test(name, async () => {
      const file = await fixture(name);
      const whole = decodeRgba(file);
      for (const crop of boxes(SMALL)) {
        sameSamples(await decode(file, { crop }), cut(whole, crop), JSON.stringify(crop));
      }
    });
  }
});

test('channels have the requested order', async () => {
  const orders = {
    RGBA: [0, 1, 2, 3],
    RGB: [0, 1, 2],
    BGRA: [2, 1, 0, 3],
    BGR: [2, 1, 0],
  };
  for (const name of ['photo-rgba.png', 'photo-420.jpg', 'photo-palette-alpha.png']) {
    const file = await fixture(name);
    const rgba = await pillow(file, 'RGBA');
    for (const [channels, order] of Object.entries(orders)) {
      const decoded = await decode(file, { channels });
      sameSamples(decoded, reorder(rgba, order), `${name} as ${channels}`);
      assert.equal(decoded.channels, channels);
    }
  }
});

test("GRAY equals Pillow's L", async () => {
  for (const name of ['photo.png', 'photo-420.jpg', 'photo-gray.jpg', 'photo-1.png']) {
    const file = await fixture(name);
    const gray = await pillow(file, 'L');
    const decoded = await decode(file, { channels: 'GRAY' });
    sameSamples(decoded, gray, name);
    assert.equal(decoded.channels, 'GRAY');
  }
  const file = await fixture('photo-rgba.png');
  const { gray, alpha } = await python(
    `image = Image.open(io.BytesIO(file))
result = {'gray': image.convert('RGB').convert('L'), 'alpha': image.getchannel('A')}`,
    { file },
  );
  const decoded = await decode(file, { channels: 'GRAYA' });
  sameSamples(reorder({ ...decoded, channels: 2 }, [0]), gray);
  sameSamples(reorder({ ...decoded, channels: 2 }, [1]), alpha);
});

test("channels 'keep' are the image's own, a palette as RGB or RGBA", async () => {
  const own = {
    'photo-420.jpg': 'RGB',
    'photo-gray.jpg': 'GRAY',
    'photo.png': 'RGB',
    'photo-rgba.png': 'RGBA',
    'photo-gray.png': 'GRAY',
    'photo-graya.png': 'GRAYA',
    'photo-1.png': 'GRAY',
    'photo-palette.png': 'RGB',
    'photo-palette-alpha.png': 'RGBA',
    'small-rgb-16.png': 'RGB',
  };
  for (const [name, channels] of Object.entries(own)) {
    const decoded = await decode(await fixture(name), keep);
    assert.equal(decoded.channels, channels, name);
  }
});

test('16-bit samples become their upper 8 bits', async () => {
  for (const name of ['small-rgb-16.png', 'small-rgba-16.png', 'small-graya-16.png']) {
    const file = await fixture(name);
    const decoded = await decode(file, keep);
    const { samples } = decodePng(file);
    const expected = Uint8Array.from(samples, (sample) => sample >> 8);
    sameSamples(decoded, { ...decoded, data: expected }, name);
    assert.equal(decoded.bitDepth, 8);
    assert.equal(decoded.lossless, false);
  }
});

test('the background shows through dropped alpha', async () => {
  const file = await fixture('photo-rgba.png');
  const rgba = await pillow(file, 'RGBA');
  const over = (background) => {
    const data = new Uint8Array(PHOTO.width * PHOTO.height * 3);
    for (let i = 0; i < data.length; i += 1) {
      const alpha = rgba.data[Math.floor(i / 3) * 4 + 3];
      const color = rgba.data[Math.floor(i / 3) * 4 + (i % 3)];
      data[i] = Math.round((color * alpha + background[i % 3] * (255 - alpha)) / 255);
    }
    return { data, ...PHOTO, channels: 3 };
  };
  const colors = [
    ['#fff', [255, 255, 255]],
    ['#12a0fe', [0x12, 0xa0, 0xfe]],
    ['#12a0feff', [0x12, 0xa0, 0xfe]],
    [{ r: 7, g: 128, b: 200 }, [7, 128, 200]],
    [{ r: 7, g: 128, b: 200, alpha: 1 }, [7, 128, 200]],
  ];
  for (const [background, parts] of colors) {
    const decoded = await decode(file, { channels: 'RGB', background });
    sameSamples(decoded, over(parts), JSON.stringify(background));
    assert.equal(decoded.lossless, false);
  }
  // Nothing shows through where the background itself is transparent, and nothing where alpha stays.
  sameSamples(await decode(file, { channels: 'RGB' }), reorder(rgba, [0, 1, 2]));
  sameSamples(await decode(file, { background: '#f00' }), rgba);
});

test('a crop outside the image is refused, clamped or padded', async () => {
  const file = await fixture('photo.png');
  const rgba = await pillow(file, 'RGBA');
  const crop = { left: -20, top: 780, right: 100, bottom: 850 };
  const details = { width: PHOTO.width, height: PHOTO.height };
  await rejects(decode(file, { crop }), 'CROP_OUT_OF_BOUNDS', { details, message: /1203 x 801/ });
  await rejects(decode(file, { crop, outOfBounds: 'error' }), 'CROP_OUT_OF_BOUNDS', { details });

  const clamped = await decode(file, { crop, outOfBounds: 'clamp' });
  const inside = { left: 0, top: 780, width: 100, height: 21 };
  sameSamples(clamped, cut(rgba, inside));
  assert.deepEqual(clamped.region, inside);

  for (const [background, color] of [
    [undefined, [0, 0, 0, 0]],
    ['#3c0a', [0x33, 0xcc, 0, 0xaa]],
    [{ r: 1, g: 2, b: 3, alpha: 0.5 }, [1, 2, 3, 128]],
  ]) {
    const options = { crop, outOfBounds: 'pad', ...(background && { background }) };
    const padded = await decode(file, options);
    assert.deepEqual([padded.width, padded.height, padded.region], [120, 70, inside]);
    sameSamples(cut(padded, { left: 20, top: 0, width: 100, height: 21 }), cut(rgba, inside));
    for (const [x, y] of [
      [0, 0],
      [19, 69],
      [119, 21],
    ]) {
      const at = (y * 120 + x) * 4;
      assert.deepEqual([...padded.data.slice(at, at + 4)], color);
    }
  }

  const beside = { left: -200, top: 0, right: -100, bottom: 10 };
  await rejects(decode(file, { crop: beside, outOfBounds: 'clamp' }), 'CROP_OUT_OF_BOUNDS', {
    message: /Nothing of it lies inside/,
  });
  const nothing = await decode(file, { crop: beside, outOfBounds: 'pad', background: '#fff' });
  assert.deepEqual([nothing.width, nothing.height], [100, 10]);
  assert.ok(nothing.data.every((sample) => sample === 255));
});

test('a crop has one of three shapes, in pixels or percent', async () => {
  const file = await fixture('photo.png');
  const rgba = await pillow(file, 'RGBA');
  const region = { left: 120, top: 80, width: 361, height: 161 };
  const same = [
    { left: 120, top: 80, right: 481, bottom: 241 },
    { left: 120, top: 80, width: 361, height: 161 },
    { x: 120, y: 80, width: 361, height: 161 },
    { bottom: 241, right: 481, top: 80, left: 120 },
    // 120.3 to 481.2 across, 80.1 to 240.3 down.
    { left: 10, top: 10, right: 40, bottom: 30, unit: '%' },
    { x: 10, y: 10, width: 30, height: 20, unit: '%' },
  ];
  for (const crop of same.slice(0, 4)) {
    const decoded = await decode(file, { crop });
    sameSamples(decoded, cut(rgba, region), JSON.stringify(crop));
    assert.deepEqual(decoded.region, region);
  }
  for (const crop of same.slice(4)) {
    const { region: taken } = await decode(file, { crop });
    assert.deepEqual(taken, { left: 120, top: 80, width: 361, height: 160 });
  }
});

test('fractional edges are rounded half up', async () => {
  const file = await fixture('small.png');
  const region = async (left, top, right, bottom) => {
    const { region: taken } = await decode(file, { crop: { left, top, right, bottom } });
    return [taken.left, taken.top, taken.left + taken.width, taken.top + taken.height];
  };
  assert.deepEqual(await region(1.5, 2.5, 10.5, 20.49), [2, 3, 11, 20]);
  assert.deepEqual(await region(1.49, 0.5, 9.5, 20.51), [1, 1, 10, 21]);
  // Croppers overshoot by up to a pixel.
  assert.deepEqual(await region(-0.99, -0.4, 131.99, 97.5), [0, 0, 131, 97]);
  assert.deepEqual(await region(-1, -1, 132, 98), [0, 0, 131, 97]);
  await rejects(region(-1.01, 0, 10, 10), 'CROP_OUT_OF_BOUNDS');
  await rejects(region(0, 0, 132.01, 10), 'CROP_OUT_OF_BOUNDS');
  await rejects(region(10, 10, 10.4, 20), 'INVALID_ARGUMENT', { message: /at least one pixel/ });
  // Neighbours meet: what one leaves the next takes.
  const third = (i) => ({ left: (i * 131) / 3, top: 0, width: 131 / 3, height: 97 });
  const widths = await Promise.all(
    [0, 1, 2].map(async (i) => (await decode(file, { crop: third(i) })).width),
  );
  assert.equal(widths[0] + widths[1] + widths[2], 131);
});

test('lossless reports whether every sample of the region was kept', async () => {
  const cases = [
    ['photo-420.jpg', {}, true],
    ['photo-420.jpg', { channels: 'RGB' }, true],
    ['photo-420.jpg', { channels: 'GRAY' }, false],
    ['photo-gray.jpg', { channels: 'GRAY' }, true],
    ['photo-gray.jpg', { channels: 'BGR' }, true],
    ['photo-rgba.png', {}, true],
    ['photo-rgba.png', { channels: 'RGB' }, false],
    ['photo-rgba.png', { channels: 'GRAYA' }, false],
    ['photo-graya.png', { channels: 'GRAYA' }, true],
    ['photo-palette.png', { channels: 'RGB' }, true],
    ['photo-palette-alpha.png', { channels: 'RGB' }, false],
    ['photo-palette.png', { channels: 'GRAY' }, false],
    ['photo-1.png', {}, true],
    ['small-gray-16.png', {}, false],
  ];
  for (const [name, options, expected] of cases) {
    const { lossless } = await decode(await fixture(name), options);
    assert.equal(lossless, expected, `${name} ${JSON.stringify(options)}`);
  }
});

test('decoded samples have no padding and match their size', async () => {
  const crop = { left: 3, top: 5, width: 50, height: 40 };
  const decoded = await decode(await fixture('small.png'), { crop, channels: 'RGB' });
  assert.ok(decoded.data instanceof Uint8ClampedArray);
  assert.equal(decoded.data.buffer.byteLength, decoded.data.length);
  const { data, bytesRead, ...rest } = decoded;
  assert.deepEqual(rest, {
    width: 50,
    height: 40,
    channels: 'RGB',
    bitDepth: 8,
    colorSpace: 'srgb',
    frameCount: 1,
    region: crop,
    lossless: true,
    decoder: 'crop64',
    byteLength: 6000,
    base64Length: 8000,
    pixelBytes: 6000,
  });
});

test("damaged: 'accept' leaves missing rows black in a PNG and grey in a JPEG", async () => {
  const png = await fixture('small-rgb-16.png');
  const cutPng = png.subarray(0, png.length / 2);
  const accepted = await decode(cutPng, { damaged: 'accept', channels: 'RGB' });
  const whole = reorder(decodeRgba(png), [0, 1, 2]);
  const rows = (from, to) => ({ left: 0, top: from, width: SMALL.width, height: to - from });
  sameSamples(cut(accepted, rows(0, 30)), cut(whole, rows(0, 30)));
  assert.ok(cut(accepted, rows(80, 97)).data.every((sample) => sample === 0));
  assert.equal(accepted.lossless, false);
  await rejects(decode(cutPng), 'TRUNCATED_IMAGE');
  const top = { left: 0, top: 0, width: 131, height: 30 };
  sameSamples(await decode(cutPng, { crop: top, channels: 'RGB' }), cut(whole, top));

  for (const name of ['photo-420.jpg', 'photo-444.jpg', 'photo-restart.jpg']) {
    const jpeg = await fixture(name);
    const cutJpeg = jpeg.subarray(0, jpeg.length / 2);
    const shown = await decode(cutJpeg, { damaged: 'accept', channels: 'RGB' });
    const upper = { left: 0, top: 0, width: PHOTO.width, height: 300 };
    const lower = { left: 0, top: 700, width: PHOTO.width, height: 101 };
    sameSamples(cut(shown, upper), cut(djpeg(jpeg), upper), name);
    assert.ok(
      cut(shown, lower).data.every((sample) => sample === 128),
      name,
    );
    assert.equal(shown.lossless, false, name);
    await rejects(decode(cutJpeg), 'TRUNCATED_IMAGE');
    const crop = { left: 100, top: 0, width: 300, height: 300 };
    const above = await decode(cutJpeg, { crop, channels: 'RGB' });
    sameSamples(above, cut(djpeg(jpeg), crop), name);
    assert.equal(above.lossless, true);
  }
});

test('an image of one pixel and one of one row decode', async () => {
  const one = encodePng({ width: 1, height: 1, colorType: RGB, samples: [1, 2, 3] });
  assert.deepEqual([...(await decode(one)).data], [1, 2, 3, 255]);
  const samples = Array.from({ length: 30000 }, (_, i) => (i * 7) & 255);
  const row = encodePng({ width: 10000, height: 1, colorType: RGB, samples });
  const crop = { left: 9999, top: 0, width: 1, height: 1 };
  assert.deepEqual([...(await decode(row, { crop, channels: 'RGB' })).data], samples.slice(-3));
});

test('toImageData returns the fields of ImageData', async () => {
  const file = await fixture('photo-rgba.png');
  const crop = { left: 10, top: 20, width: 30, height: 40 };
  const { data, width, height, colorSpace } = await toImageData(file, { crop });
  assert.ok(data instanceof Uint8ClampedArray);
  assert.equal(colorSpace, 'srgb');
  sameSamples({ data, width, height }, cut(await pillow(file, 'RGBA'), crop));
});
