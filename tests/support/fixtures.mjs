// Test images, made from real photographs when they are first asked for and kept in
// build/fixtures, under names that change with what they are made from.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python, tool } from '../../support/oracle.mjs';
import { encodePng, GRAY, GRAYA, RGB, RGBA } from '../../support/png.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const build = join(root, 'build');
const kept = join(build, 'fixtures');

/** The size of the images called photo-*: odd, so that no block and no chroma sample fits. */
export const PHOTO = { width: 1203, height: 801 };
/** The size of the images called small-*. */
export const SMALL = { width: 131, height: 97 };
/** The size of the images called camera-*. */
export const CAMERA = { width: 3648, height: 2432 };

// A recipe is what an image is made from and how: a program's arguments, Python, or JavaScript.
const cjpeg = (from, ...args) => ({ from, run: ['cjpeg', '-dct', 'int', ...args] });
const pillow = (from, save, change = '') => ({
  from,
  python: `
image = Image.open(io.BytesIO(file))
${change}
out = io.BytesIO()
image.save(out, ${save})
result = out.getvalue()`,
});
// A photograph at another size, with a sensor's noise: at that size it would be too smooth to show
// faults.
const photograph = ({ width, height }) =>
  pillow(
    largest('photos', '.jpg'),
    "'PPM'",
    `from PIL import ImageOps
image = ImageOps.fit(image.convert('RGB'), (${width}, ${height}), Image.LANCZOS)
noise = np.random.RandomState(1).normal(0, 9, (${height}, ${width}, 3))
image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))`,
  );
// The small image in a layout that no encoder at hand writes as it is.
const layout = (colorType, depth, channels, { interlaced = false } = {}) => ({
  from: 'small.ppm',
  python: `
rgb = np.asarray(Image.open(io.BytesIO(file))).astype(np.uint32)
low = np.arange(rgb.size, dtype=np.uint32).reshape(rgb.shape) * 2654435761 >> 24
wide = rgb * 256 + low % 256
gray = wide[..., 1:2]
alpha = (np.arange(rgb.shape[1], dtype=np.uint32) * 65535 // (rgb.shape[1] - 1))[None, :, None]
alpha = np.broadcast_to(alpha, gray.shape)
samples = np.concatenate([${channels}], axis=2)
result = (samples >> (16 - ${depth})).astype('<u2').tobytes()`,
  finish: (bytes) => {
    const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    return encodePng({ ...SMALL, depth, colorType, interlaced, samples });
  },
});

const recipes = {
  'photo.ppm': photograph(PHOTO),
  'small.ppm': photograph(SMALL),
  'tiny.ppm': photograph({ width: 37, height: 29 }),
  'camera.ppm': photograph(CAMERA),
  'photo.pgm': pillow('photo.ppm', "'PPM'", "image = image.convert('L')"),

  'photo-444.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '1x1'),
  'photo-422.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '2x1'),
  'photo-440.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '1x2'),
  'photo-420.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '2x2'),
  'photo-411.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '4x1'),
  'photo-410.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '4x2'),
  'photo-gray.jpg': cjpeg('photo.pgm', '-quality', '90'),
  'photo-rgb.jpg': cjpeg('photo.ppm', '-quality', '90', '-rgb'),
  'photo-progressive-420.jpg': cjpeg('photo.ppm', '-quality', '90', '-progressive'),
  'photo-progressive-444.jpg': cjpeg('photo.ppm', '-sample', '1x1', '-progressive'),
  'photo-progressive-gray.jpg': cjpeg('photo.pgm', '-progressive'),
  'photo-restart.jpg': cjpeg('photo.ppm', '-quality', '90', '-sample', '2x2', '-restart', '2'),
  'photo-optimized.jpg': cjpeg('photo.ppm', '-quality', '75', '-optimize'),
  'photo-poor.jpg': cjpeg('photo.ppm', '-quality', '3'),
  'photo-arithmetic.jpg': cjpeg('photo.ppm', '-arithmetic'),
  'photo-cmyk.jpg': pillow('photo.ppm', "'JPEG', quality=90", "image = image.convert('CMYK')"),
  'camera-420.jpg': cjpeg('camera.ppm', '-quality', '90'),
  'camera-progressive.jpg': cjpeg('camera.ppm', '-quality', '90', '-progressive'),
  'exif.jpg': pillow(
    'small.ppm',
    "'JPEG', exif=exif, icc_profile=b'profile' * 30000, dpi=(300, 300)",
    'exif = Image.Exif(); exif[0x0110] = "a camera"',
  ),
  // The last of four scans, with the table before it, again and again.
  'many-scans.jpg': {
    from: 'small.ppm',
    make: (file) => {
      const script = join(kept, `scans-${process.pid}.txt`);
      fs.writeFileSync(script, '0,1,2: 0-0, 0, 0; 0: 1-63, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0;');
      const jpeg = tool('cjpeg', ['-scans', script], file);
      fs.rmSync(script);
      const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xc4])), -2);
      return Buffer.concat([jpeg.subarray(0, -2), ...Array(100).fill(scan), jpeg.subarray(-2)]);
    },
  },

  'photo.png': pillow('photo.ppm', "'PNG'"),
  'photo-gray.png': pillow('photo.pgm', "'PNG'"),
  'photo-rgba.png': pillow(
    'photo.ppm',
    "'PNG'",
    `ramp = Image.linear_gradient('L').resize(image.size)
image.putalpha(ramp)`,
  ),
  'photo-graya.png': pillow(
    'photo.ppm',
    "'PNG'",
    `image = image.convert('LA')
image.putalpha(Image.linear_gradient('L').resize(image.size))`,
  ),
  'photo-palette.png': pillow('photo.ppm', "'PNG'", 'image = image.quantize(200)'),
  'photo-palette-4.png': pillow('photo.ppm', "'PNG', bits=4", 'image = image.quantize(16)'),
  'photo-palette-alpha.png': pillow(
    'photo.ppm',
    "'PNG', transparency=bytes(range(40, 240))",
    'image = image.quantize(200)',
  ),
  'photo-1.png': pillow('photo.ppm', "'PNG'", "image = image.convert('1')"),
  'described.png': pillow(
    'small.ppm',
    "'PNG', dpi=(300, 300), exif=exif, icc_profile=profile",
    `import random
exif = Image.Exif(); exif[0x0110] = 'a camera'
profile = random.Random(1).randbytes(200000)`,
  ),
  'wallpaper.png': { from: largest('photos', '.png'), make: (file) => file },
  'wallpaper.jpg': { from: largest('photos', '.jpg'), make: (file) => file },

  'tiny-420.jpg': cjpeg('tiny.ppm', '-quality', '50'),
  'tiny-444.jpg': cjpeg('tiny.ppm', '-quality', '30', '-sample', '1x1', '-optimize'),
  'tiny-progressive.jpg': cjpeg('tiny.ppm', '-quality', '30', '-progressive'),
  'tiny-gray.jpg': cjpeg('tiny.ppm', '-quality', '50', '-grayscale'),
  'tiny-restart.jpg': cjpeg('tiny.ppm', '-quality', '50', '-restart', '1B'),
  'tiny-cmyk.jpg': pillow('tiny.ppm', "'JPEG', quality=50", "image = image.convert('CMYK')"),

  'small.png': pillow('small.ppm', "'PNG'"),
  'small.jpg': cjpeg('small.ppm', '-quality', '90'),
  'small-progressive.jpg': cjpeg('small.ppm', '-progressive'),
  'small-rgb-16.png': layout(RGB, 16, 'wide'),
  'small-rgba-16.png': layout(RGBA, 16, 'wide, alpha'),
  'small-gray-16.png': layout(GRAY, 16, 'gray'),
  'small-graya-16.png': layout(GRAYA, 16, 'gray, alpha'),
  'small-gray-2.png': layout(GRAY, 2, 'gray'),
  'small-gray-4.png': layout(GRAY, 4, 'gray'),
  'small-interlaced-rgb.png': layout(RGB, 8, 'wide', { interlaced: true }),
  'small-interlaced-rgba-16.png': layout(RGBA, 16, 'wide, alpha', { interlaced: true }),
  'small-interlaced-gray-1.png': layout(GRAY, 1, 'gray', { interlaced: true }),

  'small.webp': pillow('small.ppm', "'WEBP'"),
  'small.gif': pillow('small.ppm', "'GIF'"),
  'small.bmp': pillow('small.ppm', "'BMP'"),
  'small.tiff': pillow('small.ppm', "'TIFF'"),
};

