// Writes results to standard output or to files. A file is replaced only when it is complete.

import * as fs from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { EncodedImage, EncodeOptions } from '../types.js';
import { OutputError, systemReason, UsageError } from './errors.js';
import { typeOf, writableExtensions } from './formats.js';
import { entryOf, type InputFile, type Inputs, identityOf, STANDARD } from './inputs.js';
import type { Command, Form } from './options.js';

/** The destination of the results of a command. */
export interface Output {
  /** Whether results are written to standard output. */
  readonly isStandard: boolean;
  /** The command's options, with the format of the output file's extension. */
  readonly options: EncodeOptions;
  /** Throws if it is already known that the result for an input cannot be written. */
  check(input: InputFile): void;
  /** Writes a result and returns the path, `undefined` for standard output. */
  write(input: InputFile, result: EncodedImage): Promise<string | undefined>;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  jpeg: '.jpg',
  jpg: '.jpg',
  'image/jpeg': '.jpg',
  png: '.png',
  'image/png': '.png',
  bmp: '.bmp',
  raw: '.raw',
};

/** Chooses the output. Throws `UsageError` if it would overwrite an input or another result. */
export function openOutput(command: Command, { files, areMany }: Inputs): Output {
  const { output, form, json, options } = command;
  if (output === undefined && (form !== 'bytes' || json)) {
    return standardOutput(form, options, json);
  }
  if (output === undefined && areMany) {
    throw new UsageError('Several inputs need --output FOLDER, --data-url, --base64 or --json.');
  }
  if (output === undefined && process.stdout.isTTY) {
    throw new UsageError(
      'Images are not written to a terminal. Use --output FILE, --data-url, --base64 or --json.',
    );
  }
  if (output === undefined || output === STANDARD) {
    if (json || (areMany && form === 'bytes')) {
      const reason = json ? 'with --json, which uses standard output' : 'for several inputs';
      throw new UsageError(`Expected --output FILE or FOLDER ${reason}, but received -.`);
    }
    return standardOutput(form, options, false);
  }
  const isFolder = /[/\\]$/.test(output) || entryOf(output)?.isDirectory() === true;
  if (areMany && !isFolder) {
    refuseFile(output, form);
  }
  return isFolder || areMany ? folder(command, output, files) : file(command, output, files);
}

function standardOutput(form: Form, options: EncodeOptions, writesNothing: boolean): Output {
  const write = async (_: InputFile, result: EncodedImage) => {
    if (!writesNothing) {
      await print(contentOf(form, result));
    }
    return undefined;
  };
  return { isStandard: true, options, check: () => {}, write };
}

// A path that does not exist becomes a folder, unless it has the extension of a file.
function refuseFile(path: string, form: Form): void {
  if (entryOf(path) !== undefined) {
    throw new UsageError(`Several inputs need --output FOLDER, but ${path} is a file.`);
  }
  const extension = extname(path);
  if (typeOf(extension) !== undefined || (form !== 'bytes' && extension.toLowerCase() === '.txt')) {
    throw new UsageError(
      `Several inputs need --output FOLDER, but ${path} looks like a file. For a folder of that name, ` +
        `pass ${path}/.`,
    );
  }
}

function file(command: Command, path: string, inputs: readonly InputFile[]): Output {
  const { form, force } = command;
  const options = optionsFor(path, command);
  refuseInput(findInput(inputs)(path));
  return {
    isStandard: false,
    options,
    check: () => checkFree(path, force),
    write: async (_, result) => writeFile(path, contentOf(form, result), force),
  };
}

const FORMATS: Readonly<Record<string, string>> = {
  jpg: 'jpeg',
  'image/jpeg': 'jpeg',
  'image/png': 'png',
};

/** The options with the format of the file's extension. Throws `UsageError` if it contradicts the options. */
function optionsFor(path: string, { form, options }: Command): EncodeOptions {
  const extension = extname(path);
  const type = typeOf(extension);
  if (form !== 'bytes') {
    if (type !== undefined) {
      throw new UsageError(
        `--${form} writes text, but ${path} has the extension of an image. Use another extension, such as .txt.`,
      );
    }
    return options;
  }
  const { format } = options;
  const wanted = format === 'keep' ? undefined : format;
  const isAnyName = type === undefined && (extension === '' || format !== undefined);
  if (isAnyName) {
    return options;
  }
  if (type?.writes === undefined) {
    const reason = type
      ? `${type.name} cannot be written`
      : 'add --format to use another extension';
    throw new UsageError(
      `Expected --output to end in ${writableExtensions()} but received ${path}: ${reason}.`,
    );
  }
  if (wanted !== undefined && (FORMATS[wanted] ?? wanted) !== type.writes) {
    throw new UsageError(
      `Expected --output to end in ${EXTENSIONS[wanted]} for --format ${wanted} but received ${path}.`,
    );
  }
  return { ...options, format: wanted ?? type.writes } as EncodeOptions;
}

