import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { decode, encode, probe } from '../../dist/index.js';
import { jpegWithExif, orientation } from '../../support/exif.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import { decodePng, encodePng, GRAY } from '../../support/png.mjs';
import { cut, rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { CAMERA, fixture, PHOTO, SMALL } from '../support/fixtures.mjs';
import {
  djpegReduced,
  KERNELS,
  largestError,
  noise,
  pillowResize,
  resizeByDefinition,
} from '../support/resample.mjs';

const fill = (width, height, kernel) => ({ width, height, fit: 'fill', kernel });

const keep = { channels: 'keep', bitDepth: 'keep' };

async function photo(channels, name = 'photo.png') {
  const { data, width, height } = await decode(await fixture(name), { channels });
  return { data, width, height, channels };
}

// Images, and the sizes that each is resized to.
async function samples() {
  const images = [];
  for (const channels of ['GRAY', 'RGB']) {
    images.push(
      [
        await photo(channels),
        [
          [601, 400],
          [100, 67],
          [64, 64],
          [13, 700],
          [1500, 20],
          [7, 5],
        ],
      ],
      [
        await photo(channels, 'small.png'),
        [
          [132, 98],
          [130, 96],
          [262, 194],
          [400, 31],
          [131, 50],
        ],
      ],
      // Sums that go beyond the range, up and down.
      [
        noise({ width: 97, height: 61, channels, extremes: true }),
        [
          [300, 200],
          [40, 25],
          [97, 7],
        ],
      ],
      // Edges of one pixel.
      [
        noise({ width: 1, height: 257, channels }),
        [
          [1, 19],
          [5, 600],
          [1, 1],
          [300, 1],
        ],
      ],
      [
        noise({ width: 257, height: 1, channels }),
        [
          [19, 1],
          [600, 5],
          [1, 1],
          [1, 300],
        ],
      ],
      [
        noise({ width: 1, height: 1, channels }),
        [
          [1, 1],
          [40, 33],
        ],
      ],
      [
        noise({ width: 2, height: 3, channels }),
        [
          [50, 50],
          [1, 1],
        ],
      ],
      [
        noise({ width: 31, height: 33, channels }),
        [
          [15, 17],
          [16, 16],
          [1, 1],
          [33, 31],
        ],
      ],
      // Sums of many.
      [
        noise({ width: 2400, height: 310, channels, extremes: true }),
        [
          [8, 1],
          [2399, 1],
          [1, 310],
        ],
      ],
      [
        noise({ width: 9001, height: 3, channels, extremes: true }),
        [
          [30, 3],
          [9000, 2],
        ],
      ],
      [
        noise({ width: 3, height: 9001, channels, extremes: true }),
        [
          [3, 30],
          [17, 30],
        ],
      ],
      [
        { ...noise({ width: 3000, height: 301, channels }), data: all(255, 3000 * 301, channels) },
        [[10, 1]],
      ],
    );
  }
  return images;
}

const all = (value, pixels, channels) =>
  new Uint8Array(pixels * (channels === 'RGB' ? 3 : 1)).fill(value);

test('8-bit grey and RGB equal Pillow, for every kernel', async () => {
  let count = 0;
  for (const [image, sizes] of await samples()) {
    const { width, height, channels } = image;
    for (const kernel of Object.keys(KERNELS)) {
      const expected = await pillowResize(image, kernel, sizes);
      for (const [i, size] of sizes.entries()) {
        const what = `${channels} ${width} x ${height} to ${size.join(' x ')}, ${kernel}`;
        const resized = await decode(image, { channels, resize: fill(...size, kernel) });
        sameSamples(resized, expected[i], what);
        count += 1;
      }
    }
  }
  assert.ok(count > 200, `${count}`);
});

test("a resized file equals Pillow's resize", async () => {
  for (const name of ['photo.png', 'photo-gray.png', 'photo-444.jpg']) {
    const file = await fixture(name);
    const expected = await python(
      `image = Image.open(io.BytesIO(file)).crop((100, 50, 700, 500))
result = image.resize((450, 333), Image.LANCZOS)`,
      { file },
    );
    const crop = { left: 100, top: 50, right: 700, bottom: 500 };
    const options = { crop, resize: { width: 450, height: 333, fit: 'fill' } };
    sameSamples(await decode(file, { ...options, channels: 'keep' }), expected, name);
    const png = await encode(file, { ...options, format: 'png' });
    sameSamples(await pillow(png.bytes), expected, `${name} as PNG`);
    assert.deepEqual([png.width, png.height, png.lossless], [450, 333, false]);
    assert.deepEqual(png.region, { left: 100, top: 50, width: 600, height: 450 });
  }
});

test("a PNG of 1, 2 or 4 bits, made much smaller, equals Pillow's resize of its grey", async () => {
  const size = { width: 2011, height: 301 };
  for (const depth of [1, 2, 4]) {
    const samples = randomFillSync(Buffer.alloc(size.width * size.height)).map(
      (b) => b >> (8 - depth),
    );
    const file = encodePng({ ...size, depth, colorType: GRAY, samples });
    const expected = await python(
      `image = Image.open(io.BytesIO(file)).convert('L').crop((3, 1, 2010, 300))
result = image.resize((23, 7), Image.LANCZOS)`,
      { file },
    );
    const crop = { left: 3, top: 1, right: 2010, bottom: 300 };
    const options = { crop, resize: { width: 23, height: 7, fit: 'fill' }, channels: 'GRAY' };
    sameSamples(await decode(file, options), expected, `${depth} bits`);
  }
});

const POSITIONS = {
  center: [0.5, 0.5],
  top: [0.5, 0],
  'right top': [1, 0],
  right: [1, 0.5],
  'right bottom': [1, 1],
  bottom: [0.5, 1],
  'left bottom': [0, 1],
  left: [0, 0.5],
  'left top': [0, 0],
};

const fitByPillow = (image, tasks) =>
  python(
    `from PIL import ImageOps
image = Image.frombytes(mode, size, data)
result = [ImageOps.fit(image, to, getattr(Image, kernel), centering=at) for to, kernel, at in tasks]`,
    {
      data: image.data,
      size: [image.width, image.height],
      mode: image.channels === 'GRAY' ? 'L' : 'RGB',
      tasks,
    },
  );

test("cover equals Pillow's ImageOps.fit, in every position", async () => {
  const sizes = [
    [64, 64],
    [50, 97],
    [131, 20],
    [200, 300],
    [1, 40],
    [90, 1],
    [262, 194],
  ];
  for (const channels of ['GRAY', 'RGB']) {
    const image = await photo(channels, 'small.png');
    const tasks = [];
    for (const [position, at] of Object.entries(POSITIONS)) {
      for (const size of sizes) {
        for (const kernel of Object.keys(KERNELS)) tasks.push({ position, at, size, kernel });
      }
    }
    const expected = await fitByPillow(
      image,
      tasks.map(({ size, kernel, at }) => [size, KERNELS[kernel], at]),
    );
    for (const [i, { position, size, kernel }] of tasks.entries()) {
      const [width, height] = size;
      const resize = { width, height, position, kernel };
      const what = `${channels}, ${position}, ${width} x ${height}, ${kernel}`;
      sameSamples(await decode(image, { channels, resize }), expected[i], what);
    }
  }
  const image = await photo('RGB');
  const [expected] = await fitByPillow(image, [[[333, 500], 'LANCZOS', [0.5, 0.5]]]);
  const resize = { width: 333, height: 500 };
  sameSamples(await decode(image, { channels: 'RGB', resize }), expected, 'by default');
});

// From a size, what is asked for, and the size that results. Where the image lies on it, if it does
// not fill it: left, top, width, height.
const SIZES = [
  [[200, 100], { width: 50 }, [50, 25]],
  [[200, 100], { height: 50 }, [100, 50]],
  [[200, 100], { width: 400 }, [400, 200]],
  [[200, 101], { width: 3 }, [3, 2]],
  [[200, 75], { width: 4 }, [4, 2]],
  [[1000, 3], { width: 10 }, [10, 1]],
  [[3, 1000], { height: 10, fit: 'inside' }, [1, 10]],
  [[7, 5], { width: 14, fit: 'contain' }, [14, 10]],
  [[200, 100], { width: 50, height: 50 }, [50, 50]],
  [[200, 100], { width: 50, height: 50, fit: 'cover' }, [50, 50]],
  [[200, 100], { width: 50, height: 50, fit: 'fill' }, [50, 50]],
  [[200, 100], { width: 50, height: 50, fit: 'inside' }, [50, 25]],
  [[200, 100], { width: 50, height: 50, fit: 'outside' }, [100, 50]],
  [[100, 200], { width: 50, height: 50, fit: 'inside' }, [25, 50]],
  [[100, 200], { width: 50, height: 50, fit: 'outside' }, [50, 100]],
  [[100, 200], { width: 300, height: 500, fit: 'inside' }, [250, 500]],
  [[100, 200], { width: 300, height: 500, fit: 'outside' }, [300, 600]],
  [[100, 3], { width: 10, height: 10, fit: 'inside' }, [10, 1]],
  [[99, 101], { width: 10, height: 10, fit: 'inside' }, [10, 10]],
  [[1203, 801], { width: 512, height: 512, fit: 'inside' }, [512, 341]],
  [[1203, 801], { width: 512, height: 512, fit: 'outside' }, [769, 512]],
  [[200, 100], { width: 50, height: 50, fit: 'contain' }, [50, 50], [0, 13, 50, 25]],
  [[200, 100], { width: 51, height: 50, fit: 'contain' }, [51, 50], [0, 12, 51, 26]],
  [[200, 100], { width: 50, height: 25, fit: 'contain' }, [50, 25]],
  [[100, 200], { width: 50, height: 50, fit: 'contain' }, [50, 50], [13, 0, 25, 50]],
  [[100, 200], contain(51, 50, 'left'), [51, 50], [0, 0, 25, 50]],
  [[100, 200], contain(51, 50, 'right'), [51, 50], [26, 0, 25, 50]],
  [[100, 200], contain(51, 50, 'top'), [51, 50], [13, 0, 25, 50]],
  [[100, 200], contain(51, 50, 'right bottom'), [51, 50], [26, 0, 25, 50]],
  [[200, 100], contain(40, 41, 'top'), [40, 41], [0, 0, 40, 20]],
  [[200, 100], contain(40, 41, 'left top'), [40, 41], [0, 0, 40, 20]],
  [[200, 100], contain(40, 41, 'bottom'), [40, 41], [0, 21, 40, 20]],
  [[200, 100], contain(40, 41, 'left bottom'), [40, 41], [0, 21, 40, 20]],
  [[200, 100], contain(40, 41, 'right'), [40, 41], [0, 11, 40, 20]],
  [[10, 10], contain(40, 100, 'center'), [40, 100], [0, 30, 40, 40]],
];

function contain(width, height, position) {
  return { width, height, fit: 'contain', position };
}

const small = (resize) => ({ ...resize, withoutEnlargement: true });
const WITHOUT_ENLARGEMENT = [
  [[200, 100], small({ width: 400 }), [200, 100]],
  [[200, 100], small({ height: 101 }), [200, 100]],
  [[200, 100], small({ width: 100 }), [100, 50]],
  [[200, 100], small({ width: 400, height: 400, fit: 'inside' }), [200, 100]],
  [[200, 100], small({ width: 400, height: 50, fit: 'inside' }), [100, 50]],
  [[200, 100], small({ width: 400, height: 50, fit: 'outside' }), [200, 100]],
  [[200, 100], small({ width: 100, height: 40, fit: 'outside' }), [100, 50]],
  [[200, 100], small({ width: 400, height: 50, fit: 'fill' }), [200, 50]],
  [[200, 100], small({ width: 150, height: 500, fit: 'fill' }), [150, 100]],
  [[200, 100], small({ width: 400, height: 400, fit: 'fill' }), [200, 100]],
  [[200, 100], small({ width: 100, height: 80, fit: 'cover' }), [100, 80]],
  [[200, 100], small({ width: 400, height: 50, fit: 'cover' }), [200, 50]],
  [[200, 100], small({ width: 100, height: 400, fit: 'cover' }), [100, 100]],
  [[200, 100], small({ width: 400, height: 400, fit: 'cover' }), [200, 100]],
  [[200, 100], small(contain(300, 120, 'center')), [300, 120], [50, 10, 200, 100]],
  [[200, 100], small(contain(300, 120, 'right bottom')), [300, 120], [100, 20, 200, 100]],
  [[200, 100], small(contain(100, 120, 'center')), [100, 120], [0, 35, 100, 50]],
];

// White on red, so that the image's edges on its canvas are seen.
const background = { r: 255, g: 0, b: 0 };

test('every fit gives the expected size and position', async () => {
  for (const [from, resize, [width, height], place] of [...SIZES, ...WITHOUT_ENLARGEMENT]) {
    const what = `${from.join(' x ')}: ${JSON.stringify(resize)}`;
    const source = { data: all(255, from[0] * from[1], 'RGB'), channels: 'RGB' };
    const image = { ...source, width: from[0], height: from[1] };
    const result = await decode(image, { resize, background, channels: 'RGB' });
    assert.deepEqual([result.width, result.height], [width, height], what);
    assert.deepEqual(result.region, { left: 0, top: 0, width: from[0], height: from[1] }, what);
    const [left, top, wide, high] = place ?? [0, 0, width, height];
    const expected = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const inside = x >= left && x < left + wide && y >= top && y < top + high;
        expected.set(inside ? [255, 255, 255] : [255, 0, 0], (y * width + x) * 3);
      }
    }
    sameSamples(result, { data: expected, width, height }, what);
    const png = await encode(image, { resize, background });
    assert.deepEqual([png.width, png.height], [width, height], what);
    const info = await probe(png);
    assert.deepEqual([info.width, info.height], [width, height], what);
  }
});

