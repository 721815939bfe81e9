// Checks what a caller passed, and puts it in the form that the module takes. What is left out stays
// out: src/job/options.h has the defaults. Whatever depends on the picture (is the crop inside, does the
// option fit the format) is decided by src/job/plan.cpp.

import { ImageError, invalid, show, withIndex } from './errors.js';
import { nearest } from './spelling.js';
import type {
  Color,
  Crop,
  DecodeOptions,
  EncodeOptions,
  ImageDataOptions,
  Limits,
  ProbeOptions,
} from './types.js';
import type { NativeOptions, NativeResize } from './wasm/bindings.js';

type Given = Readonly<Record<string, unknown>>;

const COMMON = [
  'autoOrient',
  'rotate',
  'flip',
  'crop',
  'outOfBounds',
  'background',
  'resize',
  'damaged',
  'limits',
  'signal',
];
const FOR_SAMPLES = [...COMMON, 'channels', 'bitDepth'];
const FOR_FILES = [
  ...FOR_SAMPLES,
  'format',
  'metadata',
  'lossless',
  'quality',
  'progressive',
  'optimizeCoding',
  'chromaSubsampling',
  'compressionLevel',
  'palette',
  'maxBytes',
  'minQuality',
];

const FORMATS = {
  keep: 'keep',
  jpeg: 'jpeg',
  jpg: 'jpeg',
  'image/jpeg': 'jpeg',
  png: 'png',
  'image/png': 'png',
  raw: 'raw',
} as const;
const FORMAT_NAMES = /* @__PURE__ */ Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** The options of one job, or of several on one source, checked but for what depends on the picture. */
export interface Checked {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly jobs: NativeOptions[];
}

export function checkProbe(options: ProbeOptions = {}): Checked {
  return check(object(options, 'options', ['limits', 'signal']));
}

export function checkDecode(options: DecodeOptions = {}): Checked {
  return check({ ...object(options, 'options', FOR_SAMPLES), format: 'raw' });
}

/** As `checkDecode`, where the channels are not the caller's to choose. */
export function checkImageData(
  options: ImageDataOptions = {},
): Checked & { readonly ignoreProfile: boolean } {
  const given = object(options, 'options', [...COMMON, 'ignoreProfile']);
  const ignoreProfile = boolean(given.ignoreProfile, 'ignoreProfile') ?? false;
  return { ...check({ ...given, format: 'raw' }), ignoreProfile };
}

export function checkEncode(options: EncodeOptions = {}): Checked {
  return check(object(options, 'options', FOR_FILES));
}

export function checkEncodeAll(options?: readonly EncodeOptions[]): Checked {
  if (!Array.isArray(options)) {
    throw invalid('an array of options', 'options', options);
  }
  // Not map(), which leaves holes out.
  const all = Array.from(options, (job, index) => {
    try {
      if (typeof job !== 'object' || job === null) {
        throw invalid('an object', `options[${index}]`, job);
      }
      return checkEncode(job);
    } catch (error) {
      throw withIndex(error, index);
    }
  });
  // Not as arguments: there may be more jobs than a call has room for.
  const bytes = all.reduce((least, { limits }) => Math.min(least, limits.bytes ?? NONE), NONE);
  const signals = new Set(all.flatMap(({ signal }) => signal ?? []));
  return {
    limits: { bytes },
    signal: signals.size > 1 ? AbortSignal.any([...signals]) : [...signals][0],
    jobs: all.flatMap(({ jobs }) => jobs),
  };
}

// Options that say nothing about the image or its file.
const OF_THE_CALL = ['limits', 'signal'];

