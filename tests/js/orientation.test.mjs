import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe } from '../../dist/index.js';
import { exif, jpegWithExif, ORIENTATION, orientation, pngWithExif } from '../../support/exif.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import { chunk, decodePng, encodePng, PALETTE } from '../../support/png.mjs';
import { rejects, sameSamples } from '../support/checks.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';

const TAGS = [1, 2, 3, 4, 5, 6, 7, 8];
const TURNS = [0, 90, 180, 270];
const FLIPS = [undefined, 'horizontal', 'vertical'];

// Smaller than each side, and with no edge on a block, whichever way the image is turned.
const crop = { left: 13, top: 19, right: 90, bottom: 85 };
const box = [13, 19, 90, 85];

const displayed = (tag, { width, height } = SMALL) =>
  tag >= 5 ? { width: height, height: width } : { width, height };

async function images() {
  const ppm = await fixture('small.ppm');
  const jpeg = (...args) => tool('cjpeg', ['-dct', 'int', '-quality', '90', ...args], ppm);
  const png = await fixture('small.png');
  return [
    ['JPEG 4:2:0', jpeg('-sample', '2x2'), jpegWithExif],
    ['JPEG 4:4:4', jpeg('-sample', '1x1'), jpegWithExif],
    ['JPEG 4:2:2, progressive', jpeg('-sample', '2x1', '-progressive'), jpegWithExif],
    ['PNG', png, pngWithExif],
  ];
}

test('the eight orientations are displayed like in Pillow', async () => {
  for (const [name, file, withExif] of await images()) {
    for (const tag of TAGS) {
      const turned = withExif(file, orientation(tag));
      const [whole, part] = await python(
        `from PIL import ImageOps
image = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert('RGB')
result = [image, image.crop(box)]`,
        { file: turned, box },
      );
      const what = `${name}, orientation ${tag}`;
      sameSamples(await decode(turned, { channels: 'RGB' }), whole, what);
      sameSamples(await decode(turned, { crop, channels: 'RGB' }), part, `${what}, cropped`);
      // Not given as it is: the tag would turn it again.
      const png = await encode(turned, { format: 'png', compressionLevel: 1 });
      assert.deepEqual([png.width, png.height], [whole.width, whole.height], what);
      sameSamples(await pillow(png.bytes), whole, `${what}, as PNG`);
      assert.equal((await probe(png)).orientation, 1);
      const croppedPng = await encode(turned, { crop, format: 'png' });
      sameSamples(await pillow(croppedPng.bytes), part, `${what}, cropped, as PNG`);
    }
  }
});

test('rotate and flip apply after the orientation, the crop after both', async () => {
  const png = await fixture('small.png');
  const expected = await python(
    `from PIL import ImageOps
T = Image.Transpose
turns = {0: [], 90: [T.ROTATE_270], 180: [T.ROTATE_180], 270: [T.ROTATE_90]}
flips = {'': [], 'horizontal': [T.FLIP_LEFT_RIGHT], 'vertical': [T.FLIP_TOP_BOTTOM]}
result = {}
for name, file in {'1': f1, '2': f2, '3': f3, '4': f4, '5': f5, '6': f6, '7': f7, '8': f8}.items():
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
    for turn in turns:
        for flip in flips:
            image = upright
            for step in turns[turn] + flips[flip]:
                image = image.transpose(step)
            result[f'{name},{turn},{flip}'] = [image, image.crop(box)]`,
    {
      box,
      ...Object.fromEntries(TAGS.map((tag) => [`f${tag}`, pngWithExif(png, orientation(tag))])),
    },
  );
  for (const tag of TAGS) {
    const file = pngWithExif(png, orientation(tag));
    for (const rotate of TURNS) {
      for (const flip of FLIPS) {
        const what = `${tag},${rotate},${flip ?? ''}`;
        const [whole, part] = expected[what];
        const options = { rotate, flip, channels: 'RGB' };
        sameSamples(await decode(file, options), whole, what);
        sameSamples(await decode(file, { ...options, crop }), part, `${what}, cropped`);
      }
    }
  }
});

// Where pixel (x, y) of an image shown in that orientation comes from, by the letter of Exif's table:
// which side of what is seen the stored row 0 and column 0 are.
const SOURCES = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

function turn({ data, width, height }, tag) {
  const channels = data.length / (width * height);
  const size = displayed(tag, { width, height });
  const turned = new (data instanceof Uint16Array ? Uint16Array : Uint8Array)(data.length);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const [fromX, fromY] = SOURCES[tag](x, y, width, height);
      const from = (fromY * width + fromX) * channels;
      turned.set(data.subarray(from, from + channels), (y * size.width + x) * channels);
    }
  }
  return { data: turned, ...size };
}

