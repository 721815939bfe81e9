// Errors of the command line, and the text that is printed for them.

import { getSystemErrorMap } from 'node:util';
import { ImageError, reasonOf } from '../errors.js';

/**
 * An invalid command: no input is processed, and the exit status is 2. The lines in `details` are printed
 * below the message.
 */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly details: readonly string[] = [],
  ) {
    super(message);
  }
}

/** An output that was not written. Its codes complement those of `ImageError`. */
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

/** The code and message of an error. An unknown error is a bug in this program: `INTERNAL`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ImageError || error instanceof OutputError) {
    return { code: error.code, message: error.message };
  }
  return { code: 'INTERNAL', message: reasonOf(error) };
}

/** The reason in a system error, such as `'no such file'`, without the call and the path. */
export function systemReason(error: unknown): string {
  const { code, errno } = Object(error) as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return 'no such file';
  }
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? reasonOf(error);
}

/**
 * Makes text safe for a terminal: escapes control characters, line breaks and marks that reverse the
 * direction of text. File names may contain all of these.
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