function check(given: Given): Checked {
  const isAsked = ([name, value]: [string, unknown]) =>
    value !== undefined && !OF_THE_CALL.includes(name);
  const crop = checkCrop(given.crop as Crop | undefined);
  const autoOrient = boolean(given.autoOrient, 'autoOrient');
  const { rotate, flip } = checkTurn(given);
  const resize = checkResize(given.resize);
  const outOfBounds = oneOf(given.outOfBounds, 'outOfBounds', ['error', 'clamp', 'pad']);
  const background = checkColor(given.background as Color | undefined);
  const damaged = oneOf(given.damaged, 'damaged', ['error', 'accept']);
  const limits = checkLimits(given.limits);
  const format = oneOf(given.format, 'format', FORMAT_NAMES);
  const metadata = oneOf(given.metadata, 'metadata', ['none', 'color', 'all']);
  const lossless = boolean(given.lossless, 'lossless');
  const quality = checkQuality(given.quality);
  const progressive = oneOf(given.progressive, 'progressive', [true, false, 'keep']);
  const optimizeCoding = boolean(given.optimizeCoding, 'optimizeCoding');
  const chromaSubsampling = oneOf(given.chromaSubsampling, 'chromaSubsampling', SUBSAMPLING_NAMES);
  const compressionLevel =
    given.compressionLevel === undefined
      ? undefined
      : integer(given.compressionLevel, 'compressionLevel', 0, 9);
  const palette = boolean(given.palette, 'palette');
  const channels = oneOf(given.channels, 'channels', [
    'RGBA',
    'RGB',
    'BGRA',
    'BGR',
    'GRAY',
    'GRAYA',
    'keep',
  ]);
  const bitDepth = oneOf(given.bitDepth, 'bitDepth', [8, 16, 'keep']);
  const maxBytes =
    given.maxBytes === undefined ? undefined : number(given.maxBytes, 'maxBytes', 1, 1e18);
  const minQuality = checkMinQuality(given);
  return {
    limits: limits ?? {},
    signal: checkSignal(given.signal),
    jobs: [
      {
        copiesFile: !Object.entries(given).some(isAsked),
        autoOrient,
        rotate,
        flip,
        crop,
        outOfBounds,
        background,
        resize,
        damaged,
        limits,
        format: format && FORMATS[format],
        metadata,
        lossless,
        quality,
        progressive:
          progressive === undefined
            ? undefined
            : progressive === 'keep'
              ? 'keep'
              : progressive
                ? 'yes'
                : 'no',
        optimizeCoding,
        chromaSubsampling: chromaSubsampling && SUBSAMPLINGS[chromaSubsampling],
        compressionLevel,
        palette,
        channels,
        bitDepth: bitDepth === 'keep' ? 0 : bitDepth,
        maxBytes,
        minQuality,
      },
    ],
  };
}

/**
 * A plain object with no other keys than these. `name` is the argument's, or of an option whose value is an
 * object. Errors: INVALID_ARGUMENT.
 */
export function object(
  value: unknown,
  name: string,
  keys: readonly string[],
  expected = 'an object',
): Given {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(expected, name, value);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw unknownOption(unknown, name === 'options' ? '' : `${name}.`, keys);
  }
  return value as Given;
}

function unknownOption(key: string, path: string, keys: readonly string[]): ImageError {
  const meant = nearest(key, keys);
  const advice =
    meant === undefined
      ? `. Known options: ${keys.map((known) => path + known).join(', ')}.`
      : `: did you mean '${path}${meant}'?`;
  const name = path + key;
  return new ImageError('INVALID_ARGUMENT', `Unknown option ${show(name)}${advice}`, { name });
}

export function boolean(value: unknown, name: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalid('true or false', name, value);
  }
  return value;
}

function oneOf<const Value extends string | number | boolean>(
  value: unknown,
  name: string,
  values: readonly Value[],
): Value | undefined {
  if (value !== undefined && !values.includes(value as Value)) {
    throw invalid(`one of ${values.map(show).join(', ')}`, name, value);
  }
  return value as Value | undefined;
}

export function number(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw invalid(`a number from ${least} to ${most}`, name, value);
  }
  return value;
}

function integer(value: unknown, name: string, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw invalid(`an integer from ${least} to ${most}`, name, value);
  }
  return value as number;
}

const SUBSAMPLINGS = {
  '4:4:4': { horizontal: 1, vertical: 1 },
  '4:2:2': { horizontal: 2, vertical: 1 },
  '4:2:0': { horizontal: 2, vertical: 2 },
};
const SUBSAMPLING_NAMES = /* @__PURE__ */ Object.keys(
  SUBSAMPLINGS,
) as (keyof typeof SUBSAMPLINGS)[];

