import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode, encode, probe, toBytes } from '../../dist/index.js';
import { exif, jpegWithExif, ORIENTATION, orientation, pngWithExif } from '../../support/exif.mjs';
import { segments } from '../../support/jpeg.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import { cut, rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { coefficients, frame, withSize } from '../support/coefficients.mjs';
import { fixture, fixtures, PHOTO, SMALL } from '../support/fixtures.mjs';
import { imageMagick } from '../support/imagemagick.mjs';

const lossless = true;

// A file with lines for a program that takes them no other way.
function withScript(lines, use) {
  const path = join(tmpdir(), `crop64-${process.pid}-${Math.random()}.txt`);
  writeFileSync(path, lines);
  try {
    return use(path);
  } finally {
    rmSync(path);
  }
}

const ONE_BY_ONE = '0; 1; 2;';
const scansOneByOne = (ppm, ...args) =>
  withScript(ONE_BY_ONE, (path) => tool('cjpeg', [...args, '-scans', path], ppm));

// JPEGs of 131 x 97 pixels in every layout, with the size of their iMCU.
async function layouts() {
  const ppm = await fixture('small.ppm');
  const jpeg = (...args) => tool('cjpeg', ['-dct', 'int', '-quality', '90', ...args], ppm);
  const cmyk = await python(
    `image = Image.open(io.BytesIO(file)).convert('CMYK')
out = io.BytesIO()
image.save(out, 'JPEG', quality=90)
result = out.getvalue()`,
    { file: ppm },
  );
  const ycck = (...args) =>
    imageMagick('ppm:-', ['-colorspace', 'CMYK', '-quality', '88', ...args], 'jpeg:-', ppm);
  return [
    ['4:4:4', jpeg('-sample', '1x1'), 8, 8],
    ['4:2:2', jpeg('-sample', '2x1'), 16, 8],
    ['4:2:0', jpeg('-sample', '2x2'), 16, 16],
    ['4:4:0', jpeg('-sample', '1x2'), 8, 16],
    ['4:1:1', jpeg('-sample', '4x1'), 32, 8],
    ['4:1:0', jpeg('-sample', '4x2'), 32, 16],
    ['3 x 1', jpeg('-sample', '3x1'), 24, 8],
    ['chroma finer than luma', jpeg('-sample', '1x1,2x2,1x2'), 16, 16],
    ['grey', jpeg('-grayscale', '-sample', '1x1'), 8, 8],
    ['grey, 2 x 2', jpeg('-grayscale', '-sample', '2x2'), 8, 8],
    ['grey, 3 x 4', jpeg('-grayscale', '-sample', '3x4'), 8, 8],
    ['grey, 1 x 2, progressive', jpeg('-grayscale', '-sample', '1x2', '-progressive'), 8, 8],
    ['RGB', jpeg('-rgb', '-sample', '1x1'), 8, 8],
    ['RGB, subsampled', jpeg('-rgb', '-sample', '2x2'), 16, 16],
    ['CMYK', cmyk, 8, 8],
    ['YCCK 4:4:4', ycck('-sampling-factor', '1x1'), 8, 8],
    ['YCCK 4:2:0', ycck('-sampling-factor', '2x2'), 16, 16],
    ['YCCK, progressive', ycck('-sampling-factor', '2x1', '-interlace', 'JPEG'), 16, 8],
    ['progressive 4:2:0', jpeg('-progressive'), 16, 16],
    ['progressive 4:4:4', jpeg('-progressive', '-sample', '1x1'), 8, 8],
    ['restart in rows', jpeg('-restart', '1'), 16, 16],
    ['restart in blocks', jpeg('-restart', '3B', '-sample', '2x1'), 16, 8],
    ['optimised', jpeg('-optimize'), 16, 16],
    ['16-bit tables', jpeg('-quality', '1'), 16, 16],
    ['one scan for each', scansOneByOne(ppm), 16, 16],
    ['finest', jpeg('-quality', '100', '-sample', '1x1'), 8, 8],
  ].map(([name, file, width, height]) => ({ name, file, block: { width, height } }));
}

