import { ImageError } from '../errors.js';

/** A command that cannot be carried out as it stands: nothing was done, and it exits 2. */
export class WrongUse extends Error {}

/** What failed of an input, as `--json` tells it. The codes are `ImageError`'s and these. */
export class OutputError extends Error {
  constructor(
    readonly code: 'OUTPUT_EXISTS' | 'OUTPUT_UNWRITABLE',
    message: string,
  ) {
    super(message);
  }
}

export interface Told {
  readonly code: string;
  readonly message: string;
}

/** An input's error in two words. Whatever is not known is a fault of this program. */
export function tell(error: unknown): Told {
  if (error instanceof ImageError || error instanceof OutputError) {
    return { code: error.code, message: error.message };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
