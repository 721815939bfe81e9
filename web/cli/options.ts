// What the command line takes: one table for the interface's options, one for its own.

import { parseArgs } from 'node:util';
import { ImageError } from '../errors.js';
import { checkEncode } from '../options.js';
import type { EncodeOptions } from '../types.js';
import { WrongUse } from './errors.js';

/** One option of the command line. */
interface Flag {
  /** What its value looks like; `undefined` where it takes none. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
}

/** One that says an option of the interface. */
interface PictureFlag extends Flag {
  /** Where it goes in the interface's options: `'resize.fit'`. */
  readonly to: string;
  /** What its text means there; what makes no sense is left as it is, for the interface to refuse. */
  read(text: string): unknown;
}

const literal = (text: string): unknown => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

const flag = (to: string, value: string, help: string, read = literal): PictureFlag => ({
  to,
  value,
  help,
  read,
});
const yes = (to: string, help: string): PictureFlag => ({ to, help, read: () => true });
const no = (to: string, help: string): PictureFlag => ({ to, help, read: () => false });

/** The interface's options, by their names on the command line. A new one is a line here. */
export const PICTURE_FLAGS: Readonly<Record<string, PictureFlag>> = {
  crop: flag(
    'crop',
    'X,Y,WIDTH,HEIGHT',
    'the part, in pixels, or in percent: 25%,25%,50%,50%',
    crop,
  ),
  box: flag('crop', 'LEFT,TOP,RIGHT,BOTTOM', 'the same by its edges', box),
  'out-of-bounds': flag(
    'outOfBounds',
    'error|clamp|pad',
    "what a crop may do beyond the picture's edge",
  ),
  background: flag('background', '#RRGGBB[AA]', 'the colour of padding, and beneath dropped alpha'),
  rotate: flag('rotate', '0|90|180|270', 'degrees clockwise, before the crop'),
  flip: flag('flip', 'horizontal|vertical', 'mirrors, before the crop'),
  'no-auto-orient': no('autoOrient', 'leaves the Exif orientation alone'),
  resize: flag('resize', 'WxH', 'the size of the result; Wx or xH keeps the proportions', size),
  fit: flag('resize.fit', 'cover|contain|fill|inside|outside', 'where the proportions differ'),
  position: flag('resize.position', 'center|top|"right top"|...', 'what stays of a cover'),
  kernel: flag('resize.kernel', 'nearest|linear|cubic|lanczos3', 'how a resize is computed'),
  'without-enlargement': yes('resize.withoutEnlargement', 'never makes a picture larger'),
  format: flag('format', 'keep|jpeg|png|raw', 'of the result; else what FILE ends with, or keep'),
  lossless: yes('lossless', 'keeps every sample, or fails and says why'),
  quality: flag('quality', '1-100|keep', 'JPEG'),
  progressive: yes('progressive', 'JPEG: in several scans'),
  'no-progressive': no('progressive', 'JPEG: in one scan'),
  'optimize-coding': yes('optimizeCoding', 'JPEG: the best Huffman tables'),
  'chroma-subsampling': flag('chromaSubsampling', '4:4:4|4:2:2|4:2:0', 'JPEG'),
  'compression-level': flag('compressionLevel', '0-9', 'PNG'),
  'no-palette': no('palette', 'PNG: RGB or RGBA in place of a palette'),
  metadata: flag('metadata', 'none|color|all', 'what the result tells beside its samples'),
  'max-bytes': flag('maxBytes', 'N', 'the most bytes that the result may have'),
  channels: flag('channels', 'RGBA|RGB|BGRA|BGR|GRAY|GRAYA|keep', 'raw'),
  'bit-depth': flag('bitDepth', '8|16|keep', 'raw'),
  damaged: flag('damaged', 'error|accept', 'a file that ends early; what is missing is grey'),
  'limit-pixels': flag('limits.pixels', 'N', "the most pixels a source's header may promise"),
  'limit-bytes': flag('limits.bytes', 'N', 'the most bytes of a source'),
  'limit-memory': flag('limits.memory', 'N', 'the most bytes that a job may take'),
};

/** The command line's own. */
export const OWN_FLAGS = {
  output: { value: 'FILE|DIR|-', short: 'o', help: 'where to; - is standard output' },
  'data-url': { help: 'a line of text for each input: a data URL' },
  base64: { help: 'the same without what goes before the comma' },
  json: { help: 'a line of JSON for each input: what is known about its result, or its error' },
  jobs: { value: 'N', help: 'how many at a time; as many as the machine does at a time' },
  force: { help: 'replaces outputs that are there already; never an input' },
  quiet: { help: 'no progress and no summary; errors are told all the same' },
  help: { short: 'h', help: 'this' },
  version: { help: 'the version' },
} as const satisfies Readonly<Record<string, Flag>>;

/** What goes into an output: a picture, or a picture as text. */
export type Form = 'bytes' | 'data-url' | 'base64';

export interface Command {
  readonly inputs: readonly string[];
  readonly options: EncodeOptions;
  readonly form: Form;
  readonly json: boolean;
  readonly output: string | undefined;
  readonly jobs: number | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Reads and checks the arguments. What is wrong with them is a `WrongUse`. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals: inputs } = parse(args);
  const forms = (['data-url', 'base64', 'json'] as const).filter((name) => values[name]);
  if (forms.length > 1) {
    throw new WrongUse(`Expected one of --${forms.join(' and --')} but received both.`);
  }
  const json = values.json === true;
  return {
    inputs,
    options: pictureOptions(values),
    form: (json ? undefined : (forms[0] as Form | undefined)) ?? 'bytes',
    json,
    output: values.output as string | undefined,
    jobs: readJobs(values.jobs as string | undefined),
    force: values.force === true,
    quiet: values.quiet === true,
    help: values.help === true,
    version: values.version === true,
  };
}

