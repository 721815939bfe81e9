// Which pictures are meant: files, folders, patterns that the shell left as they are, and standard
// input.

import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
// Node 20 has no glob, and a shell without a match (or Windows') hands the pattern on.
import { globSync, isDynamicPattern } from 'tinyglobby';
import { WrongUse } from './errors.js';

/** The name of standard input and output. */
export const STANDARD = '-';

const PICTURES = /\.(jpe?g|png|bmp)$/i;

export interface Inputs {
  /** Paths, or `STANDARD`, each once, in the order of the arguments. */
  readonly files: readonly string[];
  /** Whether there may be several of them: what they are written to is then a folder. */
  readonly areMany: boolean;
}

/** What is at a path; `undefined` where nothing is, or nothing can be. */
export function entryOf(path: string): BigIntStats | undefined {
  try {
    return path === STANDARD ? undefined : statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** A file that is not there is left in: it fails when its turn comes. */
export function findInputs(args: readonly string[]): Inputs {
  const found = args.map(filesOf);
  const files = [...new Set(found.flatMap(({ files }) => files))];
  if (files.length === 0) {
    throw new WrongUse(
      args.length === 0
        ? 'Expected a picture, a folder or - for standard input but received none.'
        : `Expected pictures (.jpg, .jpeg, .png, .bmp) in ${args.join(', ')} but found none.`,
    );
  }
  return { files, areMany: files.length > 1 || found.some(({ areMany }) => areMany) };
}

function filesOf(path: string): Inputs {
  const entry = entryOf(path);
  if (entry?.isDirectory()) {
    const names = readdirSync(path).filter((name) => PICTURES.test(name));
    return { files: names.sort().map((name) => join(path, name)), areMany: true };
  }
  // Of Windows, where a backslash parts folders and quotes nothing.
  const pattern = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  if (entry !== undefined || !isDynamicPattern(pattern)) {
    return { files: [path], areMany: false };
  }
  return { files: globSync(pattern, { expandDirectories: false }).sort(), areMany: true };
}
