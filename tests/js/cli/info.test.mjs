// crop64 info: what is known about images, without writing any.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { describe, test } from 'node:test';
import { probe } from '../../../dist/index.js';
import {
  at,
  crop64,
  fails,
  folderForEachTest,
  images,
  names,
  put,
  succeeds,
  untouched,
} from '../../support/cli.mjs';
import { fixture } from '../../support/fixtures.mjs';

folderForEachTest();

const linesOf = (out) => out.toString().trimEnd().split('\n');

describe('crop64 info', () => {
  test('prints a line for each image: format, size and more', async () => {
    const lines = linesOf(await succeeds(['info', ...names]));
    assert.equal(lines.length, names.length);
    for (const [i, name] of names.entries()) {
      const info = await probe(images[name]);
      const tool = execFileSync('identify', ['-format', '%m, %w x %h pixels, %z bits', at(name)]);
      const start = `${name}: ${tool}`.replace('BMP3', 'BMP');
      assert.ok(lines[i].startsWith(start), `${lines[i]}: ${start}`);
      assert.ok(lines[i].endsWith(`, ${images[name].length} bytes`), lines[i]);
      assert.equal(lines[i].includes(', Exif,'), info.hasExif);
    }
    untouched();
  });
  test('--json prints what probe() gives', async () => {
    const lines = linesOf(await succeeds(['info', ...names, '--json']));
    for (const [i, name] of names.entries()) {
      const expected = { input: name, ok: true, ...(await probe(images[name])) };
      assert.deepEqual(JSON.parse(lines[i]), expected);
    }
  });
  test('reads no more than a long file’s header', async () => {
    const image = await fixture('camera-420.jpg');
    assert.ok(image.length > 1 << 20);
    put('camera.jpg', image);
    const line = linesOf(await succeeds(['info', 'camera.jpg', '--json']));
    assert.deepEqual(JSON.parse(line), { input: 'camera.jpg', ok: true, ...(await probe(image)) });
    // What follows the header may be anything.
    put('camera.jpg', Buffer.concat([image.subarray(0, 100_000), Buffer.alloc(1 << 20)]));
    const { width, height, byteLength } = JSON.parse(
      await succeeds(['info', 'camera.jpg', '--json']),
    );
    assert.deepEqual([width, height, byteLength], [3648, 2432, 100_000 + (1 << 20)]);
  });
  test('reads on if the header is longer than the first read', async () => {
    const jpeg = images['small.jpg'];
    const segment = Buffer.concat([Buffer.from([0xff, 0xe9, 0xff, 0xff]), Buffer.alloc(0xfffd)]);
    const long = Buffer.concat([jpeg.subarray(0, 2), ...Array(12).fill(segment), jpeg.subarray(2)]);
    put('long.jpg', long);
    const info = JSON.parse(await succeeds(['info', 'long.jpg', '--json']));
    assert.deepEqual(info, { input: 'long.jpg', ok: true, ...(await probe(long)) });
  });
  test('reads folders, patterns and standard input', async () => {
    for (const name of ['a.jpg', 'deep/b.png']) put(`album/${name}`, images['small.png']);
    const inputs = (out) => linesOf(out).map((line) => line.split(': ')[0]);
    const { out, err } = await crop64(['info', 'album']);
    assert.deepEqual(inputs(out), ['album/a.jpg']);
    assert.match(err, /1 folder skipped \(use --recursive\): album\/deep/);
    const all = ['album/a.jpg', 'album/deep/b.png'];
    assert.deepEqual(inputs(await succeeds(['info', 'album', '-r'])), all);
    assert.deepEqual(inputs(await succeeds(['info', 'album/**/*.png'])), ['album/deep/b.png']);
    const input = images['small.png'];
    assert.match((await succeeds(['info', '-'], { input })).toString(), /^-: PNG, 131 x 97 pixels/);
  });
  test('reports a bad file, prints the others, and exits 1', async () => {
    put('bad.jpg', 'no image');
    const { code, out, err } = await crop64(['info', 'bad.jpg', 'nowhere.jpg', 'small.jpg']);
    assert.equal(code, 1);
    assert.equal(linesOf(out).length, 1);
    assert.match(
      err,
      /^crop64: bad\.jpg: UNSUPPORTED_FORMAT: .*\ncrop64: nowhere\.jpg: SOURCE_UNREADABLE: No such file\.\n1 of 3 done, 2 failed\n$/,
    );
    const lines = linesOf((await crop64(['info', 'bad.jpg', 'small.jpg', '--json'])).out);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).ok),
      [false, true],
    );
  });
  test('names profile, density, orientation, palette and frames', async () => {
    for (const [name, expected] of [
      ['photo-palette.png', /PNG, 1203 x 801 pixels, 8 bits, palette/],
      ['small-progressive.jpg', /RGB 4:2:0, progressive/],
    ]) {
      put(name, await fixture(name));
      assert.match((await succeeds(['info', name])).toString(), expected);
    }
    const made = [
      ['icc.jpg', '-profile', '/usr/share/color/icc/ghostscript/srgb.icc', 'sRGB profile'],
      ['density.png', '-density', '300', /300 ppi|299\.9\d? ppi/],
    ];
    for (const [name, option, value, expected] of made) {
      if (option === '-profile' && !fs.existsSync(value)) continue;
      execFileSync('convert', [
        at('small.jpg'),
        option,
        value,
        '-units',
        'PixelsPerInch',
        at(name),
      ]);
      assert.match((await succeeds(['info', name])).toString(), new RegExp(expected));
    }
  });
  test('exits 2 for an option about results', async () => {
    await fails(
      2,
      ['info', 'small.jpg', '--resize', '5'],
      /--resize has no effect with crop64 info/,
    );
    await fails(2, ['info', 'small.jpg', '-o', 'x.jpg'], /--output has no effect with crop64 info/);
    await fails(2, ['info'], /^crop64: No input/);
    put('info', images['small.jpg']);
    assert.equal(JSON.parse(await succeeds(['./info', '--json'])).width, 131);
  });
});
