// The data of cropper tools, used as they come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { python } from '../../support/oracle.mjs';
import { rejects, sameSamples } from '../support/checks.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';

const boxOf = ({ left, top, width, height }) => [left, top, left + width, top + height];

const cropByPillow = (file, box) =>
  python('result = Image.open(io.BytesIO(file)).crop(box)', { file, box });

// What a tool gives, and the region that it means, of an image of 131 x 97.
const CROPS = [
  // react-easy-crop: croppedAreaPixels
  [
    { x: 10, y: 20, width: 64, height: 48 },
    { left: 10, top: 20, width: 64, height: 48 },
  ],
  [
    { x: 0, y: 0, width: 131, height: 97 },
    { left: 0, top: 0, width: 131, height: 97 },
  ],
  [
    { width: 97, height: 97, x: 17, y: 0 },
    { left: 17, top: 0, width: 97, height: 97 },
  ],
  // react-easy-crop: croppedArea, with its unit
  [
    { unit: '%', x: 25, y: 10, width: 50, height: 80 },
    { left: 33, top: 10, width: 65, height: 77 },
  ],
  [
    { unit: '%', x: 0, y: 12.5, width: 100, height: 75 },
    { left: 0, top: 12, width: 131, height: 73 },
  ],
  [
    { unit: '%', x: 12.977099236641221, y: 0, width: 74.04580152671755, height: 100 },
    { left: 17, top: 0, width: 97, height: 97 },
  ],
  // Rounding errors beyond the edge
  [
    { unit: '%', x: -1.4e-14, y: 0, width: 100.00000000000003, height: 100 },
    { left: 0, top: 0, width: 131, height: 97 },
  ],
  [
    { unit: '%', x: 33.3, y: 66.6, width: 66.70000000001, height: 33.40000000001 },
    { left: 44, top: 65, width: 87, height: 32 },
  ],
  // react-image-crop: PercentCrop
  [
    { unit: '%', x: 5, y: 5, width: 90, height: 90 },
    { left: 7, top: 5, width: 117, height: 87 },
  ],
  [
    { unit: '%', x: 37.40458, y: 48.45361, width: 24.42748, height: 32.98969 },
    { left: 49, top: 47, width: 32, height: 32 },
  ],
  // cropperjs 1: getData(), and getData(true)
  [
    { x: 13.1, y: 9.7, width: 104.8, height: 77.6, rotate: 0, scaleX: 1, scaleY: 1 },
    { left: 13, top: 10, width: 105, height: 77 },
  ],
  [
    { x: 13.5, y: 9.49, width: 20, height: 20.02, rotate: 0, scaleX: 1, scaleY: 1 },
    { left: 14, top: 9, width: 20, height: 21 },
  ],
  [
    { x: 13, y: 10, width: 105, height: 78, rotate: 0, scaleX: 1, scaleY: 1 },
    { left: 13, top: 10, width: 105, height: 78 },
  ],
  [
    { x: -0.00001, y: 2.8e-14, width: 131.00001, height: 97, rotate: 0, scaleX: 1, scaleY: 1 },
    { left: 0, top: 0, width: 131, height: 97 },
  ],
];

test('crops of react-easy-crop, react-image-crop and cropperjs', async () => {
  const file = await fixture('small.png');
  for (const [crop, region] of CROPS) {
    const before = JSON.stringify(crop);
    const result = await decode(file, { crop, channels: 'RGB' });
    assert.deepEqual(result.region, region, before);
    sameSamples(result, await cropByPillow(file, boxOf(region)), before);
    assert.equal(JSON.stringify(crop), before);
  }
});

test('adjacent crops in percent have no gap', async () => {
  const file = await fixture('small.png');
  for (const parts of [3, 7, 11]) {
    let at = 0;
    for (let i = 0; i < parts; i += 1) {
      const crop = { unit: '%', x: (i * 100) / parts, y: 0, width: 100 / parts, height: 100 };
      const { region } = await decode(file, { crop });
      assert.equal(region.left, at);
      at += region.width;
    }
    assert.equal(at, SMALL.width);
  }
});

