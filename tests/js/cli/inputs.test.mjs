// The command line: which files are read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { toBase64, toBytes, toDataURL } from '../../../dist/index.js';
import { sameBytes } from '../../support/checks.mjs';
import {
  at,
  crop64,
  fails,
  filesBelow,
  folderForEachTest,
  get,
  images,
  put,
  succeeds,
} from '../../support/cli.mjs';
import { fixture } from '../../support/fixtures.mjs';

folderForEachTest();

describe('CLI inputs', () => {
  const inputsOf = async (...args) => {
    const { out } = await crop64([...args, '--json']);
    return out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).input);
  };
  const readable = [
    'a.PNG',
    'b.jpg',
    'c.bmp',
    'd.jpe',
    'e.jfif',
    'f.JIF',
    'g.mpo',
    'h.apng',
    'i.dib',
  ];

  test('a folder is read by the extensions of its files, without hidden ones', async () => {
    for (const name of readable) put(`album/${name}`, images['small.png']);
    for (const name of ['deep/d.jpg', 'notes.txt', '.hidden.jpg', '._b.jpg', '.thumbnails/x.jpg'])
      put(`album/${name}`, images['small.png']);
    const expected = readable.map((name) => join('album', name));
    assert.deepEqual(await inputsOf('album'), expected);
    assert.deepEqual(await inputsOf('album', 'album/b.jpg'), expected);
    assert.deepEqual(await inputsOf('album/.hidden.jpg'), ['album/.hidden.jpg']);
  });
  test('--recursive reads subfolders and keeps them in the output', async () => {
    const all = ['a.jpg', 'deep/a.jpg', 'deep/er/b.jpg', 'deep/er/c.png'];
    for (const name of all) put(`album/${name}`, images['small.png']);
    put('album/.git/a.jpg', images['small.png']);
    const expected = [
      'album/a.jpg',
      'album/deep/a.jpg',
      'album/deep/er/b.jpg',
      'album/deep/er/c.png',
    ];
    assert.deepEqual(await inputsOf('album', '--recursive'), expected);
    await succeeds(['album', '-r', '--rotate', '90', '--format', 'png', '-o', 'out']);
    assert.deepEqual(
      filesBelow('out'),
      all.map((name) => name.replace('.jpg', '.png')),
    );
    const expectedBytes = await toBytes(images['small.png'], { rotate: 90 });
    sameBytes(get('out/deep/er/b.png'), expectedBytes);
  });
  test('--recursive does not follow links to folders, and does not search the output', async () => {
    put('album/deep/a.jpg', images['small.jpg']);
    fs.symlinkSync('..', at('album/deep/up'));
    const args = ['album', '-r', '--rotate', '90', '-o', 'album/out'];
    const link = '1 folder skipped (a link): album/deep/up\n';
    for (const more of [[], ['--force']]) {
      const { code, err } = await crop64([...args, ...more]);
      assert.deepEqual([code, err], [0, `1 of 1 done\n${link}`]);
      assert.deepEqual(filesBelow('album/out'), ['deep/a.jpg']);
    }
  });
  test('skipped files of a folder are named on standard error, by reason', async () => {
    for (const name of ['a.jpg', 'deep/b.jpg', 'deeper/c.jpg'])
      put(`album/${name}`, images['small.jpg']);
    const others = [
      '1.HEIC',
      '2.heic',
      '3.webp',
      '4.gif',
      'notes.txt',
      'noending',
      '.DS_Store',
      '._a.jpg',
    ];
    for (const name of others) put(`album/${name}`, 'x');
    for (let i = 0; i < 7; i += 1) put(`album/movie${i}.mp4`, 'x');
    const lines = [
      '1 of 1 done',
      '2 skipped (HEIC is not supported): album/1.HEIC, album/2.heic',
      '1 skipped (WebP is not supported): album/3.webp',
      '1 skipped (GIF is not supported): album/4.gif',
      '9 skipped (not an image): album/movie0.mp4, album/movie1.mp4, album/movie2.mp4, ' +
        'album/movie3.mp4, album/movie4.mp4 and 4 more',
      '2 folders skipped (use --recursive): album/deep, album/deeper',
    ];
    const { code, err, out } = await crop64(['album', '--json', '-o', 'out']);
    assert.deepEqual([code, err], [0, `${lines.join('\n')}\n`]);
    assert.equal(out.toString().trim().split('\n').length, 1);
    assert.equal((await crop64(['album', '-o', 'quiet', '--quiet'])).err, '');
  });
  test('a folder that has only subfolders exits 2 and suggests --recursive', async () => {
    put('album/deep/a.jpg', images['small.jpg']);
    put('album/b.heic', 'x');
    const { code, err } = await crop64(['album', '-o', 'out']);
    assert.equal(code, 2);
    const lines = err.split('\n');
    assert.equal(lines[0], 'crop64: No images found in album.');
    assert.ok(lines.includes('1 folder skipped (use --recursive): album/deep'), err);
    assert.ok(lines.includes('1 skipped (HEIC is not supported): album/b.heic'), err);
    assert.equal(fs.existsSync(at('out')), false);
  });
  test('a folder that cannot be read exits 2', { skip: process.getuid?.() === 0 }, async () => {
    fs.mkdirSync(at('closed'), { mode: 0o000 });
    await fails(2, ['closed', '--json'], /read the folder closed but could not: permission denied/);
  });
  test('a pattern that the shell did not expand is expanded', async () => {
    fs.mkdirSync(at('album/deep'), { recursive: true });
    put('album/a.png', images['small.png']);
    put('album/deep/b.png', images['small.png']);
    assert.deepEqual(await inputsOf('album/**/*.png'), ['album/a.png', 'album/deep/b.png']);
    assert.deepEqual(await inputsOf('album/{a,c}.png'), ['album/a.png']);
  });
  test('a pattern that matches one file is written to a folder', async () => {
    await succeeds(['small.j*', '--output', 'out']);
    assert.deepEqual(fs.readdirSync(at('out')), ['small.jpg']);
  });
  test('a file whose name looks like a pattern or a URL is read', async () => {
    for (const name of ['[1].png', 'a b#c%20?.png']) {
      put(name, images['small.png']);
      sameBytes(await succeeds([name]), images['small.png']);
    }
  });
  test('CLI exits 2 without inputs', async () => {
    fs.mkdirSync(at('empty'));
    await fails(2, [], /No input: name an image, a folder or - .*\nSee crop64 --help\./);
    await fails(2, ['empty', '--json'], /No images found in empty/);
    await fails(2, ['*.tiff', '--json'], /No images found in \*\.tiff/);
  });
  test('an input that does not exist fails, and the others are written', async () => {
    const { code, err } = await crop64(['nowhere.jpg', 'small.jpg', '-o', 'out']);
    assert.equal(code, 1);
    const lines = [
      'crop64: nowhere.jpg: SOURCE_UNREADABLE: No such file.',
      '1 of 2 done, 1 failed',
      '',
    ];
    assert.equal(err, lines.join('\n'));
    assert.deepEqual(filesBelow('out'), ['small.jpg']);
  });
  test('a pipe, socket, device or broken link is refused without reading it', async () => {
    fs.mkdirSync(at('album'));
    execFileSync('mkfifo', [at('album/pipe.png')]);
    fs.symlinkSync('/dev/zero', at('album/zero.jpg'));
    fs.symlinkSync('nowhere', at('album/broken.jpg'));
    fs.symlinkSync('album', at('folder.jpg'));
    const server = createServer().listen(at('album/socket.bmp'));
    try {
      await once(server, 'listening');
      put('album/good.jpg', images['small.jpg']);
      const { code, err } = await crop64(['album', '--rotate', '90', '-o', 'out']);
      assert.equal(code, 1);
      assert.deepEqual(err.trim().split('\n'), [
        'crop64: album/broken.jpg: SOURCE_UNREADABLE: No such file.',
        'crop64: album/pipe.png: SOURCE_UNREADABLE: A pipe, not a file; use - for standard input.',
        'crop64: album/socket.bmp: SOURCE_UNREADABLE: A socket, not a file.',
        'crop64: album/zero.jpg: SOURCE_UNREADABLE: A device, not a file.',
        '1 of 5 done, 4 failed',
      ]);
      assert.deepEqual(filesBelow('out'), ['good.jpg']);
      const info = await crop64(['info', 'album']);
      assert.equal(info.code, 1);
      assert.match(info.err, /zero\.jpg: SOURCE_UNREADABLE: A device/);
      for (const name of ['album/pipe.png', 'album/zero.jpg', '/dev/zero']) {
        await fails(1, [name, '--rotate', '90'], /SOURCE_UNREADABLE/);
      }
    } finally {
      server.close();
    }
  });
});

