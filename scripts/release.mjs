// Releases the package: `npm run release` builds and checks everything and prints the remaining steps,
// `npm run release -- --publish` also publishes. `--test` runs `npm test` first.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ask, Failure, main, root, run, show } from './setup/run.mjs';

/**
 * The notes of a version in a changelog (Keep a Changelog 1.1.0), and the faults of the changelog: the
 * version needs a section with a date and text, and the section "Unreleased" must be empty.
 */
export function readNotes(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1);
  const find = (name) => sections.find((section) => section.startsWith(`[${name}]`)) ?? '';
  const [heading, ...lines] = find(version).split('\n');
  const notes = lines.join('\n').trim();
  const unreleased = find('Unreleased').split('\n').slice(1).join('').trim();
  const faults = [];
  if (!/^\S+ - \d{4}-\d\d-\d\d$/.test(heading)) {
    faults.push(
      `Expected "## [${version}] - YYYY-MM-DD" in CHANGELOG.md, for that is package.json's version.`,
    );
  } else if (notes === '') {
    faults.push(`Expected CHANGELOG.md to say what is new in ${version}.`);
  }
  if (unreleased !== '') {
    faults.push('Expected nothing under "## [Unreleased]" in CHANGELOG.md: say when it comes.');
  }
  return { notes, faults };
}

/**
 * The address of the repository's web page by package.json's `repository`, without a slash at its end, or
 * undefined if that is missing or no https address.
 */
export function addressOf({ repository }) {
  const url = typeof repository === 'object' ? repository?.url : repository;
  const [, address] = /^(?:git\+)?(https:\/\/[^/\s]+\/\S+?)(?:\.git)?\/?$/.exec(url ?? '') ?? [];
  return address;
}

function checkRepository(manifest) {
  if (addressOf(manifest) !== undefined) return [];
  const example = '"repository": { "type": "git", "url": "git+https://HOST/OWNER/NAME.git" }';
  return [
    `Expected an https address as repository in package.json. Add ${example}: npm shows it, and the README's links lead there.`,
  ];
}

const FENCED = /^( *```[\s\S]*?^ *```$)/gm;
const RELATIVE = '(?![a-z][a-z\\d+.-]*:|#|/)'; // no scheme, no anchor of the page
const IMAGE = new RegExp(`(!\\[[^\\]]*\\]\\()${RELATIVE}([^)\\s]+)`, 'gi');
const LINK = new RegExp(`(\\]\\()${RELATIVE}([^)\\s]+)`, 'gi');
const SRC = new RegExp(`(\\bsrc(?:set)?=")${RELATIVE}([^"\\s]+)`, 'gi');
const HREF = new RegExp(`(\\bhref=")${RELATIVE}([^"\\s]+)`, 'gi');

/**
 * A README with absolute links to the repository's files at `tag`, for npm, which shows the README without
 * these files. Images are linked to in raw form. Code blocks are left as they are.
 */
export function withAbsoluteLinks(readme, address, tag) {
  const to = (form) => (_, before, path) =>
    `${before}${address}/${form}/${tag}/${posix.normalize(path)}`;
  const isCode = (part) => part.trimStart().startsWith('```');
  return readme
    .split(FENCED)
    .map((part) =>
      isCode(part)
        ? part
        : part
            .replace(IMAGE, to('raw'))
            .replace(SRC, to('raw'))
            .replace(LINK, to('blob'))
            .replace(HREF, to('blob')),
    )
    .join('');
}

async function checkTree(folder, tag) {
  const faults = [];
  const changed = await run('git', ['status', '--porcelain'], { cwd: folder });
  if (changed !== '') {
    faults.push(`Expected all to be committed, but it is not:\n${changed.trimEnd()}`);
  }
  if (await ask('git', ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`], { cwd: folder })) {
    faults.push(`Expected no tag ${tag}, but there is one: that version has been released.`);
  }
  return faults;
}

// Packs what is in `folder`, with absolute links in its README if its address is known; prints what the
// package contains, and returns its path.
async function pack(folder, address, tag) {
  const target = join(folder, 'build/release');
  const copy = join(target, 'package');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const npm = async (cwd, ...args) =>
    jsonIn(await run('npm', ['pack', '--json', ...args], { cwd }));
  const [{ files: originals }] = await npm(folder, '--dry-run');
  for (const { path } of originals) cpSync(join(folder, path), join(copy, path));
  const hasReadme = originals.some(({ path }) => path === 'README.md');
  if (hasReadme && address !== undefined) {
    const readme = readFileSync(join(copy, 'README.md'), 'utf8');
    writeFileSync(join(copy, 'README.md'), withAbsoluteLinks(readme, address, tag));
  }
  const packed = await npm(copy, '--pack-destination', target);
  const [{ filename, files, size, unpackedSize, integrity }] = packed;
  console.log('');
  for (const file of files) console.log(`${kilobytes(file.size)}  ${file.path}`);
  console.log(
    `${kilobytes(unpackedSize)}  in ${files.length} files, ${kilobytes(size).trim()} packed`,
  );
  console.log(`\n${filename}\n${integrity}`);
  return join(target, filename);
}

// npm may warn before it answers.
const jsonIn = (output) => JSON.parse(output.slice(output.search(/^\[/m)));

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(8)} kB`;

async function test() {
  const { code } = await show(process.execPath, ['scripts/test.mjs']);
  return code === 0 ? [] : ['Expected every test to pass.'];
}

/** Releases the package in `folder`; `make` builds its dist/. Publishes only with `publish`. */
export async function release({
  folder = root,
  make = build,
  publish = false,
  check = async () => [],
}) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const manifest = JSON.parse(read('package.json'));
  const { name, version } = manifest;
  const tag = `v${version}`;
  const { notes, faults } = readNotes(read('CHANGELOG.md'), version);
  faults.unshift(...(await checkTree(folder, tag)), ...checkRepository(manifest));
  if (publish) refuse(faults);
  await make();
  faults.push(...(await check()));
  const file = await pack(folder, addressOf(manifest), tag);
  const steps = [
    ['npm', 'publish', file, '--access', 'public'],
    // By default, git would remove the notes' headings as comments.
    [
      'git',
      'tag',
      '--annotate',
      '--cleanup',
      'whitespace',
      tag,
      '--message',
      `${name} ${version}\n\n${notes}`,
    ],
  ];
  if (publish) refuse(faults);
  console.log(
    publish ? `\nReleasing ${name} ${version}:` : `\nThis would release ${name} ${version}:`,
  );
  for (const [command, ...args] of steps) {
    console.log([command, ...args].map(quoted).join(' '));
    if (publish) await run(command, args, { cwd: folder });
  }
  console.log(`git push origin ${tag}  # ${publish ? 'is left to do' : 'by hand'}`);
  if (!publish) refuse(faults);
}

// Quoted for a shell.
const quoted = (word) => (/^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function refuse(faults) {
  if (faults.length > 0) throw new Failure(`\nThe release has faults:\n${faults.join('\n')}`);
}

function readOptions(args) {
  const options = {
    'dry-run': { type: 'boolean' },
    publish: { type: 'boolean' },
    test: { type: 'boolean' },
  };
  let values;
  try {
    values = parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(`${error.message}. Expected --dry-run, --publish or --test.`);
  }
  if (values.publish && values['dry-run']) {
    throw new Failure('Expected --dry-run or --publish but received both.');
  }
  return { publish: values.publish, ...(values.test && { check: test }) };
}

await main(import.meta, (args) => release(readOptions(args)));
