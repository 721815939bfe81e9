// Where results go: files, of which none is ever half written, or standard output.

import * as fs from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { EncodedImage, EncodeOptions } from '../types.js';
import { OutputError, systemReason, WrongUse } from './errors.js';
import { typeOf, writtenEndings } from './formats.js';
import { entryOf, type InputFile, type Inputs, identityOf, STANDARD } from './inputs.js';
import type { Command, Form } from './options.js';

/** Where the results of a command go. */
export interface Output {
  /** Whether results are written to standard output. */
  readonly isStandard: boolean;
  /** The command's options, with the format that the name of an output file asks for. */
  readonly options: EncodeOptions;
  /** Throws if an input's result could not be written, as far as that is known before it exists. */
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

/** Chooses the output. Throws `WrongUse` if it would overwrite an input or another result. */
export function openOutput(command: Command, { files, areMany }: Inputs): Output {
  const { output, form, json, options } = command;
  if (output === undefined && (form !== 'bytes' || json)) {
    return standardOutput(form, options, json);
  }
  if (output === undefined && areMany) {
    throw new WrongUse(
      'Expected --output FOLDER for several inputs (or --data-url, --base64 or --json).',
    );
  }
  if (output === undefined && process.stdout.isTTY) {
    throw new WrongUse(
      'Expected --output FILE, or --data-url, --base64 or --json: an image is not written to a ' +
        'terminal.',
    );
  }
  if (output === undefined || output === STANDARD) {
    if (json || (areMany && form === 'bytes')) {
      const what = json ? 'with --json, which is printed there' : 'for several inputs';
      throw new WrongUse(`Expected --output FILE or FOLDER ${what}, but received -.`);
    }
    return standardOutput(form, options, false);
  }
  const isFolder = /[/\\]$/.test(output) || entryOf(output)?.isDirectory() === true;
  if (areMany && !isFolder) {
    refuseFile(output, form);
  }
  return isFolder || areMany ? folder(command, output, files) : file(command, output, files);
}

function standardOutput(form: Form, options: EncodeOptions, isSilent: boolean): Output {
  const write = async (_: InputFile, result: EncodedImage) => {
    if (!isSilent) {
      await print(contentOf(form, result));
    }
    return undefined;
  };
  return { isStandard: true, options, check: () => {}, write };
}

// A name that does not exist yet becomes a folder, unless it is clearly a file's.
function refuseFile(path: string, form: Form): void {
  if (entryOf(path) !== undefined) {
    throw new WrongUse(`Expected --output FOLDER for several inputs but ${path} is a file.`);
  }
  const ending = extname(path);
  if (typeOf(ending) !== undefined || (form !== 'bytes' && ending.toLowerCase() === '.txt')) {
    throw new WrongUse(
      `Expected --output FOLDER for several inputs but received ${path}, the name of a file. A ` +
        `folder of that name is ${path}/.`,
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

/** The options with the format that a file's ending stands for. Refuses one that would be untrue. */
function optionsFor(path: string, { form, options }: Command): EncodeOptions {
  const ending = extname(path);
  const type = typeOf(ending);
  if (form !== 'bytes') {
    if (type !== undefined) {
      throw new WrongUse(
        `Expected the name of a text file for --output but received ${path}: --${form} writes text.`,
      );
    }
    return options;
  }
  const { format } = options;
  const asked = format === 'keep' ? undefined : format;
  const isOpen = type === undefined && (ending === '' || format !== undefined);
  if (isOpen) {
    return options;
  }
  if (type?.writes === undefined) {
    const reason = type ? `${type.name} is not written` : 'its ending says no format; add --format';
    throw new WrongUse(
      `Expected --output to end in ${writtenEndings()} but received ${path}: ${reason}.`,
    );
  }
  if (asked !== undefined && (FORMATS[asked] ?? asked) !== type.writes) {
    throw new WrongUse(
      `Expected --output to end in ${EXTENSIONS[asked]} for --format ${asked} but received ${path}.`,
    );
  }
  return { ...options, format: asked ?? type.writes } as EncodeOptions;
}

function folder(command: Command, path: string, found: readonly InputFile[]): Output {
  const { form, force, options } = command;
  const nameOf = (input: InputFile, format: string) =>
    join(path, stemOf(input) + extensionOf(input, form, format));
  const expectedName = (input: InputFile) => nameOf(input, formatOf(input, options));
  const inputs = withoutClashes(found, expectedName);
  const placed = new Map(inputs.map((input) => [input.path, input]));
  const place = (input: InputFile) => placed.get(input.path) ?? input;
  const owners = new Map(inputs.map((input) => [expectedName(input), input.path]));
  const inputAt = findInput(inputs);
  for (const name of owners.keys()) {
    refuseInput(inputAt(name));
  }
  makeFolder(path);
  return {
    isStandard: false,
    options,
    check: (input) => checkFree(expectedName(place(input)), force),
    write: async (input, result) => {
      const name = nameOf(place(input), result.format);
      // A file may hold another format than its name says.
      const owner = owners.get(name) ?? input.path;
      const other = owner === input.path ? inputAt(name) : owner;
      if (other !== undefined) {
        throw new OutputError(
          'OUTPUT_EXISTS',
          `Expected ${name} to be free for it but ${other} is or becomes that.`,
        );
      }
      owners.set(name, input.path);
      return writeFile(name, contentOf(form, result), force);
    },
  };
}

// Inputs of one name in several folders keep these folders, from the one that they have in common.
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
    throw new WrongUse(
      `Expected an output for each input but ${first.path} and ${second.path} would both become ` +
        `${outputOf(second)}. Write them to different folders.`,
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
  const differs = first.findIndex((part, i) => others.some((parts) => parts[i] !== part));
  return (differs < 0 ? first : first.slice(0, differs)).join(sep) || sep;
}

function stemOf({ path, name }: InputFile): string {
  return path === STANDARD ? name : join(dirname(name), basename(name, extname(name)));
}

// The format of a result, as far as names tell: BMP becomes PNG.
function formatOf({ path }: InputFile, { format = 'keep' }: EncodeOptions): string {
  const own = typeOf(extname(path))?.reads;
  return format !== 'keep' ? format : own === 'bmp' ? 'png' : (own ?? '');
}

// A format has several endings, and a file keeps its own if it is one of them.
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

/** Finds the input that an output is, by what their paths lead to, however they are spelt. */
function findInput(inputs: readonly InputFile[]): (output: string) => string | undefined {
  const known = new Map(inputs.map(({ path }) => [identityOf(path), path]));
  known.delete(undefined);
  return (output) => known.get(identityOf(output));
}

function refuseInput(input: string | undefined): void {
  if (input !== undefined) {
    throw new WrongUse(
      `Expected another --output than the input ${input}: inputs are never overwritten.`,
    );
  }
}

function checkFree(path: string, force: boolean): void {
  const entry = entryOf(path);
  if (entry !== undefined && !entry.isFile()) {
    throw unwritable(path, 'it exists and is not a file');
  }
  if (!force && entry !== undefined) {
    throw new OutputError(
      'OUTPUT_EXISTS',
      `Expected no file at ${path} but there is one. Use --force to replace it.`,
    );
  }
}

function contentOf(form: Form, result: EncodedImage): Uint8Array | string {
  if (form === 'bytes') {
    return result.bytes;
  }
  return `${form === 'base64' ? result.toBase64() : result.toDataURL()}\n`;
}

// Under another name until it is complete. Synchronous, so that a signal, which is handled between two
// results, finds nothing half done.
function writeFile(path: string, content: Uint8Array | string, force: boolean): string {
  checkFree(path, force);
  makeFolder(dirname(path));
  const target = entryOf(path) ? fs.realpathSync(path) : path; // a link stays one
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  let isOurs = false;
  try {
    const file = fs.openSync(temporary, 'wx');
    isOurs = true; // if it existed before, it is another program's and stays
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
  return new OutputError(
    'OUTPUT_UNWRITABLE',
    `Expected to write ${path} but could not: ${reason}.`,
  );
}

/** Resolves when standard output takes more. */
export function print(content: Uint8Array | string): Promise<void> {
  return new Promise((done) => {
    process.stdout.write(content, () => done());
  });
}
