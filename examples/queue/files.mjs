// Files that are there whole or not at all.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file beside its place, and moves it there when the disk has it. `id` is the job's, and
 * `attempt` counts from 1 how often it was begun: what an earlier attempt left when it died is removed,
 * and one that is not dead after all finds its own file gone.
 */
export async function writeWhole(path, bytes, id, attempt) {
  const folder = dirname(path);
  const temporary = (n) => join(folder, `.${basename(path)}.${id.slice(0, 16)}.${n}.tmp`);
  await mkdir(folder, { recursive: true });
  for (let n = 1; n < attempt; n += 1) {
    await rm(temporary(n), { force: true });
  }
  try {
    await writeThrough(temporary(attempt), bytes);
    await rename(temporary(attempt), path);
  } catch (error) {
    await rm(temporary(attempt), { force: true });
    throw error;
  }
  await sync(folder); // the new name, too
}

async function writeThrough(path, bytes) {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder) {
  const entry = await open(folder);
  try {
    await entry.sync();
  } finally {
    await entry.close();
  }
}
