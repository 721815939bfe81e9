// The command line: CLI outputs, and that CLI loses no file.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { encode, toBase64, toBytes, toDataURL } from '../../../dist/index.js';
import { sameBytes } from '../../support/checks.mjs';
import {
  at,
  crop64,
  fails,
  filesBelow,
  folderForEachTest,
  get,
  images,
  names,
  program,
  put,
  succeeds,
  untouched,
} from '../../support/cli.mjs';

const run = promisify(execFile);

folderForEachTest();

describe('CLI outputs', () => {
  const crop = { x: 1, y: 2, width: 30, height: 20 };
  const args = ['--crop', '1,2,30,20'];

  test('a file has the bytes of toBytes()', async () => {
    assert.equal((await succeeds(['small.jpg', ...args, '-o', 'part.jpg'])).length, 0);
    sameBytes(get('part.jpg'), await toBytes(images['small.jpg'], { crop }));
  });
  test('a file has the format of its extension', async () => {
    const { 'small.jpg': jpeg, 'small.png': png } = images;
    await succeeds(['small.jpg', ...args, '--output', 'part.PNG']);
    sameBytes(get('part.PNG'), await toBytes(jpeg, { crop, format: 'png' }));
    for (const name of ['part.jpeg', 'part.JPG', 'part.jpe', 'part.jfif', 'part.jif']) {
      await succeeds(['small.png', ...args, '--output', name]);
      sameBytes(get(name), await toBytes(png, { crop, format: 'jpeg' }), name);
    }
    await succeeds(['small.png', ...args, '--output', 'part.raw']);
    sameBytes(get('part.raw'), await toBytes(png, { crop, format: 'raw' }));
    await succeeds(['small.png', ...args, '--format', 'keep', '--output', 'keep.jpg']);
    sameBytes(get('keep.jpg'), await toBytes(png, { crop, format: 'jpeg' }));
    await succeeds(['small.png', ...args, '--format', 'image/jpeg', '--output', 'mime.jpg']);
    sameBytes(get('mime.jpg'), await toBytes(png, { crop, format: 'jpeg' }));
  });
  test('a file without extension, or with an unknown one and --format, is written', async () => {
    await succeeds(['small.png', ...args, '--output', 'part']);
    sameBytes(get('part'), await toBytes(images['small.png'], { crop }));
    await succeeds(['small.png', ...args, '--format', 'jpeg', '--output', 'part.dat']);
    sameBytes(get('part.dat'), await toBytes(images['small.png'], { crop, format: 'jpeg' }));
  });
  for (const ending of [
    'gif',
    'webp',
    'avif',
    'bmp',
    'tiff',
    'heic',
    'HEIC',
    'mpo',
    'apng',
    'svg',
  ]) {
    test(`a file that ends in .${ending} exits 2: the format is not supported`, async () => {
      const message =
        /Expected --output to end in \.jpg, \.png or \.raw but received part\..*cannot be written/;
      const output = `part.${ending}`;
      await fails(2, ['small.jpg', ...args, '-o', output], message);
      await fails(2, ['small.jpg', ...args, '--format', 'png', '-o', output], message);
      await fails(2, ['nowhere.jpg', '-o', output], message);
      untouched();
    });
  }
  test('CLI exits 2 if the extension contradicts --format or is unknown', async () => {
    const png = ['small.png', ...args, '--format', 'png', '--output'];
    await fails(2, [...png, 'a.jpg'], /end in \.png for --format png but received a\.jpg/);
    const jpeg = ['small.png', ...args, '--format', 'image/jpeg', '--output'];
    await fails(2, [...jpeg, 'a.png'], /end in \.jpg for --format image\/jpeg/);
    await fails(2, ['small.png', '-o', 'a.dat'], /to end in .* but received a\.dat: add --format/);
    for (const form of ['--data-url', '--base64']) {
      await fails(2, ['small.png', form, '-o', 'a.png'], new RegExp(`${form} writes text`));
    }
    untouched();
  });
  test('missing folders of an output file are created', async () => {
    await succeeds(['small.jpg', ...args, '-o', 'new/deep/part.jpg']);
    sameBytes(get('new/deep/part.jpg'), await toBytes(images['small.jpg'], { crop }));
    await fails(1, ['nowhere.jpg', '-o', 'not/made/part.jpg'], /SOURCE_UNREADABLE/);
    assert.equal(fs.existsSync(at('not')), false);
  });
  test('CLI exits 2 for several inputs and a file as output', async () => {
    put('album/a.jpg', images['small.jpg']);
    put('there', 'a file');
    const several = [['small.jpg', 'small.png'], ['album'], ['album/*.jpg']];
    for (const inputs of several) {
      for (const name of ['one.jpg', 'one.PNG', 'one.webp']) {
        const message = /Several inputs need --output FOLDER, but one\..* looks like a file/;
        await fails(2, [...inputs, '-o', name], message);
      }
      await fails(2, [...inputs, '-o', 'there', '--force'], /but there is a file/);
      await fails(2, [...inputs, '--base64', '-o', 'a.txt'], /a\.txt looks like a file/);
    }
    assert.equal(get('there').toString(), 'a file');
    await succeeds(['album', ...args, '-o', 'one.jpg/']);
    await succeeds(['album', ...args, '-o', '2026.05']);
    assert.deepEqual([...filesBelow('one.jpg'), ...filesBelow('2026.05')], ['a.jpg', 'a.jpg']);
  });
  test('a folder that does not exist is created', async () => {
    await succeeds([
      'small.jpg',
      'small.bmp',
      'small-rgba-16.png',
      ...args,
      '--output',
      'new/parts',
    ]);
    assert.deepEqual(fs.readdirSync(at('new/parts')).sort(), [
      'small-rgba-16.png',
      'small.jpg',
      'small.png',
    ]);
    sameBytes(get('new/parts/small.png'), await toBytes(images['small.bmp'], { crop }));
  });
  test('one input is written to a folder that exists or ends in a slash', async () => {
    fs.mkdirSync(at('there'));
    await succeeds(['small.jpg', ...args, '--output', 'made/']);
    await succeeds(['small.jpg', ...args, '--format', 'png', '--output', 'there']);
    sameBytes(get('made/small.jpg'), await toBytes(images['small.jpg'], { crop }));
    sameBytes(get('there/small.png'), await toBytes(images['small.jpg'], { crop, format: 'png' }));
  });
  test('an output in a folder has the extension of its format, the input’s own if it fits', async () => {
    put('a.JPEG', images['small.jpg']);
    put('d.jfif', images['small.jpg']);
    put('e.mpo', images['small.jpg']);
    put('f.apng', images['small.png']);
    put('g.dib', images['small.bmp']);
    put('b.jpg', images['small.png']); // not what its name says
    put('c', images['small.png']);
    const all = ['a.JPEG', 'b.jpg', 'c', 'd.jfif', 'e.mpo', 'f.apng', 'g.dib'];
    await succeeds([...all, ...args, '--output', 'out']);
    const expected = ['a.JPEG', 'b.png', 'c.png', 'd.jfif', 'e.jpg', 'f.png', 'g.png'];
    assert.deepEqual(filesBelow('out'), expected);
    await succeeds(['a.JPEG', 'b.jpg', ...args, '--format', 'raw', '--output', 'raw']);
    assert.deepEqual(fs.readdirSync(at('raw')).sort(), ['a.raw', 'b.raw']);
  });
  test('standard output is written with - and into a pipe', async () => {
    const expected = await toBytes(images['small.jpg'], { crop });
    sameBytes(await succeeds(['small.jpg', ...args, '--output', '-']), expected);
    sameBytes(await succeeds(['small.jpg', ...args]), expected);
  });
  test('standard input is read with -', async () => {
    const input = images['small.jpg'];
    const expected = await toBytes(input, { crop });
    sameBytes(await succeeds(['-', ...args], { input }), expected);
    await succeeds(['-', 'small.png', ...args, '--output', 'out'], { input });
    assert.deepEqual(fs.readdirSync(at('out')).sort(), ['small.png', 'stdin.jpg']);
    sameBytes(get('out/stdin.jpg'), expected);
  });
  test('--data-url and --base64 print a line for each input, in order', async () => {
    const inputs = ['small.png', 'exif.jpg'];
    const each = (how) => Promise.all(inputs.map((name) => how(images[name], { crop })));
    const lines = async (...more) => (await succeeds([...inputs, ...args, ...more])).toString();
    assert.equal(await lines('--data-url'), `${(await each(toDataURL)).join('\n')}\n`);
    assert.equal(
      await lines('--base64', '--output', '-'),
      `${(await each(toBase64)).join('\n')}\n`,
    );
    await lines('--base64', '--output', 'out');
    assert.equal(get('out/exif.txt').toString(), `${(await each(toBase64))[1]}\n`);
  });
  test('--json prints a line for each input, also for failed ones', async () => {
    put('bad.png', 'not a picture');
    const inputs = ['small.png', 'bad.png', 'nowhere.jpg', 'small.jpg'];
    const { code, out } = await crop64([...inputs, ...args, '--json', '--output', 'out']);
    assert.equal(code, 1);
    const lines = out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ input }) => input),
      inputs,
    );
    assert.deepEqual(
      lines.map(({ ok }) => ok),
      [true, false, false, true],
    );
    assert.deepEqual(
      lines.map(({ error }) => error?.code),
      [undefined, 'UNSUPPORTED_FORMAT', 'SOURCE_UNREADABLE', undefined],
    );
    assert.match(lines[1].error.message, /^Expected /);
    const { bytes, ...fields } = await encode(images['small.jpg'], { crop });
    const output = join('out', 'small.jpg');
    assert.deepEqual(lines[3], { input: 'small.jpg', ok: true, output, ...fields });
    sameBytes(get(output), bytes);
  });
  test('--json without --output writes no file', async () => {
    const { bytes, ...fields } = await encode(images['small.jpg'], { crop });
    const out = await succeeds(['small.jpg', ...args, '--json']);
    assert.deepEqual(JSON.parse(out), { input: 'small.jpg', ok: true, ...fields });
    untouched();
  });
  test('CLI exits 1 when standard output is full', async () => {
    const stdio = ['ignore', fs.openSync('/dev/full', 'w'), 'pipe'];
    const child = spawn(process.execPath, [program, 'small.jpg'], { cwd: at('.'), stdio });
    const [[code], err] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    assert.equal(code, 1);
    assert.match(err, /^crop64: Cannot write to standard output: no space left on device\./);
  });
  test('CLI exits 141 when standard output is closed', async () => {
    const watch = (child) => child.stdout.destroy();
    for (const inputs of [['small.jpg'], names]) {
      const { code, err } = await crop64([...inputs, '--rotate', '90', '--data-url'], { watch });
      assert.deepEqual([code, err], [141, '']);
    }
  });
});

