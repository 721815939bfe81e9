// The options of the command line: one table for the options of the library, one for the command line's
// own. --help prints both in this order.

import { ImageError } from '../errors.js';
import { checkEncode } from '../options.js';
import type { EncodeOptions } from '../types.js';
import { UsageError } from './errors.js';
import type { Flag, ImageFlag } from './flag.js';
import { withFlags } from './messages.js';
import { type Given, parse } from './parse.js';
import * as read from './values.js';

const flag = (to: string, value: string, help: string, reader = read.literal): ImageFlag => ({
  to,
  value,
  help,
  read: reader,
});
const yes = (to: string, help: string): ImageFlag => ({ to, help, read: () => true });
const no = (to: string, help: string): ImageFlag => ({ to, help, read: () => false });

/** The library's options by their names on the command line. A new option is a line here. */
export const IMAGE_FLAGS = {
  crop: flag(
    'crop',
    'X,Y,WIDTH,HEIGHT',
    'region in pixels or percent (25%,25%,50%,50%), or as WIDTHxHEIGHT+X+Y',
    read.crop,
  ),
  box: flag('crop', 'LEFT,TOP,RIGHT,BOTTOM', 'region by its edges', read.box),
  resize: flag('resize', 'WxH|W|xH|N%', 'new size; for WxH see --fit', read.size),
  width: { ...flag('resize.width', 'W', 'as --resize W'), short: 'w' },
  height: flag('resize.height', 'H', 'as --resize xH'),
  rotate: flag('rotate', 'DEGREES', 'clockwise, before the crop: 90, -90, 17.5'),
  flip: flag('flip', 'horizontal|vertical', 'mirror, before the crop'),
  format: flag(
    'format',
    'jpeg|png|raw|keep',
    "default: from --output's extension, else the input's",
    read.lowerCase,
  ),
  quality: {
    ...flag('quality', '1-100|keep', "JPEG (default: the input's; at most 85 if resized)"),
    short: 'q',
  },
  'max-bytes': flag('maxBytes', 'N', 'maximum file size: 200000, 200k, 2M', read.count),
  'min-quality': flag('minQuality', '1-100', 'JPEG: lowest quality for --max-bytes (default: 1)'),
  metadata: flag(
    'metadata',
    'none|color|all',
    'metadata to keep (default: color: profile and density, no location or camera)',
  ),
  'color-space': flag(
    'colorSpace',
    'keep|srgb|display-p3',
    'convert colors (default: keep; sRGB without a profile)',
  ),
  lossless: yes('lossless', 'copy JPEG blocks, keep every pixel, or fail'),

  'out-of-bounds': flag(
    'outOfBounds',
    'error|clamp|pad',
    'crop exceeds the image: fail (default), clip, pad',
  ),
  background: flag(
    'background',
    'COLOR',
    "padding and background color, such as '#fff' (default: transparent, white for JPEG)",
  ),
  'no-auto-orient': no('autoOrient', 'ignore the Exif orientation'),
  fit: flag(
    'resize.fit',
    'cover|contain|fill|inside|outside',
    'crop to WxH (default), pad to WxH, distort to WxH, at most WxH, at least WxH',
  ),
  position: flag(
    'resize.position',
    'POSITION',
    "part to keep with --fit cover: center (default), top, 'left bottom', ...",
  ),
  kernel: flag('resize.kernel', 'nearest|linear|cubic|lanczos3', 'filter (default: lanczos3)'),
  'without-enlargement': yes('resize.withoutEnlargement', 'never enlarge an image'),

  progressive: yes('progressive', "JPEG: several scans (default: the input's)"),
  'no-progressive': no('progressive', 'JPEG: one scan'),
  'optimize-coding': yes('optimizeCoding', 'JPEG: a few percent smaller, but slower'),
  'chroma-subsampling': flag(
    'chromaSubsampling',
    '4:4:4|4:2:2|4:2:0',
    "JPEG (default: the input's with --quality keep, else 4:2:0)",
  ),
  'compression-level': flag('compressionLevel', '0-9', 'PNG (default: 6)'),
  'no-palette': no('palette', 'PNG: convert a palette to RGB or RGBA'),
  channels: flag('channels', 'RGBA|RGB|BGRA|BGR|GRAY|GRAYA|keep', 'raw (default: RGBA)'),
  'bit-depth': flag('bitDepth', '8|16|keep', 'raw (default: 8)'),

  damaged: flag(
    'damaged',
    'error|accept',
    'damaged or incomplete file: fail (default), decode as much as possible',
  ),
  'limit-pixels': flag(
    'limits.pixels',
    'N',
    'largest input in pixels, or Infinity (default: 536870912)',
    read.count,
  ),
  'limit-bytes': flag('limits.bytes', 'N', 'largest input file (default: Infinity)', read.count),
  'limit-memory': flag('limits.memory', 'N', 'memory for each image (default: 1GiB)', read.count),
} as const satisfies Readonly<Record<string, ImageFlag>>;