function folder(command: Command, path: string, found: readonly InputFile[]): Output {
  const { form, force, options } = command;
  const nameOf = (input: InputFile, format: string) =>
    join(path, stemOf(input) + extensionOf(input, form, format));
  const expectedName = (input: InputFile) => nameOf(input, formatOf(input, options));
  const inputs = withoutClashes(found, expectedName);
  const inputsByPath = new Map(inputs.map((input) => [input.path, input]));
  const resolved = (input: InputFile) => inputsByPath.get(input.path) ?? input;
  const owners = new Map(inputs.map((input) => [expectedName(input), input.path]));
  const inputAt = findInput(inputs);
  for (const name of owners.keys()) {
    refuseInput(inputAt(name));
  }
  makeFolder(path);
  return {
    isStandard: false,
    options,
    check: (input) => checkFree(expectedName(resolved(input)), force),
    write: async (input, result) => {
      const name = nameOf(resolved(input), result.format);
      // The extension of an input may be wrong, so that its output has another name than expected.
      const owner = owners.get(name) ?? input.path;
      const other = owner === input.path ? inputAt(name) : owner;
      if (other !== undefined) {
        throw new OutputError(
          'OUTPUT_EXISTS',
          `${name} is the input or the output of ${other}. Write it to another folder.`,
        );
      }
      owners.set(name, input.path);
      return writeFile(name, contentOf(form, result), force);
    },
  };
}

// If inputs of several folders have the same name, they keep their folders, relative to the common one.
function withoutClashes(
  inputs: readonly InputFile[],
  outputOf: (input: InputFile) => string,
): readonly InputFile[] {
  if (findClash(inputs, outputOf) === undefined) {
    return inputs;
  }
  const top = commonFolder(inputs.filter(({ path }) => path !== STANDARD));
  const kept = inputs.map(({ path, name }) => ({
    path,
    name: path === STANDARD ? name : relative(top, resolve(path)),
  }));
  const clash = findClash(kept, outputOf);
  if (clash !== undefined) {
    const [first, second] = clash;
    throw new UsageError(
      `${first.path} and ${second.path} would both be written to ${outputOf(second)}. Use different ` +
        'output folders.',
    );
  }
  return kept;
}

function findClash(
  inputs: readonly InputFile[],
  outputOf: (input: InputFile) => string,
): [InputFile, InputFile] | undefined {
  const owners = new Map<string, InputFile>();
  for (const input of inputs) {
    const name = outputOf(input);
    const other = owners.get(name);
    if (other !== undefined) {
      return [other, input];
    }
    owners.set(name, input);
  }
  return undefined;
}

function commonFolder(inputs: readonly InputFile[]): string {
  const [first = [], ...others] = inputs.map(({ path }) => dirname(resolve(path)).split(sep));
  const differs = first.findIndex((name, i) => others.some((names) => names[i] !== name));
  return (differs < 0 ? first : first.slice(0, differs)).join(sep) || sep;
}

function stemOf({ path, name }: InputFile): string {
  return path === STANDARD ? name : join(dirname(name), basename(name, extname(name)));
}

// The expected format of a result, by the extension of the input: BMP becomes PNG.
function formatOf({ path }: InputFile, { format = 'keep' }: EncodeOptions): string {
  const own = typeOf(extname(path))?.reads;
  return format !== 'keep' ? format : own === 'bmp' ? 'png' : (own ?? '');
}

// A format has several extensions. A file keeps its own if it is one of them.
function extensionOf({ path }: InputFile, form: Form, format: string): string {
  if (form !== 'bytes') {
    return '.txt';
  }
  const own = extname(path);
  const extension = EXTENSIONS[format] ?? own;
  const written = typeOf(extension);
  const isKept = written !== undefined && typeOf(own) === written;
  return isKept ? own : extension;
}

/** Returns a function that finds the input which is the same file as an output, however they are spelt. */
function findInput(inputs: readonly InputFile[]): (output: string) => string | undefined {
  const known = new Map(inputs.map(({ path }) => [identityOf(path), path]));
  known.delete(undefined);
  return (output) => known.get(identityOf(output));
}

function refuseInput(input: string | undefined): void {
  if (input !== undefined) {
    throw new UsageError(`--output would overwrite the input ${input}. Choose another name.`);
  }
}

function checkFree(path: string, force: boolean): void {
  const entry = entryOf(path);
  if (entry !== undefined && !entry.isFile()) {
    throw unwritable(path, 'it exists and is not a file');
  }
  if (!force && entry !== undefined) {
    throw new OutputError('OUTPUT_EXISTS', `${path} exists. Use --force to replace it.`);
  }
}

function contentOf(form: Form, result: EncodedImage): Uint8Array | string {
  if (form === 'bytes') {
    return result.bytes;
  }
  return `${form === 'base64' ? result.toBase64() : result.toDataURL()}\n`;
}

// Writes to a temporary file first, then renames it. Synchronous, so that a signal cannot interrupt it.
function writeFile(path: string, content: Uint8Array | string, force: boolean): string {
  checkFree(path, force);
  makeFolder(dirname(path));
  const target = entryOf(path) ? fs.realpathSync(path) : path; // a link is kept
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  let isOurs = false;
  try {
    const file = fs.openSync(temporary, 'wx');
    isOurs = true; // a file that existed before belongs to another program
    try {
      fs.writeFileSync(file, content);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, target);
  } catch (error) {
    if (isOurs) {
      fs.rmSync(temporary, { force: true });
    }
    throw unwritable(path, systemReason(error));
  }
  return path;
}

function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { recursive: true });
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw unwritable(path, isFile ? 'it exists and is not a folder' : systemReason(error));
  }
}

function unwritable(path: string, reason: string): OutputError {
  return new OutputError('OUTPUT_UNWRITABLE', `Cannot write ${path}: ${reason}.`);
}

/** Writes to standard output. Resolves when it accepts more. */
export function print(content: Uint8Array | string): Promise<void> {
  return new Promise((done) => {
    process.stdout.write(content, () => done());
  });
}
