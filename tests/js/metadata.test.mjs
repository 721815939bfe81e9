// What stays and what goes: every kind of metadata, under every setting, on every way through, read
// back by exiftool and Pillow, and looked for in the bytes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { decode, encode, probe } from '../../dist/index.js';
import { exif, orientation } from '../../support/exif.mjs';
import { segments } from '../../support/jpeg.mjs';
import { pillow, python, tool } from '../../support/oracle.mjs';
import { chunk, decodePng, readChunks } from '../../support/png.mjs';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { coefficients } from '../support/coefficients.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';
import {
  cameraExif,
  photoshop,
  profileChunk,
  profileSegments,
  secrets,
  segment,
  textChunk,
  withChunks,
  withSegments,
  xmp,
  xmpChunk,
} from '../support/metadata.mjs';
import { colorants, curves, matrixProfile } from '../support/profiles.mjs';

const SETTINGS = [undefined, 'none', 'color', 'all'];
const STORED = [SMALL.width, SMALL.height];
// In the image as displayed, which is turned.
const crop = { left: 17, top: 19, right: 81, bottom: 100 };

// Of sRGB, so that it can go without a conversion of colours, which would not be lossless.
const profile = matrixProfile(colorants.srgb, curves.srgb);

// A photograph that says all that one can.
async function photo(tag = 6) {
  const jpeg = Buffer.from(await fixture('small.jpg'));
  jpeg.set([1, 1, 44, 1, 44], jpeg.indexOf('JFIF\0', 0, 'latin1') + 7); // 300 to an inch
  const file = withSegments(jpeg, [
    segment(0xe0, 'JFXX\0', Buffer.from([0x10]), secrets.jfxx),
    segment(0xe1, 'Exif\0\0', cameraExif(tag, STORED)),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp(tag, STORED)),
    ...profileSegments(profile, 200), // in several parts
    segment(0xe2, 'MPF\0II*\0\x08\0\0\0\0\0'),
    segment(0xe2, 'FPXR\0', secrets.flashpix),
    segment(0xe2, 'urn:iso:std:iso:ts:21496:-1\0\0\0\0\0'),
    segment(0xeb, 'JP\0\x01', secrets.signed),
    segment(0xed, 'Photoshop 3.0\0', photoshop),
    segment(0xfe, 'A comment'),
  ]);
  return Buffer.concat([file, secrets.trailing]);
}

async function drawing(tag = 6) {
  return withChunks(await fixture('small.png'), [
    chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
    profileChunk(profile),
    chunk('sBIT', Buffer.from([8, 7, 8])),
    chunk('caBX', secrets.signed),
    chunk('pHYs', Buffer.from([0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1])),
    chunk('eXIf', cameraExif(tag, STORED)),
    chunk('bKGD', Buffer.from([0, 1, 0, 2, 0, 3])),
    chunk('sPLT', Buffer.from('few\0\x08\x01\x02\x03\xff\0\x09', 'latin1')),
    xmpChunk(xmp(tag, STORED)),
    textChunk('Title', 'A title'),
    chunk('zTXt', Buffer.concat([Buffer.from('Author\0\0'), deflateSync(Buffer.from('Anna'))])),
    textChunk('Raw profile type exif', `\nexif\n${secrets.flashpix}`),
    chunk('tIME', Buffer.from([7, 0xe6, 1, 2, 3, 4, 5])),
    chunk('prVW', secrets.jfxx), // unsafe to copy
  ]);
}

