// Nothing private leaves by accident: secrets are planted wherever a file has room for them, and no
// job that does not ask for `metadata: 'all'` may hand one on, whatever its options change.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { encode } from '../../dist/index.js';
import { segments } from '../../support/jpeg.mjs';
import { python, tool } from '../../support/oracle.mjs';
import { chunk, readChunks } from '../../support/png.mjs';
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

const JOBS = 3000;
const SECRET = 'SECRET-BENEATH-THE-IMAGE';
const secret = (where) => Buffer.from(`${SECRET}: ${where}`, 'latin1');
const hidden = deflateSync(secret('compressed'));

// Everything that must not be found in a result, as bytes.
const PLANTED = [Buffer.from(SECRET), hidden, ...Object.values(secrets), Buffer.from('An artist')];

// Of sRGB, so that it can go without a conversion of colours, which would not be lossless.
const profile = matrixProfile(colorants.srgb, curves.srgb);

// Numbers that look random and are the same each time.
function dice(seed) {
  let state = seed;
  const roll = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return { roll, oneOf: (...values) => values[roll(values.length)] };
}

// A JPEG with secrets in and between its segments, between its scans, and behind its end.
function withSecretsInJpeg(jpeg, tag) {
  const size = [SMALL.width, SMALL.height];
  const described = withSegments(jpeg, [
    segment(0xe0, 'JFXX\0', Buffer.from([0x13, 2, 2]), secret('JFIF thumbnail')),
    segment(0xe1, 'Exif\0\0', cameraExif(tag, size)),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp(tag, size), secret('XMP')),
    segment(0xe1, 'http://ns.adobe.com/xmp/extension/\0', secret('extended XMP')),
    ...profileSegments(profile, 200),
    segment(0xe2, 'MPF\0', secret('MPF')),
    segment(0xe3, 'Meta\0\0', secret('Kodak')),
    segment(0xeb, 'JP\0\x01', secret('C2PA')),
    segment(0xec, 'Ducky', secret('Photoshop')),
    segment(0xed, 'Photoshop 3.0\0', photoshop, secret('Photoshop')),
    segment(0xee, 'unknown', secret('APP14')),
    segment(0xef, secret('APP15')),
    segment(0xfe, secret('comment')),
    secret('between segments'),
  ]);
  // Behind the first scan, where a progressive file has more.
  const scan = described.lastIndexOf(Buffer.from([0xff, 0xda]));
  const withLate =
    segmentsOf(described).filter(({ marker }) => marker === 0xda).length > 1
      ? Buffer.concat([
          described.subarray(0, scan),
          segment(0xfe, secret('between scans')),
          segment(0xe1, 'Exif\0\0', cameraExif(tag, size)),
          described.subarray(scan),
        ])
      : described;
  return Buffer.concat([withLate, secret('trailing'), secrets.trailing, jpeg, secret('end')]);
}

// Markers up to the end of the image, those between scans too.
function segmentsOf(jpeg) {
  const found = [];
  for (let at = 2; at < jpeg.length - 1; ) {
    if (jpeg[at] !== 0xff || jpeg[at + 1] === 0 || jpeg[at + 1] === 0xff) {
      at += 1;
      continue;
    }
    const marker = jpeg[at + 1];
    if (marker === 0xd9) break;
    const hasLength = !(marker >= 0xd0 && marker <= 0xd8);
    found.push({ marker });
    at += hasLength ? 2 + jpeg.readUInt16BE(at + 2) : 2;
  }
  return found;
}

function withSecretsInPng(png, tag) {
  const size = [SMALL.width, SMALL.height];
  const described = withChunks(png, [
    chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
    profileChunk(profile),
    chunk('eXIf', cameraExif(tag, size)),
    xmpChunk(Buffer.concat([xmp(tag, size), secret('XMP')])),
    textChunk('Author', secret('text').toString('latin1')),
    chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), hidden])),
    textChunk('Raw profile type exif', `\nexif\n${secret('raw profile')}`),
    chunk('prVt', secret('unknown, safe to copy')),
    chunk('prVT', secret('unknown, unsafe to copy')),
    chunk('caBX', secret('C2PA')),
    chunk('tIME', Buffer.from([7, 0xe6, 1, 2, 3, 4, 5])),
  ]);
  const end = described.length - 12;
  return Buffer.concat([
    described.subarray(0, end),
    textChunk('Late', secret('text behind the samples').toString('latin1')),
    chunk('eXIf', cameraExif(tag, size)),
    described.subarray(end),
    secret('behind the end'),
  ]);
}