// Numbers that look random and are the same each time.
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function regions({ width, height }, count, seed) {
  const roll = dice(seed);
  const anywhere = () => {
    const left = roll(width);
    const top = roll(height);
    return [left, top, 1 + roll(width - left), 1 + roll(height - top)];
  };
  return [
    [0, 0, width - 1, height],
    [0, 1, width, height - 1],
    [width - 1, height - 1, 1, 1],
    [16, 16, 16, 16],
    ...Array.from({ length: count - 4 }, anywhere),
  ].map(([left, top, w, h]) => ({ left, top, width: w, height: h }));
}

// The region grown to the left and upwards to the grid.
function grown({ left, top, width, height }, block) {
  const x = left % block.width;
  const y = top % block.height;
  return { left: left - x, top: top - y, width: width + x, height: height + y };
}

const jpegtran = (file, { left, top, width, height }, ...args) =>
  tool('jpegtran', ['-copy', 'none', ...args, '-crop', `${width}x${height}+${left}+${top}`], file);

const content = ({ width, height, colorSpace, warnings, components }) => ({
  width,
  height,
  colorSpace,
  warnings,
  components,
});

function sameCoefficients(pairs) {
  const found = coefficients(pairs.flatMap(({ actual, expected }) => [actual, expected]));
  for (const [i, { what }] of pairs.entries()) {
    const [actual, expected] = [found[2 * i], found[2 * i + 1]];
    assert.deepEqual(content(actual), content(expected), what);
    assert.equal(actual.warnings, 0, what);
  }
}

let compared = 0;

async function compareWithJpegtran(name, file, block, parts) {
  const pairs = [];
  for (const crop of parts) {
    const what = `${name}, ${JSON.stringify(crop)}`;
    const result = await encode(file, { crop, lossless });
    const region = grown(crop, block);
    assert.deepEqual(result.region, region, what);
    assert.deepEqual([result.width, result.height], [region.width, region.height], what);
    assert.deepEqual([result.lossless, result.format], [true, 'jpeg'], what);
    pairs.push({ what, actual: result.bytes, expected: jpegtran(file, crop) });
  }
  sameCoefficients(pairs);
  compared += pairs.length;
}

test('a lossless crop has the coefficients of jpegtran -crop', async (t) => {
  for (const [i, { name, file, block }] of (await layouts()).entries()) {
    assert.deepEqual((await probe(file)).blockSize, block, name);
    await compareWithJpegtran(name, file, block, regions(SMALL, 9, i + 1));
  }
  for (const name of ['photo-420.jpg', 'photo-422.jpg', 'photo-cmyk.jpg', 'photo-gray.jpg']) {
    const file = await fixture(name);
    const { blockSize } = await probe(file);
    await compareWithJpegtran(name, file, blockSize, regions(PHOTO, 6, name.length));
  }
  const file = await fixture('wallpaper.jpg');
  const { width, height, blockSize } = await probe(file);
  await compareWithJpegtran('wallpaper', file, blockSize, regions({ width, height }, 5, 9));
  t.diagnostic(`${compared} pairs of file and region`);
  assert.ok(compared >= 200);
});

test('images smaller than a block are cropped losslessly', async () => {
  const ppm = await fixture('small.ppm');
  for (const sampling of ['1x1', '2x2', '4x1']) {
    for (const [width, height] of [
      [1, 1],
      [5, 40],
      [33, 3],
      [17, 17],
    ]) {
      const header = Buffer.from(`P6 ${width} ${height} 255\n`);
      const pixels = ppm.subarray(-3 * width * height);
      const file = tool('cjpeg', ['-sample', sampling], Buffer.concat([header, pixels]));
      const whole = { left: 0, top: 0, width, height };
      const corner = { ...whole, left: width - 1, top: height - 1, width: 1, height: 1 };
      const pairs = [];
      for (const crop of [whole, corner]) {
        const { bytes } = await encode(file, { crop, lossless, optimizeCoding: true });
        const what = `${sampling}, ${width} x ${height}`;
        pairs.push({ what, actual: bytes, expected: jpegtran(file, crop) });
      }
      sameCoefficients(pairs);
    }
  }
});

