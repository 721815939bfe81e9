// Sets up what building, testing and measuring need: `node scripts/setup.mjs [GROUP…]`, where GROUP is one
// of setup/needs.mjs ("build" if none is given). Prints what it installs, and nothing if all is there.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, sha256 } from './setup/cache.mjs';
import { groupNames, meetNeeds } from './setup/needs.mjs';
import { fetchPhotos } from './setup/photos.mjs';
import { Failure, main, root, run, step } from './setup/run.mjs';
import { fetchSources } from './setup/sources.mjs';

/** Without groups it installs the npm packages only. */
export async function setUp(groups) {
  const unknown = groups.find((group) => !groupNames.includes(group));
  if (unknown) {
    throw new Failure(`Expected a group of ${groupNames.join(', ')} but received "${unknown}".`);
  }
  await meetNeeds(groups);
  const has = (...names) => names.some((name) => groups.includes(name));
  if (has('build', 'native', 'tidy')) await fetchSources();
  if (has('oracles', 'bench')) await fetchPhotos();
  await installNodePackages('.');
  if (has('bench')) await installNodePackages('bench');
  if (has('matrix')) await installNodePackages('tests/matrix');
  if (has('examples')) await installNodePackages('examples/queue');
}

// Installs what package-lock.json says, unless it was the last that was installed.
async function installNodePackages(folder) {
  const lock = sha256(readIfThere(join(root, folder, 'package-lock.json')) ?? '');
  const stamp = join(root, folder, 'node_modules', '.crop64-stamp');
  if (readIfThere(stamp) === lock) return;
  const name = folder === '.' ? 'npm packages' : `npm packages of ${folder}/`;
  await step(`Installing the ${name}`, () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: join(root, folder) }),
  );
  writeFileSync(stamp, lock);
}

// The environment in which Emscripten works: Debian's has its Node packages where only Debian's own
// Node looks for them, and without them its link step fails with "Cannot find module 'acorn'".
export function buildEnvironment() {
  const debianModules = '/usr/share/nodejs';
  if (!existsSync(join(debianModules, 'acorn'))) return process.env;
  const path = [debianModules, process.env.NODE_PATH].filter(Boolean).join(':');
  return { ...process.env, NODE_PATH: path };
}

await main(import.meta, (groups) => setUp(groups.length > 0 ? groups : ['build']));
