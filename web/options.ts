// Checks the options of a call and converts them to the form that the module takes. An option that is
// not set stays unset: src/job/options.h has the defaults. Checks that need the image (is the crop
// inside, does the option apply to the format) are in src/job/plan.cpp.

import { invalid, withIndex } from './errors.js';
import { checkColor } from './options/color.js';
import {
  checkCrop,
  checkFlip,
  checkResize,
  checkRotate,
  turnOfCropper,
} from './options/geometry.js';
import {
  boolean,
  type Given,
  integer,
  number,
  object,
  oneOf,
  UNLIMITED,
} from './options/values.js';
import type {
  CommonOptions,
  DecodeOptions,
  EncodeOptions,
  ImageDataOptions,
  InitOptions,
  Limits,
  ProbeOptions,
  SampleLayout,
} from './types.js';

// The check of each option, which returns the module's form of its value. `all` are the options of the
// call. It is not called if the option is not set. A new option is a line in one of these tables: the key
// is its name in types.ts and in bindings/fields.h.
type Check = (value: unknown, name: string, all: Given) => unknown;

const CALL = { limits: checkLimits } satisfies Table<ProbeOptions>;

const COLOR_SPACES = { keep: undefined, srgb: 'srgb', 'display-p3': 'display-p3' } as const;

const COMMON = {
  autoOrient: boolean,
  rotate: checkRotate,
  flip: checkFlip,
  crop: checkCrop,
  outOfBounds: (value, name) => oneOf(value, name, ['error', 'clamp', 'pad']),
  background: checkColor,
  resize: checkResize,
  colorSpace: (value, name) => valueIn(COLOR_SPACES, value, name),
  damaged: (value, name) => oneOf(value, name, ['error', 'accept']),
} satisfies Table<Omit<CommonOptions, keyof ProbeOptions>>;

const SAMPLES = {
  channels: (value, name) =>
    oneOf(value, name, ['RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep']),
  // 0 is the image's own.
  bitDepth: (value, name) => {
    const depth = oneOf(value, name, [8, 16, 'keep']);
    return depth === 'keep' ? 0 : depth;
  },
} satisfies Table<SampleLayout>;

const FORMATS = {
  keep: undefined,
  jpeg: 'jpeg',
  jpg: 'jpeg',
  'image/jpeg': 'jpeg',
  png: 'png',
  'image/png': 'png',
  raw: 'raw',
} as const;

const SUBSAMPLINGS = {
  '4:4:4': { horizontal: 1, vertical: 1 },
  '4:2:2': { horizontal: 2, vertical: 1 },
  '4:2:0': { horizontal: 2, vertical: 2 },
};

const FILES = {
  format: (value, name) => valueIn(FORMATS, value, name),
  metadata: (value, name) => oneOf(value, name, ['none', 'color', 'all']),
  lossless: boolean,
  quality: checkQuality,
  progressive: (value, name) => {
    const mode = oneOf(value, name, [true, false, 'keep']);
    return mode === 'keep' ? mode : mode ? 'yes' : 'no';
  },
  optimizeCoding: boolean,
  chromaSubsampling: (value, name) => valueIn(SUBSAMPLINGS, value, name),
  compressionLevel: (value, name) => integer(value, name, 0, 9),
  palette: boolean,
  maxBytes: (value, name) => number(value, name, 1, 1e18),
  minQuality: checkMinQuality,
} satisfies Table<Without<EncodeOptions, keyof CommonOptions | keyof SampleLayout>>;

type Without<Options, Key> = { [Name in Exclude<KeysOf<Options>, Key>]: unknown };
type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type Table<Options> = Record<Exclude<keyof Options, 'signal'>, Check>;
type Values<Checks> = {
  readonly [Name in keyof Checks]?: Checks[Name] extends (...args: never) => infer Value
    ? Value | undefined
    : never;
};

/** The options of one job as the module takes them. An absent or undefined field has its default. */
export type NativeOptions = Values<typeof CALL & typeof COMMON & typeof SAMPLES & typeof FILES> & {
  /** Whether no option about the image or its file was given. */
  readonly copiesFile: boolean;
};

