// The messages between the pool and its workers. A worker executes one call at a time and sends one reply
// for each. Messages lose methods and classes, which the receiver restores.

import { type ErrorCode, ImageError, reasonOf } from '../errors.js';
import { asSource, type Input, isBlob, tagOf } from '../input/input.js';
import { withMethods } from '../result.js';
import type { EncodedImage } from '../types.js';

/** The functions that a worker executes. `toFile` creates its File in the calling thread. */
export type Functions = Omit<
  typeof import('../index.js'),
  'ImageError' | 'init' | 'dispose' | 'toFile'
>;

/** A source that postMessage can send. */
export type SendableSource = string | Blob | Input;

/** A call of a function. Its first argument is a `SendableSource`, except for `init`. */
export interface Call {
  readonly name: keyof Functions | 'init';
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly result?: unknown;
  readonly error?: ErrorMessage;
  /** Set together with `error` if the calling thread may be able to decode the source. */
  readonly source?: SendableSource;
}

export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: object;
  readonly cause?: { readonly name: string; readonly message: string; readonly stack: string };
}

/** The arguments for the public function. */
export function unpackArguments({ args }: Call): unknown[] {
  const [source, ...rest] = args;
  return [isReadSource(source) ? asSource(source) : source, ...rest];
}

/** Whether a `SendableSource` has been read already. */
export function isReadSource(source: unknown): source is Input {
  return typeof source === 'object' && source !== null && 'kind' in source && !isBlob(source);
}

export function packResult(result: unknown): Reply {
  if (tagOf(Object(result)) !== 'ImageData') {
    return { result };
  }
  // ImageData would be copied. Its samples can be transferred.
  const { data, width, height, colorSpace } = result as ImageData;
  return { result: { data, width, height, colorSpace } };
}

/** The result in a reply, with its methods and classes. Throws the error in a reply. */
export function unpackReply({ name }: Call, { result, error }: Reply): unknown {
  if (error !== undefined) {
    throw unpackError(error);
  }
  if (name === 'toImageData' && typeof ImageData !== 'undefined') {
    const { data, width, height, colorSpace } = result as ImageData;
    return new ImageData(data, width, height, { colorSpace });
  }
  return Array.isArray(result) ? result.map(restoreMethods) : restoreMethods(result);
}

function restoreMethods(result: unknown): unknown {
  const { bytes } = Object(result) as { bytes?: unknown };
  return bytes instanceof Uint8Array ? withMethods(result as EncodedImage) : result;
}

/** The reply for an error of `call`. It returns the source if the calling thread may be able to decode it. */
export function packError(error: unknown, call?: Call): Reply {
  if (!(error instanceof ImageError)) {
    const packed = { code: 'INTERNAL', message: reasonOf(error), details: {} } as const;
    return { error: { ...packed, cause: packCause(error) } };
  }
  const { code, message, details, cause } = error;
  const packed = {
    ...{ code, message, details },
    ...(cause !== undefined && { cause: packCause(cause) }),
  };
  const isUnknown = call !== undefined && code === 'UNSUPPORTED_FORMAT';
  return { error: packed, ...(isUnknown && { source: call.args[0] as SendableSource }) };
}

// Not every engine can send errors, and none sends all of their fields.
function packCause(cause: unknown): Required<ErrorMessage>['cause'] {
  const { name = 'Error', stack = '' } = Object(cause) as Partial<Error>;
  return { name, message: reasonOf(cause), stack };
}

export function unpackError({ code, message, details, cause }: ErrorMessage): ImageError {
  const options = cause && { cause: Object.assign(new Error(cause.message), cause) };
  return new ImageError(code, message, details as never, options) as ImageError;
}

/** All buffers in a message, to be transferred instead of copied. */
export function buffersOf(message: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(message)) {
    return [message.buffer as ArrayBuffer];
  }
  const values = typeof message === 'object' && message !== null ? Object.values(message) : [];
  return [...new Set(values.flatMap(buffersOf))];
}
