// Finds the input files: files, folders, patterns that the shell did not expand, and standard input.

import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
// Node 20 has no glob. Shells pass a pattern on if nothing matches; the shells of Windows always do.
import { globSync, isDynamicPattern } from 'tinyglobby';
import { systemReason, UsageError } from './errors.js';
import { isReadable, typeOf } from './formats.js';

/** The name of standard input and output. */
export const STANDARD = '-';

export interface InputFile {
  /** As given, or as found in a given folder. `STANDARD` for standard input. */
  readonly path: string;
  /** The path in the output folder: relative to the given folder, otherwise the base name. */
  readonly name: string;
}

/** An entry of a folder that is not an input. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface Inputs {
  /** Without duplicates, in the order of the arguments. */
  readonly files: readonly InputFile[];
  /** Whether the arguments may match several files, so that the output is a folder. */
  readonly areMany: boolean;
  readonly skipped: readonly Skipped[];
}

/** The status of a path; `undefined` if it does not exist. Links are followed. */
export function entryOf(path: string): BigIntStats | undefined {
  try {
    return path === STANDARD ? undefined : statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** A string that is equal for all paths of the same file or folder; `undefined` if it does not exist. */
export function identityOf(path: string): string | undefined {
  const entry = entryOf(path);
  return entry && `${entry.dev}:${entry.ino}`;
}

export interface Search {
  readonly inputs: readonly string[];
  readonly recursive: boolean;
  /** The folder of earlier outputs, which is not searched. */
  readonly output: string | undefined;
}

/**
 * Finds the inputs. A file that does not exist is included, and fails when it is read. Throws
 * `UsageError` if no input is found.
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
      ? new UsageError('No input: name an image, a folder or - for standard input.')
      : new UsageError(`No images found in ${inputs.join(', ')}.`, describeSkipped(skipped));
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
    refuseUrl(path);
  }
  // On Windows, a backslash separates folders and is not an escape character.
  const pattern = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  if (path === STANDARD || entry !== undefined || !isDynamicPattern(pattern)) {
    return { files: [byBasename(path)], areMany: false, skipped: [] };
  }
  const paths = globSync(pattern, { expandDirectories: false }).sort();
  return { files: paths.map(byBasename), areMany: true, skipped: [] };
}

// The images in a folder, chosen by their extension. `top` is the folder that was given.
function folder(
  path: string,
  top: string,
  recursive: boolean,
  notSearched: string | undefined,
): Inputs {
  const files: InputFile[] = [];
  const skipped: Skipped[] = [];
  for (const entry of entriesOf(path)) {
    const child = join(path, entry.name);
    // Hidden files, including the ._NAME files that macOS adds on other file systems.
    if (entry.name.startsWith('.')) {
      continue;
    }
    const isLink = entry.isSymbolicLink();
    if (entry.isDirectory() || (isLink && entryOf(child)?.isDirectory())) {
      if (notSearched !== undefined && identityOf(child) === notSearched) {
        continue;
      }
      if (!recursive) {
        skipped.push({ path: child, reason: FOLDER });
      } else if (isLink) {
        skipped.push({ path: child, reason: LINKED_FOLDER }); // it may lead back to this one
      } else {
        const inside = folder(child, top, recursive, notSearched);
        files.push(...inside.files);
        skipped.push(...inside.skipped);
      }
    } else if (isReadable(extname(entry.name))) {
      files.push({ path: child, name: relative(top, child) });
    } else {
      const type = typeOf(extname(entry.name));
      skipped.push({
        path: child,
        reason: type ? `${type.name} is not supported` : 'not an image',
      });
    }
  }
  return { files, areMany: true, skipped };
}

function entriesOf(path: string) {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new UsageError(`Cannot read the folder ${path}: ${systemReason(error)}.`);
  }
}

const FOLDER = 'use --recursive';
const LINKED_FOLDER = 'a link';

// The maximum number of names for each reason.
const MAX_LISTED = 5;

/** One line for each reason, with the skipped entries. */
export function describeSkipped(skipped: readonly Skipped[]): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const last = (reason: string) => Number(reason === FOLDER || reason === LINKED_FOLDER);
  return reasons
    .sort((a, b) => last(a) - last(b))
    .map((reason) => {
      const paths = skipped.filter((one) => one.reason === reason).map(({ path }) => path);
      const isFolder = reason === FOLDER || reason === LINKED_FOLDER;
      const kind = isFolder ? (paths.length === 1 ? ' folder' : ' folders') : '';
      const more = paths.length > MAX_LISTED ? ` and ${paths.length - MAX_LISTED} more` : '';
      return `${paths.length}${kind} skipped (${reason}): ${paths.slice(0, MAX_LISTED).join(', ')}${more}`;
    });
}

function refuseUrl(path: string): void {
  if (/^(https?|ftp):\/\//i.test(path)) {
    const quoted = `'${path.replaceAll("'", "'\\''")}'`;
    throw new UsageError(`URLs are not fetched. Use: curl -fsSL ${quoted} | crop64 - ...`);
  }
  if (/^data:/i.test(path)) {
    throw new UsageError(
      'Expected a file but received a data URL. Pipe it to standard input: ... | crop64 - ...',
    );
  }
}
