import { getSystemErrorMap } from 'node:util';
import { ImageError, reasonOf } from '../errors.js';

/**
 * A command that is wrong: nothing is done, and the exit status is 2. `more` are lines that are
 * printed below the message.
 */
export class WrongUse extends Error {
  constructor(
    message: string,
    readonly more: readonly string[] = [],
  ) {
    super(message);
  }
}

/** An output that was not written. Its codes are the command line's own, beside `ImageError`'s. */
export class OutputError extends Error {
  constructor(
    readonly code: 'OUTPUT_EXISTS' | 'OUTPUT_UNWRITABLE',
    message: string,
  ) {
    super(message);
  }
}

/** An error as `--json` prints it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** The code and message of an input's error. An error of an unknown kind is a fault of this program. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ImageError || error instanceof OutputError) {
    return { code: error.code, message: error.message };
  }
  return { code: 'INTERNAL', message: reasonOf(error) };
}

/** Why the system refused something: `'no such file'`, without the call and the path. */
export function systemReason(error: unknown): string {
  const { code, errno } = Object(error) as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return 'no such file';
  }
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? reasonOf(error);
}

/**
 * Text that is safe to print on a terminal: control characters, line breaks and marks that reverse the
 * direction of text, which file names may contain, are escaped.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => {
      const code = character.charCodeAt(0).toString(16);
      return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
    },
  );
}