test('components with too many blocks for one scan are cropped losslessly', async () => {
  const file = scansOneByOne(await fixture('small.ppm'), '-sample', '4x4,1x1,1x1');
  const crop = { left: 40, top: 33, width: 60, height: 50 };
  const expected = withScript(ONE_BY_ONE, (path) => jpegtran(file, crop, '-scans', path));
  for (const progressive of [false, true]) {
    const { bytes } = await encode(file, { crop, lossless, progressive });
    sameCoefficients([{ what: `${progressive}`, actual: bytes, expected }]);
    assert.equal((await probe(bytes)).isProgressive, progressive);
  }
});

test('quantisation tables that change between scans are kept', async () => {
  const plain = scansOneByOne(await fixture('small.ppm'), '-quality', '90', '-sample', '1x1');
  const table = Buffer.alloc(69, 9);
  table.set([0xff, 0xdb, 0, 67, 1]);
  // Before the tables of the last scan, and so for its component alone.
  const at = plain.lastIndexOf(Buffer.from([0xff, 0xda]));
  const file = Buffer.concat([plain.subarray(0, at), table, plain.subarray(at)]);
  const crop = { left: 8, top: 16, width: 77, height: 66 };
  const { bytes } = await encode(file, { crop, lossless });
  const [actual, expected] = coefficients([bytes, jpegtran(plain, crop)]);
  const hashes = ({ components }) => components.map(({ hash }) => hash);
  assert.deepEqual(hashes(actual), hashes(expected));
  const [source] = coefficients([file]);
  const kept = ({ components }) => components.map((component) => component.table);
  assert.deepEqual(kept(actual), kept(source));
  assert.deepEqual(kept(actual)[2], Array(64).fill(9));
  assert.notDeepEqual(kept(actual)[1], kept(actual)[2]);
  sameSamples(await pillow(bytes), await pillow(file, 'RGB', [8, 16, 85, 82]));
});

test('a lossless crop of a lossless crop keeps the coefficients', async () => {
  for (const { name, file, block } of await layouts()) {
    const first = { left: block.width, top: block.height, width: 77, height: 61 };
    const second = { left: block.width, top: block.height, width: 29, height: 23 };
    const once = await encode(file, { crop: first, lossless });
    const twice = await encode(once, { crop: second, lossless });
    const direct = { ...second, left: 2 * block.width, top: 2 * block.height };
    sameBytes(twice.bytes, await toBytes(file, { crop: direct, lossless }), name);
    // And of the same part: nothing at all is changed.
    sameBytes(await toBytes(once, { lossless }), once.bytes, name);
  }
});

test('a lossless crop decodes to the samples of the source', async () => {
  const crop = { left: 24, top: 40, width: 70, height: 45 };
  const box = [24, 40, 94, 85];
  const names = ['4:4:4', 'grey', 'RGB', 'CMYK', 'YCCK 4:4:4', 'progressive 4:4:4', 'finest'];
  for (const { name, file } of (await layouts()).filter((layout) => names.includes(layout.name))) {
    const { bytes } = await encode(file, { crop, lossless });
    sameSamples(await pillow(bytes), await pillow(file, '', box), name);
  }
});

const exifEntries = (bytes) =>
  python(
    `exif = Image.open(io.BytesIO(file)).getexif()
result = {str(key): value for key, value in exif.items()}`,
    { file: bytes },
  );

const pillowShows = (file) =>
  python(
    `from PIL import ImageOps
result = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert('RGB')`,
    { file: Buffer.from(file) },
  );

