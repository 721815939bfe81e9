import type { Source } from './types.js';

interface Place {
  /** Of the entry in `encodeAll`, or of the source in `map`, counted from 0. */
  readonly index?: number;
}

/** What each code's `details` hold. */
export interface ErrorDetails {
  /**
   * A wrong type or range, an unknown option, broken base64, an empty crop, a closed pool. `name`: of the
   * option or argument. `offset`: in base64 text. `width` and `height`: of the image.
   */
  INVALID_ARGUMENT: Place & {
    readonly name?: string;
    readonly offset?: number;
    readonly width?: number;
    readonly height?: number;
  };
  /** The crop leaves the image, whose `width` and `height` these are. */
  CROP_OUT_OF_BOUNDS: Place & { readonly width: number; readonly height: number };
  /** An HTTP status, a revoked Blob URL, a tainted canvas, a missing file. */
  SOURCE_UNREADABLE: Place & { readonly url?: string; readonly status?: number };
  /** A format that is not read here, or a variant of one. `mimeType`: if its bytes say which. */
  UNSUPPORTED_FORMAT: Place & { readonly mimeType?: string };
  /** The bytes break the format. */
  CORRUPT_IMAGE: Place;
  /** The data ends early, and the missing part is needed. */
  TRUNCATED_IMAGE: Place;
  /** `value` exceeds `limit`; found before memory is taken. */
  LIMIT_EXCEEDED: Place & { readonly limit: number; readonly value: number };
  /** An allocation of that many `bytes` failed. */
  OUT_OF_MEMORY: Place & { readonly bytes?: number };
  /** `lossless: true` together with what cannot be lossless. */
  LOSSLESS_IMPOSSIBLE: Place;
  /** The wasm or a worker did not load. */
  MODULE_LOAD_FAILED: Place & {
    readonly url?: string;
    readonly status?: number;
    readonly mimeType?: string;
  };
  /** A fault of this library, or a worker that died. */
  INTERNAL: Place;
}

/** What can go wrong, as a program tells it apart. */
export type ErrorCode = keyof ErrorDetails;

/** An `ImageError` of one code. */
export interface ImageErrorOf<Code extends ErrorCode> extends Error {
  /** What went wrong; the message says it in words. */
  readonly code: Code;
  /** The values that belong to the code. */
  readonly details: ErrorDetails[Code];
  /** The source, in an error of a pool's `map`. */
  readonly source?: Source;
}

/**
 * The one error that this library throws, but for an abort, which rejects with `signal.reason`. `code`
 * says which `details` there are.
 */
export type ImageError = { [Code in ErrorCode]: ImageErrorOf<Code> }[ErrorCode];

/** The class of `ImageError`. */
export interface ImageErrorConstructor {
  new <Code extends ErrorCode = ErrorCode>(
    code: Code,
    message: string,
    details?: ErrorDetails[Code],
    options?: { readonly cause?: unknown },
  ): ImageErrorOf<Code>;
  /** Holds between the package's entries. A class that is derived from this one has only its own instances. */
  [Symbol.hasInstance]<Instance>(
    this: abstract new (
      ...args: never
    ) => Instance,
    value: unknown,
  ): value is ImageErrorOf<ErrorCode> extends Instance ? ImageError : Instance & ImageError;
}

// Each entry of the package has a class of its own, and `instanceof` holds between them.
const brand = () => Symbol.for('crop64.ImageError');

// A class that is derived from ImageError has only its own instances.
function hasInstance(this: unknown, value: unknown): boolean {
  return this === ImageError
    ? typeof value === 'object' && value !== null && brand() in value
    : Function.prototype[Symbol.hasInstance].call(this as typeof ImageError, value);
}

/** The class of every error that this library throws; `instanceof` holds between the package's entries. */
export const ImageError: ImageErrorConstructor = class extends Error {
  static override [Symbol.hasInstance] = hasInstance;
  override name = 'ImageError';
  readonly code: ErrorCode;
  readonly details: object;

  constructor(code: ErrorCode, message: string, details: object = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand(), { value: true });
  }
} as never;

/**
 * How a value that is not what was expected is shown in a message.
 * @internal
 */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  }
  if (typeof value === 'function') {
    return 'a function';
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  try {
    const text = JSON.stringify(value) ?? 'an object';
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  } catch {
    return 'an object';
  }
}

/**
 * An argument that is not what it should be. `expected` may go on after "Expected …".
 * @internal
 */
export function invalid(
  expected: string,
  name: string,
  received: unknown,
): ImageErrorOf<'INVALID_ARGUMENT'> {
  return new ImageError(
    'INVALID_ARGUMENT',
    `Expected ${expected} for ${name} but received ${show(received)}.`,
    { name },
  );
}

/**
 * Adds the index of an entry or a source to the details of an ImageError.
 * @internal
 */
export function withIndex(error: unknown, index: number): unknown {
  if (error instanceof ImageError) {
    Object.assign(error.details, { index });
  }
  return error;
}

/**
 * OUT_OF_MEMORY, where that is what an engine says: with a RangeError, as of a stack that is full, or
 * of a worker with a code of Node's.
 * @internal
 */
export function noRoom(error: unknown): ImageError | undefined {
  const isRange = error instanceof RangeError && !/call stack/.test(error.message);
  const { code } = Object(error) as { code?: unknown };
  return isRange || code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new ImageError(
        'OUT_OF_MEMORY',
        `Out of memory: ${reasonOf(error)}. Crop a smaller region or process fewer images at once.`,
        {},
        { cause: error },
      )
    : undefined;
}

/**
 * What an error says.
 * @internal
 */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * A source that is of the right kind and can't be read.
 * @internal
 */
export function unreadable(what: string, error: unknown, details = {}): ImageError {
  return new ImageError(
    'SOURCE_UNREADABLE',
    `Expected ${what} but it could not be read: ${reasonOf(error)}.`,
    details,
    { cause: error },
  );
}
