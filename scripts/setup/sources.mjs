// The C and C++ sources that cmake/libraries.json lists, unpacked and linked as build/sources/NAME:
// from Debian's sources where apt knows them, and else from upstream's releases.
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { hasApt } from './apt.mjs';
import { findKept, inTemporaryFolder, isLinked, keep, link, sha256 } from './cache.mjs';
import { ask, Failure, isOnPath, retried, root, run, step } from './run.mjs';

const manifest = 'cmake/libraries.json';

export async function fetchSources() {
  const libraries = readManifest().filter(({ place, stamp }) => !isLinked(place, stamp));
  const missing = libraries.filter((library) => !linkKept(library));
  if (missing.length === 0) return;
  await inTemporaryFolder(async (folder) => {
    const apt = await openApt(folder);
    for (const library of missing) {
      const { tree, version } = await unpack(library, folder, apt);
      link(library.place, keep(tree, library.name, version, library.stamp));
    }
  });
}

function readManifest() {
  const entries = JSON.parse(fs.readFileSync(join(root, manifest), 'utf8'));
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    place: join('sources', name),
    stamp: sha256(JSON.stringify(entry)),
    ...entry,
  }));
}

function linkKept({ name, place, stamp }) {
  const kept = findKept(name, stamp);
  if (kept) link(place, kept);
  return kept !== undefined;
}

async function unpack(library, folder, apt) {
  const work = join(folder, library.name);
  fs.mkdirSync(work);
  return (apt && (await fromDebian(library, work, apt))) ?? fromUpstream(library, work);
}

// An apt of our own, which lists the sources of the packages that the machine's apt lists. Nothing
// of the machine's own set-up changes, and it takes no root.
async function openApt(folder) {
  if (!hasApt() || !isOnPath('dpkg-source')) return undefined;
  const parts = join(folder, 'sources.list.d');
  for (const made of [parts, join(folder, 'lists'), join(folder, 'cache')]) fs.mkdirSync(made);
  for (const file of await machineLists()) {
    fs.writeFileSync(join(parts, basename(file)), asSource(file));
  }
  const config = join(folder, 'apt.conf');
  fs.writeFileSync(config, privateConfig(folder, parts));
  const apt = ['-c', config, '-o', 'Acquire::Retries=3', '--quiet'];
  // A list may be out of order without our needing it: what can be had, showsrc tells.
  await step("Reading Debian's lists of sources", () =>
    retried(() => run('apt-get', [...apt, 'update'])).catch(() => {}),
  );
  return apt;
}

const privateConfig = (folder, parts) => `
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "${parts}";
Dir::State::Lists "${folder}/lists";
Dir::Cache "${folder}/cache";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;

async function machineLists() {
  const keys = ['LIST', 'Dir::Etc::SourceList/f', 'PARTS', 'Dir::Etc::SourceParts/d'];
  const answer = (await ask('apt-config', ['shell', ...keys])) ?? '';
  const [, list] = answer.match(/^LIST='(.*)'$/m) ?? [];
  const [, parts] = answer.match(/^PARTS='(.*)'$/m) ?? [];
  const names = parts && fs.existsSync(parts) ? fs.readdirSync(parts) : [];
  return [list ?? '', ...names.map((name) => join(parts, name))].filter(
    (file) => /\.(list|sources)$/.test(file) && fs.existsSync(file),
  );
}

// The same list for sources, whichever of apt's two formats it is in; options and keys stay.
function asSource(file) {
  const text = fs.readFileSync(file, 'utf8');
  if (file.endsWith('.sources')) return text.replace(/^Types:.*$/gim, 'Types: deb-src');
  const lines = text.split('\n').filter((line) => /^\s*deb(-src)?\s/.test(line));
  return [...new Set(lines.map((line) => line.replace(/^\s*deb(-src)?/, 'deb-src')))].join('\n');
}

// The newest pinned version that is really served (apt may list one whose files are gone), or else a
// newer revision of the same release, which Debian's signature alone vouches for.
async function fromDebian({ name, debian }, work, apt) {
  const listed = await listedVersions(debian.source, apt);
  const pinned = debian.versions.filter(({ version }) => listed.includes(version));
  const newer = await newerRevisions(listed, debian.versions[0].version);
  for (const candidate of [...pinned, ...newer.map((version) => ({ version }))]) {
    const tree = await fetchDebian(name, debian.source, candidate, work, apt);
    if (tree) return { tree, version: candidate.version };
    console.log(`Debian lists ${name} ${candidate.version} but does not serve it.`);
  }
  return undefined;
}

async function newerRevisions(listed, newest) {
  const isNewer = (version) => ask('dpkg', ['--compare-versions', version, 'gt', newest]);
  const sameRelease = listed.filter((version) => releaseOf(version) === releaseOf(newest));
  const answers = await Promise.all(sameRelease.map(isNewer));
  return sameRelease.filter((_, index) => answers[index] !== undefined);
}

// "1:2.1.5-2" is a revision of the release 2.1.5.
const releaseOf = (version) => version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');

// Newest first.
async function listedVersions(source, apt) {
  const records = (await ask('apt-cache', [...apt, 'showsrc', '--only-source', source])) ?? '';
  const versions = records
    .split(/\n\n+/)
    .filter((record) => record.match(/^Package: (.*)$/m)?.[1] === source)
    .map((record) => record.match(/^Version: (.*)$/m)[1]);
  return [...new Set(versions)].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

async function fetchDebian(name, source, { version, dsc }, work, apt) {
  const folder = fs.mkdtempSync(join(work, 'debian-'));
  const served = await step(`Fetching ${name} ${version} from Debian`, () =>
    run('apt-get', [...apt, 'source', '--download-only', '--only-source', `${source}=${version}`], {
      cwd: folder,
    }).catch(() => false),
  );
  if (served === false) return undefined;
  const dscName = fs.readdirSync(folder).find((entry) => entry.endsWith('.dsc'));
  const file = join(folder, dscName);
  if (dsc) {
    expectHash(basename(file), fs.readFileSync(file), dsc);
  } else {
    console.log(
      `Notice: ${name} ${version} is newer than what ${manifest} pins and was checked by Debian's ` +
        `signature alone. Please pin it: "dsc": "${sha256(fs.readFileSync(file))}".`,
    );
  }
  // It checks the other files against the .dsc, and applies Debian's patches.
  await run('dpkg-source', ['--extract', file, join(folder, 'tree')]);
  return join(folder, 'tree');
}

async function fromUpstream({ name, upstream: { version, url, sha256: hash, folder } }, work) {
  const file = join(work, basename(url));
  await step(`Fetching ${name} ${version} from ${new URL(url).host}`, async () => {
    const data = await retried(() => download(name, url));
    expectHash(basename(url), data, hash);
    fs.writeFileSync(file, data);
    await run('tar', ['-xf', file, '-C', work]);
  });
  return { tree: join(work, folder), version };
}

async function download(name, url) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Failure(
      `Expected the sources of ${name} from apt or from ${url}, but apt serves none of the versions ` +
        `in ${manifest}, and ${error.cause?.message ?? error.message}. ` +
        'Check the network and run it again.',
    );
  }
}

function expectHash(file, data, expected) {
  const actual = sha256(data);
  if (actual === expected) return;
  throw new Failure(
    `Expected ${file} to have the SHA-256 ${expected}, but it has ${actual}. ` +
      `Do not use it: find out why it changed before you touch ${manifest}.`,
  );
}
