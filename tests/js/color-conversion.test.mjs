// Colours are converted as Little CMS converts them, and only if the result cannot say what they are.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode, encode, probe, toImageData } from '../../dist/index.js';
import { python } from '../../support/oracle.mjs';
import { chunk } from '../../support/png.mjs';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { lcms } from '../support/lcms.mjs';
import { profileChunk, profileSegments, withChunks, withSegments } from '../support/metadata.mjs';
import {
  colorants,
  curves,
  displayP3,
  grayProfile,
  matrixProfile,
  tableProfile,
} from '../support/profiles.mjs';

const power = (gamma) => (x) => x ** gamma;
const adobe = matrixProfile(colorants.adobe, curves.gamma(2.19921875));
const PROFILES = {
  'Display P3': displayP3,
  'Adobe RGB': adobe,
  linear: matrixProfile(colorants.srgb, curves.gamma(1)),
  'gamma 1.8': matrixProfile(colorants.p3, curves.gamma(1.8)),
  'gamma 2.2': matrixProfile(colorants.srgb, curves.gamma(2.2)),
  ProPhoto: matrixProfile(colorants.proPhoto, curves.formula(3, 1.8, 1, 0, 1 / 16, 1 / 32)),
  'para 0': matrixProfile(colorants.adobe, curves.formula(0, 2.4)),
  'para 1': matrixProfile(colorants.p3, curves.formula(1, 2.2, 1.1, -0.1)),
  'para 2': matrixProfile(colorants.p3, curves.formula(2, 2.2, 0.9, -0.05, 0.1)),
  'para 4': matrixProfile(
    colorants.p3,
    curves.formula(4, 2.2, 0.9, 0.06, 0.1, 0.04, 0.01, 0.011765),
  ),
  'two entries': matrixProfile(colorants.p3, curves.table(2, power(1))),
  '16 entries': matrixProfile(colorants.adobe, curves.table(16, power(2.2))),
  '1024 entries': matrixProfile(colorants.proPhoto, curves.table(1024, power(2.6))),
  'three curves': matrixProfile(colorants.adobe, curves.gamma(1.8), {
    gTRC: curves.srgb,
    bTRC: curves.table(64, power(2.4)),
  }),
};
const GRAYS = {
  'gamma 1': grayProfile(curves.gamma(1)),
  'gamma 2.2': grayProfile(curves.gamma(2.2)),
  'dot gain': grayProfile(curves.table(256, (x) => 0.9 * x ** 1.7 + 0.1 * x)),
};

const SIDE = 64;

// Ramps of grey and of each colour, then noise: SIDE x SIDE pixels.
function samples(channels, bits) {
  const max = 2 ** bits - 1;
  const data = new (bits === 8 ? Uint8Array : Uint16Array)(SIDE * SIDE * channels);
  let state = 1;
  for (let i = 0; i < data.length; i += 1) {
    const pixel = Math.floor(i / channels);
    const row = Math.floor(pixel / SIDE);
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const noise = state / 2 ** 32;
    const ramp = ((row % 4) * SIDE + (pixel % SIDE)) / (4 * SIDE - 1);
    const lit = row < 4 || (row < 16 && (row >> 2) - 1 === i % channels);
    data[i] = Math.round(max * (row >= 16 ? noise : lit ? ramp : 0));
  }
  return data;
}