function parse(args: readonly string[]): { values: Given; positionals: string[] } {
  const flags: [string, Flag][] = Object.entries({ ...PICTURE_FLAGS, ...OWN_FLAGS });
  const options = flags.map(([name, { value, short }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) },
  ]);
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(options),
      allowPositionals: true,
    }) as { values: Given; positionals: string[] };
  } catch (error) {
    throw new WrongUse((error as Error).message.replaceAll('\n', ' '));
  }
}

function readJobs(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,3}$/.test(text)) {
    throw new WrongUse(`Expected a number of 1 or more for --jobs but received '${text}'.`);
  }
  return text === undefined ? undefined : Number(text);
}

/** The interface's options, as the interface itself checks them. */
function pictureOptions(values: Given): EncodeOptions {
  const options: Record<string, unknown> = {};
  const from = new Map<string, string>();
  for (const [name, { to, read }] of Object.entries(PICTURE_FLAGS)) {
    const value = values[name];
    if (value === undefined) {
      continue;
    }
    const other = from.get(to);
    if (other !== undefined) {
      throw new WrongUse(`Expected one of --${other} and --${name} but received both.`);
    }
    from.set(to, name);
    const [outer, inner] = to.split('.') as [string, string | undefined];
    const meant = read(String(value));
    options[outer] = inner === undefined ? meant : { ...Object(options[outer]), [inner]: meant };
  }
  try {
    checkEncode(options);
  } catch (error) {
    throw error instanceof ImageError ? new WrongUse(inFlags(error, from)) : error;
  }
  return options;
}

// The interface's message, with the option's name on the command line.
function inFlags({ message, details }: ImageError, from: ReadonlyMap<string, string>): string {
  const name = String(details.name);
  const flagName = from.get(name) ?? from.get(name.split('.')[0] as string) ?? name;
  return message.replace(` for ${name} `, ` for --${flagName} `);
}

function crop(text: string): unknown {
  const [x, y, width, height, unit] = fourNumbers('crop', text);
  return { x, y, width, height, ...unit };
}

function box(text: string): unknown {
  const [left, top, right, bottom, unit] = fourNumbers('box', text);
  return { left, top, right, bottom, ...unit };
}

type Four = [number, number, number, number, { unit?: '%' }];

function fourNumbers(name: string, text: string): Four {
  const parts = text.split(',').map((part) => /^\s*(-?\d+(?:\.\d+)?)(%?)\s*$/.exec(part));
  const units = new Set(parts.map((part) => part?.[2]));
  if (parts.length !== 4 || parts.includes(null) || units.size > 1) {
    const { value } = PICTURE_FLAGS[name] as Flag;
    throw new WrongUse(
      `Expected ${value} for --${name}, four numbers, all in pixels or all in percent, but ` +
        `received '${text}'.`,
    );
  }
  const numbers = parts.map((part) => Number(part?.[1]));
  return [...numbers, units.has('%') ? { unit: '%' } : {}] as Four;
}

function size(text: string): unknown {
  const sides = /^(\d*)x(\d*)$/i.exec(text);
  if (sides === null) {
    throw new WrongUse(
      `Expected WIDTHxHEIGHT, WIDTHx or xHEIGHT for --resize but received '${text}'.`,
    );
  }
  const [, width, height] = sides;
  return { ...(width && { width: Number(width) }), ...(height && { height: Number(height) }) };
}