// Ways through: options, whether the image stays whole, and the orientation that is left.
const FROM_JPEG = {
  'metadata alone': [{}, true, 6],
  'coded anew, lossless': [{ lossless: true, progressive: true }, true, 6],
  'a lossless crop': [{ lossless: true, crop }, false, 6],
  'a lossless turn': [{ lossless: true, rotate: 90 }, true, 3],
  'a crop': [{ crop }, false, 1],
  'another quality': [{ quality: 80 }, false, 1],
  'another quality, not turned': [{ quality: 80, autoOrient: false }, true, 6],
  'a crop, not turned': [{ crop: { ...crop, bottom: 90 }, autoOrient: false }, false, 6],
  'a resize': [{ resize: { width: 50 } }, false, 1],
  padding: [{ crop: { ...crop, left: -9 }, outOfBounds: 'pad' }, false, 1],
  'as PNG': [{ format: 'png' }, false, 1],
  'as PNG, not turned': [{ format: 'png', autoOrient: false }, true, 6],
  'a crop as PNG': [{ format: 'png', crop }, false, 1],
};
const FROM_PNG = {
  'compressed anew': [{ compressionLevel: 4 }, false, 1],
  'compressed anew, not turned': [{ compressionLevel: 4, autoOrient: false }, true, 6],
  'a crop': [{ crop }, false, 1],
  'a resize': [{ resize: { width: 50 } }, false, 1],
  'as JPEG': [{ format: 'jpeg' }, false, 1],
  'as JPEG, not turned': [{ format: 'jpeg', autoOrient: false }, true, 6],
  'a crop as JPEG': [{ format: 'jpeg', crop }, false, 1],
};