function furthest(a, b) {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const pick = (data, channels, wanted) => data.filter((_, i) => wanted.includes(i % channels));

test('samples of 8 and 16 bits become sRGB and Display P3 as by Little CMS', async () => {
  for (const [name, iccProfile] of Object.entries(PROFILES)) {
    for (const bits of [8, 16]) {
      const data = samples(3, bits);
      const pixels = { data, width: SIDE, height: SIDE, channels: 'RGB', iccProfile };
      for (const [colorSpace, to] of [['srgb'], ['display-p3', displayP3]]) {
        const layout = { channels: 'keep', bitDepth: 'keep' };
        const made = await decode(pixels, { colorSpace, ...layout });
        const apart = furthest(made.data, await lcms(data, 3, iccProfile, to));
        assert.ok(apart <= (bits === 8 ? 1 : 24), `${name}, ${bits} bits, ${colorSpace}: ${apart}`);
        assert.equal(made.colorSpace, colorSpace);
        assert.equal(made.lossless, (await decode(pixels, layout)).colorSpace === colorSpace);
        assert.equal(made.iccProfile === undefined, colorSpace === 'srgb');
        const png = await encode(pixels, { colorSpace });
        sameSamples(await decode(png, { channels: 'RGB', bitDepth: bits }), made);
        assert.equal((await probe(png)).colorSpace, colorSpace);
      }
    }
  }
});

// Debian's icc-profiles-free and colord-data.
const FOLDER = '/usr/share/color/icc';

test('profiles of the system are converted, or known to be tables', {
  skip: !existsSync(FOLDER),
}, async () => {
  const data = samples(3, 8);
  const gray = samples(1, 8);
  const seen = { convertible: 0, tables: 0 };
  for (const name of readdirSync(FOLDER, { recursive: true })) {
    if (!/\.ic[cm]$/i.test(name)) continue;
    const iccProfile = readFileSync(join(FOLDER, name));
    const space = iccProfile.toString('latin1', 16, 20);
    if (space !== 'RGB ' && space !== 'GRAY') continue;
    const [channels, in8] = space === 'GRAY' ? ['GRAY', gray] : ['RGB', data];
    const pixels = { data: in8, width: SIDE, height: SIDE, channels, iccProfile };
    const made = await decode(pixels, { colorSpace: 'srgb', channels: 'RGB' }).catch((error) => {
      assert.equal(error.code, 'UNSUPPORTED_FORMAT', name);
    });
    if (made === undefined) {
      assert.match(iccProfile.toString('latin1', 20, 512), /^Lab|A2B/, name);
      seen.tables += 1;
      continue;
    }
    const apart = furthest(made.data, await lcms(in8, space === 'GRAY' ? 1 : 3, iccProfile));
    assert.ok(apart <= 1, `${name}: ${apart}`);
    seen.convertible += 1;
  }
  assert.ok(seen.convertible > 5, `${seen.convertible}`);
});

test('alpha stays what it is, in every order of channels', async () => {
  const rgb = samples(3, 8);
  const expected = await lcms(rgb, 3, adobe);
  const data = Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, i) =>
    i % 4 === 3 ? (i >> 2) % 256 : rgb[(i >> 2) * 3 + (i % 4)],
  );
  const pixels = { data, width: SIDE, height: SIDE, iccProfile: adobe };
  for (const source of [pixels, await encode(pixels)]) {
    const made = await decode(source, { colorSpace: 'srgb' });
    assert.ok(furthest(pick(made.data, 4, [0, 1, 2]), expected) <= 1);
    assert.deepEqual(pick(made.data, 4, [3]), pick(new Uint8ClampedArray(data), 4, [3]));
    const bgra = await decode(source, { colorSpace: 'srgb', channels: 'BGRA' });
    assert.deepEqual(pick(bgra.data, 4, [0]), pick(made.data, 4, [2]));
    const again = await decode({ ...pixels, ...bgra, data: bgra.data }, { colorSpace: 'srgb' });
    assert.equal(again.colorSpace, 'srgb');
  }
  const swapped = data.map((_, i) => data[i % 4 === 0 ? i + 2 : i % 4 === 2 ? i - 2 : i]);
  const bgr = await decode({ ...pixels, data: swapped, channels: 'BGRA' }, { colorSpace: 'srgb' });
  sameSamples(bgr, await decode(pixels, { colorSpace: 'srgb' }));
});