describe('CLI outputs are safe', () => {
  test('an output that exists is replaced only with --force', async () => {
    put('part.png', 'precious');
    await fails(
      1,
      ['small.png', '--rotate', '90', '-o', 'part.png'],
      /OUTPUT_EXISTS: .*part\.png.* --force/,
    );
    assert.equal(get('part.png').toString(), 'precious');
    await succeeds(['small.png', '--rotate', '90', '-o', 'part.png', '--force']);
    sameBytes(get('part.png'), await toBytes(images['small.png'], { rotate: 90 }));
  });
  test('an output that exists fails its input, and the others are written', async () => {
    fs.mkdirSync(at('out'));
    put('out/small.jpg', 'precious');
    await fails(1, ['small.jpg', 'small.png', '-o', 'out'], /^crop64: small\.jpg: OUTPUT_EXISTS: /);
    assert.equal(get('out/small.jpg').toString(), 'precious');
    sameBytes(get('out/small.png'), images['small.png']);
  });
  test('an input is never overwritten, however its path is spelt', async () => {
    fs.symlinkSync(at('small.jpg'), at('link.jpg'));
    fs.linkSync(at('small.jpg'), at('hard.jpg'));
    const same = ['small.jpg', './small.jpg', at('small.jpg'), 'link.jpg', 'hard.jpg'];
    for (const output of same) {
      await fails(
        2,
        ['small.jpg', '--rotate', '90', '-o', output, '--force'],
        /the input small\.jpg/,
      );
    }
    await fails(
      2,
      ['small.jpg', 'small.png', '--rotate', '90', '-o', '.', '--force'],
      /would overwrite the input/,
    );
    sameBytes(get('small.jpg'), images['small.jpg']);
  });
  test('a result whose format gives it the name of another input or output fails', async () => {
    put('b.jpg', images['small.png']);
    put('b.png', images['small.png']);
    fs.mkdirSync(at('out'));
    const done = await crop64(['b.jpg', 'b.png', '--rotate', '90', '-o', 'out']);
    assert.equal(done.code, 1);
    assert.match(
      done.err,
      /^crop64: b\.jpg: OUTPUT_EXISTS: .* is the input or the output of b\.png/,
    );
    sameBytes(get('out/b.png'), await toBytes(images['small.png'], { rotate: 90 }));
    fs.mkdirSync(at('in'));
    put('in/b.jpg', images['small.bmp']);
    put('out/b.bmp', images['small.bmp']);
    const forced = ['in/b.jpg', 'out/b.bmp', '-o', 'out', '--force'];
    await fails(
      1,
      forced,
      /^crop64: in\/b\.jpg: OUTPUT_EXISTS: .* is the input or the output of out\/b\.bmp/,
    );
  });
  test('inputs of the same name keep their folders below their common folder', async () => {
    const { 'small.jpg': jpeg, 'small.png': png } = images;
    for (const name of ['in/a/x.jpg', 'in/b/x.jpg', 'in/b/c/y.jpg']) put(name, jpeg);
    put('in/b/y.png', png);
    await succeeds(['in/a/x.jpg', 'in/b/c/y.jpg', '-o', 'flat']);
    assert.deepEqual(filesBelow('flat'), ['x.jpg', 'y.jpg']);
    const kept = ['a/x.jpg', 'b/c/y.jpg', 'b/x.jpg'];
    await succeeds(['in/a/x.jpg', 'in/b/x.jpg', './in/b/c/y.jpg', '-o', 'files']);
    assert.deepEqual(filesBelow('files'), kept);
    await succeeds(['in/**/*.jpg', '-o', 'pattern']);
    assert.deepEqual(filesBelow('pattern'), kept);
    await succeeds(['in/**/*', '--format', 'png', '-o', 'converted']);
    assert.deepEqual(filesBelow('converted'), ['a/x.png', 'b/c/y.png', 'b/x.png', 'b/y.png']);
    await succeeds(['in/a', at('in/b'), '-o', 'folders', '--recursive']);
    assert.deepEqual(filesBelow('folders'), ['a/x.jpg', 'b/c/y.jpg', 'b/x.jpg', 'b/y.png']);
    await succeeds(['-', 'in/a/x.jpg', 'in/b/x.jpg', '-o', 'input'], { input: jpeg });
    assert.deepEqual(filesBelow('input'), ['a/x.jpg', 'b/x.jpg', 'stdin.jpg']);
    sameBytes(get('converted/b/y.png'), await toBytes(png, { format: 'png' }));
  });
  test('CLI exits 2 if two inputs have the same output', async () => {
    const message = /small\.bmp and small\.png would both be written to out\/small\.png/;
    await fails(2, ['small.bmp', 'small.png', '-o', 'out'], message);
    await fails(
      2,
      ['small.jpg', './small.jpg', '-o', 'out'],
      /would both be written to out\/small\.jpg/,
    );
    assert.equal(fs.existsSync(at('out')), false);
  });
  test('a file with the name of the temporary file is kept', async () => {
    // Its name has the process's id, which the shell says before it becomes the program.
    const script = 'echo precious > ".part.jpg.$$.tmp"; exec "$@"';
    const start = [program, 'small.jpg', '--rotate', '90', '-o', 'part.jpg'];
    const failed = await run('sh', ['-c', script, 'sh', process.execPath, ...start], {
      cwd: at('.'),
    }).catch((error) => error);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /OUTPUT_UNWRITABLE: .*part\.jpg: file already exists/);
    const [temporary] = fs.readdirSync(at('.')).filter((name) => name.endsWith('.tmp'));
    assert.equal(get(temporary).toString(), 'precious\n');
    assert.equal(fs.existsSync(at('part.jpg')), false);
  });
  test('a full disk leaves no file', { skip: process.platform !== 'linux' }, async () => {
    // A limit on the size of files has the same effect as a full disk.
    const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
    const start = [program, 'small.bmp', '--format', 'png', '--compression-level', '0'];
    const failed = await run(
      'sh',
      ['-c', script, 'sh', process.execPath, ...start, '-o', 'a.png'],
      {
        cwd: at('.'),
      },
    ).catch((error) => error);
    assert.match(failed.stderr, /OUTPUT_UNWRITABLE: .*a\.png: file too large/);
    untouched();
  });
  test('--force replaces the file behind a link and keeps the link', async () => {
    put('old.png', 'old');
    fs.symlinkSync('old.png', at('link.png'));
    await succeeds(['small.png', '-o', 'link.png', '--force']);
    assert.ok(fs.lstatSync(at('link.png')).isSymbolicLink());
    sameBytes(get('old.png'), images['small.png']);
  });
  test('an output that is a pipe is refused and kept', async () => {
    await run('mkfifo', [at('pipe.png')]);
    for (const more of [[], ['--force']]) {
      await fails(1, ['small.png', '-o', 'pipe.png', ...more], /OUTPUT_UNWRITABLE: .* not a file/);
    }
    assert.ok(fs.statSync(at('pipe.png')).isFIFO());
  });
  test('a folder that cannot be written fails the input', async () => {
    const below = 'small.bmp/part.jpg';
    const message = /small\.jpg: OUTPUT_UNWRITABLE: .*small\.bmp: it exists and is not a folder/;
    await fails(1, ['small.jpg', '-o', below], message);
    await fails(
      1,
      ['small.jpg', 'small.png', '-o', 'small.bmp/deep'],
      /^crop64: .*not a directory/,
    );
    await fails(1, ['small.jpg', '-o', '/dev/full/part.jpg'], /OUTPUT_UNWRITABLE/);
    await fails(1, ['small.jpg', '-o', '/proc/part.jpg'], /OUTPUT_UNWRITABLE: .*no such file/);
    untouched();
  });
  test('a bad input leaves no output', async () => {
    const cut = images['small.jpg'].subarray(0, -200);
    await fails(1, ['-', '--rotate', '90', '-o', 'part.jpg'], /^crop64: -: TRUNCATED_IMAGE: /, {
      input: cut,
    });
    await fails(1, ['-', '--rotate', '90'], /^crop64: -: /, { input: '' });
    await fails(1, ['nowhere.jpg'], /^crop64: nowhere\.jpg: SOURCE_UNREADABLE: No such file\.$/m);
    untouched();
  });
});
