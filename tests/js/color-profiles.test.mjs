// Colour spaces are told by what a profile does, and profiles go where their samples go.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decode, encode, probe, toImageData } from '../../dist/index.js';
import { python, tool } from '../../support/oracle.mjs';
import { chunk } from '../../support/png.mjs';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture, jpegTestImage, SMALL } from '../support/fixtures.mjs';
import { profileChunk, profileSegments, withChunks, withSegments } from '../support/metadata.mjs';
import {
  cmykProfile,
  colorants,
  curves,
  displayP3,
  grayProfile,
  matrixProfile,
  tableProfile,
} from '../support/profiles.mjs';

const part = { left: 5, top: 6, width: 70, height: 50 };

const asPng = (png, profile) => withChunks(png, [profileChunk(profile)]);
const asJpeg = (jpeg, profile) => withSegments(jpeg, profileSegments(profile));

// What Pillow finds in a file.
const profileOf = (file) =>
  python("result = Image.open(io.BytesIO(file)).info.get('icc_profile') or b''", { file });

async function profiles() {
  const srgb = await python(`from PIL import ImageCms
result = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()`);
  return {
    "Little CMS's sRGB": [srgb, 'srgb'],
    'sRGB, a formula': [matrixProfile(colorants.srgb, curves.srgb), 'srgb'],
    'Display P3': [displayP3, 'display-p3'],
    'like Adobe RGB': [matrixProfile(colorants.adobe, curves.gamma(2.19921875)), 'other'],
    'gamma 2.2': [matrixProfile(colorants.srgb, curves.gamma(2.2)), 'other'],
    'gamma 1': [matrixProfile(colorants.srgb, curves.gamma(1)), 'other'],
    'a table': [tableProfile(), 'other'],
  };
}

test("the result has the profile's colour space and its bytes", async () => {
  const png = await fixture('small.png');
  const jpeg = await fixture('small.jpg');
  for (const [name, [profile, colorSpace]] of Object.entries(await profiles())) {
    for (const file of [asPng(png, profile), asJpeg(jpeg, profile)]) {
      const info = await probe(file);
      assert.equal(info.hasIccProfile, true, name);
      assert.equal(info.colorSpace, colorSpace, name);
      const decoded = await decode(file, { crop: part });
      assert.equal(decoded.colorSpace, info.colorSpace, name);
      sameBytes(decoded.iccProfile, profile, name);
      // And comes in again.
      const made = await encode(decoded, { format: 'png' });
      sameBytes(await profileOf(made.bytes), profile, `${name}, as PNG`);
      const photo = await encode(decoded, { format: 'jpeg' });
      sameBytes(await profileOf(photo.bytes), profile, `${name}, as JPEG`);
      assert.equal((await probe(photo)).colorSpace, info.colorSpace, name);
      // Unless it is not wanted, and the colours can be converted.
      const bare = await encode(decoded, { format: 'png', metadata: 'none' });
      assert.equal((await probe(bare)).hasIccProfile, name === 'a table', name);
    }
  }
});

test('samples are the same with a profile and without', async () => {
  const png = await fixture('small.png');
  sameSamples(await decode(asPng(png, displayP3)), await decode(png));
});

test('a profile that does not fit the converted samples is dropped', async () => {
  const gray = asPng(
    await encode(await decode(await fixture('small.png'), { channels: 'GRAY' })).then(({ bytes }) =>
      Buffer.from(bytes),
    ),
    grayProfile(curves.gamma(2.2)),
  );
  assert.deepEqual(
    [(await probe(gray)).colorSpace, (await probe(gray)).channels],
    ['other', 'GRAY'],
  );
  const kept = await decode(gray, { channels: 'keep' });
  assert.deepEqual([kept.channels, kept.colorSpace], ['GRAY', 'other']);
  sameBytes(kept.iccProfile, grayProfile(curves.gamma(2.2)));
  // As R = G = B it is converted.
  const wide = await decode(gray);
  assert.deepEqual([wide.colorSpace, wide.iccProfile], ['srgb', undefined]);
  sameSamples(await toImageData(gray), wide);
  const p3 = asPng(await fixture('small.png'), displayP3);
  const luma = await decode(p3, { channels: 'GRAY' });
  assert.deepEqual([luma.colorSpace, luma.iccProfile], ['srgb', undefined]);
  const ink = await readFile(jpegTestImage('test1.icc'));
  const inks = asJpeg(await fixture('photo-cmyk.jpg'), ink);
  assert.equal((await probe(inks)).colorSpace, 'other');
  const rgb = await decode(inks, { crop: part });
  assert.deepEqual([rgb.colorSpace, rgb.iccProfile], ['srgb', undefined]);
  const moved = await encode(inks, { crop: part, lossless: true });
  sameBytes(await profileOf(moved.bytes), ink);
});

