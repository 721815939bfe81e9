// Real photographs for tests and measurements, linked as build/photos: Debian's ukui-wallpapers.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasApt, updateLists } from './apt.mjs';
import { findKept, inTemporaryFolder, keep, link } from './cache.mjs';
import { Failure, retried, root, run, step } from './run.mjs';

const photos = 'ukui-wallpapers';
const place = 'photos';

export async function fetchPhotos() {
  if (existsSync(join(root, 'build', place))) return;
  const kept = findKept(photos, photos);
  link(place, kept ?? (await fetchFromDebian()));
}

async function fetchFromDebian() {
  if (!hasApt()) {
    throw new Failure(
      `Expected photographs in build/photos, but this system has no apt to fetch Debian's ${photos} ` +
        'with: make that folder and put some .jpg and .png photographs there.',
    );
  }
  return inTemporaryFolder((folder) =>
    step(`Fetching photographs (${photos})`, async () => {
      await retried(() => download(folder), updateLists);
      const [file] = readdirSync(folder);
      await run('dpkg-deb', ['--extract', file, 'tree'], { cwd: folder });
      const [, version] = file.split('_');
      return keep(join(folder, 'tree/usr/share/backgrounds'), photos, version, photos);
    }),
  );
}

async function download(folder) {
  try {
    await run('apt-get', ['--quiet', 'download', photos], { cwd: folder });
  } catch ({ output }) {
    throw new Failure(
      `Expected apt to give the package ${photos}, but it did not. ` +
        'Run "apt-get update" as root, and try again.',
      output,
    );
  }
}