test('grey stays grey, and becomes RGB where it is asked for', async () => {
  for (const [name, iccProfile] of Object.entries(GRAYS)) {
    for (const bits of [8, 16]) {
      const data = samples(1, bits);
      const pixels = { data, width: SIDE, height: SIDE, channels: 'GRAY', iccProfile };
      const expected = pick(await lcms(data, 1, iccProfile), 3, [0]);
      const png = await encode(pixels, { metadata: 'none' });
      const info = await probe(png);
      assert.deepEqual([info.channels, info.bitDepth, info.hasIccProfile], ['GRAY', bits, false]);
      const gray = await decode(png, { channels: 'GRAY', bitDepth: bits });
      const apart = furthest(gray.data, expected);
      assert.ok(apart <= (bits === 8 ? 1 : 24), `${name}, ${bits} bits: ${apart}`);
      // As R = G = B the profile does not fit.
      const rgb = await decode(pixels, { channels: 'RGB', bitDepth: bits });
      assert.deepEqual([rgb.colorSpace, rgb.iccProfile], ['srgb', undefined]);
      assert.equal(furthest(pick(rgb.data, 3, [1]), gray.data), 0);
      // As grey it does.
      const kept = await decode(pixels, { channels: 'keep', bitDepth: 'keep' });
      sameBytes(kept.iccProfile, iccProfile);
      assert.equal(kept.lossless, true);
    }
  }
});

test('a photograph loses its profile, not its colours', async () => {
  const jpeg = withSegments(await fixture('photo-444.jpg'), profileSegments(adobe));
  const { data } = await decode(jpeg, { channels: 'RGB' });
  const expected = await lcms(new Uint8Array(data), 3, adobe);
  const made = await decode(jpeg, { channels: 'RGB', colorSpace: 'srgb' });
  assert.ok(furthest(made.data, expected) <= 1);
  const png = await encode(jpeg, { format: 'png', metadata: 'none' });
  sameSamples(await decode(png, { channels: 'RGB' }), made);
  assert.deepEqual(
    [(await probe(png)).colorSpace, (await probe(png)).hasIccProfile],
    ['srgb', false],
  );
  // A JPEG whose coefficients could have been copied is decoded.
  const fine = { quality: 100, chromaSubsampling: '4:4:4' };
  const bare = await encode(jpeg, { metadata: 'none', ...fine });
  assert.equal(bare.lossless, false);
  const shown = await decode(bare, { channels: 'RGB' });
  const mean = shown.data.reduce((sum, v, i) => sum + Math.abs(v - expected[i]), 0) / data.length;
  assert.ok(mean < 1.5, `${mean}`);
  // Resized, colours are those of the resized image.
  const small = { resize: { width: 90 }, format: 'png' };
  const kept = await decode(await encode(jpeg, small), { channels: 'RGB' });
  const converted = await decode(await encode(jpeg, { ...small, metadata: 'none' }), {
    channels: 'RGB',
  });
  assert.ok(furthest(converted.data, await lcms(new Uint8Array(kept.data), 3, adobe)) <= 1);
});

test('a palette stays one, and its entries are converted', async () => {
  const png = withChunks(await fixture('photo-palette-alpha.png'), [profileChunk(adobe)]);
  const made = await encode(png, { colorSpace: 'srgb' });
  const info = await probe(made);
  assert.deepEqual([info.isPalette, info.colorSpace, made.lossless], [true, 'srgb', false]);
  const before = await decode(png);
  const after = await decode(made);
  const expected = await lcms(new Uint8Array(pick(before.data, 4, [0, 1, 2])), 3, adobe);
  assert.ok(furthest(pick(after.data, 4, [0, 1, 2]), expected) <= 1);
  assert.deepEqual(pick(after.data, 4, [3]), pick(before.data, 4, [3]));
  const asJpeg = await encode(png, { format: 'jpeg', metadata: 'none', quality: 100 });
  assert.equal((await probe(asJpeg)).hasIccProfile, false);
});

