import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { pillow, python } from '../../support/oracle.mjs';
import { decodePng, GRAY, GRAYA, RGB, RGBA } from '../../support/png.mjs';
import { rejects, sameSamples } from '../support/checks.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';

// Boxes beyond each side and corner, beyond all, and beside the image: left, top, right, bottom.
const BOXES = [
  [-20, 10, 60, 50],
  [100, 10, 190, 50],
  [20, -33, 60, 50],
  [20, 60, 60, 150],
  [-7, -9, 40, 30],
  [100, 80, 151, 117],
  [-30, -20, 171, 137],
  [-2, 0, 131, 97],
  [0, 0, 131, 99],
  [500, 10, 520, 30],
  [-90, -80, -10, -20],
  [0, -50, 131, 0],
];

const toCrop = ([left, top, right, bottom]) => ({ left, top, right, bottom });

// What of a box lies inside the image.
function inside([left, top, right, bottom]) {
  const region = { left: Math.max(0, left), top: Math.max(0, top) };
  const width = Math.min(SMALL.width, right) - region.left;
  const height = Math.min(SMALL.height, bottom) - region.top;
  const none = { left: 0, top: 0, width: 0, height: 0 };
  return width > 0 && height > 0 ? { ...region, width, height } : none;
}

const PASTE = `
image = Image.open(io.BytesIO(file)).convert(mode)
result = Image.new(mode, (box[2] - box[0], box[3] - box[1]), tuple(color))
result.paste(image, (-box[0], -box[1]))`;

test("a crop beyond the image is padded like Pillow's paste on a colour", async () => {
  for (const name of ['small.png', 'small.jpg', 'small.bmp', 'small-gray-2.png']) {
    const file = await fixture(name);
    for (const box of BOXES) {
      const options = { crop: toCrop(box), outOfBounds: 'pad' };
      const what = `${name}, ${box}`;
      const onColor = { ...options, background: '#fa0583' };
      const color = [250, 5, 131];
      const expected = await python(PASTE, { file, mode: 'RGB', box, color });
      const samples = await decode(file, { ...onColor, channels: 'RGB' });
      sameSamples(samples, expected, what);
      assert.deepEqual(samples.region, inside(box), what);
      const png = await encode(file, { ...onColor, format: 'png' });
      sameSamples(await pillow(png.bytes, 'RGB'), expected, `${what}, as PNG`);
      assert.equal(decodePng(png.bytes).colorType, RGB, what);
      // By default it is transparent.
      const clear = await python(PASTE, { file, mode: 'RGBA', box, color: [0, 0, 0, 0] });
      sameSamples(await decode(file, options), clear, `${what}, transparent`);
      sameSamples(
        await pillow((await encode(file, { ...options, format: 'png' })).bytes, 'RGBA'),
        clear,
      );
    }
  }
});

test('a JPEG is padded with white or the background', async () => {
  const file = await fixture('small.jpg');
  const crop = { left: -64, top: 0, right: 64, bottom: 64 };
  for (const [background, expected] of [
    [undefined, [255, 255, 255]],
    ['#00f', [0, 0, 254]], // as near as luma and chroma come
    ['#808080', [128, 128, 128]],
  ]) {
    const jpeg = await encode(file, { crop, outOfBounds: 'pad', background });
    assert.equal(jpeg.format, 'jpeg');
    assert.equal((await probe(jpeg)).channels, 'RGB');
    const { data } = await decode(jpeg, { channels: 'RGB' });
    assert.deepEqual([...data.subarray(0, 3)], expected);
  }
  const gray = await fixture('photo-gray.jpg');
  const onGray = await probe(await encode(gray, { crop, outOfBounds: 'pad' }));
  const onBlue = await probe(await encode(gray, { crop, outOfBounds: 'pad', background: '#00f' }));
  assert.deepEqual([onGray.channels, onBlue.channels], ['GRAY', 'RGB']);
});

