// Which files are meant: files, folders, patterns that the shell left as they are, and standard input.

import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
// Node 20 has no glob, and a shell without a match (or Windows') passes the pattern on.
import { globSync, isDynamicPattern } from 'tinyglobby';
import { systemReason, WrongUse } from './errors.js';
import { isRead, typeOf } from './formats.js';

/** The name of standard input and output. */
export const STANDARD = '-';

export interface InputFile {
  /** As it was typed, or found in a folder that was. `STANDARD` for standard input. */
  readonly path: string;
  /** The same within the folder or pattern that it was found by: its place in an output folder. */
  readonly name: string;
}

/** What is in a folder and is not an input. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface Inputs {
  /** Each once, in the order of the arguments. */
  readonly files: readonly InputFile[];
  /** Whether there may be several of them: they are written to a folder then. */
  readonly areMany: boolean;
  readonly skipped: readonly Skipped[];
}

/** What is at a path, if anything. A link is what it leads to. */
export function entryOf(path: string): BigIntStats | undefined {
  try {
    return path === STANDARD ? undefined : statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** One string for all paths that lead to the same file or folder; `undefined` if there is none. */
export function identityOf(path: string): string | undefined {
  const entry = entryOf(path);
  return entry && `${entry.dev}:${entry.ino}`;
}

export interface Search {
  readonly inputs: readonly string[];
  readonly recursive: boolean;
  /** A folder in which earlier outputs lie. It is not searched. */
  readonly output: string | undefined;
}

/**
 * Finds the inputs. A file that does not exist stays in: it fails when its turn comes. Throws
 * `WrongUse` if there are none.
 */
export function findInputs({ inputs, recursive, output }: Search): Inputs {
  const notSearched = output === undefined ? undefined : identityOf(output);
  const found = inputs.map((path) => filesOf(path, recursive, notSearched));
  const files = new Map<string, InputFile>();
  for (const file of found.flatMap(({ files }) => files)) {
    files.set(file.path, files.get(file.path) ?? file);
  }
  const skipped = found.flatMap(({ skipped }) => skipped);
  if (files.size === 0) {
    throw inputs.length === 0
      ? new WrongUse('Expected an image, a folder or - for standard input but received nothing.')
      : new WrongUse(
          `Expected images in ${inputs.join(', ')} but found none.`,
          describeSkipped(skipped),
        );
  }
  return {
    files: [...files.values()],
    areMany: files.size > 1 || found.some(({ areMany }) => areMany),
    skipped,
  };
}

const byBasename = (path: string): InputFile => ({
  path,
  name: path === STANDARD ? 'stdin' : basename(path),
});

function filesOf(path: string, recursive: boolean, notSearched: string | undefined): Inputs {
  const entry = entryOf(path);
  if (entry?.isDirectory()) {
    return folder(path, path, recursive, notSearched);
  }
  if (entry === undefined) {
    refuseAddress(path);
  }
  // On Windows a backslash separates folders and escapes nothing.
  const pattern = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  if (path === STANDARD || entry !== undefined || !isDynamicPattern(pattern)) {
    return { files: [byBasename(path)], areMany: false, skipped: [] };
  }
  const paths = globSync(pattern, { expandDirectories: false }).sort();
  return { files: paths.map(byBasename), areMany: true, skipped: [] };
}

// A folder's images, by their names alone: one that cannot be read fails when its turn comes. `top` is
// the folder that was typed.
function folder(
  path: string,
  top: string,
  recursive: boolean,
  notSearched: string | undefined,
): Inputs {
  const files: InputFile[] = [];
  const skipped: Skipped[] = [];
  for (const entry of entriesOf(path)) {
    const at = join(path, entry.name);
    // Hidden ones too, and the ._NAME that a Mac leaves beside each file on other systems' disks.
    if (entry.name.startsWith('.')) {
      continue;
    }
    const isLink = entry.isSymbolicLink();
    if (entry.isDirectory() || (isLink && entryOf(at)?.isDirectory())) {
      if (notSearched !== undefined && identityOf(at) === notSearched) {
        continue;
      }
      if (!recursive) {
        skipped.push({ path: at, reason: FOLDER });
      } else if (isLink) {
        skipped.push({ path: at, reason: LINKED_FOLDER }); // it may lead back to this one
      } else {
        const inside = folder(at, top, recursive, notSearched);
        files.push(...inside.files);
        skipped.push(...inside.skipped);
      }
    } else if (isRead(extname(entry.name))) {
      files.push({ path: at, name: relative(top, at) });
    } else {
      const type = typeOf(extname(entry.name));
      skipped.push({ path: at, reason: type ? `${type.name} is not read` : 'not an image' });
    }
  }
  return { files, areMany: true, skipped };
}

function entriesOf(path: string) {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new WrongUse(
      `Expected to read the folder ${path} but could not: ${systemReason(error)}.`,
    );
  }
}

const FOLDER = 'use --recursive';
const LINKED_FOLDER = 'a link';

// Names of files that are listed for one reason.
const LISTED = 5;

/** A line for each reason why something was skipped. */
export function describeSkipped(skipped: readonly Skipped[]): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const last = (reason: string) => Number(reason === FOLDER || reason === LINKED_FOLDER);
  return reasons
    .sort((a, b) => last(a) - last(b))
    .map((reason) => {
      const paths = skipped.filter((one) => one.reason === reason).map(({ path }) => path);
      const isFolder = reason === FOLDER || reason === LINKED_FOLDER;
      const kind = isFolder ? (paths.length === 1 ? ' folder' : ' folders') : '';
      const more = paths.length > LISTED ? ` and ${paths.length - LISTED} more` : '';
      return `${paths.length}${kind} skipped (${reason}): ${paths.slice(0, LISTED).join(', ')}${more}`;
    });
}

function refuseAddress(path: string): void {
  if (/^(https?|ftp):\/\//i.test(path)) {
    const quoted = `'${path.replaceAll("'", "'\\''")}'`;
    throw new WrongUse(
      `Expected a file but received ${path}. Addresses are not fetched. Use: ` +
        `curl -fsSL ${quoted} | crop64 - ...`,
    );
  }
  if (/^data:/i.test(path)) {
    throw new WrongUse('Expected a file but received a data URL. Pipe it in: ... | crop64 - ...');
  }
}