test("contain equals Pillow's resize pasted on the background", async () => {
  const file = await fixture('small.png');
  const expected = await python(
    `image = Image.open(io.BytesIO(file)).resize((100, 74), Image.LANCZOS)
result = Image.new('RGB', (100, 100), (18, 52, 86))
result.paste(image, (0, 13))`,
    { file },
  );
  const resize = { width: 100, height: 100, fit: 'contain' };
  const onBlue = await decode(file, { resize, background: '#123456', channels: 'RGB' });
  sameSamples(onBlue, expected, 'on a colour');
  // By default what is padded is transparent, and white in a JPEG.
  const png = await decode(await encode(file, { resize }), { channels: 'keep' });
  assert.equal(png.channels, 'RGBA');
  assert.deepEqual([...png.data.subarray(0, 4)], [0, 0, 0, 0]);
  assert.equal(png.data[(13 * 100 + 50) * 4 + 3], 255);
  const tall = { ...resize, height: 200 };
  const jpeg = await decode(await encode(file, { resize: tall, format: 'jpeg' }));
  assert.ok(jpeg.data.subarray(0, 100 * 32 * 4).every((sample) => sample === 255));
});

test('withoutEnlargement crops if the size is larger', async () => {
  const image = await photo('RGB', 'small.png');
  for (const [position, [x, y]] of Object.entries(POSITIONS)) {
    const resize = { width: 60, height: 500, position, withoutEnlargement: true };
    const left = Math.floor((SMALL.width - 60) * x);
    const expected = cut(image, { left, top: 0, width: 60, height: SMALL.height });
    sameSamples(await decode(image, { channels: 'RGB', resize }), expected, `${position} ${y}`);
  }
});

