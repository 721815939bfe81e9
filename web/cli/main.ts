// The entry of the command line: crop64 INPUT... [OPTION...]. See help.ts.

import { readFileSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { ImageError } from '../errors.js';
import { encode, probe } from '../index.js';
import { mapInOrder } from '../pool/map-in-order.js';
import { createPool } from '../pool.js';
import type { EncodedImage } from '../types.js';
import { type Failure, failureOf, printable, systemReason, UsageError } from './errors.js';
import { help } from './help.js';
import { describeImage } from './info.js';
import {
  describeSkipped,
  findInputs,
  type InputFile,
  type Inputs,
  identityOf,
  STANDARD,
} from './inputs.js';
import { withFlags } from './messages.js';
import { type Command, IMAGE_FLAGS, readCommand } from './options.js';
import { type Output, openOutput, print } from './output.js';
import { noProgress, type Progress, showProgress } from './progress.js';
import { probeInput, readInput } from './read.js';
import { scaled } from './scale.js';

interface Done {
  readonly input: InputFile;
  readonly result?: EncodedImage;
  readonly error?: unknown;
}

/** Executes a command and returns the exit status. */
async function run(command: Command): Promise<number> {
  const inputs = findInputs({ ...command, output: folderOfOutput(command) });
  if (inputs.files.some(({ path }) => path === STANDARD) && process.stdin.isTTY) {
    throw new UsageError('No input: pipe an image to standard input.');
  }
  return command.name === 'info' ? printInfo(command, inputs) : encodeAll(command, inputs);
}

// An output folder inside an input folder contains earlier results.
function folderOfOutput({ output, inputs }: Command): string | undefined {
  const isInput =
    output !== undefined && inputs.some((path) => identityOf(path) === identityOf(output));
  return isInput ? undefined : output;
}

async function encodeAll(command: Command, inputs: Inputs): Promise<number> {
  const { files } = inputs;
  const output = openOutput(command, inputs);
  const size = command.jobs ?? availableParallelism();
  // For one image, starting a worker usually takes longer than the job.
  const pool = files.length > 1 ? createPool({ size, transfer: true }) : undefined;
  const progress = progressOf(command, output, files.length);
  const work = (input: InputFile) => encodeOne(input, command, output, pool?.encode ?? encode);
  process.once('exit', progress.stop); // after a signal, too
  const errors: unknown[] = [];
  for await (const done of mapInOrder(files, work, 2 * size, undefined)) {
    const error = await finish(done, command, output, progress);
    errors.push(...(error === undefined ? [] : [error]));
    progress.step();
  }
  await pool?.close();
  progress.stop();
  summarize(command, inputs, errors.length);
  // Some options can be checked only with an image. If they are invalid for all inputs, the command is.
  const isInvalid = errors.length === files.length && errors.every(isInvalidOption);
  return isInvalid ? 2 : errors.length > 0 ? 1 : 0;
}

// Invalid base64 in a text file is an INVALID_ARGUMENT, too.
function isInvalidOption(error: unknown): boolean {
  const isInvalid = error instanceof ImageError && error.code === 'INVALID_ARGUMENT';
  return isInvalid && error.details.name !== 'source' && !('offset' in error.details);
}

async function printInfo(command: Command, inputs: Inputs): Promise<number> {
  let failed = 0;
  for (const { path } of inputs.files) {
    try {
      const info = await probeInput(path);
      const line = command.json
        ? JSON.stringify({ input: path, ok: true, ...info })
        : printable(`${path}: ${describeImage(info)}`);
      await print(`${line}\n`);
    } catch (error) {
      failed += 1;
      await fail(path, error, command, printError);
    }
  }
  summarize(command, inputs, failed);
  return failed > 0 ? 1 : 0;
}

// No progress bar if results are printed on the same terminal.
function progressOf({ quiet, json }: Command, output: Output, total: number): Progress {
  const isClear = !((json || output.isStandard) && process.stdout.isTTY);
  const isShown = total > 1 && !quiet && process.stderr.isTTY && isClear;
  return isShown ? showProgress(total) : noProgress();
}

async function encodeOne(
  input: InputFile,
  { percent }: Command,
  output: Output,
  encodeImage: typeof encode,
): Promise<Done> {
  try {
    output.check(input);
    let { options } = output;
    const source = await readInput(input.path, options.limits);
    if (percent !== undefined) {
      options = scaled(options, percent, await probe(source));
    }
    return { input, result: await encodeImage(source, options) };
  } catch (error) {
    return { input, error };
  }
}

/** Writes a result and prints its line of JSON or its error. Returns the error, if any. */
async function finish(
  { input, result, error }: Done,
  command: Command,
  output: Output,
  progress: Progress,
): Promise<unknown> {
  try {
    if (result === undefined) {
      throw error;
    }
    const path = await output.write(input, result);
    const { bytes: _, ...fields } = result;
    if (command.json) {
      const line = { input: input.path, ok: true, ...(path && { output: path }), ...fields };
      await print(`${JSON.stringify(line)}\n`);
    }
    return undefined;
  } catch (reason) {
    await fail(input.path, reason, command, progress.print);
    return reason;
  }
}

async function fail(
  path: string,
  error: unknown,
  { json, given }: Command,
  printLine: (line: string) => void,
): Promise<void> {
  const { code, message } = failureOf(error);
  const failure: Failure = { code, message: withFlags(message, IMAGE_FLAGS, given) };
  if (json) {
    await print(`${JSON.stringify({ input: path, ok: false, error: failure })}\n`);
  }
  printLine(printable(`crop64: ${path}: ${failure.code}: ${failure.message}`));
}

function summarize({ quiet }: Command, { files, skipped }: Inputs, failed: number): void {
  if (quiet) {
    return;
  }
  const total = files.length;
  if (skipped.length > 0 || (total > 1 && (failed > 0 || process.stderr.isTTY))) {
    const failures = failed > 0 ? `, ${failed} failed` : '';
    printError(`${total - failed} of ${total} done${failures}`);
  }
  for (const line of describeSkipped(skipped)) {
    printError(line);
  }
}

function printError(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (command.help) {
    await print(help());
    return 0;
  }
  if (command.version) {
    const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    await print(`${JSON.parse(file).version}\n`);
    return 0;
  }
  return run(command);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    process.exit(141); // the reader closed the pipe; shells report SIGPIPE with this status
  }
  printError(`crop64: Cannot write to standard output: ${systemReason(error)}.`);
  process.exit(1);
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsageError = error instanceof UsageError;
  printError(`crop64: ${isUsageError ? error.message : failureOf(error).message}`);
  for (const line of isUsageError ? [...error.details, 'See crop64 --help.'] : []) {
    printError(line);
  }
  process.exitCode = isUsageError ? 2 : 1;
}