const BY_PILLOW = `
T = Image.Transpose
image = Image.open(io.BytesIO(file))
if scaleX < 0: image = image.transpose(T.FLIP_LEFT_RIGHT)
if scaleY < 0: image = image.transpose(T.FLIP_TOP_BOTTOM)
# Pillow's angles go the other way.
turns = {0: None, 90: T.ROTATE_270, 180: T.ROTATE_180, 270: T.ROTATE_90}
turn = turns[rotate % 360]
if turn is not None: image = image.transpose(turn)
result = image.crop(box)`;

test('cropperjs data flips, then rotates, then crops', async () => {
  const file = await fixture('small.png');
  const box = [7, 11, 80, 90];
  const crop = { x: 7, y: 11, width: 73, height: 79 };
  let count = 0;
  for (const rotate of [0, 90, 180, 270, 360, 450, 810, -90, -180, -270, -360, -450, -0]) {
    for (const scaleX of [1, -1]) {
      for (const scaleY of [1, -1]) {
        const data = { ...crop, rotate, scaleX, scaleY };
        const expected = await python(BY_PILLOW, { file, box, rotate, scaleX, scaleY });
        const result = await decode(file, { crop: data, channels: 'RGB' });
        sameSamples(result, expected, JSON.stringify(data));
        assert.deepEqual(result.region, { left: 7, top: 11, width: 73, height: 79 });
        count += 1;
      }
    }
  }
  assert.equal(count, 52);
});

test('cropperjs data without rotate and scale is accepted', async () => {
  const file = await fixture('small.png');
  const crop = { x: 7, y: 11, width: 73, height: 79 };
  for (const [more, rotate, flip] of [
    [{ rotate: 90 }, 90],
    [{ scaleX: -1 }, 0, 'horizontal'],
    [{ scaleY: -1 }, 0, 'vertical'],
    [{ scaleX: -1, scaleY: -1 }, 180],
    [{ rotate: undefined, scaleX: undefined, scaleY: -1 }, 0, 'vertical'],
    [{ rotate: 0, scaleX: 1, scaleY: 1 }, 0],
  ]) {
    const expected = await decode(file, { crop, rotate, flip });
    const result = await decode(file, { crop: { ...crop, ...more } });
    sameSamples(result, expected, JSON.stringify(more));
  }
});

test('cropperjs data applies after the Exif orientation and before a resize', async () => {
  const file = jpegWithExif(await fixture('small.jpg'), orientation(6));
  const expected = await python(
    `from PIL import ImageOps
T = Image.Transpose
image = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
image = image.transpose(T.FLIP_LEFT_RIGHT).transpose(T.ROTATE_270)
result = image.crop((5, 6, 105, 86)).resize((50, 40), Image.BICUBIC)`,
    { file },
  );
  const crop = { x: 5, y: 6, width: 100, height: 80, rotate: 90, scaleX: -1, scaleY: 1 };
  const resize = { width: 50, height: 40, fit: 'fill', kernel: 'cubic' };
  sameSamples(await decode(file, { crop, resize, channels: 'RGB' }), expected, 'resized');
  const jpeg = await encode(file, { crop, resize, format: 'jpeg' });
  assert.deepEqual([jpeg.width, jpeg.height], [50, 40]);
});

const part = { x: 1, y: 2, width: 30, height: 40 };