test('a resize to the same size changes nothing', async () => {
  const file = await fixture('small.png');
  const resizes = [
    { width: SMALL.width },
    { height: SMALL.height },
    ...['cover', 'contain', 'fill', 'inside', 'outside'].map((fit) => ({ ...SMALL, fit })),
    { width: 5000, withoutEnlargement: true },
    { width: 5000, height: 10000, fit: 'inside', withoutEnlargement: true },
    { width: 5000, height: 10000, fit: 'cover', withoutEnlargement: true },
  ];
  for (const resize of resizes) {
    const result = await encode(file, { resize });
    sameBytes(result.bytes, file, JSON.stringify(resize));
    assert.equal(result.lossless, true);
  }
  // Whatever the proportions: none of them is a number with an end in binary.
  for (let width = 1; width < 140; width += 1) {
    for (const height of [1, 3, 49, 97, 113]) {
      const source = { data: new Uint8Array(width * height), width, height, channels: 'GRAY' };
      for (const fit of ['cover', 'contain', 'inside', 'outside']) {
        const { lossless } = await decode(source, { resize: { width, height, fit } });
        assert.ok(lossless, `${width} x ${height}, ${fit}`);
      }
    }
  }
});

test('alpha and 16-bit samples equal the definition', async () => {
  const sizes = [
    [200, 150],
    [64, 47],
    [31, 97],
    [131, 20],
    [9, 7],
  ];
  // A file, the least alpha that counts, and the error that is allowed.
  const files = [
    ['small-rgba-16.png', { bitDepth: 8, channels: 'RGBA' }, 4, 1],
    ['small-graya-16.png', { bitDepth: 8, channels: 'GRAYA' }, 4, 1],
    ['small-rgba-16.png', { bitDepth: 16, channels: 'RGBA' }, 1024, 1],
    ['small-graya-16.png', { bitDepth: 16, channels: 'GRAYA' }, 1024, 1],
    ['small-rgb-16.png', { bitDepth: 16, channels: 'RGB' }, undefined, 1.5],
    ['small-gray-16.png', { bitDepth: 16, channels: 'GRAY' }, undefined, 1.5],
  ];
  for (const [name, layout, least, most] of files) {
    const source = await decode(await fixture(name), layout);
    for (const kernel of Object.keys(KERNELS)) {
      for (const size of sizes) {
        const resized = await decode(source, { ...layout, resize: fill(...size, kernel) });
        const options = { alpha: least !== undefined };
        const expected = await resizeByDefinition(source, kernel, size, options);
        assert.deepEqual([resized.width, resized.height], size);
        const error = largestError(resized, expected, { alpha: least });
        const what = `${layout.channels} ${layout.bitDepth} to ${size.join(' x ')}, ${kernel}`;
        assert.ok(error <= most, `${what}: ${error}`);
      }
    }
  }
});