let sources;
before(async () => {
  const ppm = await fixture('small.ppm');
  const encoded = async (args) => tool('cjpeg', args, ppm);
  const pngBytes = await fixture('small.png');
  const jpegs = await Promise.all([
    fixture('small.jpg'),
    encoded(['-quality', '92', '-sample', '1x1', '-optimize']),
    encoded(['-quality', '70', '-progressive']),
    encoded(['-grayscale']),
    encoded(['-restart', '1']),
  ]);
  const animation = await python(
    `frames = [Image.new('RGB', (width, height), c) for c in ('red', 'green', 'blue')]
out = io.BytesIO()
frames[0].save(out, 'PNG', save_all=True, append_images=frames[1:])
result = out.getvalue()`,
    SMALL,
  );
  const pngs = [pngBytes, Buffer.from(animation)];
  sources = [
    ...jpegs.flatMap((jpeg) => [1, 6].map((tag) => withSecretsInJpeg(Buffer.from(jpeg), tag))),
    ...pngs.flatMap((png) => [1, 6].map((tag) => withSecretsInPng(Buffer.from(png), tag))),
  ];
});

const isJpeg = (file) => file[0] === 0xff;

// Options, of which many change nothing.
function someOptions({ roll, oneOf }, file, displayed) {
  const { width, height } = displayed;
  const options = {};
  const maybe = (name, ...values) => {
    if (roll(3) === 0) options[name] = oneOf(...values);
  };
  maybe(
    'crop',
    { left: 0, top: 0, width, height },
    { unit: '%', x: 0, y: 0, width: 100, height: 100 },
    { left: -0.4, top: 0, right: width + 1, bottom: height },
    { left: 0, top: 0, right: width, bottom: height - 1 },
    { left: 16, top: 16, width: 40, height: 30 },
  );
  if (roll(6) === 0) {
    options.crop = { left: -50, top: -50, right: 300, bottom: 300 };
    options.outOfBounds = 'clamp';
  }
  maybe('outOfBounds', 'clamp', 'pad');
  maybe('resize', { width: 1600, withoutEnlargement: true }, { width }, { width: 60 });
  maybe('maxBytes', 1_000_000, 200_000, 30_000);
  maybe('metadata', 'none', 'color');
  maybe('rotate', 0, 360, -90);
  maybe('autoOrient', true, false);
  maybe('damaged', 'accept', 'error');
  maybe('background', '#fff');
  if (roll(4) === 0) options.lossless = true;
  if (isJpeg(file)) {
    maybe('format', 'jpeg', 'keep', 'png');
    if (options.format !== 'png') {
      maybe('quality', 'keep', 80);
      maybe('progressive', 'keep', true, false);
      maybe('optimizeCoding', true, false);
    }
  } else {
    maybe('format', 'png', 'keep', 'jpeg');
    if (options.format !== 'jpeg') {
      maybe('compressionLevel', 6);
      maybe('palette', true);
    }
  }
  // Nothing asked is the one way in which a file keeps its own bytes.
  if (Object.keys(options).length === 0) options.format = 'keep';
  return options;
}

// What a file says beside its samples, by name. Exif that says the orientation alone counts for
// nothing: whether it is needed depends on whether the samples were turned.
function described(file) {
  if (isJpeg(file)) {
    return segments(file)
      .filter(({ marker }) => marker === 0xfe || (marker >= 0xe0 && marker <= 0xef))
      .map(({ marker, payload }) => [marker, payload.toString('latin1', 0, 4), payload.length])
      .filter(([marker, name, length]) => !(marker === 0xe1 && name === 'Exif' && length === 32))
      .map(([marker, name]) => `${marker} ${name}`);
  }
  const coding = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'acTL', 'fcTL', 'fdAT'];
  return readChunks(file)
    .filter(({ type, data }) => !coding.includes(type) && !(type === 'eXIf' && data.length === 26))
    .map(({ type }) => type)
    .sort();
}

