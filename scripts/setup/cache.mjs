// The cache folder for downloads, outside the work tree, the links to it in build/, and the
// stamps by which a folder tells what it was made from.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { root } from './run.mjs';

const userCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const cache = resolve(process.env.CROP64_CACHE || join(userCache, 'crop64'));
const hour = 3600_000;

// This file in a folder says what the folder was made from: if that changes, the folder is stale.
const stampName = '.crop64-stamp';

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');

const stampOf = (tree) => readIfThere(join(tree, stampName));

export const inCache = (name) => join(cache, name);

export function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

export function writeFile(file, text) {
  fs.mkdirSync(dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

export const isMadeFrom = (tree, stamp) => stampOf(tree) === stamp;

export const stampTree = (tree, stamp) => fs.writeFileSync(join(tree, stampName), stamp);

export function link(place, tree) {
  const at = join(root, 'build', place);
  fs.mkdirSync(dirname(at), { recursive: true });
  fs.rmSync(at, { recursive: true, force: true });
  fs.symlinkSync(tree, at, 'junction');
}

// The kept tree of that name that was made from this, or undefined.
export function findKept(name, stamp) {
  if (!fs.existsSync(cache)) return undefined;
  const kept = fs.readdirSync(cache).filter((entry) => entry.startsWith(`${name}-`));
  return kept.map((entry) => join(cache, entry)).find((tree) => stampOf(tree) === stamp);
}

// Moves a finished tree to its place, in one go: an interrupted run leaves nothing half-made there.
export function keep(tree, name, version, stamp) {
  const kept = join(cache, `${name}-${version.replace(/^\d+:/, '').replace(/[^\w.-]/g, '_')}`);
  stampTree(tree, stamp);
  fs.rmSync(kept, { recursive: true, force: true });
  fs.renameSync(tree, kept);
  return kept;
}

// A folder to work in, on the cache's own disk; one that an interrupted run left is swept away here.
export async function inTemporaryFolder(work) {
  fs.mkdirSync(cache, { recursive: true });
  for (const entry of fs.readdirSync(cache).filter((name) => name.startsWith('tmp-'))) {
    const old = join(cache, entry);
    if (Date.now() - fs.statSync(old).mtimeMs > hour) fs.rmSync(old, { recursive: true });
  }
  const folder = fs.mkdtempSync(join(cache, 'tmp-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