test('large reductions with alpha and 16 bits equal the definition', async () => {
  for (const [channels, bits, most] of [
    ['RGBA', 8, 1],
    ['GRAYA', 8, 1],
    ['RGBA', 16, 2],
    ['RGB', 16, 2],
  ]) {
    const image = noise({ width: 1203, height: 301, channels, bits });
    const alpha = channels.endsWith('A');
    const options = { channels, bitDepth: bits, resize: fill(4, 1, 'lanczos3') };
    const expected = await resizeByDefinition(image, 'lanczos3', [4, 1], { alpha });
    const error = largestError(await decode(image, options), expected, {
      alpha: alpha ? 1 : undefined,
    });
    assert.ok(error <= most, `${channels} ${bits}: ${error}`);
  }
});

test('transparent pixels do not bleed into opaque ones', async () => {
  // Red and opaque on the left, green and transparent on the right.
  const data = new Uint8Array(64 * 64 * 4);
  for (let i = 0; i < 64 * 64; i += 1) {
    data.set(i % 64 < 32 ? [255, 0, 0, 255] : [0, 255, 0, 0], i * 4);
  }
  for (const kernel of ['linear', 'cubic', 'lanczos3']) {
    for (const width of [7, 63, 200]) {
      const resize = fill(width, 20, kernel);
      const result = await decode({ data, width: 64, height: 64 }, { resize });
      for (let i = 0; i < result.data.length; i += 4) {
        const [r, g, b, a] = result.data.subarray(i, i + 4);
        const shown = a === 0 || (r === 255 && g === 0 && b === 0);
        assert.ok(shown, `${kernel}, ${width}: ${[r, g, b, a]} at ${i}`);
      }
      const alphas = result.data.filter((_, i) => i % 4 === 3);
      assert.ok(alphas.includes(0) && alphas.includes(255), `${kernel}, ${width}`);
    }
  }
});