// Options that are refused: the name of what is wrong, and the message.
const REFUSED = [
  [{ crop: { ...part, rotate: Number.NaN } }, 'crop.rotate', /NaN/],
  [{ crop: { ...part, rotate: Number.POSITIVE_INFINITY } }, 'crop.rotate', /Infinity/],
  [{ crop: { ...part, rotate: '90' } }, 'crop.rotate', /'90'/],
  [{ crop: { ...part, rotate: null } }, 'crop.rotate', /null/],
  [{ crop: { ...part, scaleX: 2 } }, 'crop.scaleX', /one of 1, -1 .* received 2/],
  [{ crop: { ...part, scaleX: 0 } }, 'crop.scaleX', /received 0/],
  [{ crop: { ...part, scaleY: -0.5 } }, 'crop.scaleY', /received -0\.5/],
  [{ crop: { ...part, scaleY: '1' } }, 'crop.scaleY', /received '1'/],
  [{ crop: { ...part, scaleX: null } }, 'crop.scaleX', /received null/],
  [{ crop: { ...part, rotate: 90 }, rotate: 90 }, 'rotate and flip', /the crop has its own/],
  [{ crop: { ...part, rotate: 0 }, rotate: 90 }, 'rotate and flip', /received 90/],
  [{ crop: { ...part, scaleX: 1 }, flip: 'vertical' }, 'rotate and flip', /received 'vertical'/],
  [{ crop: { ...part, unit: 'px' } }, 'crop.unit', /not of the page.* received 'px'/],
  [{ crop: { ...part, unit: '' } }, 'crop.unit', /received ''/],
  [{ crop: { ...part, unit: 'em' } }, 'crop.unit', /received 'em'/],
];

test('cropperjs data that cannot be applied is refused', async () => {
  const file = await fixture('small.png');
  for (const [options, name, message] of REFUSED) {
    for (const call of [decode, encode]) {
      const error = await rejects(call(file, options), 'INVALID_ARGUMENT', {
        message,
        details: { name },
      });
      assert.match(error.message, /^Expected .* for .* but received /);
    }
  }
});

test('rotate may be negative or above 360', async () => {
  const file = await fixture('small.png');
  for (const [degrees, same] of [
    [-90, 270],
    [-180, 180],
    [-270, 90],
    [360, 0],
    [450, 90],
    [-810, 270],
    [-0, 0],
    [17 - 720, 17],
    [-0.25, 359.75],
  ]) {
    const [a, b] = await Promise.all([degrees, same].map((rotate) => decode(file, { rotate })));
    sameSamples(a, b, `${degrees}`);
  }
});

test('a crop of fractions from 0 to 1 is refused with advice', async () => {
  const file = await fixture('small.png');
  for (const fractions of [
    { x: 0.1, y: 0.2, width: 0.5, height: 0.5 },
    { left: 0, top: 0, right: 0.5, bottom: 1 },
    { left: 0.25, top: 0, width: 0.75, height: 1 },
  ]) {
    await rejects(encode(file, { crop: fractions }), 'INVALID_ARGUMENT', {
      message: /unit: '%'.*multiply fractions .* by 100/,
      details: { name: 'crop' },
    });
    const { width } = await encode(file, { crop: { ...fractions, unit: '%' } }).catch((e) => e);
    assert.ok(width > 0, 'percent may be as small');
  }
  const pixel = await encode(file, { crop: { x: 0, y: 0, width: 1, height: 1 } });
  assert.deepEqual([pixel.width, pixel.height], [1, 1]);
});

test('a crop rounded to one pixel beyond the edge ends at the edge', async () => {
  const file = await fixture('small.png');
  const { width, height } = SMALL;
  for (const crop of [
    { x: 0, y: 40, width, height: height - 40 + 1 },
    { x: 30, y: 0, width: width - 30 + 1, height },
    { left: -1, top: -1, right: width + 1, bottom: height + 1 },
  ]) {
    const made = await encode(file, { crop });
    const { left, top } = made.region;
    assert.deepEqual([left + made.width, top + made.height], [width, height]);
    const further = { ...crop, ...('width' in crop ? { width: crop.width + 2 } : { left: -2 }) };
    await rejects(encode(file, { crop: further }), 'CROP_OUT_OF_BOUNDS');
  }
});
