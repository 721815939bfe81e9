// Runs the command line as another program does, in a folder of its own for each test.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import { fixture, root } from './fixtures.mjs';

export const program = join(root, 'dist/cli.js');

/** The images in each test's folder, and their bytes by name. */
export const names = ['small.jpg', 'small.png', 'small.bmp', 'exif.jpg', 'small-rgba-16.png'];
export const images = {};

let folder;

export const at = (name) => join(folder, name);
export const get = (name) => fs.readFileSync(at(name));
export function put(name, bytes) {
  fs.mkdirSync(join(at(name), '..'), { recursive: true });
  fs.writeFileSync(at(name), bytes);
}

/** Gives each test of a file a new folder with the images. */
export function folderForEachTest() {
  before(async () => {
    for (const name of names) images[name] = await fixture(name);
  });
  beforeEach(() => {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true });
    folder = fs.mkdtempSync(join(tmpdir(), 'crop64-cli-'));
    for (const name of names) put(name, images[name]);
  });
  after(() => fs.rmSync(folder, { recursive: true }));
}

/** Runs it in the folder. `watch` is called with the process. One that hangs is ended. */
export function crop64(args, { input, watch, cwd = folder } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const [out, err] = [[], []];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString() });
    });
    child.stdin.on('error', () => {}); // it may end before it has read all
    child.stdin.end(input);
    watch?.(child);
  });
}

/** As `crop64`, with a terminal for input and output, which Python makes. */
export async function onTerminal(args) {
  const code = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
try:
    while chunk := os.read(terminal, 65536): sys.stdout.buffer.write(chunk)
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
  const child = spawn('python3', ['-c', code, process.execPath, program, ...args], { cwd: folder });
  const out = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  const [status] = await once(child, 'close');
  return { code: status, text: Buffer.concat(out).toString() };
}

/** Runs it, expects status 0 and no errors, and returns standard output. */
export async function succeeds(args, options) {
  const done = await crop64(args, options);
  assert.deepEqual([done.code, done.err], [0, ''], args.join(' '));
  return done.out;
}

/** Runs it and expects this status and an error that matches. */
export async function fails(code, args, message, options) {
  const done = await crop64(args, options);
  assert.equal(done.code, code, `${args.join(' ')}: ${done.err}`);
  assert.match(done.err, message);
  return done;
}

/** The folder holds the images and nothing else. */
export const untouched = () => assert.deepEqual(fs.readdirSync(folder).sort(), [...names].sort());

/** The files below a folder, sorted. */
export const filesBelow = (name) =>
  fs
    .readdirSync(at(name), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(at(name).length + 1))
    .sort();