test('pixels of every size are rotated', async () => {
  const files = [
    ...['small-gray-2.png', 'small-gray-16.png', 'small-graya-16.png', 'small-rgb-16.png'],
    ...['small-rgba-16.png', 'small-interlaced-rgba-16.png', 'small.png', 'small.bmp'],
  ];
  const options = { channels: 'keep', bitDepth: 'keep' };
  for (const name of files) {
    const file = await fixture(name);
    const upright = await decode(file, options);
    for (const tag of TAGS) {
      const { data, width, height, channels } = upright;
      const source = { data, width, height, channels };
      const [rotate, flip] = TURN_OF_TAG[tag];
      const expected = turn(source, tag);
      sameSamples(await decode(file, { ...options, rotate, flip }), expected, `${name}, ${tag}`);
      sameSamples(await decode(source, { ...options, rotate, flip }), expected, 'samples');
      const png = await encode(file, { format: 'png', rotate, flip });
      sameSamples(await decode(png, options), expected, `${name}, ${tag}, as PNG`);
    }
  }
});

// Exif's orientations as turns and flips.
const TURN_OF_TAG = {
  1: [0],
  2: [0, 'horizontal'],
  3: [180],
  4: [0, 'vertical'],
  5: [90, 'horizontal'],
  6: [90],
  7: [270, 'horizontal'],
  8: [270],
};

test('a rotated palette image stays a palette image', async () => {
  const { width, height } = SMALL;
  const samples = Uint16Array.from({ length: width * height }, (_, i) => (i * i + (i >> 4)) & 15);
  const colors = Buffer.from(Array.from({ length: 16 * 3 }, (_, i) => (i * 37) & 255));
  const layout = { width, height, depth: 4, colorType: PALETTE };
  const file = encodePng({ ...layout, samples, before: [chunk('PLTE', colors)] });
  const expected = turn({ data: samples, width, height }, 6);
  const result = await encode(file, { rotate: 90 });
  const png = decodePng(result.bytes);
  assert.deepEqual([png.depth, png.colorType, png.width, png.height], [4, PALETTE, height, width]);
  assert.deepEqual(png.samples, expected.data);
  assert.equal(result.lossless, true);
});

test('probe reports the displayed size, the stored size and the orientation', async () => {
  for (const [name, file, withExif] of await images()) {
    for (const tag of TAGS) {
      const info = await probe(withExif(file, orientation(tag)));
      const { width, height, storedWidth, storedHeight, hasExif } = info;
      assert.deepEqual(
        { width, height, storedWidth, storedHeight, hasExif, orientation: info.orientation },
        {
          ...displayed(tag),
          storedWidth: SMALL.width,
          storedHeight: SMALL.height,
          hasExif: true,
          orientation: tag,
        },
        name,
      );
    }
  }
});

test('autoOrient: false keeps the image as stored', async () => {
  for (const [name, file, withExif] of await images()) {
    const stored = await pillow(file, 'RGB');
    const part = await pillow(file, 'RGB', [100, 10, 131, 97]);
    for (const tag of [3, 6]) {
      const turned = withExif(file, orientation(tag));
      const options = { autoOrient: false, channels: 'RGB' };
      const whole = await decode(turned, options);
      sameSamples(whole, stored, name);
      assert.deepEqual(whole.region, { left: 0, top: 0, ...SMALL });
      const edges = { left: 100, top: 10, right: 131, bottom: 97 };
      sameSamples(await decode(turned, { ...options, crop: edges }), part, name);
      const { data } = await decode(turned, { ...options, rotate: 180 });
      const upsideDown = turn(stored, 3);
      sameSamples({ data, ...SMALL }, upsideDown, name);
    }
    // A crop that the stored image holds and the displayed one does not.
    const wide = { left: 0, top: 0, right: 120, bottom: 50 };
    const turned = withExif(file, orientation(6));
    await rejects(decode(turned, { crop: wide }), 'CROP_OUT_OF_BOUNDS', {
      details: { width: SMALL.height, height: SMALL.width },
    });
    await decode(turned, { crop: wide, autoOrient: false });
  }
});

test('a file that only its orientation rotates keeps its coded samples and orientation', async () => {
  for (const [name, file, withExif] of await images()) {
    const turned = withExif(file, orientation(6));
    const { width, height } = displayed(6);
    const kept = [
      {},
      { autoOrient: true, rotate: 0 },
      { crop: { left: 0, top: 0, right: width, bottom: height } },
      { autoOrient: false },
    ];
    for (const options of kept) {
      const result = await encode(turned, options);
      assert.equal(result.lossless, true);
      assert.equal((await probe(result)).orientation, 6);
      sameSamples(await pillow(result.bytes), await pillow(file), name);
      const size = options.autoOrient === false ? SMALL : { width, height };
      assert.deepEqual([result.width, result.height], [size.width, size.height]);
    }
    // Upright in the end, which the file is not.
    const upright = await encode(turned, { rotate: 270, format: 'png' });
    sameSamples(await pillow(upright.bytes), await pillow(file, 'RGB'), name);
  }
});

