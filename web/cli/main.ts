// The command line: crop64 INPUT... [OPTION...], see help.ts.

import { readFileSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { ErrorCode } from '../errors.js';
import { encode } from '../index.js';
import { inOrder } from '../ordered.js';
import { createPool } from '../pool.js';
import type { EncodedImage } from '../types.js';
import { type Told, tell, WrongUse } from './errors.js';
import { help } from './help.js';
import { findInputs, STANDARD } from './inputs.js';
import { type Command, readCommand } from './options.js';
import { type Output, openOutput, print } from './output.js';
import { noProgress, type Progress, showProgress } from './progress.js';

interface Done {
  readonly input: string;
  readonly result?: EncodedImage;
  readonly error?: unknown;
}

const WRONG_OPTIONS: ErrorCode = 'INVALID_ARGUMENT';

/** Gives the exit status. */
async function run(command: Command): Promise<number> {
  const inputs = findInputs(command.inputs);
  if (inputs.files.includes(STANDARD) && process.stdin.isTTY) {
    throw new WrongUse('Expected a picture on standard input but that is the keyboard.');
  }
  const output = openOutput(command, inputs);
  const { files } = inputs;
  const size = command.jobs ?? availableParallelism();
  // A worker takes longer to start than a picture takes as a rule.
  const pool = files.length > 1 ? createPool({ size }) : undefined;
  const progress = progressOf(command, output, files.length);
  const work = (input: string) => encodeOne(input, output, pool?.encode ?? encode);
  process.once('exit', progress.stop); // after a signal, too
  const errors: Told[] = [];
  for await (const done of inOrder(files, work, 2 * size, undefined)) {
    const error = await finish(done, command, output, progress);
    errors.push(...(error ? [error] : []));
    progress.step();
  }
  const failed = errors.length;
  await pool?.close();
  progress.stop();
  if (files.length > 1 && !command.quiet && (failed > 0 || process.stderr.isTTY)) {
    process.stderr.write(`${files.length - failed} of ${files.length} done, ${failed} failed\n`);
  }
  // Options that fit no input at all: some of them depend on what the inputs are.
  const isWrong = failed === files.length && errors.every(({ code }) => code === WRONG_OPTIONS);
  return isWrong ? 2 : failed > 0 ? 1 : 0;
}

// A bar and lines of results would be in each other's way.
function progressOf({ quiet, json }: Command, output: Output, total: number): Progress {
  const isClear = !((json || output.isStandard) && process.stdout.isTTY);
  const isShown = total > 1 && !quiet && process.stderr.isTTY && isClear;
  return isShown ? showProgress(total) : noProgress();
}

async function encodeOne(input: string, output: Output, how: typeof encode): Promise<Done> {
  try {
    output.check(input);
    const source = input === STANDARD ? await readStandardInput() : pathToFileURL(input);
    return { input, result: await how(source, output.options) };
  } catch (error) {
    return { input, error };
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes a result, tells what is to be told, and gives the error if there was one. */
async function finish(
  { input, result, error }: Done,
  { json }: Command,
  output: Output,
  progress: Progress,
): Promise<Told | undefined> {
  try {
    if (result === undefined) {
      throw error;
    }
    const path = await output.write(input, result);
    const { bytes: _, ...fields } = result;
    if (json) {
      await print(
        `${JSON.stringify({ input, ok: true, ...(path && { output: path }), ...fields })}\n`,
      );
    }
    return undefined;
  } catch (reason) {
    const told = tell(reason);
    if (json) {
      await print(`${JSON.stringify({ input, ok: false, error: told })}\n`);
    }
    progress.tell(`crop64: ${input}: ${told.code}: ${told.message}`);
    return told;
  }
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
    process.exit(141); // who reads the results has seen enough: as a shell tells SIGPIPE
  }
  process.stderr.write(
    `crop64: Expected to write to standard output but could not: ${error.message}.\n`,
  );
  process.exit(1);
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isWrongUse = error instanceof WrongUse;
  const what = isWrongUse ? `${error.message}\nSee crop64 --help.` : tell(error).message;
  process.stderr.write(`crop64: ${what}\n`);
  process.exitCode = isWrongUse ? 2 : 1;
}
