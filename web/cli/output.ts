// Where results go: files, of which a half one is never seen, or standard output.

import * as fs from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { reasonOf } from '../errors.js';
import type { EncodedImage, EncodeOptions } from '../types.js';
import { OutputError, WrongUse } from './errors.js';
import { entryOf, type Inputs, STANDARD } from './inputs.js';
import type { Command, Form } from './options.js';

/** Where the results of a command go. */
export interface Output {
  /** Whether standard output takes them. */
  readonly isStandard: boolean;
  /** The command's options, and the format that the name of an output says. */
  readonly options: EncodeOptions;
  /** Throws where an input's result could not be written, as far as that is known before it is there. */
  check(input: string): void;
  /** Writes a result and gives the path, `undefined` for standard output. */
  write(input: string, result: EncodedImage): Promise<string | undefined>;
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

/** Finds out where to, and refuses what would overwrite an input or a result. */
export function openOutput(command: Command, { files, areMany }: Inputs): Output {
  const { output, form, json, options } = command;
  if (output === undefined && (form !== 'bytes' || json)) {
    return standardOutput(form, options, json);
  }
  if (output === undefined && areMany) {
    throw new WrongUse(
      'Expected --output DIR for several inputs (or --data-url, --base64 or --json).',
    );
  }
  if (output === undefined && process.stdout.isTTY) {
    throw new WrongUse(
      "Expected --output FILE, or --data-url, --base64 or --json: a picture's bytes are not for a " +
        'terminal.',
    );
  }
  if (output === undefined || output === STANDARD) {
    if (json || (areMany && form === 'bytes')) {
      const what = json ? 'with --json, which is printed there' : 'for several inputs';
      throw new WrongUse(`Expected --output FILE or DIR ${what}, but received -.`);
    }
    return standardOutput(form, options, false);
  }
  const entry = entryOf(output);
  const isFolder = areMany || /[/\\]$/.test(output) || entry?.isDirectory() === true;
  return isFolder ? folder(command, output, files) : file(command, output, files);
}

function standardOutput(form: Form, options: EncodeOptions, isTold: boolean): Output {
  const write = async (_: string, result: EncodedImage) => {
    if (!isTold) {
      await print(contentOf(form, result));
    }
    return undefined;
  };
  return { isStandard: true, options, check: () => {}, write };
}

function file(command: Command, path: string, inputs: readonly string[]): Output {
  const { form, force } = command;
  const said = form === 'bytes' ? /\.(jpe?g|png)$/i.exec(path)?.[1]?.toLowerCase() : undefined;
  const options = (said ? { format: said, ...command.options } : command.options) as EncodeOptions;
  refuseInput(findInput(inputs)(path));
  return {
    isStandard: false,
    options,
    check: () => checkFree(path, force),
    write: async (_, result) => writeFile(path, contentOf(form, result), force),
  };
}

function folder(command: Command, path: string, inputs: readonly string[]): Output {
  const { form, force, options } = command;
  const nameOf = (input: string, format: string) =>
    join(path, stemOf(input) + extensionOf(input, form, format));
  const expected = inputs.map((input) => nameOf(input, formatOf(input, options)));
  const owners = new Map<string, string>();
  for (const [i, name] of expected.entries()) {
    const input = inputs[i] as string;
    const other = owners.get(name);
    if (other !== undefined) {
      throw new WrongUse(
        `Expected an output for each input but ${other} and ${input} would both become ${name}. ` +
          'Write them to different folders.',
      );
    }
    owners.set(name, input);
  }
  const inputAt = findInput(inputs);
  for (const name of expected) {
    refuseInput(inputAt(name));
  }
  try {
    fs.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
  return {
    isStandard: false,
    options,
    check: (input) => checkFree(nameOf(input, formatOf(input, options)), force),
    write: async (input, result) => {
      const name = nameOf(input, result.format);
      // A file may hold another format than its name says.
      const owner = owners.get(name) ?? input;
      const other = owner === input ? inputAt(name) : owner;
      if (other !== undefined) {
        throw new OutputError(
          'OUTPUT_EXISTS',
          `Expected ${name} to be free for it but ${other} is or becomes that.`,
        );
      }
      owners.set(name, input);
      return writeFile(name, contentOf(form, result), force);
    },
  };
}

function stemOf(input: string): string {
  return input === STANDARD ? 'stdin' : basename(input, extname(input));
}

// What a result's format will be, as far as names tell: BMP becomes PNG.
function formatOf(input: string, { format = 'keep' }: EncodeOptions): string {
  const own = extname(input).slice(1).toLowerCase();
  return format !== 'keep' ? format : own === 'bmp' ? 'png' : own;
}

// JPEG has two, and a file keeps its own.
function extensionOf(input: string, form: Form, format: string): string {
  const own = extname(input);
  const extension = EXTENSIONS[format] ?? own;
  const isKept = extension === '.jpg' ? /^\.jpe?g$/i.test(own) : extension === own.toLowerCase();
  return form !== 'bytes' ? '.txt' : isKept ? own : extension;
}

/** Finds the input that an output is, by what their paths lead to, however they are spelt. */
function findInput(inputs: readonly string[]): (output: string) => string | undefined {
  const identity = (path: string) => {
    const entry = entryOf(path);
    return entry && `${entry.dev}:${entry.ino}`;
  };
  const known = new Map(inputs.map((input) => [identity(input), input]));
  known.delete(undefined);
  return (output) => known.get(identity(output));
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
    throw unwritable(path, 'it is there and no file');
  }
  if (!force && entry !== undefined) {
    throw new OutputError(
      'OUTPUT_EXISTS',
      `Expected no file at ${path} but there is one. With --force it is replaced.`,
    );
  }
}

function contentOf(form: Form, result: EncodedImage): Uint8Array | string {
  if (form === 'bytes') {
    return result.bytes;
  }
  return `${form === 'base64' ? result.toBase64() : result.toDataURL()}\n`;
}

// Under another name until it is whole. In one go, so that a signal finds nothing half done: it is
// looked at between this and the next.
function writeFile(path: string, content: Uint8Array | string, force: boolean): string {
  checkFree(path, force);
  const target = entryOf(path) ? fs.realpathSync(path) : path; // a link stays one
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx' });
    fs.renameSync(temporary, target);
  } catch (error) {
    if (entryOf(temporary)) {
      fs.rmSync(temporary);
    }
    throw unwritable(path, error);
  }
  return path;
}

function unwritable(path: string, error: unknown): OutputError {
  return new OutputError(
    'OUTPUT_UNWRITABLE',
    `Expected to write ${path} but could not: ${reasonOf(error)}.`,
  );
}

/** Resolves when standard output takes more. */
export function print(content: Uint8Array | string): Promise<void> {
  return new Promise((done) => {
    process.stdout.write(content, () => done());
  });
}
