// The options of the command line: a table of those that are options of the interface, and a table of
// the command line's own. --help prints both in this order.

import { ImageError } from '../errors.js';
import { checkEncode } from '../options.js';
import type { EncodeOptions } from '../types.js';
import { WrongUse } from './errors.js';
import type { Flag, ImageFlag } from './flag.js';
import { inFlags } from './messages.js';
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

/** The interface's options by their names on the command line. A new option is a line here. */
export const IMAGE_FLAGS = {
  crop: flag(
    'crop',
    'X,Y,WIDTH,HEIGHT',
    'region in pixels or percent (25%,25%,50%,50%), or as WIDTHxHEIGHT+X+Y',
    read.crop,
  ),
  box: flag('crop', 'LEFT,TOP,RIGHT,BOTTOM', 'region by its edges', read.box),
  resize: flag('resize', 'WxH|W|xH|N%', 'new size; WxH is filled, see --fit', read.size),
  width: { ...flag('resize.width', 'W', 'as --resize W'), short: 'w' },
  height: flag('resize.height', 'H', 'as --resize xH'),
  rotate: flag('rotate', 'DEGREES', '90, 180, 270, -90: clockwise, before the crop'),
  flip: flag('flip', 'horizontal|vertical', 'mirror, before the crop'),
  format: flag(
    'format',
    'jpeg|png|raw|keep',
    "default: --output's ending, else the input's",
    read.lowerCase,
  ),
  quality: {
    ...flag('quality', '1-100|keep', "JPEG (default: the input's, if resized up to 85)"),
    short: 'q',
  },
  'max-bytes': flag('maxBytes', 'N', 'largest file size: 200000, 200k, 2M', read.count),
  'min-quality': flag('minQuality', '1-100', 'JPEG: lowest for --max-bytes (default: 1)'),
  metadata: flag(
    'metadata',
    'none|color|all',
    'what to keep; color, the default: profile and density, no location or camera',
  ),
  lossless: yes('lossless', 'do not re-encode a JPEG, change no pixel; or fail'),

  'out-of-bounds': flag(
    'outOfBounds',
    'error|clamp|pad',
    'crop beyond the image: error (default), cut, fill',
  ),
  background: flag(
    'background',
    'COLOR',
    "'#fff': for padding and transparency; default: transparent, in a JPEG white",
  ),
  'no-auto-orient': no('autoOrient', 'do not apply the Exif orientation'),
  fit: flag(
    'resize.fit',
    'cover|contain|fill|inside|outside',
    'fill WxH and cut off (default), fit in it and pad, distort, be at most or at least WxH',
  ),
  position: flag(
    'resize.position',
    'POSITION',
    "what --fit cover keeps: center (default), top, 'left bottom', ...",
  ),
  kernel: flag('resize.kernel', 'nearest|linear|cubic|lanczos3', 'filter (default: lanczos3)'),
  'without-enlargement': yes('resize.withoutEnlargement', 'never make an image larger'),

  progressive: yes('progressive', "JPEG: several scans (default: the input's)"),
  'no-progressive': no('progressive', 'JPEG: one scan'),
  'optimize-coding': yes('optimizeCoding', 'JPEG: a few percent smaller, slower'),
  'chroma-subsampling': flag(
    'chromaSubsampling',
    '4:4:4|4:2:2|4:2:0',
    "JPEG (default: the input's if kept, else 4:2:0)",
  ),
  'compression-level': flag('compressionLevel', '0-9', 'PNG (default: 6)'),
  'no-palette': no('palette', 'PNG: RGB or RGBA instead of a palette'),
  channels: flag('channels', 'RGBA|RGB|BGRA|BGR|GRAY|GRAYA|keep', 'raw (default: RGBA)'),
  'bit-depth': flag('bitDepth', '8|16|keep', 'raw (default: 8)'),

  damaged: flag('damaged', 'error|accept', 'file that ends early: error (default), keep rest'),
  'limit-pixels': flag(
    'limits.pixels',
    'N',
    'of an input; Infinity: none (default: 536870912)',
    read.count,
  ),
  'limit-bytes': flag('limits.bytes', 'N', 'of an input (default: none)', read.count),
  'limit-memory': flag('limits.memory', 'N', 'for one image (default: 1GiB)', read.count),
} as const satisfies Readonly<Record<string, ImageFlag>>;