async function results(from, ways) {
  const made = [];
  for (const [way, [options, whole, tag]] of Object.entries(ways)) {
    for (const metadata of SETTINGS) {
      if (way === 'metadata alone' && (metadata === undefined || metadata === 'all')) continue;
      const result = await encode(from, { ...options, metadata });
      const all = metadata === 'all';
      const color = metadata !== 'none';
      const what = `${way}, metadata: ${metadata}`;
      made.push({ what, way, result, whole, tag, all, color, info: await probe(result) });
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'crop64-metadata-'));
  try {
    const names = made.map((_, i) => join(folder, `${i}`));
    for (const [i, name] of names.entries()) writeFileSync(name, made[i].result.bytes);
    const told = JSON.parse(tool('exiftool', ['-j', '-G1', '-a', '-n', ...names]));
    return made.map((one, i) => ({ ...one, tags: told[i] }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const includes = (bytes, part) => Buffer.from(bytes).includes(part);
const storedSize = ({ storedWidth, storedHeight }) => [storedWidth, storedHeight];

// What is the same for all formats.
function checkCommon({ what, result, whole, tag, all, color, info, tags }) {
  const has = (name) => tags[name] !== undefined;
  assert.equal(info.orientation, tag, what);
  assert.equal(has('IFD0:Orientation') ? tags['IFD0:Orientation'] : 1, tag, what);
  assert.equal(info.hasIccProfile, color, what);
  assert.equal(info.colorSpace, 'srgb', what);
  assert.equal(info.density, color ? 300 : undefined, what);
  for (const name of ['IFD0:Artist', 'GPS:GPSLatitude', 'XMP-dc:Rights']) {
    assert.equal(has(name), all, `${what}: ${name}`);
  }
  for (const name of ['thumbnail', 'note', 'xmp']) {
    assert.equal(includes(result.bytes, secrets[name]), all && whole, `${what}: ${name}`);
  }
  for (const name of ['signed', 'trailing']) {
    assert.ok(!includes(result.bytes, secrets[name]), `${what}: ${name}`);
  }
  if (all) {
    assert.equal(tags['XMP-tiff:Orientation'], tag, what);
    const size = [tags['IFD0:ImageWidth'], tags['IFD0:ImageHeight']];
    assert.deepEqual(size, whole ? STORED : storedSize(info), what);
    const sizeToo = [tags['ExifIFD:ExifImageWidth'], tags['ExifIFD:ExifImageHeight']];
    assert.deepEqual(sizeToo, size, what);
    for (const name of [
      'XMP-tiff:ImageWidth',
      'XMP-tiff:ImageHeight',
      'XMP-exif:ExifImageWidth',
      'XMP-exif:ExifImageHeight',
      'ExifIFD:SubjectArea',
    ]) {
      assert.equal(has(name), whole, `${what}: ${name}`);
    }
  }
  if (!whole) {
    assert.equal(tags['ExifTool:Warning'], undefined, what);
    assert.ok(!includes(Buffer.from(result.bytes).subarray(3), Buffer.from([0xff, 0xd8, 0xff])));
  }
}

test('each kind of JPEG metadata is kept or removed', async () => {
  const file = await photo();
  for (const one of await results(file, FROM_JPEG)) {
    const { what, result, whole, all, tags } = one;
    checkCommon(one);
    const same = result.format === 'jpeg';
    assert.equal(tags['File:Comment'] !== undefined, all && same, what);
    assert.equal(tags['IPTC:Caption-Abstract'] !== undefined, all && same, what);
    for (const name of ['photoshop', 'jfxx', 'flashpix']) {
      assert.equal(includes(result.bytes, secrets[name]), all && whole && same, `${what}: ${name}`);
    }
    for (const text of ['MPF\0', 'urn:iso']) assert.ok(!includes(result.bytes, text), what);
    if (!same) tool('pngcheck', ['-q'], result.bytes);
  }
});

test('each kind of PNG metadata is kept or removed', async () => {
  const file = await drawing();
  for (const one of await results(file, FROM_PNG)) {
    const { what, result, whole, all, color } = one;
    checkCommon(one);
    if (result.format === 'jpeg') {
      assert.ok(!includes(result.bytes, 'A title'), what);
      continue;
    }
    tool('pngcheck', ['-q'], result.bytes);
    const types = readChunks(result.bytes).map(({ type }) => type);
    const resized = what.startsWith('a resize');
    const expected = {
      gAMA: color,
      iCCP: color,
      pHYs: color,
      sBIT: color && !resized,
      bKGD: color && !resized,
      sPLT: color && !resized,
      tEXt: all,
      zTXt: all,
      iTXt: all,
      tIME: all && whole,
      caBX: false,
      prVW: false,
    };
    for (const [type, there] of Object.entries(expected)) {
      assert.equal(types.includes(type), there, `${what}: ${type}`);
    }
    assert.equal(includes(result.bytes, secrets.flashpix), all && whole, what);
  }
});

test('changing only metadata keeps coefficients and samples', async () => {
  for (const name of ['photo-420.jpg', 'photo-progressive-444.jpg', 'photo-rgb.jpg']) {
    const file = Buffer.from(await fixture(name));
    const described = withSegments(file, [segment(0xe1, 'Exif\0\0', orientation(5))]);
    for (const metadata of ['none', 'color']) {
      const result = await encode(described, { metadata });
      assert.equal(result.lossless, true);
      assert.notEqual(Buffer.compare(result.bytes, described), 0);
      const [a, b] = coefficients([Buffer.from(result.bytes), file]);
      assert.deepEqual(a.components, b.components, name);
      assert.equal((await probe(result)).orientation, 5);
    }
    sameBytes((await encode(described, { metadata: 'all' })).bytes, described);
  }
  for (const name of ['small.png', 'photo-palette-4.png', 'small-interlaced-rgba-16.png']) {
    const file = withChunks(await fixture(name), [textChunk('Title', 'A title')]);
    const result = await encode(file, { metadata: 'none' });
    assert.equal(result.lossless, true);
    assert.ok(!includes(result.bytes, 'A title'));
    assert.deepEqual(decodePng(result.bytes).samples, decodePng(file).samples, name);
    sameBytes((await encode(file, { metadata: 'all' })).bytes, file);
  }
});

test("Adobe's segment is kept even with metadata 'none', so that RGB and CMYK decode", async () => {
  for (const name of ['photo-rgb.jpg', 'photo-cmyk.jpg']) {
    const file = await fixture(name);
    assert.ok(
      segments(file).some(({ marker }) => marker === 0xee),
      name,
    );
    const shown = await python('result = Image.open(io.BytesIO(file)).copy()', { file });
    for (const options of [{ metadata: 'none' }, { metadata: 'none', progressive: true }]) {
      const { bytes } = await encode(file, { ...options, lossless: true });
      const now = await python('result = Image.open(io.BytesIO(file)).copy()', { file: bytes });
      sameSamples(now, shown, name);
    }
  }
});

test('a remaining orientation is written as Exif with no other tag', async () => {
  const { bytes } = await encode(await photo(8), { metadata: 'none' });
  const [{ payload }] = segments(bytes).filter(({ marker }) => marker === 0xe1);
  assert.equal(payload.length, 6 + 26);
  const tags = await python(
    'result = {str(k): int(v) for k, v in Image.open(io.BytesIO(file)).getexif().items()}',
    { file: bytes },
  );
  assert.deepEqual(tags, { 274: 8 });
});

test('damaged or too large metadata is dropped, and the image is unchanged', async () => {
  const jpeg = await fixture('small.jpg');
  const png = await fixture('small.png');
  const samples = { jpeg: await decode(jpeg), png: await decode(png) };
  const loop = exif([], { next: 8 });
  for (const data of [Buffer.alloc(0), Buffer.from('MM'), Buffer.alloc(40, 0xff), loop]) {
    const files = {
      jpeg: withSegments(jpeg, [segment(0xe1, 'Exif\0\0', data)]),
      png: withChunks(png, [chunk('eXIf', data)]),
    };
    for (const [format, file] of Object.entries(files)) {
      const all = { metadata: 'all' };
      const part = await encode(file, { ...all, crop: { x: 0, y: 0, width: 64, height: 64 } });
      assert.equal((await probe(part)).orientation, 1);
      const other = format === 'png' ? 'jpeg' : 'png';
      const { bytes } = await encode(file, { ...all, format: other });
      if (other === 'png') sameSamples(await decode(bytes), samples.jpeg);
      sameSamples(await decode(file), samples[format]);
    }
  }
  // More than a segment holds: in a PNG there may be.
  const large = Buffer.concat([orientation(6), Buffer.alloc(70000)]);
  const file = withChunks(png, [chunk('eXIf', large)]);
  const photo6 = await encode(file, { format: 'jpeg', autoOrient: false, metadata: 'all' });
  assert.equal((await probe(photo6)).orientation, 6);
  assert.ok(photo6.byteLength < 70000);
});

test('of a million tiny metadata pieces, 10 000 are kept', async () => {
  const jpeg = await fixture('small.jpg');
  const comments = Buffer.concat(Array(1e6).fill(segment(0xfe)));
  const crop64 = { x: 0, y: 0, width: 64, height: 64 };
  const { bytes } = await encode(withSegments(jpeg, [comments]), { crop: crop64, metadata: 'all' });
  assert.equal(segments(bytes).filter(({ marker }) => marker === 0xfe).length, 10000);
  const png = await fixture('small.png');
  const texts = Buffer.concat(Array(1e6).fill(chunk('tEXt', Buffer.from('a\0'))));
  const part = await encode(withChunks(png, [texts]), { crop: crop64, metadata: 'all' });
  assert.equal(readChunks(part.bytes).filter(({ type }) => type === 'tEXt').length, 10000);
});

test('density is converted between formats and units', async () => {
  const jpeg = Buffer.from(await fixture('small.jpg'));
  const at = jpeg.indexOf('JFIF\0', 0, 'latin1') + 7;
  for (const [unit, x, y] of [
    [1, 72, 144],
    [2, 40, 80],
    [0, 4, 3],
  ]) {
    jpeg.set([unit, 0, x, 0, y], at);
    const same = await encode(jpeg, { quality: 80 });
    const { payload } = segments(same.bytes)[0];
    assert.deepEqual([...payload.subarray(7, 12)], [unit, 0, x, 0, y]);
    const png = await encode(jpeg, { format: 'png' });
    const phys = readChunks(png.bytes).find(({ type }) => type === 'pHYs').data;
    const scale = unit === 1 ? 1 / 0.0254 : unit === 2 ? 100 : 1;
    assert.equal(phys.readUInt32BE(0), Math.round(x * scale));
    assert.equal(phys.readUInt32BE(4), Math.round(y * scale));
    assert.equal(phys[8], unit === 0 ? 0 : 1);
    const back = segments((await encode(png, { format: 'jpeg' })).bytes)[0].payload;
    assert.deepEqual([...back.subarray(7, 12)], [unit, 0, x, 0, y]);
  }
});

test('palette: false makes colours of a palette, and is refused for a JPEG', async () => {
  for (const name of ['photo-palette.png', 'photo-palette-4.png', 'photo-palette-alpha.png']) {
    const file = await fixture(name);
    sameBytes((await encode(file, { palette: true })).bytes, file);
    const wide = await encode(file, { palette: false });
    const info = await probe(wide);
    assert.deepEqual([info.isPalette, info.bitDepth], [false, 8]);
    assert.equal(info.channels, (await probe(file)).hasAlpha ? 'RGBA' : 'RGB');
    assert.equal(wide.lossless, true);
    sameSamples(await decode(wide), await decode(file), name);
    tool('pngcheck', ['-q'], wide.bytes);
    await rejects(encode(file, { palette: false, format: 'jpeg' }), 'INVALID_ARGUMENT');
  }
});

test('a crop of an animation is its first frame, and says so', async () => {
  const file =
    await python(`frames = [Image.new('RGB', (20, 10), c) for c in ('red', 'green', 'blue')]
out = io.BytesIO()
frames[0].save(out, 'PNG', save_all=True, append_images=frames[1:])
result = out.getvalue()`);
  assert.equal((await probe(file)).frameCount, 3);
  assert.equal((await encode(file)).lossless, true);
  const first = await encode(file, { crop: { left: 0, top: 0, width: 20, height: 9 } });
  assert.deepEqual([first.lossless, first.frameCount], [false, 3]);
  assert.equal((await probe(first)).frameCount, 1);
  tool('pngcheck', ['-q'], first.bytes);
  await rejects(encode(file, { rotate: 90, lossless: true }), 'LOSSLESS_IMPOSSIBLE');
  assert.equal((await decode(file)).frameCount, 3);
});

// In images that are not turned.
const upright = { left: 17, top: 19, right: 81, bottom: 90 };

// Exif with a density, as cameras write it: unit 2 is inches, 3 centimetres, 1 neither.
function exifWithDensity(x, y, unit) {
  const entries = [
    [0x011a, 5, 1, 62],
    [0x011b, 5, 1, 70],
    ...(unit === undefined ? [] : [[0x0128, 3, 1, unit << 16]]),
  ];
  const exif = Buffer.alloc(78);
  exif.write('MM\0*\0\0\0\x08', 0, 'latin1');
  exif.writeUInt16BE(entries.length, 8);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + 12 * i;
    exif.writeUInt16BE(tag, at);
    exif.writeUInt16BE(type, at + 2);
    exif.writeUInt32BE(count, at + 4);
    exif.writeUInt32BE(value, at + 8);
  }
  for (const [at, [over, under]] of [
    [62, x],
    [70, y],
  ]) {
    exif.writeUInt32BE(over, at);
    exif.writeUInt32BE(under, at + 4);
  }
  return exif;
}

test('density is read from Exif where JFIF or pHYs have none, and kept by the default', async () => {
  const densities = [
    [[300, 1], 2, 300],
    [[3600, 20], 2, 180],
    [[350, 1], undefined, 350], // without a unit: inches
    [[118, 1], 3, 299.72],
    [[72, 1], 1, undefined], // proportions only
    [[0, 1], 2, undefined],
    [[300, 0], 2, undefined],
  ];
  const jpeg = Buffer.from(await fixture('small.jpg'));
  const withoutJfif = Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(20)]);
  const png = await fixture('small.png');
  for (const [fraction, unit, expected] of densities) {
    const exif = exifWithDensity(fraction, fraction, unit);
    const files = [
      withSegments(jpeg, [segment(0xe1, 'Exif\0\0', exif)]), // JFIF says proportions only
      withSegments(withoutJfif, [segment(0xe1, 'Exif\0\0', exif)]),
      withChunks(png, [chunk('eXIf', exif)]),
    ];
    for (const [i, file] of files.entries()) {
      const what = `${i}: ${fraction}, ${unit}`;
      assert.equal((await probe(file)).density, expected, what);
      for (const options of [
        { crop: upright },
        { metadata: 'color' },
        { crop: upright, format: 'png' },
      ]) {
        const made = await encode(file, options);
        const { density } = await probe(made);
        if (expected === undefined) assert.equal(density, undefined, what);
        else assert.ok(Math.abs(density - expected) < 0.5, `${what}: ${density}`);
        if (expected !== undefined && made.format === 'jpeg') {
          const [x] = tool('exiftool', ['-s3', '-n', '-JFIF:XResolution', '-'], made.bytes)
            .toString()
            .split('\n');
          const [resolutionUnit] = tool(
            'exiftool',
            ['-s3', '-n', '-JFIF:ResolutionUnit', '-'],
            made.bytes,
          )
            .toString()
            .split('\n');
          const perInch = Number(x) * (Number(resolutionUnit) === 2 ? 2.54 : 1);
          assert.ok(Math.abs(perInch - expected) < 1, `${what}: exiftool reads ${x}`);
        }
      }
      assert.equal((await probe(await encode(file, { metadata: 'none' }))).density, undefined);
    }
  }
  // JFIF's own density goes before Exif's.
  const both = Buffer.from(jpeg);
  both.set([1, 0, 96, 0, 96], both.indexOf('JFIF\0', 0, 'latin1') + 7);
  const file = withSegments(both, [
    segment(0xe1, 'Exif\0\0', exifWithDensity([300, 1], [300, 1], 2)),
  ]);
  assert.equal((await probe(file)).density, 96);
});

test('a JFIF segment is added for the density only where the colours stay what they are', async () => {
  const exif = segment(0xe1, 'Exif\0\0', exifWithDensity([300, 1], [300, 1], 2));
  for (const name of ['photo-rgb.jpg', 'photo-gray.jpg', 'photo-420.jpg', 'photo-cmyk.jpg']) {
    const jpeg = Buffer.from(await fixture(name));
    const at = jpeg.indexOf('JFIF\0', 0, 'latin1');
    const bare = at < 0 ? jpeg : Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(20)]);
    const file = withSegments(bare, [exif]);
    const made = await encode(file, { metadata: 'color' });
    assert.equal(made.lossless, true, name);
    const [a, b] = await Promise.all([decode(made), decode(bare)]);
    sameSamples(a, b, name);
    const [byPillow, source] = await Promise.all([made.bytes, bare].map((one) => pillow(one)));
    sameSamples(byPillow, source, `${name}, Pillow`);
  }
});

