// scripts/release.mjs, on a package of a few lines, with an npm that writes down what it is asked for
// and publishes nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { addressOf, readNotes, withAbsoluteLinks } from '../../scripts/release.mjs';
import { root } from '../support/fixtures.mjs';

const changelog = `# Changelog

## [Unreleased]

## [1.2.0] - 2026-02-03

### Added

- It's new.

## [1.1.0] - 2026-01-02

- Older.
`;

describe('what a changelog says of a version', () => {
  const faultsOf = (text, version = '1.2.0') => readNotes(text, version).faults;

  test('nothing is wrong with a good one, whose notes are found', () => {
    const notes = "### Added\n\n- It's new.";
    assert.deepEqual(readNotes(changelog, '1.2.0'), { notes, faults: [] });
    assert.equal(readNotes(changelog, '1.1.0').notes, '- Older.');
  });

  for (const [what, text, fault, version] of [
    ['no section', changelog, /"## \[1\.3\.0\] - YYYY-MM-DD".*package\.json/, '1.3.0'],
    ['another version that begins so', changelog, /"## \[1\.2\] -/, '1.2'],
    ['no date', changelog.replace(' - 2026-02-03', ''), /YYYY-MM-DD/],
    ['half a date', changelog.replace('02-03', '02'), /YYYY-MM-DD/],
    ['nothing to say', changelog.replace(/### Added\n\n- .*\n/, ''), /what is new in 1\.2\.0/],
    ['more to come', changelog.replace('d]\n', 'd]\n\n- Soon.\n'), /nothing under .*Unreleased/],
  ]) {
    test(`${what} is wrong`, () => {
      const faults = faultsOf(text, version);
      assert.equal(faults.length, 1);
      assert.match(faults[0], fault);
    });
  }
});

const repository = { type: 'git', url: 'git+https://example.org/somebody/small.git' };
const address = 'https://example.org/somebody/small';

test('the address of a repository is its https address', () => {
  const forms = [
    repository,
    repository.url,
    'https://example.org/somebody/small.git',
    'https://example.org/somebody/small',
    { ...repository, url: `${address}/` },
  ];
  for (const form of forms) assert.equal(addressOf({ repository: form }), address);
  const others = ['git@example.org:somebody/small.git', 'somebody/small', '', 'https://', null, {}];
  for (const form of [undefined, ...others]) {
    assert.equal(addressOf({ repository: form }), undefined);
  }
});

test('relative links in a README become absolute, and images become raw', () => {
  const absolute = (text) => withAbsoluteLinks(text, address, 'v1.2.0');
  for (const [text, expected] of [
    ['[a](docs/a.md)', `[a](${address}/blob/v1.2.0/docs/a.md)`],
    ['[a](./docs/a.md#part)', `[a](${address}/blob/v1.2.0/docs/a.md#part)`],
    [
      '[`a`](LICENSE), [b](b)',
      `[\`a\`](${address}/blob/v1.2.0/LICENSE), [b](${address}/blob/v1.2.0/b)`,
    ],
    ['![two\nlines](a.png)', `![two\nlines](${address}/raw/v1.2.0/a.png)`],
    [
      '[![a](a.svg)](a.md "Title")',
      `[![a](${address}/raw/v1.2.0/a.svg)](${address}/blob/v1.2.0/a.md "Title")`,
    ],
    [
      '<a href="a.md"><img alt="" src="a.png"></a>',
      `<a href="${address}/blob/v1.2.0/a.md"><img alt="" src="${address}/raw/v1.2.0/a.png"></a>`,
    ],
  ]) {
    assert.equal(absolute(text), expected);
  }
  for (const same of [
    '[a](https://example.com/a.md) [b](#b) <a href="mailto:a@example.com">',
    '![a](data:image/png;base64,AAAA)',
    '```html\n<img src="a.png">\n```\n',
    '```js\nlist[0](a)\n```\nand\n\n```md\n[a](a.md)\n```',
  ]) {
    assert.equal(absolute(same), same);
  }
});

test("the README's relative links and images all become absolute", () => {
  const readme = fs.readFileSync(join(root, 'README.md'), 'utf8');
  const absolute = withAbsoluteLinks(readme, address, 'v1.2.0').replace(/^```[\s\S]*?^```$/gm, '');
  const targets = Array.from(absolute.matchAll(/\]\(([^)\s]+)/g), ([, target]) => target);
  assert.ok(targets.length > 10);
  assert.deepEqual(
    targets.filter((target) => !/^(https:\/\/|#)/.test(target)),
    [],
  );
  const paths = targets.flatMap((target) => target.split(`${address}/blob/v1.2.0/`).slice(1));
  assert.ok(paths.includes('docs/interface.md'), 'a link to docs/interface.md');
  for (const path of paths) assert.ok(fs.existsSync(join(root, path.split('#')[0])), path);
});

describe('a release', () => {
  let folder;
  let work;
  let asked;
  before(() => {
    folder = fs.mkdtempSync(join(tmpdir(), 'crop64-release-'));
    asked = join(folder, 'asked');
    const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    fs.mkdirSync(join(folder, 'bin'));
    fs.writeFileSync(
      join(folder, 'bin/npm'),
      `#!/bin/sh\necho "$*" >> '${asked}'\n[ "$1" != pack ] || exec '${npm}' "$@"\n`,
      { mode: 0o755 },
    );
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const manifest = { name: 'small', version: '1.2.0', files: ['dist'] };
  const git = (...args) => execFileSync('git', args, { cwd: work, encoding: 'utf8' });
  const put = (name, text) => fs.writeFileSync(join(work, name), text);

  beforeEach(() => {
    fs.writeFileSync(asked, '');
    work = fs.mkdtempSync(join(folder, 'work-'));
    put('package.json', JSON.stringify({ ...manifest, repository }));
    put('README.md', '# small\n\n[More](docs/more.md). ![A picture](docs/a.png)\n');
    put('CHANGELOG.md', changelog);
    put('.gitignore', '/build/\n/dist/\n');
    git('init', '--quiet');
    git('config', 'user.name', 'Somebody');
    git('config', 'user.email', 'somebody@example.org');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'All');
  });

  // In a process of its own, which has the other npm.
  function release(options = '') {
    const code = `
import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from '${join(root, 'scripts/release.mjs')}';
import { tellFailure } from '${join(root, 'scripts/setup/run.mjs')}';
const make = async () => {
  mkdirSync('dist');
  writeFileSync('dist/index.js', 'export {};'.repeat(200));
};
await release({ folder: process.cwd(), make, ${options} }).catch((error) => {
  tellFailure(error, 20);
  process.exitCode = 1;
});`;
    const program = join(folder, 'release.mjs');
    fs.writeFileSync(program, code);
    const PATH = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      cwd: work,
      env: { ...process.env, PATH },
      encoding: 'utf8',
    });
    const requests = fs.readFileSync(asked, 'utf8').trim().split('\n').filter(Boolean);
    return { status, stdout, stderr, requests: requests.map((line) => line.split(' ')[0]) };
  }

  test('only prints what it would do by default', () => {
    const { status, stdout, stderr, requests } = release();
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(requests, ['pack', 'pack']);
    assert.match(stdout, /^ +2\.0 kB {2}dist\/index\.js$/m);
    assert.match(stdout, /^ +\d\.\d kB {2}in 3 files, \d\.\d kB packed$/m);
    assert.match(stdout, /^small-1\.2\.0\.tgz\nsha512-\S+$/m);
    assert.match(stdout, /^This would release small 1\.2\.0:$/m);
    assert.match(stdout, /^npm publish .*small-1\.2\.0\.tgz --access public$/m);
    assert.match(
      stdout,
      /^git tag --annotate --cleanup whitespace v1\.2\.0 --message 'small 1\.2\.0$/m,
    );
    assert.match(stdout, /^- It'\\''s new\.'$/m);
    assert.equal(git('tag'), '');
  });

  test('makes links of the packed README absolute and keeps the file', () => {
    release();
    const args = ['-xzOf', 'build/release/small-1.2.0.tgz', 'package/README.md'];
    const packed = execFileSync('tar', args, { cwd: work, encoding: 'utf8' });
    const [more, picture] = [
      `${address}/blob/v1.2.0/docs/more.md`,
      `${address}/raw/v1.2.0/docs/a.png`,
    ];
    assert.equal(packed, `# small\n\n[More](${more}). ![A picture](${picture})\n`);
    assert.equal(git('status', '--porcelain'), '');
  });

  test('publishes and tags with --publish', () => {
    const { status, stderr, requests } = release('publish: true');
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(requests, ['pack', 'pack', 'publish']);
    assert.equal(git('tag'), 'v1.2.0\n');
    assert.match(git('cat-file', 'tag', 'v1.2.0'), /small 1\.2\.0\n\n### Added\n\n- It's new\.\n$/);
  });

  for (const [what, spoil, message] of [
    [
      'a missing repository',
      () => {
        put('package.json', JSON.stringify(manifest));
        git('commit', '--quiet', '--all', '--message', 'No repository');
      },
      /repository in package\.json\. Add "repository": \{/,
    ],
    ['what is not committed', () => put('more.txt', ''), /to be committed.*\n\?\? more\.txt/],
    ['a tag that is there', () => git('tag', 'v1.2.0'), /no tag v1\.2\.0/],
    [
      'a changelog of another version',
      () => {
        put('CHANGELOG.md', changelog.replace('1.2.0', '1.2.1'));
        git('commit', '--quiet', '--all', '--message', 'Changelog');
      },
      /"## \[1\.2\.0\] - YYYY-MM-DD"/,
    ],
  ]) {
    test(`${what} keeps it from being published, and is told without that, too`, () => {
      spoil();
      const tags = git('tag');
      const refused = release('publish: true');
      assert.deepEqual([refused.status, refused.requests], [1, []]);
      assert.match(refused.stderr, message);
      const told = release();
      assert.deepEqual([told.status, told.requests], [1, ['pack', 'pack']]);
      assert.match(told.stderr, message);
      assert.match(told.stdout, /^This would release small 1\.2\.0:$/m);
      assert.equal(git('tag'), tags);
    });
  }

  test('failing tests prevent publishing', () => {
    const { status, stderr, requests } = release(
      "publish: true, check: async () => ['A failure.']",
    );
    assert.deepEqual([status, requests], [1, ['pack', 'pack']]);
    assert.match(stderr, /The release has faults:\nA failure\./);
  });

  for (const [args, message] of [
    [['--publish', '--dry-run'], /^Expected --dry-run or --publish but received both\.$/m],
    [['--publsh'], /Expected --dry-run, --publish or --test\.$/m],
  ]) {
    test(`${args.join(' ')} is told in a line`, () => {
      const script = join(root, 'scripts/release.mjs');
      const { status, stderr } = spawnSync(process.execPath, [script, ...args], {
        encoding: 'utf8',
      });
      assert.equal(status, 1);
      assert.match(stderr, message);
    });
  }
});