const u32s = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(Math.round(value), 4 * i);
  });
  return bytes;
};
const gamma = (value) => chunk('gAMA', u32s(value * 100000));
const PRIMARIES = {
  'display-p3': [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
  // White is D50, so that it has to be adapted.
  wide: [0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001],
};
const primaries = (name) => chunk('cHRM', u32s(...PRIMARIES[name].map((v) => v * 100000)));

// By numpy, in double precision: gamma and chromaticities (of sRGB if empty) to sRGB.
const expectedOf = (samples, exponent, xy) =>
  python(
    `
cone = np.array([[.8951, .2664, -.1614], [-.7502, 1.7135, .0367], [.0389, -.0685, 1.0296]])
def to_xyz(xy):
    white, *rest = np.array(xy).reshape(4, 2)
    lift = lambda p: np.array([p[0], p[1], 1 - p[0] - p[1]])
    matrix, white = np.array([lift(p) for p in rest]).T, lift(white) / white[1]
    matrix = matrix * np.linalg.solve(matrix, white)
    gains = (cone @ np.array([.9642, 1, .8249])) / (cone @ white)
    return np.linalg.inv(cone) @ np.diag(gains) @ cone @ matrix
srgb = [.3127, .329, .64, .33, .3, .6, .15, .06]
light = (np.frombuffer(samples, np.uint8).reshape(-1, 3) / 255) ** exponent
light = light @ (np.linalg.inv(to_xyz(srgb)) @ to_xyz(xy or srgb)).T
light = np.clip(light, 0, 1)
shown = np.where(light <= .0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - .055)
result = np.round(shown * 255).astype(np.uint8).tobytes()`,
    { samples, exponent, xy },
  );

test('gAMA and cHRM are followed where the result cannot have them', async () => {
  const pixels = { data: samples(3, 8), width: SIDE, height: SIDE, channels: 'RGB' };
  const png = Buffer.from((await encode(pixels)).bytes);
  for (const [chunks, exponent, xy] of [
    [[gamma(1)], 1, []],
    [[gamma(1 / 1.8)], 1.8, []],
    [[gamma(0.5), primaries('display-p3')], 2, PRIMARIES['display-p3']],
    [[gamma(1 / 1.8), primaries('wide')], 1.8, PRIMARIES.wide],
  ]) {
    const file = withChunks(png, chunks);
    assert.equal((await probe(file)).colorSpace, 'other');
    // Samples are what they are in the file, and are said to be no sRGB.
    const kept = await decode(file, { channels: 'RGB' });
    assert.deepEqual([kept.colorSpace, kept.lossless], ['other', true]);
    assert.equal(furthest(kept.data, pixels.data), 0);
    const made = await decode(file, { channels: 'RGB', colorSpace: 'srgb' });
    assert.ok(furthest(made.data, await expectedOf(pixels.data, exponent, xy)) <= 1);
    const shown4 = await toImageData(file);
    assert.equal(furthest(pick(shown4.data, 4, [0, 1, 2]), made.data), 0);
    assert.deepEqual([made.colorSpace, made.lossless], ['srgb', false]);
    const fine = { quality: 100, chromaSubsampling: '4:4:4' };
    const jpeg = await encode(file, { format: 'jpeg', ...fine });
    const shown = await decode(jpeg, { channels: 'RGB' });
    const sum = shown.data.reduce((total, v, i) => total + Math.abs(v - made.data[i]), 0);
    assert.ok(sum / made.data.length < 1.5, `${sum / made.data.length}`);
    // A PNG has them, and no sample changes.
    const cropped = await encode(file, { crop: { x: 0, y: 0, width: 9, height: 9 } });
    assert.deepEqual([cropped.lossless, (await probe(cropped)).colorSpace], [true, 'other']);
    const bare = await encode(file, { metadata: 'none' });
    sameSamples(await decode(bare, { channels: 'RGB' }), made);
    assert.deepEqual([bare.lossless, (await probe(bare)).colorSpace], [false, 'srgb']);
  }
});

test('what programs write for sRGB is sRGB', async () => {
  const png = await fixture('small.png');
  const fallback = [gamma(0.45455)];
  for (const chunks of [fallback, [chunk('sRGB', Buffer.from([0])), gamma(1)]]) {
    const file = withChunks(png, chunks);
    assert.equal((await probe(file)).colorSpace, 'srgb');
    assert.equal((await decode(file)).lossless, true);
    sameSamples(await decode(file), await decode(png));
  }
  const file = withChunks(png, [...fallback, primaries('display-p3')]);
  assert.equal((await probe(file)).colorSpace, 'display-p3');
});

test('HDR is kept or refused, and never flattened', async () => {
  const png = await fixture('small.png');
  for (const transfer of [16, 18]) {
    const file = withChunks(png, [chunk('cICP', Buffer.from([9, transfer, 0, 1]))]);
    const kept = await encode(file, { crop: { x: 0, y: 0, width: 9, height: 9 } });
    assert.deepEqual([kept.lossless, (await probe(kept)).colorSpace], [true, 'other']);
    const text = /cICP/;
    for (const options of [{ format: 'jpeg' }, { metadata: 'none' }, { colorSpace: 'srgb' }]) {
      await rejects(encode(file, options), 'UNSUPPORTED_FORMAT', { message: text });
    }
    const samples = await decode(file);
    assert.deepEqual([samples.colorSpace, samples.lossless], ['other', true]);
    await rejects(decode(file, { colorSpace: 'srgb' }), 'UNSUPPORTED_FORMAT', { message: text });
    await rejects(toImageData(file), 'UNSUPPORTED_FORMAT', { message: text });
  }
  const wide = withChunks(png, [chunk('cICP', Buffer.from([9, 13, 0, 1]))]);
  assert.equal((await toImageData(wide)).colorSpace, 'srgb');
});

test('a profile of tables is kept, whatever the metadata, and refused if it would be converted', async () => {
  const png = withChunks(await fixture('small.png'), [profileChunk(tableProfile())]);
  for (const metadata of ['none', 'color']) {
    const made = await encode(png, { metadata, resize: { width: 50 } });
    assert.equal((await probe(made)).hasIccProfile, true);
    assert.equal((await probe(made)).colorSpace, 'other');
  }
  for (const colorSpace of ['srgb', 'display-p3']) {
    const message = /tables \(A2B\).*colorSpace: 'keep'/;
    await rejects(encode(png, { colorSpace }), 'UNSUPPORTED_FORMAT', { message });
  }
  await rejects(toImageData(png), 'UNSUPPORTED_FORMAT', { message: /decode\(\)/ });
});

test("colorSpace: 'display-p3' always says so in the file", async () => {
  const png = await fixture('small.png');
  for (const metadata of ['none', 'color', 'all']) {
    for (const format of ['png', 'jpeg']) {
      const options = { colorSpace: 'display-p3', metadata, format };
      for (const source of [png, withChunks(png, [profileChunk(displayP3)])]) {
        const made = await encode(source, options);
        assert.equal((await probe(made)).colorSpace, 'display-p3');
        assert.equal((await probe(made)).hasIccProfile, true);
      }
    }
    const { colorSpace } = await encode(png, { colorSpace: 'display-p3', metadata, format: 'raw' });
    assert.equal(colorSpace, 'display-p3');
  }
  const shown = await toImageData(png, { colorSpace: 'display-p3' });
  assert.equal(shown.colorSpace, 'display-p3');
  assert.ok(furthest(shown.data, (await decode(png)).data) > 5);
});

test('lossless says why colours cannot be kept', async () => {
  const png = withChunks(await fixture('small.png'), [profileChunk(adobe)]);
  const jpeg = withSegments(await fixture('small.jpg'), profileSegments(adobe));
  for (const source of [png, jpeg]) {
    for (const options of [{ metadata: 'none' }, { colorSpace: 'srgb' }]) {
      await rejects(encode(source, { ...options, lossless: true }), 'LOSSLESS_IMPOSSIBLE', {
        message: /colours are converted/,
      });
    }
    assert.equal((await encode(source, { lossless: true, colorSpace: 'keep' })).lossless, true);
  }
});

test('the background is a colour of the result', async () => {
  const iccProfile = PROFILES.linear;
  const pixels = { data: samples(3, 8), width: SIDE, height: SIDE, channels: 'RGB', iccProfile };
  const background = '#406080';
  const corner = async (options) => {
    const made = await encode(pixels, { metadata: 'none', background, format: 'png', ...options });
    const { data } = await decode(made);
    return [...data.slice(0, 3)];
  };
  const color = [0x40, 0x60, 0x80];
  const crop = { x: -9, y: -9, width: 80, height: 80 };
  assert.deepEqual(await corner({ crop, outOfBounds: 'pad' }), color);
  assert.deepEqual(await corner({ resize: { width: 99, height: 33, fit: 'contain' } }), color);
  const clear = new Uint8Array(SIDE * SIDE * 4);
  const blank = await encode(
    { data: clear, width: SIDE, height: SIDE, iccProfile },
    { metadata: 'none', background, format: 'jpeg', quality: 100, chromaSubsampling: '4:4:4' },
  );
  assert.ok(furthest((await decode(blank)).data.slice(0, 3), color) <= 1);
});