/** The options of one job, or of several jobs on one source, after all checks that need no image. */
export interface Checked {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly jobs: NativeOptions[];
}

export function checkProbe(options: ProbeOptions = {}): Checked {
  return check(options, [CALL]);
}

export function checkDecode(options: DecodeOptions = {}): Checked {
  return check(options, [COMMON, CALL, SAMPLES], { format: 'raw' });
}

/**
 * Like `checkDecode`, for a result that is always RGBA with 8 bits, and that has no profile: colours that
 * ImageData cannot name are converted.
 */
export function checkImageData(options: ImageDataOptions = {}): Checked {
  return check(options, [COMMON, CALL], { format: 'raw', metadata: 'none' });
}

export function checkEncode(options: EncodeOptions = {}): Checked {
  return check(options, [COMMON, CALL, SAMPLES, FILES]);
}

export function checkEncodeAll(options?: readonly EncodeOptions[]): Checked {
  if (!Array.isArray(options)) {
    throw invalid('an array of options', 'options', options);
  }
  // Unlike map(), this does not skip holes.
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
  // Not Math.min(...): there may be more jobs than a call can have arguments.
  const bytes = all.reduce(
    (least, { limits }) => Math.min(least, limits.bytes ?? UNLIMITED),
    UNLIMITED,
  );
  const signals = new Set(all.flatMap(({ signal }) => signal ?? []));
  return {
    limits: { bytes },
    signal: signals.size > 1 ? AbortSignal.any([...signals]) : [...signals][0],
    jobs: all.flatMap(({ jobs }) => jobs),
  };
}

const WASM_SOURCES = ['wasmUrl', 'wasmBinary', 'wasmModule'];

/** Throws INVALID_ARGUMENT if more than one source of the wasm is given. */
export function checkInit(options: InitOptions): InitOptions {
  const all = Object.entries(object(options, 'options', WASM_SOURCES));
  const given = all.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length > 1) {
    throw invalid(`at most one of ${WASM_SOURCES.join(', ')}`, 'options', given.join(' and '));
  }
  return options;
}

function check(
  options: unknown,
  tables: readonly Readonly<Record<string, Check>>[],
  fixed: Partial<NativeOptions> = {},
): Checked {
  const keys = tables.flatMap((table) => Object.keys(table));
  const given = object(options, 'options', [...keys, 'signal']);
  const job: Record<string, unknown> = { ...fixed };
  let copiesFile = fixed.format === undefined;
  for (const table of tables) {
    for (const [name, check] of Object.entries(table)) {
      if (given[name] !== undefined) {
        job[name] = check(given[name], name, given);
        copiesFile &&= table === CALL;
      }
    }
  }
  Object.assign(job, turnOfCropper(given), { copiesFile });
  const { limits = {} } = job as Partial<NativeOptions>;
  return { limits, signal: checkSignal(given.signal), jobs: [job as NativeOptions] };
}

function valueIn<const Values extends object>(
  values: Values,
  value: unknown,
  name: string,
): Values[keyof Values] {
  const key = oneOf(value, name, Object.keys(values));
  return values[key as keyof Values];
}

/** 0 is the source's own quality. */
function checkQuality(value: unknown, name: string): number {
  if (value === 'keep') {
    return 0;
  }
  if (typeof value === 'number' && value > 0 && value < 1) {
    throw invalid('an integer from 1 to 100 (not a fraction, as for a canvas)', name, value);
  }
  return integer(value, name, 1, 100);
}

function checkMinQuality(value: unknown, name: string, { maxBytes, quality }: Given): number {
  const checked = integer(value, name, 1, typeof quality === 'number' ? quality : 100);
  if (maxBytes === undefined) {
    throw invalid('maxBytes beside it (alone it has no effect)', name, value);
  }
  return checked;
}

function checkLimits(value: unknown, name: string): Limits {
  const keys = ['pixels', 'bytes', 'memory'];
  const given = object(value, name, keys);
  const limits: Record<string, number> = {};
  for (const key of keys) {
    if (given[key] !== undefined) {
      limits[key] = number(given[key], `${name}.${key}`, 0, UNLIMITED);
    }
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