const SHOWN = `from PIL import ImageOps
T = Image.Transpose
steps = {0: [], 90: [T.ROTATE_270], 180: [T.ROTATE_180], 270: [T.ROTATE_90],
         '': [], 'horizontal': [T.FLIP_LEFT_RIGHT], 'vertical': [T.FLIP_TOP_BOTTOM]}
shown = lambda file: ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
whole = shown(file)
for step in steps[rotate] + steps[flip]:
    whole = whole.transpose(step)
result = [shown(made), whole.crop(box), list(whole.size)]`;

// The image without the pixels along those of its edges that were cut.
function inner(image, { left, top, width, height }, [wholeWidth, wholeHeight]) {
  const x = left > 0 ? 1 : 0;
  const y = top > 0 ? 1 : 0;
  const right = left + width < wholeWidth ? 1 : 0;
  const bottom = top + height < wholeHeight ? 1 : 0;
  const size = { width: width - x - right, height: height - y - bottom };
  return cut(image, { left: x, top: y, ...size });
}

const TAGS = [1, 2, 3, 4, 5, 6, 7, 8];

async function checkTurned(file, block, { tag, rotate, flip, crop }) {
  const what = `orientation ${tag}, ${rotate}, ${flip}`;
  const source = jpegWithExif(file, orientation(tag));
  const result = await encode(source, { crop, lossless, rotate, flip });
  const { region, bytes } = result;
  const box = [region.left, region.top, region.left + region.width, region.top + region.height];
  const values = { file: source, made: bytes, box, rotate: rotate ?? 0, flip: flip ?? '' };
  const [made, expected, size] = await python(SHOWN, values);
  assert.deepEqual([made.width, made.height], [result.width, result.height], what);
  assert.deepEqual([region.width, region.height], [result.width, result.height], what);
  if (block.width === 8 && block.height === 8) {
    sameSamples(made, expected, what);
  } else {
    sameSamples(inner(made, region, size), inner(expected, region, size), what);
  }
  // The region holds the crop and has grown by less than a block.
  const extra = [crop.left - box[0], crop.top - box[1], box[2] - crop.right, box[3] - crop.bottom];
  const most = Math.max(block.width, block.height);
  assert.ok(
    extra.every((pixels) => pixels >= 0 && pixels < most),
    `${what}: ${extra}`,
  );
  const { orientation: told, storedWidth } = await probe(bytes);
  const entries = await exifEntries(bytes);
  assert.deepEqual(entries, told === 1 ? {} : { 274: told }, what);
  return { told, storedWidth, region };
}

test('a lossless crop is displayed correctly in all eight orientations', async () => {
  const crop = { left: 21, top: 19, right: 80, bottom: 75 };
  const chosen = ['4:4:4', '4:2:2', '4:2:0', 'grey, 2 x 2', 'progressive 4:2:0', 'RGB'];
  for (const { name, file, block } of (await layouts()).filter((l) => chosen.includes(l.name))) {
    for (const tag of TAGS) {
      const { told } = await checkTurned(file, block, { tag, crop });
      assert.equal(told, tag, name);
    }
  }
});

test('the block grid is that of the stored image, so that a rotated region grows on other sides', async () => {
  const file = tool('cjpeg', ['-sample', '2x2'], await fixture('small.ppm'));
  const crop = { left: 21, top: 19, right: 60, bottom: 75 };
  const { width, height } = SMALL;
  // What is stored to the left and above is shown, by orientation, at these sides.
  const expected = {
    1: { left: 16, top: 16, right: 60, bottom: 75 },
    2: { left: 21, top: 16, right: width - Math.floor((width - 60) / 16) * 16, bottom: 75 },
    3: {
      left: 21,
      top: 19,
      right: width - Math.floor((width - 60) / 16) * 16,
      bottom: height - Math.floor((height - 75) / 16) * 16,
    },
    6: { left: 21, top: 16, right: height - Math.floor((height - 60) / 16) * 16, bottom: 75 },
    8: { left: 16, top: 19, right: 60, bottom: width - Math.floor((width - 75) / 16) * 16 },
  };
  for (const [tag, { left, top, right, bottom }] of Object.entries(expected)) {
    const source = jpegWithExif(file, orientation(Number(tag)));
    const { region } = await encode(source, { crop, lossless });
    assert.deepEqual(region, { left, top, width: right - left, height: bottom - top }, tag);
  }
});