test('XMP that ends in zeros is kept, and XMP in UTF-16 is dropped', async () => {
  const packet = xmp(1, STORED);
  const jpeg = await fixture('small.jpg');
  for (const zeros of [0, 1, 3]) {
    const file = withSegments(jpeg, [
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', packet, Buffer.alloc(zeros)),
    ]);
    for (const options of [{ crop: upright }, { quality: 80 }, { rotate: 90, lossless: true }]) {
      const made = await encode(file, { ...options, metadata: 'all' });
      const rights = tool('exiftool', ['-s3', '-XMP-dc:Rights', '-'], made.bytes).toString();
      assert.equal(rights.trim(), 'All of them', `${zeros} zeros, ${JSON.stringify(options)}`);
    }
  }
  const utf16 = Buffer.from(`\ufeff${packet.toString('utf8')}`, 'utf16le');
  const file = withSegments(jpeg, [segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', utf16)]);
  const made = await encode(file, { crop: upright, metadata: 'all' });
  assert.ok(!includes(made.bytes, 'ns.adobe.com/xap'));
});

test('sizes in Exif are made true whatever integer type they have', async () => {
  const jpeg = await fixture('small.jpg');
  for (const type of [3, 4, 8, 9]) {
    const wide = [4, 9].includes(type);
    const exif = Buffer.alloc(8 + 2 + 12 + 4 + 2 + 24 + 4);
    exif.write('MM\0*\0\0\0\x08', 0, 'latin1');
    exif.writeUInt16BE(1, 8);
    exif.set([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26], 10);
    exif.writeUInt16BE(2, 26);
    for (const [i, value] of STORED.entries()) {
      const at = 28 + 12 * i;
      exif.set([0xa0, 2 + i, 0, type, 0, 0, 0, 1], at);
      if (wide) exif.writeUInt32BE(value, at + 8);
      else exif.writeUInt16BE(value, at + 8);
    }
    const file = withSegments(jpeg, [segment(0xe1, 'Exif\0\0', exif)]);
    const made = await encode(file, { crop: upright, metadata: 'all' });
    const names = ['-ExifIFD:ExifImageWidth', '-ExifIFD:ExifImageHeight'];
    const sizes = tool('exiftool', ['-s3', '-n', ...names, '-'], made.bytes)
      .toString()
      .split('\n');
    assert.deepEqual(sizes.slice(0, 2).map(Number), [made.width, made.height], `type ${type}`);
  }
});

test("Exif behind a PNG's samples is found and carried, and its orientation is not applied", async () => {
  const png = await fixture('small.png');
  const end = png.length - 12;
  const late = Buffer.concat([
    png.subarray(0, end),
    chunk('eXIf', cameraExif(6, STORED)),
    png.subarray(end),
  ]);
  const info = await probe(late);
  assert.deepEqual([info.hasExif, info.orientation], [true, 1]);
  for (const options of [{ crop: upright }, { compressionLevel: 4 }]) {
    const made = await encode(late, { ...options, metadata: 'all' });
    const artist = tool('exiftool', ['-s3', '-EXIF:Artist', '-'], made.bytes).toString().trim();
    assert.equal(artist, 'An artist');
    assert.equal((await probe(made)).orientation, 1);
  }
  const bare = await encode(late, { metadata: 'color' });
  assert.equal((await probe(bare)).hasExif, false);
});

test('a damaged chunk is not carried over, and Pillow opens what comes out', async () => {
  const png = await fixture('small.png');
  const file = withChunks(png, [
    chunk('sRGB', Buffer.alloc(0)),
    chunk('cHRM', Buffer.alloc(31)),
    chunk('gAMA', Buffer.alloc(3)),
    chunk('sBIT', Buffer.from([9, 9, 9])),
    chunk('sPLT', Buffer.from('no zero')),
  ]);
  for (const options of [
    { crop: upright },
    { metadata: 'color' },
    { metadata: 'all', compressionLevel: 3 },
  ]) {
    const made = await encode(file, options);
    const types = readChunks(made.bytes).map(({ type }) => type);
    assert.deepEqual([...new Set(types)], ['IHDR', 'IDAT', 'IEND'], JSON.stringify(options));
    tool('pngcheck', ['-q'], made.bytes);
    await pillow(made.bytes);
  }
});

test('a lossless crop is never larger for want of tables of its own', async () => {
  const ppm = await fixture('photo.ppm');
  for (const args of [['-optimize'], ['-progressive'], []]) {
    const file = tool('cjpeg', ['-quality', '80', ...args], ppm);
    const whole = await encode(file, { metadata: 'none' });
    assert.ok(whole.byteLength <= file.length, `${args}`);
    const { width, height } = await probe(file);
    const less = { left: 0, top: 0, width, height: height - 1 };
    const lossless = await encode(file, { crop: less, lossless: true });
    assert.ok(lossless.byteLength <= file.length + 18, `${args}: ${lossless.byteLength}`);
    const plain = await encode(file, { crop: less, lossless: true, optimizeCoding: false });
    if (args[0] === '-optimize') assert.ok(plain.byteLength > lossless.byteLength);
  }
});