/** 0 is the source's own. */
function checkQuality(value: unknown): number | undefined {
  if (value === 'keep') {
    return 0;
  }
  if (typeof value === 'number' && value > 0 && value < 1) {
    throw invalid('an integer from 1 to 100 (not a fraction, as canvas has it)', 'quality', value);
  }
  return value === undefined ? undefined : integer(value, 'quality', 1, 100);
}

/** The lowest quality that `maxBytes` may choose. */
function checkMinQuality({ minQuality, maxBytes, quality }: Given): number | undefined {
  if (minQuality === undefined) {
    return undefined;
  }
  const most = typeof quality === 'number' ? quality : 100;
  const checked = integer(minQuality, 'minQuality', 1, most);
  if (maxBytes === undefined) {
    throw invalid('maxBytes beside it (alone it has no effect)', 'minQuality', minQuality);
  }
  return checked;
}

interface Turn {
  readonly rotate: number | undefined;
  readonly flip: 'horizontal' | 'vertical' | undefined;
}

/** `rotate` and `flip`, or what a cropper's data says in their place. */
function checkTurn(given: Given): Turn {
  const rotate = quarterTurns(given.rotate, 'rotate');
  const flip = oneOf(given.flip, 'flip', ['horizontal', 'vertical']);
  const fromCropper = turnOf((given.crop ?? {}) as Given);
  if (fromCropper !== undefined && (rotate ?? flip) !== undefined) {
    throw invalid('nothing (the crop has its own)', 'rotate and flip', rotate ?? flip);
  }
  return fromCropper ?? { rotate, flip };
}

/** From 0 to 270: croppers count backwards and beyond a full turn. */
function quarterTurns(value: unknown, name: string): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || value % 90 !== 0) {
    throw invalid('a multiple of 90 (degrees clockwise)', name, value);
  }
  return ((value % 360) + 360) % 360;
}

const CROPPER_KEYS = ['rotate', 'scaleX', 'scaleY'];

/** cropperjs 1 mirrors first and then turns: `rotate` and `flip` go the other way about. */
function turnOf(given: Given): Turn | undefined {
  if (!CROPPER_KEYS.some((key) => key in given)) {
    return undefined;
  }
  const degrees = quarterTurns(given.rotate, 'crop.rotate') ?? 0;
  const scaleX = oneOf(given.scaleX, 'crop.scaleX', [1, -1]) ?? 1;
  const scaleY = oneOf(given.scaleY, 'crop.scaleY', [1, -1]) ?? 1;
  const turned = scaleX < 0 && scaleY < 0 ? degrees + 180 : degrees;
  const rotate = turned % 360;
  if (scaleX === scaleY) {
    return { rotate, flip: undefined };
  }
  const sideways = rotate % 180 !== 0;
  return { rotate, flip: scaleX < 0 !== sideways ? 'horizontal' : 'vertical' };
}

const POSITIONS = {
  center: [0.5, 0.5],
  top: [0.5, 0],
  'right top': [1, 0],
  right: [1, 0.5],
  'right bottom': [1, 1],
  bottom: [0.5, 1],
  'left bottom': [0, 1],
  left: [0, 0.5],
  'left top': [0, 0],
} as const;

const RESIZE_KEYS = ['width', 'height', 'fit', 'position', 'kernel', 'withoutEnlargement'];
const LARGEST_SIDE = 0x7fffffff;

function checkResize(value: unknown): NativeResize | undefined {
  if (value === undefined) {
    return undefined;
  }
  const given = object(value, 'resize', RESIZE_KEYS);
  const side = (name: string) =>
    given[name] === undefined ? undefined : integer(given[name], `resize.${name}`, 1, LARGEST_SIDE);
  const [width, height] = [side('width'), side('height')];
  if (width === undefined && height === undefined) {
    throw invalid('a width, a height or both', 'resize', value);
  }
  const fits = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
  const fit = oneOf(given.fit, 'resize.fit', fits);
  const positions = Object.keys(POSITIONS) as (keyof typeof POSITIONS)[];
  const position = oneOf(given.position, 'resize.position', positions);
  const [positionX, positionY] = position === undefined ? [] : POSITIONS[position];
  const kernels = ['nearest', 'linear', 'cubic', 'lanczos3'] as const;
  const kernel = oneOf(given.kernel, 'resize.kernel', kernels);
  const withoutEnlargement = boolean(given.withoutEnlargement, 'resize.withoutEnlargement');
  return { width, height, fit, positionX, positionY, kernel, withoutEnlargement };
}