test('lossless rotate and flip change the orientation tag', async () => {
  const crop = { left: 21, top: 19, right: 80, bottom: 75 };
  const block = { width: 8, height: 8 };
  const file = tool('cjpeg', ['-sample', '1x1', '-quality', '90'], await fixture('small.ppm'));
  const seen = new Set();
  for (const tag of TAGS) {
    for (const rotate of [0, 90, 180, 270]) {
      for (const flip of [undefined, 'horizontal', 'vertical']) {
        const { told } = await checkTurned(file, block, { tag, rotate, flip, crop });
        if (tag === 1) seen.add(told);
      }
    }
  }
  assert.equal(seen.size, 8);
  // The whole image turned: no pixel is, and no coefficient moves.
  const turned = await encode(file, { rotate: 90, lossless });
  assert.deepEqual([turned.width, turned.height], [SMALL.height, SMALL.width]);
  assert.equal((await probe(turned.bytes)).orientation, 6);
  sameCoefficients([{ what: 'turned', actual: turned.bytes, expected: file }]);
  // And back again.
  const back = await encode(turned, { rotate: 270, lossless });
  assert.equal((await probe(back.bytes)).orientation, 1);
  sameCoefficients([{ what: 'and back', actual: back.bytes, expected: file }]);
});

test("without autoOrient, rotate and flip apply before the file's orientation", async () => {
  const plain = tool('cjpeg', ['-sample', '1x1', '-quality', '90'], await fixture('small.ppm'));
  const png = await encode(plain, { format: 'png', lossless });
  for (const tag of TAGS) {
    const jpeg = jpegWithExif(plain, orientation(tag));
    const turnedPng = pngWithExif(Buffer.from(png.bytes), orientation(tag));
    for (const asked of [{ rotate: 90 }, { rotate: 180 }, { flip: 'vertical' }]) {
      const options = { ...asked, autoOrient: false, lossless };
      const moved = await encode(jpeg, options);
      const samples = await encode(turnedPng, options);
      assert.deepEqual([moved.width, moved.height], [samples.width, samples.height]);
      const what = `${tag}, ${JSON.stringify(asked)}`;
      sameSamples(await pillowShows(moved.bytes), await pillowShows(samples.bytes), what);
    }
  }
});

test('without autoOrient, Exif contains the stored size', async () => {
  const plain = tool('cjpeg', ['-sample', '1x1', '-quality', '90'], await fixture('small.ppm'));
  const [WIDTH, HEIGHT] = [0x0100, 0x0101];
  const entries = [
    { tag: WIDTH, value: SMALL.width },
    { tag: HEIGHT, value: SMALL.height },
    { tag: ORIENTATION, value: 6 },
  ];
  const file = jpegWithExif(plain, exif(entries));
  for (const autoOrient of [true, false]) {
    const crop = { left: 16, top: 32, width: 40, height: 24 };
    const options = { crop, autoOrient, lossless, metadata: 'all' };
    const { bytes } = await encode(file, options);
    const { width, height } = frame(bytes);
    const expected = { [WIDTH]: width, [HEIGHT]: height, [ORIENTATION]: 6 };
    assert.deepEqual(await exifEntries(bytes), expected, `autoOrient ${autoOrient}`);
  }
});

test('a lossless crop drops other metadata', async () => {
  const result = await encode(await fixture('exif.jpg'), {
    crop: { left: 0, top: 0, width: 50, height: 50 },
    lossless,
  });
  const markers = segments(result.bytes).map(({ marker }) => marker);
  assert.ok(!markers.includes(0xe1));
});

const meanDifference = (a, b) =>
  a.data.reduce((sum, sample, i) => sum + Math.abs(sample - b.data[i]), 0) / a.data.length;

