// The command line as a program: many files, progress, signals, help.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { IMAGE_FLAGS, OWN_FLAGS } from '../../../build/js/cli/options.js';
import { probe, toBytes } from '../../../dist/index.js';
import { sameBytes } from '../../support/checks.mjs';
import {
  at,
  crop64,
  filesBelow,
  folderForEachTest,
  get,
  images,
  onTerminal,
  program,
  put,
  succeeds,
} from '../../support/cli.mjs';
import { fixture, root } from '../../support/fixtures.mjs';

const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));

folderForEachTest();

describe('CLI with many inputs', () => {
  test('500 files with 3 bad ones give 497 outputs', async () => {
    fs.mkdirSync(at('many'));
    const bad = ['100', '250', '499'];
    const all = Array.from({ length: 500 }, (_, i) => String(i).padStart(3, '0'));
    const expected = await toBytes(images['small.jpg'], { resize: { width: 20 } });
    for (const name of all) {
      const isBad = bad.includes(name);
      put(`many/${name}.jpg`, isBad ? images['small.jpg'].subarray(0, 700) : images['small.jpg']);
    }
    const { code, out, err } = await crop64([
      'many',
      '--resize',
      '20x',
      '-o',
      'out',
      '--jobs',
      '2',
    ]);
    assert.equal(code, 1);
    assert.equal(out.length, 0);
    const lines = err.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => /^crop64: many\/(\d+)\.jpg: [A-Z_]+: /.exec(line)?.[1]),
      [...bad, undefined],
    );
    assert.equal(lines[3], '497 of 500 done, 3 failed');
    const outputs = fs.readdirSync(at('out')).sort();
    const good = all.filter((name) => !bad.includes(name));
    assert.deepEqual(
      outputs,
      good.map((name) => `${name}.jpg`),
    );
    for (const name of outputs) sameBytes(get(`out/${name}`), expected, name);
  });
  test('--quiet prints errors only', async () => {
    const { err } = await crop64(['small.jpg', 'nowhere.jpg', '--quiet', '-o', 'out']);
    assert.match(err, /^crop64: nowhere\.jpg: .*\n$/);
  });
  test('a terminal shows a progress bar with rate and time left below errors', async () => {
    const args = ['small.jpg', 'nowhere.jpg', 'small.png', '-o', 'out'];
    const { code, text } = await onTerminal(args);
    assert.equal(code, 1);
    assert.match(text, /[\u2588\u2591]{30} \d of 3, (-|\d+\.\d) a second, \S+ left/);
    assert.match(text, /crop64: nowhere\.jpg: SOURCE_UNREADABLE: /);
    assert.match(text, /2 of 3 done, 1 failed\r\n$/);
    assert.doesNotMatch((await onTerminal([...args, '--quiet'])).text, / of 3/);
    assert.doesNotMatch((await onTerminal(['small.jpg', '-o', 'one.jpg'])).text, / of 1/);
  });
  test('a terminal is refused as input and as output of an image', async () => {
    assert.match(
      (await onTerminal(['-', '--json'])).text,
      /No input: pipe an image to standard input/,
    );
    const { code, text } = await onTerminal(['small.jpg']);
    assert.equal(code, 2);
    assert.match(text, /not written to a terminal\. Use --output FILE/);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it and leaves only complete files`, async () => {
      const camera = await fixture('camera-420.jpg');
      fs.mkdirSync(at('many'));
      for (let i = 0; i < 12; i += 1) put(`many/${i}.jpg`, camera);
      fs.mkdirSync(at('out'));
      const watch = (child) => {
        const watcher = fs.watch(at('out'), () => child.kill(signal));
        child.on('exit', () => watcher.close());
      };
      const { code, err } = await crop64(['many', '--rotate', '180', '-o', 'out'], { watch });
      assert.deepEqual([code, err], [signal === 'SIGINT' ? 130 : 143, '']);
      const outputs = fs.readdirSync(at('out'));
      assert.ok(outputs.length > 0 && outputs.length < 12, outputs.join());
      const expected = await toBytes(camera, { rotate: 180 });
      for (const name of outputs) {
        assert.match(name, /^\d+\.jpg$/);
        sameBytes(get(`out/${name}`), expected, name);
      }
    });
  }
});

describe('CLI help', () => {
  test('--version, -v and -V print the version', async () => {
    for (const flag of ['--version', '-v', '-V']) {
      assert.equal((await succeeds([flag])).toString(), `${version}\n`);
    }
  });
  test('--help names each option, fits a terminal, and its examples work', async () => {
    const text = (await succeeds(['-h'])).toString();
    assert.equal((await succeeds(['--help', 'whatever', '--quality', '80'])).toString(), text);
    const source = fs.readFileSync(program, 'utf8');
    assert.ok(source.startsWith('#!/usr/bin/env node\n'));
    const named = text.match(/(?<=^ {2}(?:-\w, )?)--[-a-z0-9]+/gm);
    const all = Object.keys({ ...IMAGE_FLAGS, ...OWN_FLAGS }).map((name) => `--${name}`);
    assert.deepEqual([...named].sort(), all.sort());
    const long = text.split('\n').filter((line) => line.length > 80);
    assert.deepEqual(long, []);
    const examples = [...text.matchAll(/^ {2}crop64 (.*)$/gm)].map(([, line]) => line);
    assert.equal(examples.length, 5);
    const photo = await fixture('photo-420.jpg');
    for (const name of ['photo.jpg', 'photos/a.jpg']) put(name, photo);
    put('photos/b.png', images['small.png']);
    for (const example of examples) {
      await succeeds(example.replaceAll("'", '').split(' '));
    }
    assert.deepEqual(filesBelow('small'), ['a.jpg', 'b.jpg']);
    assert.ok(get('web.jpg').length <= 500_000);
    const [, line] = text.match(/^ {2}curl .* \| crop64 (.*) > icon\.jpg$/m);
    const icon = await succeeds(line.split(' '), { input: photo });
    assert.equal((await probe(icon)).width, 200);
  });
});

describe('THIRD-PARTY-NOTICES', () => {
  test('names each library within the command line', () => {
    const within = fs.readFileSync(program, 'utf8').matchAll(/^\/\/ node_modules\/([^/]+)\//gm);
    const notices = fs.readFileSync(join(root, 'THIRD-PARTY-NOTICES'), 'utf8');
    const [, section] = notices.split('Packages in dist/cli.js\n');
    const named = section.split('\nPackages in ')[0].matchAll(/^([a-z-]+): /gm);
    const list = (matches) => [...new Set(Array.from(matches, ([, name]) => name))].sort();
    assert.deepEqual(list(named), list(within));
  });
});