test('a 16-bit PNG stays 16-bit', async () => {
  for (const name of ['small-rgb-16.png', 'small-rgba-16.png', 'small-gray-16.png']) {
    const file = await fixture(name);
    const result = await encode(file, { resize: { width: 60 } });
    const png = decodePng(result.bytes);
    assert.deepEqual([png.depth, png.colorType], [16, decodePng(file).colorType], name);
    const { data } = await decode(file, { ...keep, resize: { width: 60 } });
    assert.deepEqual(png.samples, data, name);
    assert.ok(
      data.some((sample) => sample % 257 !== 0),
      `${name} uses all of the 16 bits`,
    );
  }
});

// The image with what lies outside the crop turned over: black for light, white for dark.
function inverted(image, { left, top, right, bottom }) {
  const { data, width, height } = image;
  const channels = data.length / (width * height);
  const top8 = data instanceof Uint16Array ? 65535 : 255;
  const changed = data.map((sample, i) => {
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const inside = x >= left && x < right && y >= top && y < bottom;
    return inside ? sample : sample > top8 / 2 ? 0 : top8;
  });
  return { ...image, data: changed };
}

test('pixels outside the crop have no influence', async () => {
  const crops = [
    { left: 40, top: 30, right: 91, bottom: 67 },
    { left: 0, top: 0, right: 131, bottom: 50 },
    { left: 130, top: 5, right: 131, bottom: 97 },
    { left: 17, top: 96, right: 100, bottom: 97 },
  ];
  const resizes = [
    ...[
      fill(20, 20),
      fill(7, 11),
      fill(150, 90),
      { width: 33, height: 5 },
      { width: 5, height: 33 },
    ],
    ...[
      { width: 20, height: 20, fit: 'contain' },
      { width: 60, withoutEnlargement: true },
    ],
  ];
  for (const channels of ['GRAY', 'RGB', 'RGBA']) {
    for (const bitDepth of [8, 16]) {
      const image = await decode(await fixture('small-rgba-16.png'), { channels, bitDepth });
      for (const crop of crops) {
        const other = inverted(image, crop);
        for (const resize of resizes) {
          for (const kernel of Object.keys(KERNELS)) {
            const options = { crop, resize: { ...resize, kernel }, channels, bitDepth };
            const what = JSON.stringify(options);
            sameSamples(await decode(other, options), await decode(image, options), what);
          }
        }
      }
    }
  }
});