/** The command line's own options. */
export const OWN_FLAGS = {
  output: { value: 'FILE|FOLDER|-', short: 'o', help: 'where to write; - is standard output' },
  'data-url': { help: 'write data URLs as text, one line for each input' },
  base64: { help: 'the same without the prefix data:image/...;base64,' },
  json: { help: 'print a line of JSON for each input: result or error' },
  recursive: { short: 'r', help: 'include subfolders, and create them in the output' },
  force: { help: 'replace existing outputs, but never an input' },
  jobs: { value: 'N', short: 'j', help: 'images in parallel (default: number of processors)' },
  quiet: { help: 'print errors only' },
  help: { short: 'h', help: 'print this' },
  version: { short: 'v', help: 'print the version' },
} as const satisfies Readonly<Record<string, Flag>>;

/** The content of an output: an image file, or its bytes as text. */
export type Form = 'bytes' | 'data-url' | 'base64';

export interface Command {
  /** `'info'` prints the properties of the inputs and writes no image. */
  readonly name: 'encode' | 'info';
  readonly inputs: readonly string[];
  readonly options: EncodeOptions;
  /** The names of the given image options. */
  readonly given: readonly string[];
  /** Set for `--resize 50%`: scale.ts computes the size in `options.resize` for each image. */
  readonly percent: number | undefined;
  readonly form: Form;
  readonly json: boolean;
  readonly output: string | undefined;
  readonly recursive: boolean;
  readonly jobs: number | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Parses and checks the arguments. Throws `UsageError`. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args, { ...IMAGE_FLAGS, ...OWN_FLAGS });
  const isInfo = positionals[0] === 'info';
  if (isInfo) {
    checkInfo(values);
  }
  const forms = (['data-url', 'base64', 'json'] as const).filter((name) => values[name]);
  if (forms.length > 1) {
    throw new UsageError(`--${forms.join(' and --')} cannot be combined.`);
  }
  const json = values.json === true;
  return {
    name: isInfo ? 'info' : 'encode',
    inputs: isInfo ? positionals.slice(1) : positionals,
    ...imageOptions(values),
    form: (json ? undefined : (forms[0] as Form | undefined)) ?? 'bytes',
    json,
    output: values.output as string | undefined,
    recursive: values.recursive === true,
    jobs: readJobs(values.jobs as string | undefined),
    force: values.force === true,
    quiet: values.quiet === true,
    help: values.help === true,
    version: values.version === true,
  };
}

const INFO_FLAGS = ['json', 'recursive', 'quiet', 'help', 'version'];

function checkInfo(values: Given): void {
  const other = Object.keys(values).find((name) => !INFO_FLAGS.includes(name));
  if (other !== undefined) {
    throw new UsageError(
      `--${other} has no effect with crop64 info. (To read a file called info, pass ./info.)`,
    );
  }
}

function readJobs(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`Expected a number of 1 or more for --jobs but received '${text}'.`);
  }
  return text === undefined ? undefined : Number(text);
}

const SIZES = ['resize', 'width', 'height'];

/** The library's options, checked by the library. */
function imageOptions(values: Given): Pick<Command, 'options' | 'given' | 'percent'> {
  const options: Record<string, unknown> = {};
  const sources = new Map<string, string>(); // the flag that set each option
  let percent: number | undefined;
  for (const [name, { to, read }] of Object.entries<ImageFlag>(IMAGE_FLAGS)) {
    const value = values[name];
    if (value === undefined) {
      continue;
    }
    const isSide = name === 'width' || name === 'height';
    const other = sources.get(to) ?? (isSide ? sources.get('resize') : undefined);
    if (other !== undefined) {
      throw new UsageError(`--${other} and --${name} cannot be combined.`);
    }
    sources.set(to, name);
    const [outer, inner] = to.split('.') as [string, string | undefined];
    let parsed = read(String(value));
    if (name === 'resize' && 'percent' in Object(parsed)) {
      percent = (parsed as read.Percentage).percent;
      parsed = { width: 1, height: 1, fit: 'fill' }; // replaced for each image
    }
    options[outer] = inner === undefined ? parsed : { ...Object(options[outer]), [inner]: parsed };
  }
  checkResize(sources);
  const given = [...sources.values()];
  try {
    checkEncode(options);
  } catch (error) {
    const isImageError = error instanceof ImageError;
    throw isImageError ? new UsageError(withFlags(error.message, IMAGE_FLAGS, given)) : error;
  }
  return { options, given, percent };
}

// The library's message would ask for a width and a height, which are not flags.
function checkResize(sources: ReadonlyMap<string, string>): void {
  const names = [...sources.values()];
  const setting = [...sources].find(
    ([to, name]) => to.startsWith('resize.') && !SIZES.includes(name),
  );
  if (setting !== undefined && !names.some((name) => SIZES.includes(name))) {
    throw new UsageError(`--${setting[1]} needs --resize.`);
  }
}