/** The names of the fixtures that match. */
export const fixtures = (pattern) => Object.keys(recipes).filter((name) => pattern.test(name));

const made = new Map();

/** A fixture's bytes. */
export function fixture(name) {
  if (!made.has(name)) made.set(name, make(name));
  return made.get(name);
}

/** A test image of libjpeg-turbo's, as a path. */
export function jpegTestImage(name) {
  return join(build, 'sources/libjpeg-turbo/testimages', name);
}

/** The images of libpng's two suites and of its collection of broken files, as paths. */
export const pngSuite = () => [
  ...pngFiles('contrib/pngsuite'),
  ...pngFiles('contrib/pngsuite/interlaced'),
  ...pngFiles('contrib/testpngs'),
];
export const brokenPngs = () => pngFiles('contrib/testpngs/crashers');

function pngFiles(folder) {
  const path = join(build, 'sources/libpng', folder);
  const names = fs.readdirSync(path).filter((name) => name.endsWith('.png'));
  return names.sort().map((name) => join(path, name));
}

function largest(folder, extension) {
  const path = join(build, folder);
  const files = fs.readdirSync(path).filter((name) => name.endsWith(extension));
  const size = (name) => fs.statSync(join(path, name)).size;
  return join(
    path,
    files.reduce((a, b) => (size(b) > size(a) ? b : a)),
  );
}

async function make(name) {
  const recipe = recipes[name];
  const input = await (recipe.from in recipes
    ? fixture(recipe.from)
    : fs.readFileSync(recipe.from));
  const path = join(kept, `${keyOf(recipe, input)}-${basename(name)}`);
  if (!fs.existsSync(path)) {
    fs.mkdirSync(kept, { recursive: true });
    // In one go: another test may be making it too.
    fs.writeFileSync(`${path}.${process.pid}`, await cook(recipe, input));
    fs.renameSync(`${path}.${process.pid}`, path);
  }
  return fs.readFileSync(path);
}

function keyOf(recipe, input) {
  const text = JSON.stringify(recipe, (_, value) =>
    typeof value === 'function' ? String(value) : value,
  );
  return createHash('sha256').update(text).update(input).digest('hex').slice(0, 12);
}

async function cook({ run, python: code, make: cookHere, finish }, input) {
  if (run !== undefined) return tool(run[0], run.slice(1), input);
  if (cookHere !== undefined) return cookHere(input);
  const bytes = await python(code, { file: input });
  return finish === undefined ? bytes : finish(bytes);
}