test('a profile that is damaged or for other channels is dropped', async () => {
  const png = await fixture('small.png');
  const noise = Buffer.from('no profile at all, but long enough to look like one'.repeat(9));
  for (const profile of [
    noise,
    cmykProfile(),
    grayProfile(curves.srgb),
    displayP3.subarray(0, 60),
  ]) {
    const file = asPng(png, profile);
    const { iccProfile, colorSpace } = await decode(file);
    assert.deepEqual([iccProfile, colorSpace], [undefined, 'srgb']);
    assert.equal((await probe(file)).colorSpace, 'srgb');
    const { bytes } = await encode(file, { crop: part });
    assert.equal((await probe(bytes)).hasIccProfile, false);
    tool('pngcheck', ['-q'], bytes);
  }
});

test('cICP code points set the colour space and become a profile in a JPEG', async () => {
  const png = await fixture('small.png');
  for (const [points, colorSpace] of [
    [[1, 13, 0, 1], 'srgb'],
    [[12, 13, 0, 1], 'display-p3'],
  ]) {
    const file = withChunks(png, [chunk('cICP', Buffer.from(points))]);
    assert.equal((await probe(file)).colorSpace, colorSpace);
    const cropped = await encode(file, { crop: part });
    assert.equal((await probe(cropped)).colorSpace, colorSpace);
    assert.equal((await probe(cropped)).hasIccProfile, false);
    const photo = await probe(await encode(file, { format: 'jpeg' }));
    assert.equal(photo.hasIccProfile, colorSpace === 'display-p3');
    if (colorSpace === 'display-p3') assert.equal(photo.colorSpace, colorSpace);
  }
});

test('the colour space of pixels is set by name or by profile', async () => {
  const { data, width, height } = await decode(await fixture('small.png'));
  const pixels = { data, width, height };
  for (const format of ['png', 'jpeg']) {
    const of = async (more) => probe(await encode({ ...pixels, ...more }, { format }));
    assert.equal((await of({})).hasIccProfile, false);
    assert.equal((await of({ colorSpace: 'srgb' })).hasIccProfile, false);
    const p3 = await of({ colorSpace: 'display-p3' });
    assert.deepEqual([p3.hasIccProfile, p3.colorSpace], [true, 'display-p3']);
    const iccProfile = matrixProfile(colorants.adobe, curves.gamma(2.2));
    const adobe = await of({ iccProfile, colorSpace: 'other' });
    assert.deepEqual([adobe.hasIccProfile, adobe.colorSpace], [true, 'other']);
  }
  const gray = { data: data.subarray(0, width * height), width, height, channels: 'GRAY' };
  const { bytes } = await encode({ ...gray, colorSpace: 'display-p3' });
  assert.equal((await probe(bytes)).hasIccProfile, false);
});

test('Little CMS accepts our own profile and computes the same colours', async () => {
  const { data, width, height } = await decode(await fixture('small.png'));
  const { bytes } = await encode({ data, width, height, colorSpace: 'display-p3' });
  const apart = await python(
    `from PIL import ImageCms
profile = ImageCms.ImageCmsProfile(io.BytesIO(Image.open(io.BytesIO(file)).info['icc_profile']))
other = ImageCms.ImageCmsProfile(io.BytesIO(p3))
image = Image.open(io.BytesIO(file)).convert('RGB')
change = ImageCms.buildTransform(profile, other, 'RGB', 'RGB')
shown = np.asarray(ImageCms.applyTransform(image, change)).astype(int)
result = [int(abs(shown - np.asarray(image)).max()), ImageCms.getProfileDescription(profile).strip()]`,
    { file: bytes, p3: displayP3 },
  );
  assert.ok(apart[0] <= 1, `${apart[0]}`);
  assert.equal(apart[1], 'Display P3');
});

test('toImageData keeps sRGB and Display P3 and converts the rest to sRGB', async () => {
  const png = await fixture('small.png');
  const named = await toImageData(asPng(png, displayP3));
  assert.equal(named.colorSpace, 'display-p3');
  sameSamples(named, await decode(png));
  assert.equal((await toImageData(png)).colorSpace, 'srgb');
  const other = asPng(png, matrixProfile(colorants.adobe, curves.gamma(2.2)));
  const converted = await toImageData(other);
  assert.equal(converted.colorSpace, 'srgb');
  sameSamples(converted, await decode(other, { colorSpace: 'srgb' }));
  assert.deepEqual([converted.width, converted.height], [SMALL.width, SMALL.height]);
});

test('invalid colour spaces and profiles are named', async () => {
  const pixels = { data: new Uint8Array(4), width: 1, height: 1 };
  const cases = [
    [
      { colorSpace: 'p3' },
      "one of srgb, display-p3, other for `source.colorSpace` but received 'p3'",
    ],
    [
      { colorSpace: null },
      'one of srgb, display-p3, other for `source.colorSpace` but received null',
    ],
    [{ iccProfile: 'x' }, "a Uint8Array for `source.iccProfile` but received 'x'"],
    [{ iccProfile: [1] }, 'a Uint8Array for `source.iccProfile` but received [1]'],
  ];
  for (const [more, text] of cases) {
    const error = await rejects(encode({ ...pixels, ...more }), 'INVALID_ARGUMENT');
    assert.equal(error.message, `Expected ${text}.`);
  }
});
