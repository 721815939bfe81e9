/** What can go wrong, as a program tells it apart. */
export type ErrorCode =
  /** A wrong type or range, an unknown option, broken base64 (`details.offset`), an empty crop. */
  | 'INVALID_ARGUMENT'
  /** The crop leaves the picture, whose `width` and `height` are in `details`. */
  | 'CROP_OUT_OF_BOUNDS'
  /** An HTTP status, a revoked Blob URL, a tainted canvas, a missing file. */
  | 'SOURCE_UNREADABLE'
  /** A format that is not read here, or a variant of one. */
  | 'UNSUPPORTED_FORMAT'
  /** The bytes break the format. */
  | 'CORRUPT_IMAGE'
  /** The data ends early, and the missing part is needed. */
  | 'TRUNCATED_IMAGE'
  /** `details` has the `limit` and the `value`; found before memory is taken. */
  | 'LIMIT_EXCEEDED'
  /** There was no room. */
  | 'OUT_OF_MEMORY'
  /** `lossless: true` together with what cannot be lossless. */
  | 'LOSSLESS_IMPOSSIBLE'
  /** The wasm or a worker did not load: `details` has what is known of it. */
  | 'MODULE_LOAD_FAILED'
  /** A fault of this library. */
  | 'INTERNAL';

/** The one error that this library throws, but for an abort, which rejects with `signal.reason`. */
export class ImageError extends Error {
  /** Each entry of the package has this class, and `instanceof` holds between them. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ImageError' && 'details' in value;
  }
  override readonly name = 'ImageError';
  /** What went wrong; the message says it in words. */
  readonly code: ErrorCode;
  /** Numbers and texts that belong to the code: the picture's size, the limit and the value, … */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

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
export function invalid(expected: string, name: string, received: unknown): ImageError {
  return new ImageError(
    'INVALID_ARGUMENT',
    `Expected ${expected} for ${name} but received ${show(received)}.`,
    { name },
  );
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
        `There was no room: ${reasonOf(error)}. Crop a smaller part, or close others.`,
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