/** The command line's own options. */
export const OWN_FLAGS = {
  output: { value: 'FILE|FOLDER|-', short: 'o', help: '- is standard output' },
  'data-url': { help: 'write text: a line for each input' },
  base64: { help: 'the same without data:image/...;base64,' },
  json: { help: 'print a line for each input: result or error' },
  recursive: { short: 'r', help: 'include subfolders, and keep them in the output' },
  force: { help: 'replace outputs that exist; never an input' },
  jobs: { value: 'N', short: 'j', help: 'images at a time (default: number of processors)' },
  quiet: { help: 'print errors only' },
  help: { short: 'h', help: 'print this' },
  version: { short: 'v', help: 'print the version' },
} as const satisfies Readonly<Record<string, Flag>>;

/** The content of an output: an image file, or that as text. */
export type Form = 'bytes' | 'data-url' | 'base64';

export interface Command {
  /** `'info'` prints the properties of the inputs and writes nothing. */
  readonly name: 'encode' | 'info';
  readonly inputs: readonly string[];
  readonly options: EncodeOptions;
  /** The names of the image options that were given. */
  readonly given: readonly string[];
  /** `--resize 50%`: then `options.resize` has no size of its own yet (see scale.ts). */
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

/** Reads and checks the arguments. Throws `WrongUse`. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args, { ...IMAGE_FLAGS, ...OWN_FLAGS });
  const isInfo = positionals[0] === 'info';
  if (isInfo) {
    checkInfo(values);
  }
  const forms = (['data-url', 'base64', 'json'] as const).filter((name) => values[name]);
  if (forms.length > 1) {
    throw new WrongUse(`Expected one of --${forms.join(' and --')} but received both.`);
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
    throw new WrongUse(
      `Expected no --${other} for crop64 info, which writes no image. (A file of that name is ` +
        './info.)',
    );
  }
}

function readJobs(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,3}$/.test(text)) {
    throw new WrongUse(`Expected a number of 1 or more for --jobs but received '${text}'.`);
  }
  return text === undefined ? undefined : Number(text);
}

const SIZES = ['resize', 'width', 'height'];

/** The interface's options, checked by the interface itself. */
function imageOptions(values: Given): Pick<Command, 'options' | 'given' | 'percent'> {
  const options: Record<string, unknown> = {};
  const from = new Map<string, string>();
  let percent: number | undefined;
  for (const [name, { to, read }] of Object.entries<ImageFlag>(IMAGE_FLAGS)) {
    const value = values[name];
    if (value === undefined) {
      continue;
    }
    const isSide = name === 'width' || name === 'height';
    const other = from.get(to) ?? (isSide ? from.get('resize') : undefined);
    if (other !== undefined) {
      throw new WrongUse(`Expected one of --${other} and --${name} but received both.`);
    }
    from.set(to, name);
    const [outer, inner] = to.split('.') as [string, string | undefined];
    let meant = read(String(value));
    if (name === 'resize' && 'percent' in Object(meant)) {
      percent = (meant as read.Percentage).percent;
      meant = { width: 1, height: 1, fit: 'fill' }; // the size is the image's, and known later
    }
    options[outer] = inner === undefined ? meant : { ...Object(options[outer]), [inner]: meant };
  }
  checkResize(from);
  const given = [...from.values()];
  try {
    checkEncode(options);
  } catch (error) {
    const isRefusal = error instanceof ImageError;
    throw isRefusal ? new WrongUse(inFlags(error.message, IMAGE_FLAGS, given)) : error;
  }
  return { options, given, percent };
}

// Without a size the interface asks for a width and a height.
function checkResize(from: ReadonlyMap<string, string>): void {
  const names = [...from.values()];
  const part = [...from].find(([to, name]) => to.startsWith('resize.') && !SIZES.includes(name));
  if (part !== undefined && !names.some((name) => SIZES.includes(name))) {
    throw new WrongUse(`Expected --resize beside --${part[1]} but received none.`);
  }
}