// A file, a background, and the colour type and depth of the PNG that holds both.
const LAYOUTS = [
  ['photo-gray.png', '#777', GRAY, 8],
  ['photo-gray.png', '#778', RGB, 8],
  ['photo-gray.png', undefined, GRAYA, 8],
  ['photo-gray.png', '#ffffff80', GRAYA, 8],
  ['photo-gray.png', '#ffeeff80', RGBA, 8],
  ['photo-graya.png', '#777', GRAYA, 8],
  ['photo-rgba.png', '#123', RGBA, 8],
  ['photo-palette.png', '#123', RGB, 8],
  ['photo-palette.png', undefined, RGBA, 8],
  ['photo-palette-alpha.png', '#123', RGBA, 8],
  ['small-gray-2.png', '#777', GRAY, 8],
  ['small-gray-16.png', '#777', GRAY, 16],
  ['small-gray-16.png', '#123', RGB, 16],
  ['small-rgb-16.png', '#123', RGB, 16],
  ['small-rgb-16.png', undefined, RGBA, 16],
  ['small-rgba-16.png', '#123', RGBA, 16],
];

test('padding adds only the channels that the background needs', async () => {
  for (const [name, background, colorType, depth] of LAYOUTS) {
    const file = await fixture(name);
    const crop = { left: -10, top: -10, right: 30, bottom: 30 };
    const result = await encode(file, { crop, outOfBounds: 'pad', background });
    const png = decodePng(result.bytes);
    const what = `${name} on ${background}`;
    assert.deepEqual([png.colorType, png.depth], [colorType, depth], what);
    assert.equal(result.lossless, true, what);
    // The image in it is what it was.
    const options = { channels: 'RGBA', bitDepth: 16 };
    const own = { left: 10, top: 10, right: 40, bottom: 40 };
    const part = await decode(file, {
      ...options,
      crop: { left: 0, top: 0, right: 30, bottom: 30 },
    });
    sameSamples(await decode(result, { ...options, crop: own }), part, what);
    const corner = await decode(result, { crop: { left: 0, top: 0, right: 1, bottom: 1 } });
    const padded = await decode(file, {
      crop: { ...crop, right: -9, bottom: -9 },
      outOfBounds: 'pad',
      background,
    });
    assert.deepEqual(corner.data, padded.data, what);
  }
});

test('16-bit samples are padded with 16-bit values', async () => {
  const file = await fixture('small-rgb-16.png');
  const crop = { left: -2, top: 0, right: 5, bottom: 5 };
  const options = {
    crop,
    outOfBounds: 'pad',
    background: '#12ff80',
    channels: 'RGB',
    bitDepth: 16,
  };
  const { data } = await decode(file, options);
  assert.deepEqual([...data.subarray(0, 3)], [0x1212, 0xffff, 0x8080]);
});

test('padding comes before the resize', async () => {
  for (const name of ['small.png', 'small.jpg']) {
    const file = await fixture(name);
    const box = [-30, -11, 101, 86];
    const expected = await python(`${PASTE}\nresult = result.resize((70, 50), Image.LANCZOS)`, {
      ...{ file, mode: 'RGB', box, color: [18, 52, 86] },
    });
    const options = {
      crop: toCrop(box),
      outOfBounds: 'pad',
      background: '#123456',
      channels: 'RGB',
    };
    const resize = { width: 70, height: 50, fit: 'fill' };
    sameSamples(await decode(file, { ...options, resize }), expected, name);
    // A JPEG that could be decoded reduced, too.
    const small = { width: 10, height: 8, fit: 'fill' };
    const smaller = await python(`${PASTE}\nresult = result.resize((10, 8), Image.LANCZOS)`, {
      ...{ file, mode: 'RGB', box, color: [18, 52, 86] },
    });
    sameSamples(await decode(file, { ...options, resize: small }), smaller, name);
  }
});

