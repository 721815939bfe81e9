// Results that are the same bytes wherever they are made (../support/jobs.mjs): what they hold is
// first compared with what other programs make of the same job, and then their SHA-256 with those
// that are kept. `node tests/js/hashes.test.mjs --update` writes those anew.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { decode, toBytes } from '../../dist/index.js';
import { segments } from '../../support/jpeg.mjs';
import { pngcheck, python, tool } from '../../support/oracle.mjs';
import { decodePng } from '../../support/png.mjs';
import { cut, nearSamples, sameBytes, sameSamples, sha256 } from '../support/checks.mjs';
import { coefficients } from '../support/coefficients.mjs';
import { root } from '../support/fixtures.mjs';
import { imageMagickSamples } from '../support/imagemagick.mjs';
import { jobs, readHashes, readSource, writeHashes } from '../support/jobs.mjs';
import { largestError, resizeByDefinition } from '../support/resample.mjs';

const update = process.argv.includes('--update');
const program = join(root, 'build/asan/jobs');

// The job in Pillow's words. Gives the samples and, where a JPEG comes out, its file.
const PILLOW = `
from PIL import ImageOps, JpegImagePlugin
T = Image.Transpose
source = image = Image.open(io.BytesIO(file))
resize = options.get('resize')
if resize and source.format == 'JPEG' and 'crop' not in options:
    image.draft(None, (2 * resize['width'], 2 * resize['height']))
if image.mode == 'CMYK' or image.mode == 'P' and resize:
    image = image.convert('RGB')
turns = {0: None, 90: T.ROTATE_270, 180: T.ROTATE_180, 270: T.ROTATE_90}
flips = {None: None, 'horizontal': T.FLIP_LEFT_RIGHT, 'vertical': T.FLIP_TOP_BOTTOM}
for step in (turns[options.get('rotate', 0)], flips[options.get('flip')]):
    if step is not None:
        image = image.transpose(step)
color = options.get('background')
color = color and (color['r'], color['g'], color['b'])
if 'crop' in options:
    box = [options['crop'][side] for side in ('left', 'top', 'right', 'bottom')]
    if color:
        canvas = Image.new(image.mode, (box[2] - box[0], box[3] - box[1]), color)
        canvas.paste(image, (-box[0], -box[1]))
        image = canvas
    else:
        image = image.crop(box)
if resize:
    size = (resize['width'], resize['height'])
    kernel = {'lanczos3': Image.LANCZOS, 'cubic': Image.BICUBIC}[resize['kernel']]
    if resize['fit'] == 'contain':
        image = ImageOps.pad(image, size, kernel, color=color)
    else:
        image = image.resize(size, kernel)

def jpeg(**coding):
    out = io.BytesIO()
    progressive = options.get('progressive', bool(source.info.get('progressive')))
    image.save(out, 'JPEG', progressive=progressive, **coding)
    return out.getvalue()

# The highest quality that fits, the source's own tables before all others.
def smaller(most):
    for quality in range(options.get('quality', 85), 0, -1):
        made = jpeg(quality=quality, subsampling='4:2:0')
        if len(made) <= most:
            return made

made = None
to = options.get('format', 'jpeg' if source.format == 'JPEG' else 'png')
if to == 'jpeg':
    if 'quality' in options:
        made = jpeg(quality=options['quality'], subsampling='4:2:0')
    else:
        sampling = JpegImagePlugin.get_sampling(source)
        made = jpeg(qtables=source.quantization, subsampling=sampling)
    if len(made) > options.get('maxBytes', 1e18):
        made = smaller(options['maxBytes'])
if to == 'raw':
    image = Image.frombytes('RGB', image.size, image.tobytes('raw', 'BGR'))
result = [image.mode, image, image.getpalette() or [], made]
`;

const OPENED = `
image = Image.open(io.BytesIO(file))
result = [image.mode, image, image.getpalette() or []]`;

// Who judges a job: by its name, or else Pillow.
const JUDGES = {
  thumbnail: nearPillow,
  'lossless JPEG crop': byJpegtran,
  'lossless crop of a progressive JPEG': byJpegtran,
  '16-bit crop': byImageMagick,
  '16-bit resize': byDefinition,
};

async function byPillow({ options }, file, bytes) {
  const [mode, picture, palette, jpeg] = await python(PILLOW, { file, options });
  if (jpeg !== null) {
    sameBytes(withoutHeader(bytes), withoutHeader(jpeg));
    return;
  }
  if (options.format === 'raw') {
    sameBytes(bytes, picture.data);
    return;
  }
  const [madeMode, made, madePalette] = await python(OPENED, { file: Buffer.from(bytes) });
  assert.equal(madeMode, mode);
  sameSamples(made, picture);
  assert.deepEqual(madePalette, palette);
}

