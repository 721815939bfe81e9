// Checks the pages of the documentation: links, paths, and that a test runs each code block
// (../support/pages.mjs).
import assert from 'node:assert/strict';
import { execFileSync, execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/fixtures.mjs';
import { blocksOf, describePage } from '../../support/pages.mjs';

const known = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
const listed = execFileSync('git', known, { cwd: root, encoding: 'utf8' }).trim().split('\n');
const pages = listed.filter((path) => existsSync(join(root, path)));

const tests = readdirSync(join(root, 'tests'), { recursive: true })
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => [name, readFileSync(join(root, 'tests', name), 'utf8')]);

test('every page with code has exactly one test that runs it', () => {
  for (const path of pages.filter((page) => blocksOf(page).length > 0)) {
    const its = tests.filter(([, code]) => code.includes(`describePage('${path}'`));
    assert.equal(its.length, 1, `a test for the code in ${path}`);
  }
});

// A heading's address is its text in small letters, with hyphens for spaces and without signs.
function anchors(path) {
  const headings = readFileSync(join(root, path), 'utf8').matchAll(/^#+ (.*)$/gm);
  const addressOf = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, '');
  return Array.from(headings, ([, text]) => addressOf(text).replaceAll(' ', '-'));
}

test('links between pages exist', () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, target] of text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)) {
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(join(root, file)), `${page} links to ${target}`);
      if (anchor !== undefined) {
        assert.ok(anchors(file).includes(anchor), `${page} links to ${target}`);
      }
    }
  }
});

// A path of this repository in a sentence.
const PATH =
  /`((?:bench|bindings|cmake|demo|docs|examples|scripts|src|support|tests|third_party|web)\/[\w./-]*)`/g;

test('paths named in pages exist', () => {
  for (const page of pages) {
    for (const [, path] of readFileSync(join(root, page), 'utf8').matchAll(PATH)) {
      assert.ok(existsSync(join(root, path)), `${page} names ${path}`);
    }
  }
});

describePage('CONTRIBUTING.md', (block) => {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = (title) => page.split(`\n## ${title}\n`)[1].split('\n## ')[0];

  test('its commands run one test and list every stage that it describes', () => {
    const [one, list] = block('sh', 'node --test').trim().split('\n');
    const { NODE_TEST_CONTEXT: _, ...env } = process.env; // not a part of this run
    const run = (line) => execSync(line, { cwd: root, env, encoding: 'utf8' });
    assert.match(run(one), /^# pass [1-9]/m);
    for (const stage of run(list).trim().split('\n')) {
      assert.ok(section('Building and testing').includes(`\`${stage}\``), stage);
    }
  });

  test('a new option touches exactly the files that it lists', () => {
    const option = /compression(Level|_level|-level)/;
    const table = section('A new option touches').split('\n\nTests:')[0];
    const named = Array.from(section('A new option touches').matchAll(PATH), ([, path]) => path);
    for (const path of named.filter((name) => !name.startsWith('docs/'))) {
      assert.match(readFileSync(join(root, path), 'utf8'), option, path);
    }
    const places = new Set(Array.from(table.matchAll(PATH), ([, path]) => path));
    assert.ok(table.includes(`At most ${places.size} files`), 'their number');
    const sources = execSync('git ls-files src web bindings demo', { cwd: root, encoding: 'utf8' });
    for (const path of sources.trim().split('\n')) {
      if (path === 'demo/image.ts') continue; // uses the option for its own preview
      const has =
        existsSync(join(root, path)) && option.test(readFileSync(join(root, path), 'utf8'));
      assert.ok(!has || table.includes(`\`${path}\``), path);
    }
  });
});

// The commands take minutes, so only their names and options are checked.
describePage('docs/performance.md', (block) => {
  test('its commands exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const bench = readFileSync(join(root, 'bench/bench.mjs'), 'utf8');
    for (const line of block('sh', 'npm run bench').trim().split('\n')) {
      const [, name, args = ''] = /^npm run (\S+)(?: -- ([^#]*))?/.exec(line);
      assert.ok(name in scripts, line);
      for (const [, option] of args.matchAll(/--(\w+)/g)) {
        assert.ok(bench.includes(`[--${option}`), line);
      }
    }
  });
});