describe('CLI inputs that are text', () => {
  const crop = { x: 1, y: 2, width: 30, height: 20 };
  const args = ['--crop', '1,2,30,20'];
  const wrapped = (text) => text.replace(/.{76}/g, '$&\n');

  for (const name of ['small.jpg', 'small.png', 'small.bmp']) {
    test(`${name} as a data URL or base64 is read from a file and from standard input`, async () => {
      const image = images[name];
      const [url, base64] = await Promise.all([toDataURL(image), toBase64(image)]);
      sameBytes(await succeeds([name, '--data-url']), Buffer.from(`${url}\n`));
      sameBytes(await succeeds([name, '--base64']), Buffer.from(`${base64}\n`));
      const expected = await toBytes(image, { crop });
      const texts = [
        url,
        `${url}\n`,
        `\ufeff \r\n${url}\r\n`,
        base64,
        `${base64}\n`,
        wrapped(base64),
      ];
      for (const text of texts) {
        put('image.txt', text);
        sameBytes(await succeeds(['image.txt', ...args]), expected);
        sameBytes(await succeeds(['-', ...args], { input: text }), expected);
      }
    });
  }
  test('several text files are processed in workers', async () => {
    put('a.txt', await toDataURL(images['small.jpg']));
    put('b.txt', await toBase64(images['small.png']));
    await succeeds(['a.txt', 'b.txt', '--resize', '50%', '-o', 'out']);
    assert.deepEqual(filesBelow('out'), ['a.jpg', 'b.png']);
    const { width, byteLength } = JSON.parse(await succeeds(['info', 'a.txt', '--json']));
    assert.deepEqual([width, byteLength], [131, images['small.jpg'].length]);
  });
  test('a text file larger than a header is probed', async () => {
    const image = await fixture('camera-420.jpg');
    put('large.txt', await toDataURL(image));
    const { width, byteLength } = JSON.parse(await succeeds(['info', 'large.txt', '--json']));
    assert.deepEqual([width, byteLength], [3648, image.length]);
  });
  test('CLI exits 1 for a text file that is damaged or has several images', async () => {
    const url = await toDataURL(images['small.jpg']);
    put('several.txt', `${url}\n${url}\n`);
    await fails(1, ['several.txt', ...args], /UNSUPPORTED_FORMAT: .*several data URLs/);
    put('broken.txt', `${url.slice(0, 500)}*${url.slice(500)}`);
    await fails(1, ['broken.txt', ...args], /INVALID_ARGUMENT: .*'\*' at offset/);
    put('notes.txt', 'Some words, no image.');
    await fails(1, ['notes.txt', ...args], /UNSUPPORTED_FORMAT/);
  });
});