const impossible = ['LOSSLESS_IMPOSSIBLE', 'LIMIT_EXCEEDED'];

async function encodeIfPossible(file, options) {
  try {
    return await encode(file, options);
  } catch (error) {
    assert.ok(impossible.includes(error.code), `${JSON.stringify(options)}: ${error.stack}`);
    return undefined;
  }
}

test("private metadata is in a result only with metadata: 'all'", async () => {
  const random = dice(21);
  let done = 0;
  let lossless = 0;
  for (let job = 0; job < JOBS; job += 1) {
    const file = random.oneOf(...sources);
    const { storedWidth, storedHeight } = { storedWidth: SMALL.width, storedHeight: SMALL.height };
    const turned = sources.indexOf(file) % 2 === 1;
    const displayed = turned
      ? { width: storedHeight, height: storedWidth }
      : { width: storedWidth, height: storedHeight };
    const options = someOptions(random, file, displayed);
    if (options.autoOrient === false && options.crop?.width === displayed.width) continue;
    const result = await encodeIfPossible(file, {
      outOfBounds: 'clamp',
      ...options,
    });
    if (result === undefined) continue;
    done += 1;
    lossless += result.lossless ? 1 : 0;
    const bytes = Buffer.from(result.bytes);
    for (const planted of PLANTED) {
      const at = bytes.indexOf(planted);
      const what = bytes.toString('latin1', at, at + 60);
      assert.equal(
        at,
        -1,
        `${JSON.stringify(options)} of source ${sources.indexOf(file)}: ${what}`,
      );
    }
  }
  // Enough of them got that far, on both ways.
  assert.ok(done >= 2000, `${done} jobs gave a result`);
  assert.ok(lossless > JOBS / 8, `${lossless} of them were lossless`);
});

test('cropping one row does not change the metadata', async () => {
  for (const [i, file] of sources.entries()) {
    const [width, height] = i % 2 === 1 ? [SMALL.height, SMALL.width] : [SMALL.width, SMALL.height];
    for (const metadata of [undefined, 'none', 'color']) {
      for (const format of ['keep', isJpeg(file) ? 'jpeg' : 'png']) {
        const crop = { left: 0, top: 0, width, height };
        const whole = await encode(file, { crop, metadata, format });
        const less = await encode(file, {
          crop: { ...crop, height: height - 1 },
          metadata,
          format,
        });
        assert.deepEqual(described(less.bytes), described(whole.bytes), `${i}, ${metadata}`);
        assert.equal(whole.lossless, true, `${i}, ${metadata}`);
      }
    }
  }
});

test('removing metadata copies the coded samples byte for byte', async () => {
  for (const [i, file] of sources.entries()) {
    const coded = (bytes) =>
      readChunks(bytes)
        .filter(({ type }) => ['IHDR', 'IDAT', 'fdAT', 'fcTL', 'acTL'].includes(type))
        .map(({ data }) => data);
    const result = await encode(file, { metadata: 'none' });
    assert.equal(result.lossless, true);
    assert.ok(result.byteLength < file.length, `${i}`);
    if (isJpeg(file)) {
      // exiftool is the measure, plus the 36 bytes that keep the orientation.
      const bare = tool('exiftool', ['-all=', '-o', '-', '-'], file);
      assert.ok(result.byteLength <= bare.length + 36, `${i}: ${result.byteLength}`);
      const [a, b] = coefficients([Buffer.from(result.bytes), file]);
      assert.deepEqual(a.components, b.components, `${i}`);
    } else {
      assert.deepEqual(coded(Buffer.from(result.bytes)), coded(file), `${i}`);
    }
  }
});