test('pixels beyond the right and bottom edges stay in the blocks unless re-encoded', async () => {
  const file = tool('cjpeg', ['-sample', '1x1', '-quality', '90'], await fixture('small.ppm'));
  const crop = { left: 16, top: 24, width: 41, height: 33 };
  const all = { width: 48, height: 40 };
  const source = await pillow(file, 'RGB', [16, 24, 64, 64]);
  const moved = await encode(file, { crop, lossless });
  assert.deepEqual([moved.width, moved.height], [41, 33]);
  sameSamples(await pillow(withSize(moved.bytes, all)), source, 'hidden samples');
  // Encoded anew, the rest of a block repeats the last column and the last row.
  const { bytes } = await encode(file, { crop });
  const shown = await pillow(withSize(bytes, all));
  const beyond = (image) => cut(image, { left: 41, top: 0, width: 7, height: 33 });
  const last = cut(source, { left: 40, top: 0, width: 1, height: 33 });
  const repeated = { data: new Uint8Array(7 * 33 * 3) };
  for (let i = 0; i < repeated.data.length; i += 1) {
    repeated.data[i] = last.data[Math.floor(i / 21) * 3 + (i % 3)];
  }
  const fromRepeated = meanDifference(beyond(shown), repeated);
  const fromSource = meanDifference(beyond(shown), beyond(source));
  assert.ok(fromRepeated < fromSource / 3, `${fromRepeated} and ${fromSource}`);
  // It is made from the samples of the crop and of nothing else.
  const samples = await decode(file, { crop, channels: 'RGB' });
  const anew = { format: 'jpeg', quality: 90 };
  sameBytes(await toBytes(file, { crop, ...anew }), await toBytes(samples, anew));
});

test('progressive and optimizeCoding rewrite the file and keep the coefficients', async () => {
  const crop = { left: 20, top: 20, width: 90, height: 61 };
  for (const { name, file } of await layouts()) {
    const { isProgressive } = await probe(file);
    const plain = await encode(file, { crop, lossless });
    assert.equal((await probe(plain)).isProgressive, isProgressive, name);
    const pairs = [];
    for (const options of [{}, { crop }]) {
      const whole = { left: 0, top: 0, ...SMALL };
      const expected = options.crop ? plain.bytes : jpegtran(file, whole);
      for (const coding of [
        { progressive: true },
        { progressive: false },
        { progressive: 'keep' },
        { optimizeCoding: true },
        { progressive: true, optimizeCoding: true },
        { progressive: false, optimizeCoding: true },
      ]) {
        const what = `${name}, ${JSON.stringify({ ...options, ...coding })}`;
        const result = await encode(file, { ...options, ...coding, lossless });
        assert.equal(result.lossless, true, what);
        const asked = coding.progressive ?? 'keep';
        const info = await probe(result);
        assert.equal(info.isProgressive, asked === 'keep' ? isProgressive : asked, what);
        // What changes nothing passes through.
        const passes = Buffer.compare(result.bytes, file) === 0;
        const same = info.isProgressive === isProgressive && !coding.optimizeCoding;
        if (same && options.crop === undefined) assert.ok(passes, what);
        pairs.push({ what, actual: result.bytes, expected: passes ? file : expected });
      }
    }
    sameCoefficients(pairs);
    const sequential = { crop, lossless, progressive: false };
    const standard = await encode(file, sequential);
    const optimised = await encode(file, { ...sequential, optimizeCoding: true });
    assert.ok(optimised.byteLength <= standard.byteLength, name);
  }
});