test('padding for the crop and for contain are combined', async () => {
  const file = await fixture('small.png');
  const box = [-40, 0, 60, 50];
  const expected = await python(
    `${PASTE}
inner = result.resize((60, 30), Image.LANCZOS)
result = Image.new(mode, (60, 60), tuple(color))
result.paste(inner, (0, 30))`,
    { file, mode: 'RGB', box, color: [18, 52, 86] },
  );
  const resize = { width: 60, height: 60, fit: 'contain', position: 'bottom' };
  const options = { crop: toCrop(box), outOfBounds: 'pad', background: '#123456', resize };
  sameSamples(await decode(file, { ...options, channels: 'RGB' }), expected, 'both');
});

test('a rotated image is padded as displayed', async () => {
  const file = jpegWithExif(await fixture('small.jpg'), orientation(6));
  const expected = await python(
    `from PIL import ImageOps
image = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
result = image.crop((-10, 50, 80, 150))`,
    { file },
  );
  const crop = { left: -10, top: 50, right: 80, bottom: 150 };
  const samples = await decode(file, {
    crop,
    outOfBounds: 'pad',
    background: '#000',
    channels: 'RGB',
  });
  sameSamples(samples, expected, 'orientation 6');
  assert.deepEqual(samples.region, { left: 0, top: 50, width: 80, height: 81 });
});

test('raw samples are padded', async () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const source = { data, width: 2, height: 1, channels: 'BGR' };
  const crop = { left: 1, top: -2, right: 4, bottom: 1 };
  const options = { crop, outOfBounds: 'pad', background: '#090807', channels: 'BGR' };
  const result = await decode(source, options);
  const background = [7, 8, 9];
  assert.deepEqual(
    [...result.data],
    [...Array(6).fill(background).flat(), 4, 5, 6, ...Array(2).fill(background).flat()],
  );
});

// An edge up to one pixel outside the image is a rounding error; one that is further out is not.
const EDGES = [
  [{ left: -0.99, top: -0.5, right: 131.99, bottom: 97.5 }, [131, 97], [131, 97]],
  [{ left: -1, top: 0, right: 131, bottom: 97 }, [131, 97], [131, 97]],
  [{ left: 0, top: 0, right: 132, bottom: 98 }, [131, 97], [131, 97]],
  [{ left: -2, top: 0, right: 133, bottom: 99 }, [135, 99], [131, 97]],
  [{ left: -1.4, top: 0, right: 132.4, bottom: 97 }, [133, 97], [131, 97]],
  [{ left: -1.51, top: 0, right: 10, bottom: 97 }, [12, 97], [10, 97]],
  [{ left: -50, top: -50, right: 150, bottom: 50, unit: '%' }, [262, 97], [131, 49]],
];

test('outOfBounds pads or clamps', async () => {
  const file = await fixture('small.png');
  for (const [crop, padded, clamped] of EDGES) {
    const size = async (outOfBounds) => {
      const { width, height } = await decode(file, { crop, outOfBounds });
      return [width, height];
    };
    assert.deepEqual(await size('pad'), padded, JSON.stringify(crop));
    assert.deepEqual(await size('clamp'), clamped, JSON.stringify(crop));
  }
  for (const box of BOXES) {
    const crop = toCrop(box);
    await rejects(decode(file, { crop }), 'CROP_OUT_OF_BOUNDS', { details: SMALL });
    const { width, height } = inside(box);
    const clamped = decode(file, { crop, outOfBounds: 'clamp' });
    if (width === 0) await rejects(clamped, 'CROP_OUT_OF_BOUNDS', { details: SMALL });
    else assert.deepEqual([(await clamped).width, (await clamped).height], [width, height]);
  }
});

test('a padded image beyond the limits is refused before memory is allocated', async () => {
  for (const [name, far] of [
    ['small.png', 1e5],
    ['small.png', 1e300],
    ['small-rgba-16.png', 1e9],
    ['small.jpg', 1e9],
  ]) {
    const file = await fixture(name);
    const crop = { left: -far, top: -far, right: far, bottom: far };
    await rejects(decode(file, { crop, outOfBounds: 'pad' }), 'LIMIT_EXCEEDED', {
      message: /memory/,
    });
  }
});