test('pixels outside the crop have no influence in a rotated image', async () => {
  const image = await photo('RGB', 'small.png');
  const crop = { left: 11, top: 21, right: 80, bottom: 100 };
  for (const [rotate, stored] of [
    [90, { left: 21, top: 97 - 80, right: 100, bottom: 97 - 11 }],
    [270, { left: 131 - 100, top: 11, right: 131 - 21, bottom: 80 }],
  ]) {
    const options = { rotate, crop, resize: { width: 20, height: 31 }, channels: 'RGB' };
    const other = await decode(inverted(image, stored), options);
    sameSamples(other, await decode(image, options), `${rotate}`);
  }
});

const KINDS = {
  '4:4:4': ['-sample', '1x1'],
  '4:2:0': ['-sample', '2x2'],
  '4:2:2': ['-sample', '2x1'],
  'progressive 4:2:0': ['-sample', '2x2', '-progressive'],
  grey: ['-grayscale'],
};

/** JPEGs of the photograph, and the samples of each at 1/`reduction`. */
async function jpegs() {
  const ppm = await fixture('photo.ppm');
  return Object.entries(KINDS).map(([kind, args]) => {
    const file = tool('cjpeg', ['-dct', 'int', '-quality', '90', ...args], ppm);
    const made = [];
    const reduced = (reduction) => {
      made[reduction] ??= djpegReduced(file, reduction);
      return made[reduction];
    };
    return { kind, file, channels: kind === 'grey' ? 'GRAY' : 'RGB', reduced };
  });
}

// By how much a JPEG is reduced while it is decoded: as far as twice the asked size remains.
function reductionFor({ width, height }, [toWidth, toHeight]) {
  const enough = (n) => width / n >= 2 * toWidth && height / n >= 2 * toHeight;
  return [8, 4, 2].find(enough) ?? 1;
}

const PART_BY_PILLOW = `
image = Image.frombytes({1: 'L', 3: 'RGB'}[channels], (width, height), data)
if turn: image = image.transpose(getattr(Image, turn))
if part: image = image.crop(part)
result = image.resize(to, getattr(Image, kernel), box=box)`;

/** A part of an image, turned first, whose `box` Pillow brings to a size. */
function partByPillow(image, kernel, to, { turn = '', part = null, box = null } = {}) {
  return python(PART_BY_PILLOW, { ...image, kernel: KERNELS[kernel], to, turn, part, box });
}