// Pillow resizes RGB, and a JPEG that becomes a JPEG keeps its luma and chroma.
async function nearPillow({ options }, file, bytes) {
  const [, , , jpeg] = await python(PILLOW, { file, options });
  nearSamples(await decode(bytes), await decode(jpeg), 1.5);
}

// A JPEG without its first segment, in which Pillow does not keep the density.
function withoutHeader(jpeg) {
  const [{ marker, payload }] = segments(jpeg);
  assert.equal(marker, 0xe0);
  return Buffer.from(jpeg.subarray(6 + payload.length));
}

async function byJpegtran({ options }, file, bytes) {
  const { left, top, right, bottom } = options.crop;
  const part = `${right - left}x${bottom - top}+${left}+${top}`;
  const expected = tool('jpegtran', ['-copy', 'none', '-crop', part], file);
  const content = ({ progressive: _, ...rest }) => rest;
  const [made, wanted] = coefficients([Buffer.from(bytes), expected]).map(content);
  assert.deepEqual(made, wanted);
}

async function byImageMagick({ options, source }, file, bytes) {
  const { left, top, right, bottom } = options.crop;
  const whole = decodePng(file);
  const size = { width: right - left, height: bottom - top };
  const path = join(tmpdir(), `crop64-${process.pid}.png`);
  writeFileSync(path, bytes);
  const [shown, made] = imageMagickSamples([join(root, source), path], [whole, size]);
  rmSync(path);
  sameSamples(made, cut(shown, { left, top, ...size }));
}

async function byDefinition({ options }, file, bytes) {
  const { width, height, kernel } = options.resize;
  const source = decodePng(file);
  const picture = { ...source, data: source.samples };
  const expected = await resizeByDefinition(picture, kernel, [width, height]);
  const made = decodePng(Buffer.from(bytes));
  assert.deepEqual([made.width, made.height, made.depth], [width, height, source.depth]);
  const error = largestError({ data: made.samples }, expected);
  assert.ok(error <= 1, `${error}`);
}

function checkFile(bytes, { format }) {
  if (format === 'raw') return;
  if (bytes[0] === 0xff) {
    tool('djpeg', ['-strict', '-outfile', '/dev/null'], bytes);
    return;
  }
  const path = join(tmpdir(), `crop64-${process.pid}-checked.png`);
  writeFileSync(path, bytes);
  pngcheck([path]);
  rmSync(path);
}

// The options as the native program reads them.
function lines(options, prefix = '') {
  return Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'object' ? lines(value, `${prefix}${name}.`) : `${prefix}${name} ${value}\n`,
  );
}

function block(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function doNatively() {
  if (!existsSync(program)) {
    throw new Error(
      'Expected build/asan/jobs. Run: cmake --preset asan && ' +
        'cmake --build --preset asan --target jobs',
    );
  }
  const input = Buffer.concat(
    jobs.flatMap((job) => [
      block(Buffer.from(lines(job.options).join(''))),
      block(readSource(job)),
    ]),
  );
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`jobs ended with ${status}: ${stderr}`);
  const results = [];
  for (let at = 0; at < stdout.length; ) {
    const end = at + 4 + stdout.readUInt32LE(at);
    results.push(stdout.subarray(at + 4, end));
    at = end;
  }
  return results;
}

describe('results that are the same bytes everywhere', () => {
  const results = {};
  let right = 0;

  for (const job of jobs) {
    test(`${job.name}: what other programs make of it`, async () => {
      const file = readSource(job);
      const bytes = await toBytes(file, job.options);
      results[job.name] = bytes;
      checkFile(bytes, job.options);
      await (JUDGES[job.name] ?? byPillow)(job, file, bytes);
      right += 1;
    });
  }

  test('they have the hashes that are kept', { skip: update }, () => {
    const hashes = jobs.map(({ name }) => [name, sha256(results[name])]);
    assert.deepEqual(Object.fromEntries(hashes), readHashes());
  });

  test('natively they are the same', () => {
    const native = doNatively();
    assert.equal(native.length, jobs.length);
    for (const [i, { name }] of jobs.entries()) {
      sameBytes(native[i], results[name], `${name} (build/asan/jobs has to be up to date)`);
    }
    right += 1;
  });

  after(() => {
    if (!update) return;
    if (right !== jobs.length + 1) throw new Error('Not all are right: the hashes stay.');
    writeHashes(Object.fromEntries(jobs.map(({ name }) => [name, sha256(results[name])])));
  });
});