test('lossless without changes copies the file', async () => {
  const baseline = await fixture('small.jpg');
  const progressive = await fixture('small-progressive.jpg');
  for (const [file, options] of [
    [baseline, { lossless }],
    [baseline, { lossless, crop: { left: 0, top: 0, ...SMALL } }],
    [baseline, { lossless, progressive: false, optimizeCoding: false }],
    [baseline, { progressive: false, optimizeCoding: false, chromaSubsampling: '4:2:0' }],
    [baseline, { lossless, chromaSubsampling: '4:2:0' }],
    [baseline, { lossless, format: 'jpeg', quality: 'keep', progressive: 'keep' }],
    [progressive, { lossless, progressive: true }],
    [progressive, { lossless, resize: { ...SMALL } }],
  ]) {
    const result = await encode(file, options);
    sameBytes(result.bytes, file, JSON.stringify(options));
    assert.equal(result.lossless, true);
  }
});

test('LOSSLESS_IMPOSSIBLE gives the reason', async () => {
  const jpeg = await fixture('small.jpg');
  const png = await fixture('small.png');
  const wide = await fixture('small-rgb-16.png');
  const rgba = await fixture('small-rgba-16.png');
  const cmyk = await fixture('photo-cmyk.jpg');
  const crop = { left: 20, top: 20, width: 50, height: 50 };
  const beyond = { crop: { ...crop, left: -5 }, outOfBounds: 'pad' };
  const letterbox = { width: 200, height: 97, fit: 'contain', withoutEnlargement: true };
  for (const [file, options, message] of [
    [jpeg, { crop, resize: { width: 20 } }, /resize/],
    [jpeg, beyond, /padding/],
    [jpeg, { resize: letterbox }, /padding/],
    [jpeg, { crop, quality: 90 }, /quality/],
    [jpeg, { quality: 100 }, /quality/],
    [jpeg, { crop, chromaSubsampling: '4:4:4' }, /subsampling/],
    [png, { crop, format: 'jpeg' }, /JPEG/],
    [png, { crop, format: 'jpeg', quality: 100, chromaSubsampling: '4:4:4' }, /JPEG/],
    [png, { crop, resize: { width: 20 } }, /resize/],
    [wide, { format: 'raw', channels: 'keep', bitDepth: 8 }, /16 bits become 8/],
    [wide, { format: 'raw' }, /16 bits become 8/],
    [png, { format: 'raw', channels: 'GRAY' }, /grey/],
    [png, { crop, format: 'raw', channels: 'GRAYA' }, /grey/],
    [rgba, { format: 'raw', channels: 'RGB', bitDepth: 16 }, /alpha/],
    [cmyk, { crop, format: 'png' }, /CMYK/],
    [cmyk, { crop, format: 'raw' }, /CMYK/],
  ]) {
    const error = await rejects(encode(file, { ...options, lossless }), 'LOSSLESS_IMPOSSIBLE', {
      message,
    });
    assert.match(error.message, /^Expected .* but .*\.$/);
    const { lossless: kept } = await encode(file, options);
    assert.equal(kept, false, message.source);
  }
});

test('lossless: true keeps every sample of PNG and BMP', async () => {
  const crop = { left: 20, top: 11, width: 50, height: 41 };
  const all = { channels: 'keep', bitDepth: 'keep' };
  const names = [...fixtures(/\.png$/).filter((name) => /^(small|photo)/.test(name)), 'small.bmp'];
  for (const name of names) {
    const file = await fixture(name);
    const expected = await decode(file, { ...all, crop });
    const result = await encode(file, { crop, lossless });
    assert.equal(result.lossless, true, name);
    sameSamples(await decode(result, all), expected, name);
    assert.deepEqual(result.region, crop, name);
    const fromSamples = await encode(expected, { lossless, rotate: 180 });
    assert.equal(fromSamples.lossless, true, name);
    const back = await decode(fromSamples, { ...all, rotate: 180 });
    sameSamples(back, expected, `${name}, from samples`);
    // Padding keeps what is there.
    const padded = { crop: { ...crop, left: -9 }, outOfBounds: 'pad', lossless };
    assert.equal((await encode(file, padded)).lossless, true, name);
  }
  // The samples of a JPEG are kept by PNG.
  const jpeg = await fixture('small.jpg');
  const png = await encode(jpeg, { crop, lossless, format: 'png' });
  assert.deepEqual([png.lossless, png.region], [true, crop]);
  const expected = await decode(jpeg, { crop, channels: 'RGB' });
  sameSamples(await decode(png, { channels: 'RGB' }), expected);
});

