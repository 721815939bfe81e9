// Debian's packages, for the systems that have them.
import { rmSync } from 'node:fs';
import { inCache, readIfThere, writeFile } from './cache.mjs';
import { ask, isOnPath, retried, run, step } from './run.mjs';

export const hasApt = () => isOnPath('apt-get') && isOnPath('dpkg');

// How root's commands begin, or undefined where we may not be root without a password.
async function rootPrefix() {
  if (process.getuid?.() === 0) return ['env'];
  return (await ask('sudo', ['-n', 'true'])) === undefined ? undefined : ['sudo', '-n', 'env'];
}

export const canInstall = async () => hasApt() && (await rootPrefix()) !== undefined;

// What is being installed, noted while it is: an interrupted installation may leave programs that are
// there but not set up.
const note = inCache('installing');

export const unfinishedPackages = () => readIfThere(note)?.split(' ') ?? [];

export async function installPackages(packages) {
  const install = async () => {
    await updateLists();
    await aptGet('install', '--yes', '--no-install-recommends', ...packages);
  };
  // dpkg must be told to finish what was interrupted before it takes anything else.
  const mend = () => asRoot('dpkg', '--configure', '-a');
  writeFile(note, packages.join(' '));
  await step(`Installing ${packages.join(', ')}`, () => retried(install, mend)).finally(() =>
    rmSync(note),
  );
}

// Some list of the machine's own may be out of order without our needing it: what we do need, the
// installation tells.
export async function updateLists() {
  await aptGet('update').catch(() => {});
}

const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];

const aptGet = (...args) => asRoot('apt-get', ...patience, '--quiet', ...args);

async function asRoot(...command) {
  const [first, ...rest] = (await rootPrefix()) ?? ['env'];
  return run(first, [...rest, 'DEBIAN_FRONTEND=noninteractive', ...command]);
}