const CROP_SHAPES = [
  ['left', 'top', 'right', 'bottom'],
  ['left', 'top', 'width', 'height'],
  ['x', 'y', 'width', 'height'],
];

function checkCrop(crop: Crop | undefined): NativeOptions['crop'] {
  if (crop === undefined) {
    return undefined;
  }
  const given = object(crop, 'crop', [...new Set(CROP_SHAPES.flat()), 'unit', ...CROPPER_KEYS]);
  if (given.unit !== undefined && given.unit !== '%') {
    throw invalid(
      "'%' or nothing (pixels of the picture, not of the page)",
      'crop.unit',
      given.unit,
    );
  }
  const keys = Object.keys(given).filter((key) => key !== 'unit' && !CROPPER_KEYS.includes(key));
  const shape = CROP_SHAPES.find(
    (names) => names.length === keys.length && names.every((name) => keys.includes(name)),
  );
  if (shape === undefined) {
    throw invalid(
      '{left, top, right, bottom}, {left, top, width, height} or {x, y, width, height}',
      'crop',
      crop,
    );
  }
  const [first, second, third, fourth] = shape.map((name) => {
    const value = given[name];
    const least = name === 'width' || name === 'height' ? 0 : Number.NEGATIVE_INFINITY;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
      throw invalid(least === 0 ? 'a number of 0 or more' : 'a number', `crop.${name}`, value);
    }
    return value;
  }) as [number, number, number, number];
  const values = [first, second, third, fourth];
  const areFractions = values.every((value) => value >= 0 && value <= 1);
  if (given.unit === undefined && areFractions && !values.every(Number.isInteger)) {
    throw invalid(
      "pixels, or percent with unit: '%' (fractions of the image: multiply them by 100),",
      'crop',
      crop,
    );
  }
  const edges =
    shape[2] === 'right'
      ? { left: first, top: second, right: third, bottom: fourth }
      : { left: first, top: second, right: first + third, bottom: second + fourth };
  return { edges, percent: given.unit === '%' };
}

const HEX_COLOR = "a colour like '#fff', '#ffff', '#ffffff' or '#ffffffff'";

function checkColor(color: Color | undefined): NativeOptions['background'] {
  if (color === undefined) {
    return undefined;
  }
  if (typeof color === 'string') {
    return parseHexColor(color);
  }
  const keys = ['r', 'g', 'b', 'alpha'];
  const given = object(color, 'background', keys, `${HEX_COLOR}, or {r, g, b, alpha}`);
  const part = (name: string) => integer(given[name], `background.${name}`, 0, 255);
  return {
    r: part('r'),
    g: part('g'),
    b: part('b'),
    alpha: given.alpha === undefined ? 1 : number(given.alpha, 'background.alpha', 0, 1),
  };
}

function parseHexColor(text: string): NativeOptions['background'] {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
  if (digits === undefined) {
    throw invalid(HEX_COLOR, 'background', text);
  }
  const length = digits.length > 4 ? 2 : 1;
  const part = (index: number) => {
    const hex = digits.slice(index * length, (index + 1) * length) || 'ff';
    return Number.parseInt(hex.padStart(2, hex), 16);
  };
  return { r: part(0), g: part(1), b: part(2), alpha: part(3) / 255 };
}

// The limit that nothing exceeds.
export const NONE = Number.POSITIVE_INFINITY;

function checkLimits(value: unknown): Limits | undefined {
  if (value === undefined) {
    return undefined;
  }
  const names = ['pixels', 'bytes', 'memory'];
  const given = object(value, 'limits', names);
  const limits: Record<string, number> = {};
  for (const name of names) {
    if (given[name] !== undefined) limits[name] = number(given[name], `limits.${name}`, 0, NONE);
  }
  return limits;
}

function checkSignal(value: unknown): AbortSignal | undefined {
  const { aborted, addEventListener, throwIfAborted } = Object(value) as Partial<AbortSignal>;
  const isSignal =
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof throwIfAborted === 'function';
  if (value !== undefined && !isSignal) {
    throw invalid('an AbortSignal', 'signal', value);
  }
  return value as AbortSignal | undefined;
}