test('a JPEG decoded at reduced size equals djpeg -scale, then Pillow', async () => {
  const { width, height } = PHOTO;
  const sizes = [
    [700, 500],
    [300, 200],
    [301, 200],
    [150, 100],
    [151, 90],
    [75, 50],
    [10, 7],
  ];
  const seen = new Set();
  for (const { kind, file, channels, reduced } of await jpegs()) {
    for (const to of sizes) {
      const n = reductionFor(PHOTO, to);
      seen.add(n);
      for (const kernel of ['linear', 'lanczos3']) {
        const box = [0, 0, width / n, height / n];
        const expected = await partByPillow(reduced(n), kernel, to, { box });
        const actual = await decode(file, { resize: fill(...to, kernel), channels });
        sameSamples(actual, expected, `${kind} to ${to.join(' x ')} (1/${n}), ${kernel}`);
      }
    }
    // No mean of samples comes out of 'nearest'.
    const expected = await partByPillow(reduced(1), 'nearest', [75, 50]);
    sameSamples(await decode(file, { resize: fill(75, 50, 'nearest'), channels }), expected, kind);
  }
  assert.deepEqual([...seen].sort(), [1, 2, 4, 8]);
});

test('a rotated JPEG decoded at reduced size equals djpeg -scale, then Pillow', async () => {
  const { width, height } = PHOTO;
  const turns = {
    3: ['ROTATE_180', (n, w, h) => [w - width / n, h - height / n, w, h]],
    6: ['ROTATE_270', (n, _, h) => [h - height / n, 0, h, width / n]],
    8: ['ROTATE_90', (n, w) => [0, w - width / n, height / n, w]],
  };
  for (const { kind, file, channels, reduced } of await jpegs()) {
    for (const [tag, [turn, boxOf]] of Object.entries(turns)) {
      for (const to of [
        [66, 100],
        [33, 50],
        [133, 50],
      ]) {
        const n = reductionFor(tag === '3' ? PHOTO : { width: height, height: width }, to);
        const box = boxOf(n, Math.ceil(width / n), Math.ceil(height / n));
        const expected = await partByPillow(reduced(n), 'cubic', to, { turn, box });
        const turned = jpegWithExif(file, orientation(Number(tag)));
        const actual = await decode(turned, { resize: fill(...to, 'cubic'), channels });
        sameSamples(actual, expected, `${kind}, orientation ${tag}, 1/${n}`);
      }
    }
  }
});

const size = ({ left, top, right, bottom }) => ({ width: right - left, height: bottom - top });

test('a region of a JPEG decoded at reduced size equals djpeg -scale, then Pillow', async () => {
  // On the grid of every reduction, to the right and lower edge, and anywhere.
  const aligned = { left: 400, top: 208, right: 1104, bottom: 720 };
  const atTheEdge = { left: 400, top: 208, right: PHOTO.width, bottom: PHOTO.height };
  const anywhere = { left: 333, top: 111, right: 1000, bottom: 777 };
  for (const { kind, file, channels, reduced } of await jpegs()) {
    const whole = await decode(file, { channels });
    for (const crop of [aligned, atTheEdge, anywhere]) {
      const { width, height } = size(crop);
      for (const to of [
        [100, 100],
        [50, 60],
        [30, 20],
        [100, 7],
      ]) {
        const n = reductionFor(size(crop), to);
        const what = `${kind}, 1/${n}, ${JSON.stringify(crop)}`;
        const resize = fill(...to);
        const actual = await decode(file, { crop, resize, channels });
        const inside = partInside(crop, n);
        const [left, top] = [crop.left / n - inside.left, crop.top / n - inside.top];
        const box = [left, top, left + width / n, top + height / n];
        const part = cut(reduced(n), inside);
        if (crop === anywhere) {
          const expected = await resizeByDefinition(part, 'lanczos3', to, { box });
          const error = largestError(actual, expected);
          assert.ok(error <= 1.25, `${what}: ${error}`); // both passes round
        } else {
          sameSamples(actual, await partByPillow(part, 'lanczos3', to, { box }), what);
        }
        // And it is the image that the whole one gives, not moved by a part of a pixel.
        const exact = await partByPillow(
          cut(whole, { left: crop.left, top: crop.top, width, height }),
          ...['lanczos3', to],
        );
        const mean = exact.data.reduce((sum, v, i) => sum + Math.abs(v - actual.data[i]), 0);
        assert.ok(mean / exact.data.length < 2, `${what}: ${mean / exact.data.length}`);
      }
    }
  }
});