test('truncated and damaged files are refused', async () => {
  const crop = { left: 16, top: 16, width: 50, height: 41 };
  for (const name of ['photo-420.jpg', 'photo-progressive-420.jpg', 'photo-gray.jpg']) {
    const file = await fixture(name);
    const { height } = await probe(file);
    for (const share of [0.2, 0.5, 0.9]) {
      const part = file.subarray(0, file.length * share);
      const crop = { left: 16, top: height - 60, width: 50, height: 41 };
      await rejects(encode(part, { crop, lossless }), 'TRUNCATED_IMAGE');
      // A file that lacks something can't be promised to keep everything.
      const accepting = encode(part, { crop, lossless, damaged: 'accept' });
      await rejects(accepting, 'TRUNCATED_IMAGE');
    }
  }
  const png = await fixture('photo.png');
  const part = png.subarray(0, png.length / 2);
  const below = { ...crop, top: 700 };
  const { lossless: kept } = await encode(part, { crop: below, damaged: 'accept' });
  assert.equal(kept, false);
  const accepting = encode(part, { crop: below, damaged: 'accept', lossless });
  await rejects(accepting, 'TRUNCATED_IMAGE');

  const file = await fixture('photo-420.jpg');
  const damaged = Buffer.from(file);
  damaged.set([0xff, 0xd3], file.length / 2);
  await rejects(encode(damaged, { crop: below, lossless }), 'CORRUPT_IMAGE');
  // What lies below the region of a JPEG of one scan is not read.
  sameBytes(await toBytes(damaged, { crop, lossless }), await toBytes(file, { crop, lossless }));
  await rejects(encode(await fixture('many-scans.jpg'), { crop, lossless }), 'LIMIT_EXCEEDED');
});

const segment = (marker, ...bytes) =>
  Buffer.from([0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes]);

test('coefficients that a baseline JPEG cannot hold are refused', async () => {
  // Two blocks, the first with 2047 at its second place: eleven bits, one more than there may be.
  const counts = (...given) => [...given, ...Array(16 - given.length).fill(0)];
  const file = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array(64).fill(1)),
    segment(0xc0, 8, 0, 8, 0, 16, 1, 1, 0x11, 0),
    segment(0xc4, 0x00, ...counts(1), 0),
    segment(0xc4, 0x10, ...counts(0, 2), 0x0b, 0x00),
    segment(0xda, 1, 1, 0, 0, 63, 0),
    // 0 00 11111111111 01, 0 01 and ones up to the byte's end
    Buffer.from([0b00011111, 0b11111101, 0b00111111, 0xff, 0xd9]),
  ]);
  await decode(file);
  const crop = { left: 0, top: 0, width: 8, height: 8 };
  for (const coding of [{}, { optimizeCoding: true }, { progressive: true }]) {
    await rejects(encode(file, { crop, lossless, ...coding }), 'CORRUPT_IMAGE');
  }
  await encode(file, { crop: { ...crop, left: 8 }, lossless });
});

test('maxBytes and limits apply to a lossless crop', async () => {
  const file = await fixture('photo-420.jpg');
  const crop = { left: 160, top: 160, width: 300, height: 200 };
  const { byteLength } = await encode(file, { crop, lossless });
  const fits = await encode(file, { crop, lossless, maxBytes: byteLength });
  assert.equal(fits.byteLength, byteLength);
  await rejects(encode(file, { crop, lossless, maxBytes: byteLength - 1 }), 'LIMIT_EXCEEDED', {
    details: { limit: byteLength - 1, value: byteLength },
  });
  const limits = { memory: 10_000 };
  await rejects(encode(file, { crop, lossless, limits }), 'LIMIT_EXCEEDED');
});
