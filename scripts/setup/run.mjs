// Runs the commands of the scripts: quietly, with all that they print kept in build/setup.log and
// shown only when one fails.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const logFile = join(root, 'build', 'setup.log');
let logStarted = false;

// What a person can do something about: its message says what was expected, what came, what to do.
export class Failure extends Error {
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

function log(text) {
  if (!logStarted) {
    fs.mkdirSync(join(root, 'build'), { recursive: true });
    fs.writeFileSync(logFile, '');
    logStarted = true;
  }
  fs.appendFileSync(logFile, text);
}

function start(command, args, { input = '', ...options } = {}, onText) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, ...options });
    child.stdin.on('error', () => {}).end(input);
    let output = '';
    const take = (text) => {
      output += text;
      onText?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

const heldTexts = new AsyncLocalStorage();

/** Prints a text, or holds it back if this is called within printedTogether(). */
export function print(text, stream = process.stdout) {
  const held = heldTexts.getStore();
  if (held === undefined) stream.write(text);
  else held.push(text);
}

/** Does some work and prints all of its output at its end, so that the outputs of two do not mix. */
export async function printedTogether(work) {
  const held = [];
  try {
    return await heldTexts.run(held, work);
  } finally {
    process.stdout.write(held.join(''));
  }
}

// The exit code and what was printed, without its colours, whatever became of it; it is printed, too, as it
// comes.
export async function show(command, args, options) {
  const { code, output } = await start(command, args, options, print);
  return { code, output: stripVTControlCharacters(output) };
}

// What a command prints, or undefined when it fails: for questions, which leave no trace.
export async function ask(command, args, options) {
  const { code, output } = await start(command, args, options);
  return code === 0 ? output : undefined;
}

// Does a command that has to succeed; gives what it printed.
export async function run(command, args, options) {
  const line = [command, ...args].join(' ');
  log(`\n$ ${line}\n`);
  const { code, output } = await start(command, args, options, log);
  if (code !== 0) {
    throw new Failure(`Expected "${line}" to succeed, but it ended with ${code}.`, output);
  }
  return output;
}

// The same twice when it fails, as whatever asks a server sometimes does; `mend` comes in between.
export async function retried(work, mend = async () => {}) {
  try {
    return await work();
  } catch {
    await mend();
    return work();
  }
}

export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

// Says what is being done, and how long it took.
export async function step(title, work) {
  const started = performance.now();
  print(`${title} ... `);
  try {
    return await work();
  } finally {
    print(`${secondsSince(started)}\n`);
  }
}

export function isOnPath(program) {
  const extensions = process.platform === 'win32' ? ['.exe', '.bat', '.cmd'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => extensions.some((end) => isProgram(join(folder, program + end))));
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

// Runs a script's work when it is called from the command line. A failure is told in a sentence, the
// last lines of what the command printed, and the exit status.
export async function main(meta, work, { lines = 20 } = {}) {
  if (fileURLToPath(meta.url) !== fs.realpathSync(process.argv[1])) return;
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    tellFailure(error, lines);
    process.exitCode = 1;
  }
}

export function tellFailure(error, lines) {
  if (!(error instanceof Failure)) throw error;
  const tell = (text) => print(`${text}\n`, process.stderr);
  tell(error.message);
  if (error.output === '') return;
  const isProgress = (line) => /^\[\d+\/\d+\] /.test(line); // ninja's
  const told = error.output.trimEnd().split('\n');
  const news = told.filter((line) => !isProgress(line));
  tell(news.slice(-lines).join('\n'));
  tell(`(All of it is in ${logFile}.)`);
}
