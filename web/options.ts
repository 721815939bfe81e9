// Checks what a caller passed, and puts it in the form that the module takes. Whatever depends on
// the picture (is the crop inside, does the option fit the format) is decided by src/plan.cpp.

import type { NativeModule, NativeOptions } from './crop64-module.js';
import { invalid } from './errors.js';
import type { Color, Crop, DecodeOptions, EncodeOptions, Limits } from './types.js';

type Given = Readonly<Record<string, unknown>>;

const COMMON = ['crop', 'outside', 'background', 'truncated', 'limits', 'signal'];
const FOR_SAMPLES = [...COMMON, 'channels'];
const FOR_FILES = [...FOR_SAMPLES, 'format', 'quality', 'compressionLevel'];

const FORMATS: Readonly<Record<string, 'keep' | 'jpeg' | 'png' | 'raw'>> = {
  keep: 'keep',
  jpeg: 'jpeg',
  jpg: 'jpeg',
  'image/jpeg': 'jpeg',
  png: 'png',
  'image/png': 'png',
  raw: 'raw',
};

/** Options that have been checked, but for what depends on the picture. */
export interface Checked {
  readonly limits: Required<Limits>;
  readonly signal: AbortSignal | undefined;
  toNative(native: NativeModule): NativeOptions;
}

export function checkDecode(options: DecodeOptions = {}): Checked {
  return check({ ...object(options, 'options', FOR_SAMPLES), format: 'raw' });
}

/** As `checkDecode`, where the channels are not the caller's to choose. */
export function checkImageData(options: DecodeOptions = {}): Checked {
  return check({ ...object(options, 'options', COMMON), format: 'raw' });
}

export function checkEncode(options: EncodeOptions = {}): Checked {
  return check(object(options, 'options', FOR_FILES));
}

function check(given: Given): Checked {
  const crop = checkCrop(given.crop as Crop | undefined);
  const outside = oneOf(given.outside, 'outside', ['error', 'clamp', 'pad']) ?? 'error';
  const background = checkColor(given.background as Color | undefined);
  const truncated = oneOf(given.truncated, 'truncated', ['error', 'accept']) ?? 'error';
  const limits = checkLimits(given.limits);
  const format = FORMATS[oneOf(given.format, 'format', Object.keys(FORMATS)) ?? 'keep'] ?? 'keep';
  const quality = checkQuality(given.quality);
  const compressionLevel =
    given.compressionLevel === undefined
      ? undefined
      : integer(given.compressionLevel, 'compressionLevel', 0, 9);
  const channels = oneOf(given.channels, 'channels', [
    'RGBA',
    'RGB',
    'BGRA',
    'BGR',
    'GRAY',
    'GRAYA',
    'keep',
  ]);
  return {
    limits,
    signal: checkSignal(given.signal),
    toNative: (native) => ({
      crop,
      outside: native.Outside[outside],
      background,
      truncated: native.Truncated[truncated],
      limits,
      format: native.Format[format],
      quality,
      compressionLevel,
      channels: channels === undefined ? undefined : native.Channels[channels],
    }),
  };
}

/** A plain object with no other keys than these. */
function object(
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
    throw invalid(`one of ${keys.join(', ')}`, `the keys of ${name}`, unknown);
  }
  return value as Given;
}

function oneOf<Value extends string>(
  value: unknown,
  name: string,
  values: readonly Value[],
): Value | undefined {
  if (value !== undefined && !values.includes(value as Value)) {
    throw invalid(`one of '${values.join("', '")}'`, name, value);
  }
  return value as Value | undefined;
}

function number(value: unknown, name: string, least: number, most: number): number {
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

function checkQuality(value: unknown): number | undefined {
  if (typeof value === 'number' && value > 0 && value < 1) {
    throw invalid('an integer from 1 to 100 (not a fraction, as canvas has it)', 'quality', value);
  }
  return value === undefined ? undefined : integer(value, 'quality', 1, 100);
}

const CROP_SHAPES = [
  ['left', 'top', 'right', 'bottom'],
  ['left', 'top', 'width', 'height'],
  ['x', 'y', 'width', 'height'],
];

function checkCrop(crop: Crop | undefined): NativeOptions['crop'] {
  if (crop === undefined) {
    return { edges: { left: 0, top: 0, right: 100, bottom: 100 }, percent: true };
  }
  const given = object(crop, 'crop', [...new Set(CROP_SHAPES.flat()), 'unit']);
  if (given.unit !== undefined && given.unit !== '%') {
    throw invalid(
      "'%' or nothing (pixels of the picture, not of the page)",
      'crop.unit',
      given.unit,
    );
  }
  const keys = Object.keys(given).filter((key) => key !== 'unit');
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
  const edges =
    shape[2] === 'right'
      ? { left: first, top: second, right: third, bottom: fourth }
      : { left: first, top: second, right: first + third, bottom: second + fourth };
  return { edges, percent: given.unit === '%' };
}

const HEX_COLOR = "a colour like '#fff', '#ffff', '#ffffff' or '#ffffffff'";

function checkColor(color: Color | undefined): NativeOptions['background'] {
  if (color === undefined) {
    return { r: 0, g: 0, b: 0, alpha: 0 };
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

function checkLimits(value: unknown = {}): Required<Limits> {
  const given = object(value, 'limits', ['pixels', 'bytes', 'memory']);
  const limit = (name: string, otherwise: number) =>
    given[name] === undefined ? otherwise : number(given[name], `limits.${name}`, 0, 1e18);
  return {
    pixels: limit('pixels', 536_870_912),
    bytes: limit('bytes', 1e18),
    memory: limit('memory', 2 ** 30),
  };
}

function checkSignal(value: unknown): AbortSignal | undefined {
  const isSignal = typeof (value as AbortSignal | null | undefined)?.throwIfAborted === 'function';
  if (value !== undefined && !isSignal) {
    throw invalid('an AbortSignal', 'signal', value);
  }
  return value as AbortSignal | undefined;
}
