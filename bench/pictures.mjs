// The pictures, made once by pictures.py into build/bench/pictures.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readIfThere, sha256 } from '../scripts/setup/cache.mjs';
import { root, run, step } from '../scripts/setup/run.mjs';
import { findPython } from './python.mjs';

const photo = join(root, 'build/sources/libjpeg-turbo/testimages/nightshot_iso_100.bmp');
const script = fileURLToPath(new URL('pictures.py', import.meta.url));
const folder = join(root, 'build/bench/pictures');

export async function makePictures() {
  const stamp = join(folder, '.crop64-stamp');
  const made = sha256(readFileSync(script));
  if (readIfThere(stamp) === made) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = await findPython();
  await step('Making the pictures', () => run(python, [script, photo, folder]));
  writeFileSync(stamp, made);
}

export function readPicture(name) {
  const file = join(folder, name);
  return { file, bytes: readFileSync(file) };
}
