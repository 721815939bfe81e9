// What passes between the pool and its workers. A worker does one call at a time, and gives one reply
// to each. Messages carry neither methods nor classes: those are put back on the other side.

import { type ErrorCode, ImageError, reasonOf } from '../errors.js';
import { asSource, type Input, isBlob, tagOf } from '../input/input.js';
import { withForms } from '../result.js';
import type { EncodedImage } from '../types.js';

/** The functions that take a source. The page makes a File by itself. */
export type Functions = Omit<
  typeof import('../index.js'),
  'ImageError' | 'init' | 'dispose' | 'toFile'
>;

/** A source that a message can carry. */
export type Material = string | Blob | Input;

/** A function's name and its arguments, of which a source is a `Material`. */
export interface Call {
  readonly name: keyof Functions | 'init';
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly result?: unknown;
  readonly error?: ErrorMessage;
  /** Beside an error: the source is given back, for the page may know a way to read it. */
  readonly source?: Material;
}

export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: object;
  readonly cause?: { readonly name: string; readonly message: string; readonly stack: string };
}

/** The arguments as the interface takes them. */
export function unpackArguments({ args }: Call): unknown[] {
  const [source, ...rest] = args;
  return [isRead(source) ? asSource(source) : source, ...rest];
}

/** Whether a `Material` is a source that has been read. */
export function isRead(material: unknown): material is Input {
  return (
    typeof material === 'object' && material !== null && 'kind' in material && !isBlob(material)
  );
}

export function packResult(result: unknown): Reply {
  if (tagOf(Object(result)) !== 'ImageData') {
    return { result };
  }
  // As it is, it would be copied on both sides; its samples can be moved.
  const { data, width, height, colorSpace } = result as ImageData;
  return { result: { data, width, height, colorSpace } };
}

/** A reply as the interface has it: a result, or an error that is thrown. */
export function unpackReply({ name }: Call, { result, error }: Reply): unknown {
  if (error !== undefined) {
    throw unpackError(error);
  }
  if (name === 'toImageData' && typeof ImageData !== 'undefined') {
    const { data, width, height, colorSpace } = result as ImageData;
    return new ImageData(data, width, height, { colorSpace });
  }
  return Array.isArray(result) ? result.map(withMethods) : withMethods(result);
}

function withMethods(result: unknown): unknown {
  const { bytes } = Object(result) as { bytes?: unknown };
  return bytes instanceof Uint8Array ? withForms(result as EncodedImage) : result;
}

/** `call`: whose source is to be given back if the page may know a way to read it. */
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
  return { error: packed, ...(isUnknown && { source: call.args[0] as Material }) };
}

// By hand: not every engine sends errors, and none sends all that they have.
function packCause(cause: unknown): Required<ErrorMessage>['cause'] {
  const { name = 'Error', stack = '' } = Object(cause) as Partial<Error>;
  return { name, message: reasonOf(cause), stack };
}

export function unpackError({ code, message, details, cause }: ErrorMessage): ImageError {
  const options = cause && { cause: Object.assign(new Error(cause.message), cause) };
  return new ImageError(code, message, details as never, options) as ImageError;
}

/** The memory in a message whose sender has no more use for it: it is moved instead of copied. */
export function memoryOf(message: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(message)) {
    return [message.buffer as ArrayBuffer];
  }
  const parts = typeof message === 'object' && message !== null ? Object.values(message) : [];
  return [...new Set(parts.flatMap(memoryOf))];
}
