// The sources of the C and C++ libraries in third_party/libraries.json: fetches each archive, checks it,
// unpacks it into build/sources/NAME and applies third_party/NAME/*.patch there.
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasApt } from './apt.mjs';
import { inCache, inTemporaryFolder, isMadeFrom, sha256, stampTree } from './cache.mjs';
import { ask, Failure, retried, root, run, step } from './run.mjs';

const manifest = 'third_party/libraries.json';

// The base URL of a mirror of Debian's archive, or of a snapshot of it, with a slash at its end. For machines
// without apt, and for files that the machine's own archives no longer have.
const { DEBIAN_ARCHIVE } = process.env;

export async function fetchSources() {
  for (const library of readLibraries()) {
    const tree = join(root, 'build/sources', library.name);
    if (!isMadeFrom(tree, library.stamp)) await prepare(library, tree);
  }
}

export function readLibraries() {
  const entries = JSON.parse(fs.readFileSync(join(root, manifest), 'utf8'));
  return Object.entries(entries).map(([name, entry]) => {
    const patches = patchesOf(name);
    const texts = patches.map((file) => fs.readFileSync(file, 'utf8'));
    return { name, ...entry, patches, stamp: sha256(JSON.stringify([entry, texts])) };
  });
}

// In the order of their numbers.
function patchesOf(name) {
  const folder = join(root, 'third_party', name);
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.patch'));
  return files.sort().map((file) => join(folder, file));
}

async function prepare(library, tree) {
  const file = await fetchArchive(library);
  await inTemporaryFolder(async (folder) => {
    await run('tar', ['-xzf', file, '-C', folder]);
    const [unpacked] = fs.readdirSync(folder).map((name) => join(folder, name));
    await applyPatches(library.patches, unpacked);
    fs.rmSync(tree, { recursive: true, force: true });
    fs.cpSync(unpacked, tree, { recursive: true, preserveTimestamps: true });
  });
  stampTree(tree, library.stamp);
}

// Each has to apply exactly. Git must not take the tree for a part of a repository around it: it would
// leave out files that it does not find there.
export async function applyPatches(patches, tree) {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(fs.realpathSync(tree)) };
  for (const patch of patches) {
    try {
      await run('git', ['apply', '--whitespace=nowarn', patch], { cwd: tree, env });
    } catch ({ output }) {
      const name = `third_party/${basename(dirname(patch))}/${basename(patch)}`;
      throw new Failure(`${name} does not apply. Rebase it on the version in ${manifest}.`, output);
    }
  }
}

// The archive as a file in the cache. The first place that has it serves: the machine's own Debian
// archives, asked through apt, which knows its proxies, or DEBIAN_ARCHIVE.
export async function fetchArchive({ name, version, archive, sha256: hash }) {
  const file = inCache(basename(archive));
  if (fs.existsSync(file) && sha256(fs.readFileSync(file)) === hash) return file;
  fs.mkdirSync(dirname(file), { recursive: true });
  const places = [
    ...(await ownArchives()).map((base) => ({ base, get: getByApt })),
    ...(DEBIAN_ARCHIVE ? [{ base: DEBIAN_ARCHIVE, get: getByFetch }] : []),
  ];
  await step(`Fetching ${name} ${version}`, () => fetchFrom(places, archive, file, hash));
  return file;
}

export async function fetchFrom(places, archive, file, hash) {
  const reasons = [];
  for (const { base, get } of places) {
    const url = base + archive.replaceAll('+', '%2B');
    try {
      const data = await get(url);
      if (sha256(data) !== hash) throw new Error(`its SHA-256 is ${sha256(data)}`);
      return fs.writeFileSync(file, data);
    } catch (error) {
      reasons.push(`  ${url}: ${error.cause?.message ?? error.message}`);
    }
  }
  throw new Failure(
    `Expected ${basename(archive)} with the SHA-256 ${hash}, but no server gave it:\n` +
      `${reasons.join('\n')}\nCheck the network, or set DEBIAN_ARCHIVE to the URL of a Debian mirror. If the archive has a ` +
      `newer version, pin that in ` +
      `${manifest}; if the hash differs, find out why before you change it.`,
  );
}

// The archives in the machine's apt configuration: of each, apt would fetch 'ARCHIVE/dists/SUITE/…'. One
// that lacks the file answers quickly.
async function ownArchives() {
  if (!hasApt()) return [];
  const listed = (await ask('apt-get', ['--print-uris', 'update'])) ?? '';
  const archives = [...listed.matchAll(/^'(\S+?\/)dists\//gm)].map(([, archive]) => archive);
  return [...new Set(archives)];
}

function getByApt(url) {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'archive');
    const helper = '/usr/lib/apt/apt-helper';
    await run(helper, ['-o', 'Acquire::Retries=3', 'download-file', url, file]);
    return fs.readFileSync(file);
  });
}

async function getByFetch(url) {
  const response = await retried(() => fetch(url));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