const tagged = (value, more = {}) => ({ tag: ORIENTATION, value, ...more });
const other = (tag, value = 1) => ({ tag, value });

// Exif, and the orientation that it is to give.
const EXIFS = {
  'little-endian': [orientation(6), 6],
  'big-endian': [orientation(6, { order: 'MM' }), 6],
  'among others': [exif([other(0x010f), other(0x0110), tagged(8), other(0x0131)]), 8],
  'at the end of another directory': [
    Buffer.concat([
      exif([tagged(3)], { at: 30 }),
      Buffer.alloc(4),
      exif([other(0x0110), tagged(5)]).subarray(8),
    ]),
    5,
  ],
  'after what is not sorted': [exif([other(0x9286), tagged(7)]), 7],
  'at the very end, with no next directory': [orientation(4).subarray(0, -4), 4],
  'a count of 0': [exif([tagged(6, { count: 0 })]), 6],
  'the value 0': [orientation(0), 1],
  'the value 9': [orientation(9), 1],
  'the value 65535': [orientation(65535), 1],
  'of type LONG': [exif([tagged(6, { type: 4 })]), 1],
  'of type BYTE': [exif([tagged(6, { type: 1 })]), 1],
  'of type ASCII': [exif([tagged(6, { type: 2 })]), 1],
  'of type 0': [exif([tagged(6, { type: 0 })]), 1],
  'of type 65535': [exif([tagged(6, { type: 65535 })]), 1],
  'no entries': [exif([]), 1],
  'no orientation': [exif([other(0x010f)]), 1],
  'more entries promised than there are': [exif([other(0x010f)], { count: 65535 }), 1],
  'more entries promised, but it is among those there': [exif([tagged(6)], { count: 65535 }), 6],
  'a directory cut off in its count': [orientation(6).subarray(0, 9), 1],
  'a directory cut off in its entry': [orientation(6).subarray(0, 14), 1],
  'a directory cut off before the value': [orientation(6).subarray(0, 18), 1],
  'a header and no more': [orientation(6).subarray(0, 8), 1],
  'a header cut off': [orientation(6).subarray(0, 5), 1],
  'nothing at all': [Buffer.alloc(0), 1],
  'a directory behind the end': [orientation(6, { at: 1000 }), 1],
  'a directory at the last byte': [orientation(6, { at: 25 }), 1],
  'a directory at 2^32 - 1': [orientation(6, { at: 0xffffffff }), 1],
  'a directory at 2^32 - 2': [orientation(6, { at: 0xfffffffe }), 1],
  'a directory that is the header': [orientation(6, { at: 0 }), 1],
  'a next directory that is the same': [exif([other(0x010f)], { next: 8 }), 1],
  'a next directory that has one': [
    Buffer.concat([exif([other(0x010f)], { next: 26 }), orientation(6).subarray(8)]),
    1,
  ],
  'another magic number': [orientation(6, { magic: 43 }), 1],
  'another byte order': [orientation(6, { order: 'IM' }), 1],
  'no byte order': [Buffer.concat([Buffer.from('XX'), orientation(6).subarray(2)]), 1],
  zeros: [Buffer.alloc(300), 1],
  'bytes of all ones': [Buffer.alloc(300, 0xff), 1],
};

test('Exif is read in both byte orders, and damaged Exif is ignored', async () => {
  for (const [image, file, withExif] of (await images()).slice(2)) {
    const stored = await decode(file, { channels: 'RGB' });
    for (const [what, [data, tag]] of Object.entries(EXIFS)) {
      const name = `${image}, ${what}`;
      const described = withExif(file, data);
      const info = await probe(described);
      assert.deepEqual([info.orientation, info.hasExif], [tag, true], name);
      sameSamples(await decode(described, { channels: 'RGB' }), turn(stored, tag), name);
    }
  }
});

test("the result's region is as displayed", async () => {
  for (const [name, file, withExif] of await images()) {
    for (const tag of TAGS) {
      const result = await decode(withExif(file, orientation(tag)), { crop });
      const { left, top, right, bottom } = crop;
      assert.deepEqual(
        result.region,
        { left, top, width: right - left, height: bottom - top },
        name,
      );
    }
  }
});
