// Debian's packages, on systems that have apt. Root and CI install without asking; anybody else sees the
// one command that would run as root, and is asked first.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { inCache, readIfThere, writeFile } from './cache.mjs';
import { Failure, isOnPath, retried, run, step } from './run.mjs';

export const hasApt = () => isOnPath('apt-get') && isOnPath('dpkg');

const isRoot = () => process.getuid?.() === 0;
const isCi = () => Boolean(process.env.CI);

export const canInstall = () => hasApt() && (isRoot() || isOnPath('sudo'));

// The packages of an installation that has begun. If it was interrupted, programs may exist that are not
// configured.
const note = inCache('installing');

export const unfinishedPackages = () => readIfThere(note)?.split(' ') ?? [];

/** The command, as arguments. `configure`: finish an interrupted installation first, as dpkg demands. */
export function installCommand(packages, { root = isRoot(), ci = isCi(), configure = false } = {}) {
  const patience = '-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3';
  const script = [
    ...(configure ? ['dpkg --configure -a;'] : []),
    // A list that cannot be updated may not be needed.
    `apt-get ${patience} --quiet update;`,
    `DEBIAN_FRONTEND=noninteractive apt-get ${patience} --quiet install --yes --no-install-recommends`,
    ...packages,
  ].join(' ');
  const sudo = ci ? ['sudo', '-n'] : ['sudo'];
  return [...(root ? [] : sudo), 'sh', '-c', script];
}

const asText = (command) =>
  command.map((word) => (/[\s;]/.test(word) ? `'${word}'` : word)).join(' ');

/** Asks whether to run `command`. Throws a Failure that names it if nobody answers yes. */
export async function confirm(command, { root = isRoot(), ci = isCi(), ask = askUser } = {}) {
  if (root || ci) return;
  const text = `\n  ${asText(command)}\n`;
  if (!(await ask(`Packages are missing. This installs them:\n${text}\nRun it now? [y/N] `))) {
    throw new Failure(`Packages are missing. Run this command, then try again:\n${text}`);
  }
}

async function askUser(question) {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

export async function installPackages(packages) {
  await confirm(installCommand(packages));
  const install = ({ configure }) => {
    const [program, ...args] = installCommand(packages, { configure });
    return run(program, args);
  };
  const wasInterrupted = unfinishedPackages().length > 0;
  writeFile(note, packages.join(' '));
  await step(`Installing ${packages.join(', ')}`, () =>
    install({ configure: wasInterrupted }).catch(() => install({ configure: true })),
  ).finally(() => rmSync(note));
}

/** Updates apt's lists if that needs no question. */
export async function updateLists() {
  if (!isRoot() && !isCi()) return;
  const sudo = isRoot() ? [] : ['sudo', '-n'];
  const [program, ...args] = [...sudo, 'apt-get', '--quiet', 'update'];
  await retried(() => run(program, args)).catch(() => {});
}