// The samples of the reduced photograph that lie wholly in the crop, or at the photograph's edge.
function partInside({ left, top, right, bottom }, n) {
  const end = (edge, last) => (edge === last ? Math.ceil(edge / n) : Math.floor(edge / n));
  const [x, y] = [Math.ceil(left / n), Math.ceil(top / n)];
  return {
    ...{ left: x, top: y },
    width: end(right, PHOTO.width) - x,
    height: end(bottom, PHOTO.height) - y,
  };
}

test('pixels outside the crop have no influence in a JPEG decoded at reduced size', async () => {
  const image = await photo('RGB');
  // At 1/8 a sample is a block: the crop's edges lie within blocks.
  const crop = { left: 333, top: 111, right: 1003, bottom: 773 };
  for (const [args, outside] of [
    [['-sample', '1x1'], { left: 328, top: 104, right: 1008, bottom: 776 }],
    [['-sample', '2x2'], { left: 320, top: 96, right: 1008, bottom: 784 }],
    [['-grayscale'], { left: 328, top: 104, right: 1008, bottom: 776 }],
  ]) {
    // Changed in all blocks that the crop has no pixel of.
    const [first, second] = [image, inverted(image, outside)].map(({ data, width, height }) => {
      const ppm = Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), Buffer.from(data)]);
      return tool('cjpeg', ['-dct', 'int', ...args], ppm);
    });
    for (const kernel of ['linear', 'cubic', 'lanczos3']) {
      const options = { crop, resize: fill(30, 40, kernel) };
      assert.equal(reductionFor(size(crop), [30, 40]), 8);
      const [a, b] = [await decode(first, options), await decode(second, options)];
      sameSamples(a, b, `${args}, ${kernel}`);
    }
  }
});

test('a large JPEG is reduced', async () => {
  const file = await fixture('camera-420.jpg');
  const resize = { width: 200, height: 200 };
  const expected = await python(
    `from PIL import ImageOps
image = Image.open(io.BytesIO(file))
image.draft('RGB', (image.width // 4, image.height // 4))
result = ImageOps.fit(image, (200, 200), Image.LANCZOS)`,
    { file },
  );
  assert.equal((CAMERA.width % 4) + (CAMERA.height % 4), 0);
  sameSamples(await decode(file, { resize, channels: 'RGB' }), expected, 'cover');
});

const pixel = { data: new Uint8Array(4), width: 1, height: 1 };
const column = { data: new Uint8Array(2000), width: 1, height: 2000, channels: 'GRAY' };
const deep = { data: new Uint16Array(4), width: 1, height: 1 };
const most = 2 ** 31 - 1;

test('a size beyond the limits is refused before memory is allocated', async () => {
  for (const [source, resize] of [
    [pixel, { width: most }],
    [pixel, { width: most, height: most }],
    [pixel, { width: most, height: most, fit: 'contain' }],
    [pixel, { width: 2 ** 30, height: 2 ** 30, fit: 'fill', kernel: 'nearest' }],
    [column, { width: most }],
    [column, { width: most, height: 1, fit: 'outside' }],
    [column, { width: 2 ** 22 }],
    // Each with a number of bytes that is small modulo 2^64.
    [deep, { width: 2 ** 30, height: 2 ** 31 - 2 ** 1 }],
    [deep, { width: 1431655765, height: 1610612737, fit: 'fill' }],
    // Small itself, but what is in between is not.
    [
      { ...column, width: 2000, height: 1 },
      { width: 1, height: 2 ** 29 },
    ],
    [pixel, { width: 1e8, height: 1 }],
  ]) {
    const what = JSON.stringify(resize);
    for (const bitDepth of [8, 16]) {
      const promise = decode(source, { resize, bitDepth, channels: 'keep' });
      const { details } = await rejects(promise, 'LIMIT_EXCEEDED', { message: /limits\.memory/ });
      assert.ok(details.value > details.limit, what);
    }
  }
});
