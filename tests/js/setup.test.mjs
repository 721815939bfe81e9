// What scripts/setup.mjs does before anything is built.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { confirm, installCommand } from '../../scripts/setup/apt.mjs';
import { groupNames } from '../../scripts/setup/needs.mjs';
import { Failure } from '../../scripts/setup/run.mjs';
import { applyPatches, fetchFrom, readLibraries } from '../../scripts/setup/sources.mjs';
import { needs } from '../../scripts/test.mjs';

const root = new URL('../..', import.meta.url).pathname;
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'crop64-setup-'));
});
after(() => rmSync(folder, { recursive: true }));

const isFailure = (pattern) => (error) => error instanceof Failure && pattern.test(error.message);

describe('needs of the stages', () => {
  test('each stage names groups that exist', () => {
    const listed = execFileSync(process.execPath, ['scripts/test.mjs', '--list'], { cwd: root });
    assert.deepEqual(
      Object.keys(needs).toSorted(),
      listed.toString().trim().split('\n').toSorted(),
    );
    for (const [stage, groups] of Object.entries(needs)) {
      for (const group of groups) assert.ok(groupNames.includes(group), `${stage}: ${group}`);
    }
  });

  test('biome and types need npm packages only', () => {
    assert.deepEqual([needs.biome, needs.types], [[], []]);
  });
});

describe('installing packages', () => {
  const options = { root: false, ci: false };

  test('the command of root has no sudo', () => {
    const [program, flag, script] = installCommand(['cmake', 'git'], { ...options, root: true });
    assert.deepEqual([program, flag], ['sh', '-c']);
    assert.match(script, /install --yes --no-install-recommends cmake git$/);
  });

  test('the command of another user is one call of sudo', () => {
    assert.deepEqual(installCommand(['git'], options).slice(0, 3), ['sudo', 'sh', '-c']);
    assert.deepEqual(installCommand(['git'], { ...options, ci: true }).slice(0, 2), ['sudo', '-n']);
  });

  test('an interrupted installation is finished first', () => {
    const script = installCommand(['git'], { ...options, configure: true }).at(-1);
    assert.ok(script.startsWith('dpkg --configure -a;'));
  });

  test('the question shows the command, and no other answer than yes runs it', async () => {
    const questions = [];
    const answer = (yes) => (question) => {
      questions.push(question);
      return Promise.resolve(yes);
    };
    const command = installCommand(['git'], options);
    await confirm(command, { ...options, ask: answer(true) });
    const refused = confirm(command, { ...options, ask: answer(false) });
    await assert.rejects(refused, isFailure(/sudo sh -c '.* install .* git'/));
    assert.equal(questions.length, 2);
    assert.match(questions[0], /sudo sh -c '.* install .* git'/);
  });

  test('root and CI are not asked', async () => {
    const ask = () => assert.fail('asked');
    await confirm([], { root: true, ci: false, ask });
    await confirm([], { root: false, ci: true, ask });
  });
});

describe('fetching an archive', () => {
  const data = Buffer.from('an archive');
  const hash = createHash('sha256').update(data).digest('hex');
  const good = { base: 'http://good/', get: () => Promise.resolve(data) };
  const bad = { base: 'http://bad/', get: () => Promise.resolve(Buffer.from('another one')) };
  const missing = { base: 'http://missing/', get: () => Promise.reject(new Error('not found')) };

  test('the first server with the right content serves', async () => {
    const file = join(folder, 'archive');
    await fetchFrom([missing, bad, good], 'a+b.tar.gz', file, hash);
    assert.deepEqual(readFileSync(file), data);
  });

  test('a plus sign in the name is escaped in the URL', async () => {
    const urls = [];
    const get = (url) => {
      urls.push(url);
      return Promise.resolve(data);
    };
    await fetchFrom([{ base: 'http://x/', get }], 'a+b.tar.gz', join(folder, 'plus'), hash);
    assert.deepEqual(urls, ['http://x/a%2Bb.tar.gz']);
  });

  test('without a server that has it, the message names each server and its reason', async () => {
    const failing = fetchFrom([missing, bad], 'a.tar.gz', join(folder, 'none'), hash);
    await assert.rejects(
      failing,
      isFailure(/http:\/\/missing\/a.tar.gz: not found\n.*http:\/\/bad\/a.tar.gz: its SHA-256 is/),
    );
    assert.ok(!readdirSync(folder).includes('none'));
  });
});

describe('patches', () => {
  const patch = (text) => {
    const file = join(folder, '0001-test.patch');
    writeFileSync(file, `A reason\n\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n${text}`);
    return file;
  };
  const tree = (text) => {
    const made = mkdtempSync(join(folder, 'tree-'));
    writeFileSync(join(made, 'f'), text);
    return made;
  };

  test('a patch changes the tree, inside another repository too', async () => {
    const outer = mkdtempSync(join(folder, 'repository-'));
    execFileSync('git', ['init', '--quiet', outer]);
    const inner = join(outer, 'tree');
    mkdirSync(inner);
    for (const made of [tree('old\n'), inner]) {
      writeFileSync(join(made, 'f'), 'old\n');
      await applyPatches([patch('-old\n+new\n')], made);
      assert.equal(readFileSync(join(made, 'f'), 'utf8'), 'new\n');
    }
  });

  test('a patch that does not apply is named', async () => {
    const failing = applyPatches([patch('-old\n+new\n')], tree('other\n'));
    await assert.rejects(failing, isFailure(/0001-test\.patch does not apply/));
  });

  test('each patch in third_party begins with its reason', () => {
    const patches = readLibraries().flatMap((library) => library.patches);
    assert.ok(patches.length > 0);
    for (const file of patches) {
      const head = readFileSync(file, 'utf8').split(/^diff --git /m)[0];
      assert.match(head, /^[A-Z].+\n\n\S.{60}/, file);
    }
  });
});

test('THIRD-PARTY-NOTICES has the copyright lines of the libraries that are compiled in', () => {
  const read = (path) => readFileSync(join(root, path), 'utf8').replace(/\s+/g, ' ');
  const notices = read('THIRD-PARTY-NOTICES');
  const copyrights = {
    'libjpeg-turbo/LICENSE.md': /Copyright \(C\)\d{4}[-\d]* [A-Z].+?\./g,
    'libjpeg-turbo/README.ijg': /This software is copyright \(C\) \d.+?\./g,
    // The first of its licences, of the present version.
    'libpng/LICENSE': /(?<!License version 1 .*)Copyright \(c\) \d{4}.+?\./g,
    'zlib/LICENSE': /\(C\) \d{4}-\d{4} [A-Z].+?Adler/g,
  };
  for (const [file, pattern] of Object.entries(copyrights)) {
    const lines = read(`build/sources/${file}`).match(pattern) ?? [];
    assert.ok(lines.length > 0, file);
    for (const line of lines) assert.ok(notices.includes(line), `${file}: ${line}`);
  }
});
