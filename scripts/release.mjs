// Releases the package: `npm run release` says what it would do, and does all of it but publish;
// `npm run release -- --publish` publishes it, too. `--test` runs `npm test` first.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ask, Failure, main, root, run, show } from './setup/run.mjs';

/**
 * The notes of a version in a changelog (Keep a Changelog 1.1.0), and what is wrong with it: each
 * release has a section, which has a date and something to say, and nothing is left unreleased.
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

// Packs what is in `folder`; tells what is in it. Gives the file.
async function pack(folder) {
  const target = join(folder, 'build/release');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const args = ['pack', '--json', '--pack-destination', target];
  const [{ filename, files, size, unpackedSize, integrity }] = jsonIn(
    await run('npm', args, { cwd: folder }),
  );
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

/** Releases what is in `folder`, of which `make` makes dist/. Without `publish` it publishes nothing. */
export async function release({
  folder = root,
  make = build,
  publish = false,
  check = async () => [],
}) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const { name, version } = JSON.parse(read('package.json'));
  const tag = `v${version}`;
  const { notes, faults } = readNotes(read('CHANGELOG.md'), version);
  faults.unshift(...(await checkTree(folder, tag)));
  if (publish) refuse(faults);
  await make();
  faults.push(...(await check()));
  const file = await pack(folder);
  const steps = [
    ['npm', 'publish', file, '--access', 'public'],
    // Else git takes the notes' headings for comments.
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

// As a shell takes it.
const quoted = (word) => (/^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function refuse(faults) {
  if (faults.length > 0) throw new Failure(`\nNot to be released:\n${faults.join('\n')}`);
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
