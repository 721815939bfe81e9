import type { Source } from './types.js';

interface EntryIndex {
  /** Index of the entry in `encodeAll` or of the source in `map`, from 0. */
  readonly index?: number;
}

/** The type of `details` for each error code. */
export interface ErrorDetails {
  /**
   * A wrong type or range, an unknown option, invalid base64, an empty crop, a closed pool. `name` is the
   * option or argument, `offset` the index in base64 text, `width` and `height` the size of the image.
   */
  INVALID_ARGUMENT: EntryIndex & {
    readonly name?: string;
    readonly offset?: number;
    readonly width?: number;
    readonly height?: number;
  };
  /** The crop is not inside the image. `width` and `height` are the size of the image. */
  CROP_OUT_OF_BOUNDS: EntryIndex & { readonly width: number; readonly height: number };
  /** The source cannot be read: an HTTP error, a revoked Blob URL, a tainted canvas, a missing file. */
  SOURCE_UNREADABLE: EntryIndex & { readonly url?: string; readonly status?: number };
  /** The format, or this variant of it, is not supported. `mimeType` is set if the format was recognised. */
  UNSUPPORTED_FORMAT: EntryIndex & { readonly mimeType?: string };
  /** The file is damaged. */
  CORRUPT_IMAGE: EntryIndex;
  /** The file ends early, and the missing data is needed. */
  TRUNCATED_IMAGE: EntryIndex;
  /** `value` exceeds `limit`. Limits are checked before memory is allocated. */
  LIMIT_EXCEEDED: EntryIndex & { readonly limit: number; readonly value: number };
  /** An allocation failed, of `bytes` bytes if the size is known. */
  OUT_OF_MEMORY: EntryIndex & { readonly bytes?: number };
  /** `lossless: true` cannot be fulfilled. */
  LOSSLESS_IMPOSSIBLE: EntryIndex;
  /** The wasm or a worker did not load. `mimeType` is what the server sent. */
  MODULE_LOAD_FAILED: EntryIndex & {
    readonly url?: string;
    readonly status?: number;
    readonly mimeType?: string;
  };
  /** A bug in this library, or a worker that crashed. */
  INTERNAL: EntryIndex;
}

/** What went wrong, for programs. */
export type ErrorCode = keyof ErrorDetails;

/** An `ImageError` of one code. */
export interface ImageErrorOf<Code extends ErrorCode> extends Error {
  /** What went wrong. `message` describes it for people. */
  readonly code: Code;
  /** Values that depend on the code. */
  readonly details: ErrorDetails[Code];
  /** The source that failed. Set in errors of a pool's `map`. */
  readonly source?: Source;
}

/**
 * Every error of this library. Only an abort rejects with something else, `signal.reason`. Comparing
 * `code` narrows the type of `details`.
 *
 * @example
 * try {
 *   await toBlob(file, { crop });
 * } catch (error) {
 *   if (error instanceof ImageError && error.code === 'CROP_OUT_OF_BOUNDS') {
 *     console.log(error.details.width, error.details.height);
 *   }
 * }
 */
export type ImageError = { [Code in ErrorCode]: ImageErrorOf<Code> }[ErrorCode];

/** The type of the class `ImageError`. */
export interface ImageErrorConstructor {
  new <Code extends ErrorCode = ErrorCode>(
    code: Code,
    message: string,
    details?: ErrorDetails[Code],
    options?: { readonly cause?: unknown },
  ): ImageErrorOf<Code>;
  /** Also true for errors of the package's other entries. A derived class has only its own instances. */
  [Symbol.hasInstance]<Instance>(
    this: abstract new (
      ...args: never
    ) => Instance,
    value: unknown,
  ): value is ImageErrorOf<ErrorCode> extends Instance ? ImageError : Instance & ImageError;
}

// Each entry of the package contains its own class. This symbol lets `instanceof` work across them.
const brand = () => Symbol.for('crop64.ImageError');

// A derived class has only its own instances.
function hasInstance(this: unknown, value: unknown): boolean {
  return this === ImageError
    ? typeof value === 'object' && value !== null && brand() in value
    : Function.prototype[Symbol.hasInstance].call(this as typeof ImageError, value);
}

/** The class of every error that this library throws. `instanceof` works across the package's entries. */
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
 * A value as text for a message, shortened if it is long.
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
 * The error for an invalid argument. `expected` completes the sentence "Expected …".
 * @internal
 */
export function invalid(
  expected: string,
  name: string,
  received: unknown,
): ImageErrorOf<'INVALID_ARGUMENT'> {
  return new ImageError(
    'INVALID_ARGUMENT',
    `Expected ${expected} for \`${name}\` but received ${show(received)}.`,
    { name },
  );
}

/**
 * Sets `details.index` of an ImageError and returns the error.
 * @internal
 */
export function withIndex(error: unknown, index: number): unknown {
  if (error instanceof ImageError) {
    Object.assign(error.details, { index });
  }
  return error;
}

/**
 * OUT_OF_MEMORY if `error` is an engine's error for failed allocations: a RangeError, except for a stack
 * overflow, or Node's code for a worker. Otherwise undefined.
 * @internal
 */
export function outOfMemory(error: unknown): ImageError | undefined {
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
 * The message of an error.
 * @internal
 */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The error for a source of a valid type that cannot be read. `subject` begins the message.
 * @internal
 */
export function unreadable(subject: string, error: unknown, details = {}): ImageError {
  return new ImageError(
    'SOURCE_UNREADABLE',
    `${subject} cannot be read: ${reasonOf(error)}.`,
    details,
    { cause: error },
  );
}
