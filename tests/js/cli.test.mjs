// The command line, as another program meets it: what it writes is what the interface gives, byte for
// byte, and what it says goes where it belongs.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { encode, toBase64, toBytes, toDataURL } from '../../dist/index.js';
import { sameBytes } from '../support/checks.mjs';
import { jpegWithExif, orientation } from '../support/exif.mjs';
import { fixture, root } from '../support/fixtures.mjs';

const run = promisify(execFile);
const program = join(root, 'dist/cli.js');
const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));

let folder; // of its own for each test
const names = ['small.jpg', 'small.png', 'small.bmp', 'exif.jpg', 'small-rgba-16.png'];
const pictures = {};

const at = (name) => join(folder, name);
const put = (name, bytes) => fs.writeFileSync(at(name), bytes);
const get = (name) => fs.readFileSync(at(name));

before(async () => {
  for (const name of names) pictures[name] = await fixture(name);
});
beforeEach(() => {
  if (folder !== undefined) fs.rmSync(folder, { recursive: true });
  folder = fs.mkdtempSync(join(tmpdir(), 'crop64-cli-'));
  for (const name of names) put(name, pictures[name]);
});
after(() => fs.rmSync(folder, { recursive: true }));

// Starts it in the folder. `watch` is called with the process.
function crop64(args, { input, watch, cwd = folder } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd });
    const [out, err] = [[], []];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString() });
    });
    child.stdin.on('error', () => {}); // it may end before it has read all
    child.stdin.end(input);
    watch?.(child);
  });
}

// As `crop64`, with a terminal for input and output. Python knows how to make one.
async function onTerminal(args) {
  const code = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
try:
    while chunk := os.read(terminal, 65536): sys.stdout.buffer.write(chunk)
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
  const child = spawn('python3', ['-c', code, process.execPath, program, ...args], { cwd: folder });
  const out = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  const [status] = await once(child, 'close');
  return { code: status, text: Buffer.concat(out).toString() };
}

async function succeeds(args, options) {
  const done = await crop64(args, options);
  assert.deepEqual([done.code, done.err], [0, ''], args.join(' '));
  return done.out;
}

async function fails(code, args, message, options) {
  const done = await crop64(args, options);
  assert.equal(done.code, code, `${args.join(' ')}: ${done.err}`);
  assert.match(done.err, message);
  return done;
}

// Nothing but what was there before.
const untouched = () => assert.deepEqual(fs.readdirSync(folder).sort(), [...names].sort());

describe('each option is the interface’s', () => {
  const crop = { x: 10, y: 20, width: 60, height: 50 };
  const cases = [
    [['--crop', '10,20,60,50'], { crop }],
    [['--crop', '10.4,20.5,60.2,50.1'], { crop: { x: 10.4, y: 20.5, width: 60.2, height: 50.1 } }],
    [
      ['--crop', '25%,25%,50%,40.5%'],
      { crop: { x: 25, y: 25, width: 50, height: 40.5, unit: '%' } },
    ],
    [['--box', '10,20,70,70'], { crop: { left: 10, top: 20, right: 70, bottom: 70 } }],
    [
      ['--box', '10%,20%,70%,70%'],
      { crop: { left: 10, top: 20, right: 70, bottom: 70, unit: '%' } },
    ],
    [
      ['--crop=-9,-9,60,50', '--out-of-bounds', 'clamp'],
      { crop: { ...crop, x: -9, y: -9 }, outOfBounds: 'clamp' },
    ],
    [
      ['--crop=-9,-9,60,50', '--out-of-bounds', 'pad', '--background', '#12345678'],
      { crop: { ...crop, x: -9, y: -9 }, outOfBounds: 'pad', background: '#12345678' },
    ],
    [['--rotate', '90'], { rotate: 90 }],
    [['--flip', 'vertical'], { flip: 'vertical' }],
    [['--no-auto-orient', '--rotate', '180'], { autoOrient: false, rotate: 180 }, 'turned.jpg'],
    [['--resize', '40x30'], { resize: { width: 40, height: 30 } }],
    [['--resize', '40x'], { resize: { width: 40 } }],
    [['--resize', 'x30'], { resize: { height: 30 } }],
    [
      ['--resize', '40x40', '--fit', 'contain', '--position', 'right top', '--kernel', 'linear'],
      {
        resize: { width: 40, height: 40, fit: 'contain', position: 'right top', kernel: 'linear' },
      },
    ],
    [
      ['--resize', '4000x40', '--without-enlargement'],
      { resize: { width: 4000, height: 40, withoutEnlargement: true } },
    ],
    [['--format', 'png'], { format: 'png' }],
    [['--format', 'raw', '--channels', 'GRAY'], { format: 'raw', channels: 'GRAY' }],
    [['--format', 'raw', '--bit-depth', '16'], { format: 'raw', bitDepth: 16 }],
    [['--lossless', '--crop', '10,20,60,50'], { lossless: true, crop }],
    [['--quality', '30'], { quality: 30 }],
    [['--quality', 'keep', '--rotate', '90'], { quality: 'keep', rotate: 90 }],
    [['--progressive'], { progressive: true }],
    [
      ['--no-progressive', '--quality', '50'],
      { progressive: false, quality: 50 },
      'small-progressive.jpg',
    ],
    [['--optimize-coding', '--quality', '50'], { optimizeCoding: true, quality: 50 }],
    [['--chroma-subsampling', '4:4:4'], { chromaSubsampling: '4:4:4' }],
    [['--metadata', 'none'], { metadata: 'none' }],
    [['--metadata', 'all', '--rotate', '90'], { metadata: 'all', rotate: 90 }],
    [['--max-bytes', '3000'], { maxBytes: 3000 }],
    [['--damaged', 'accept', '--rotate', '90'], { damaged: 'accept', rotate: 90 }, 'cut.jpg'],
    [
      ['--compression-level', '0', '--rotate', '90'],
      { compressionLevel: 0, rotate: 90 },
      'small-rgba-16.png',
    ],
    [['--no-palette', '--rotate', '90'], { palette: false, rotate: 90 }, 'photo-palette.png'],
    [
      ['--format', 'jpg', '--background', '#0f0'],
      { format: 'jpg', background: '#0f0' },
      'small-rgba-16.png',
    ],
  ];
  const made = {
    'turned.jpg': async () => jpegWithExif(pictures['small.jpg'], orientation(6)),
    'cut.jpg': async () => pictures['small.jpg'].subarray(0, -1000),
  };
  for (const [args, options, name = 'exif.jpg'] of cases) {
    test(args.join(' '), async () => {
      const picture = await (made[name]?.() ?? fixture(name));
      put(name, picture);
      const expected = await toBytes(picture, options);
      sameBytes(await succeeds([name, ...args, '--output', '-']), expected);
      // Each of them matters here: without it, it is another result or none.
      for (const fewer of withoutEach(options)) {
        const other = await toBytes(picture, fewer).catch(() => undefined);
        assert.ok(!other || Buffer.compare(other, expected) !== 0, JSON.stringify(fewer));
      }
    });
  }
  for (const limit of ['pixels', 'bytes', 'memory']) {
    test(`--limit-${limit}`, async () => {
      const args = [`--limit-${limit}`, '1000', '--rotate', '90'];
      await fails(1, ['small.jpg', ...args], /small\.jpg: LIMIT_EXCEEDED: /);
    });
  }
  test('there is none without a test', () => {
    const text = fs.readFileSync(join(root, 'web/cli/options.ts'), 'utf8');
    const table = text.slice(text.indexOf('PICTURE_FLAGS'), text.indexOf('OWN_FLAGS'));
    const flags = [...table.matchAll(/^ {2}'?([a-z-]+)'?: (?:flag|yes|no)\(/gm)];
    const tested = cases.flatMap(([args]) => args).map((arg) => arg.split('=')[0]);
    const missing = flags.map(([, flag]) => flag).filter((flag) => !tested.includes(`--${flag}`));
    assert.ok(flags.length > 25);
    assert.deepEqual(missing, ['limit-pixels', 'limit-bytes', 'limit-memory']);
  });
});

// The options without one of them; but 'keep' says what holds anyway.
function* withoutEach(options) {
  for (const [name, value] of Object.entries(options)) {
    const { [name]: _, ...others } = options;
    if (value !== 'keep') yield others;
    for (const inner of name === 'resize' ? Object.keys(value) : []) {
      const { [inner]: __, ...rest } = value;
      yield { ...others, [name]: rest };
    }
  }
}

describe('where results go', () => {
  const crop = { x: 1, y: 2, width: 30, height: 20 };
  const args = ['--crop', '1,2,30,20'];

  test('a file', async () => {
    assert.equal((await succeeds(['small.jpg', ...args, '-o', 'part.jpg'])).length, 0);
    sameBytes(get('part.jpg'), await toBytes(pictures['small.jpg'], { crop }));
  });
  test('a file whose name says the format, unless --format does', async () => {
    await succeeds(['small.jpg', ...args, '--output', 'part.PNG']);
    sameBytes(get('part.PNG'), await toBytes(pictures['small.jpg'], { crop, format: 'png' }));
    await succeeds(['small.png', ...args, '--output', 'part.jpeg']);
    sameBytes(get('part.jpeg'), await toBytes(pictures['small.png'], { crop, format: 'jpeg' }));
    await succeeds(['small.png', ...args, '--format', 'png', '--output', 'odd.jpg']);
    sameBytes(get('odd.jpg'), await toBytes(pictures['small.png'], { crop }));
  });
  test('a folder, which is made', async () => {
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
    sameBytes(get('new/parts/small.png'), await toBytes(pictures['small.bmp'], { crop }));
  });
  test('a folder of one input: by the slash, or as it is there', async () => {
    fs.mkdirSync(at('there'));
    await succeeds(['small.jpg', ...args, '--output', 'made/']);
    await succeeds(['small.jpg', ...args, '--format', 'png', '--output', 'there']);
    sameBytes(get('made/small.jpg'), await toBytes(pictures['small.jpg'], { crop }));
    sameBytes(
      get('there/small.png'),
      await toBytes(pictures['small.jpg'], { crop, format: 'png' }),
    );
  });
  test('names: the ending is the result’s, and a JPEG keeps its own', async () => {
    put('a.JPEG', pictures['small.jpg']);
    put('b.jpg', pictures['small.png']); // not what its name says
    put('c', pictures['small.png']);
    await succeeds(['a.JPEG', 'b.jpg', 'c', ...args, '--output', 'out']);
    assert.deepEqual(fs.readdirSync(at('out')).sort(), ['a.JPEG', 'b.png', 'c.png']);
    await succeeds(['a.JPEG', 'b.jpg', ...args, '--format', 'raw', '--output', 'raw']);
    assert.deepEqual(fs.readdirSync(at('raw')).sort(), ['a.raw', 'b.raw']);
  });
  test('standard output, by - or into a pipe', async () => {
    const expected = await toBytes(pictures['small.jpg'], { crop });
    sameBytes(await succeeds(['small.jpg', ...args, '--output', '-']), expected);
    sameBytes(await succeeds(['small.jpg', ...args]), expected);
  });
  test('standard input', async () => {
    const input = pictures['small.jpg'];
    const expected = await toBytes(input, { crop });
    sameBytes(await succeeds(['-', ...args], { input }), expected);
    await succeeds(['-', 'small.png', ...args, '--output', 'out'], { input });
    assert.deepEqual(fs.readdirSync(at('out')).sort(), ['small.png', 'stdin.jpg']);
    sameBytes(get('out/stdin.jpg'), expected);
  });
  test('text: a line for each input, in their order', async () => {
    const inputs = ['small.png', 'exif.jpg'];
    const each = (how) => Promise.all(inputs.map((name) => how(pictures[name], { crop })));
    const lines = async (...more) => (await succeeds([...inputs, ...args, ...more])).toString();
    assert.equal(await lines('--data-url'), `${(await each(toDataURL)).join('\n')}\n`);
    assert.equal(
      await lines('--base64', '--output', '-'),
      `${(await each(toBase64)).join('\n')}\n`,
    );
    await lines('--base64', '--output', 'out');
    assert.equal(get('out/exif.txt').toString(), `${(await each(toBase64))[1]}\n`);
  });
  test('JSON: a line for each input, the failed ones too', async () => {
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
    const { bytes, ...fields } = await encode(pictures['small.jpg'], { crop });
    const output = join('out', 'small.jpg');
    assert.deepEqual(lines[3], { input: 'small.jpg', ok: true, output, ...fields });
    sameBytes(get(output), bytes);
  });
  test('JSON without an output: nothing but what is known', async () => {
    const { bytes, ...fields } = await encode(pictures['small.jpg'], { crop });
    const out = await succeeds(['small.jpg', ...args, '--json']);
    assert.deepEqual(JSON.parse(out), { input: 'small.jpg', ok: true, ...fields });
    untouched();
  });
  test('standard output that is full', async () => {
    const stdio = ['ignore', fs.openSync('/dev/full', 'w'), 'pipe'];
    const child = spawn(process.execPath, [program, 'small.jpg'], { cwd: folder, stdio });
    const [[code], err] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    assert.equal(code, 1);
    assert.match(err, /^crop64: Expected to write to standard output but could not: .*ENOSPC/);
  });
  test('who reads the results may leave', async () => {
    const watch = (child) => child.stdout.once('data', () => child.stdout.destroy());
    const many = [...names, ...names.map((name) => `./${name}`)];
    const { err } = await crop64([...many, '--format', 'png', '--data-url'], { watch });
    assert.equal(err, '');
  });
});

describe('which inputs', () => {
  const inputsOf = async (...args) => {
    const { out } = await crop64([...args, '--json']);
    return out
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).input);
  };
  test('the pictures of a folder, and of that alone', async () => {
    fs.mkdirSync(at('album/deep'), { recursive: true });
    for (const name of ['b.jpg', 'a.PNG', 'c.bmp', 'deep/d.jpg'])
      put(`album/${name}`, pictures['small.png']);
    put('album/notes.txt', 'no picture');
    const expected = ['a.PNG', 'b.jpg', 'c.bmp'].map((name) => join('album', name));
    assert.deepEqual(await inputsOf('album'), expected);
    assert.deepEqual(await inputsOf('album', 'album/b.jpg'), expected);
  });
  test('patterns that the shell left over', async () => {
    fs.mkdirSync(at('album/deep'), { recursive: true });
    put('album/a.png', pictures['small.png']);
    put('album/deep/b.png', pictures['small.png']);
    assert.deepEqual(await inputsOf('album/**/*.png'), ['album/a.png', 'album/deep/b.png']);
    assert.deepEqual(await inputsOf('album/{a,c}.png'), ['album/a.png']);
  });
  test('a pattern of one file is written to a folder', async () => {
    await succeeds(['small.j*', '--output', 'out']);
    assert.deepEqual(fs.readdirSync(at('out')), ['small.jpg']);
  });
  test('a file whose name looks like a pattern, or like an address', async () => {
    for (const name of ['[1].png', 'a b#c%20?.png']) {
      put(name, pictures['small.png']);
      sameBytes(await succeeds([name]), pictures['small.png']);
    }
  });
  test('none', async () => {
    fs.mkdirSync(at('empty'));
    await fails(2, [], /Expected a picture, a folder or - .*\nSee crop64 --help\./);
    await fails(2, ['empty', '--json'], /Expected pictures .* in empty but found none/);
    await fails(2, ['*.tiff', '--json'], /Expected pictures .* in \*\.tiff but found none/);
  });
});

describe('nothing is lost', () => {
  test('an output that is there, unless --force', async () => {
    put('part.png', 'precious');
    await fails(
      1,
      ['small.png', '--rotate', '90', '-o', 'part.png'],
      /OUTPUT_EXISTS: .*part\.png.* --force/,
    );
    assert.equal(get('part.png').toString(), 'precious');
    await succeeds(['small.png', '--rotate', '90', '-o', 'part.png', '--force']);
    sameBytes(get('part.png'), await toBytes(pictures['small.png'], { rotate: 90 }));
  });
  test('the others are done all the same', async () => {
    fs.mkdirSync(at('out'));
    put('out/small.jpg', 'precious');
    await fails(1, ['small.jpg', 'small.png', '-o', 'out'], /^crop64: small\.jpg: OUTPUT_EXISTS: /);
    assert.equal(get('out/small.jpg').toString(), 'precious');
    sameBytes(get('out/small.png'), pictures['small.png']);
  });
  test('an input, however it is spelt', async () => {
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
      /never overwritten/,
    );
    sameBytes(get('small.jpg'), pictures['small.jpg']);
  });
  test('an input that is written to by its format, not by its name', async () => {
    put('b.jpg', pictures['small.png']);
    put('b.png', pictures['small.png']);
    fs.mkdirSync(at('out'));
    const done = await crop64(['b.jpg', 'b.png', '--rotate', '90', '-o', 'out']);
    assert.equal(done.code, 1);
    assert.match(done.err, /^crop64: b\.jpg: OUTPUT_EXISTS: .* b\.png is or becomes that/);
    sameBytes(get('out/b.png'), await toBytes(pictures['small.png'], { rotate: 90 }));
    fs.mkdirSync(at('in'));
    put('in/b.jpg', pictures['small.bmp']);
    put('out/b.bmp', pictures['small.bmp']);
    const forced = ['in/b.jpg', 'out/b.bmp', '-o', 'out', '--force'];
    await fails(1, forced, /^crop64: in\/b\.jpg: OUTPUT_EXISTS: .* out\/b\.bmp is or becomes that/);
  });
  test('two inputs of one name', async () => {
    fs.mkdirSync(at('other'));
    put('other/small.jpg', pictures['small.jpg']);
    await fails(
      2,
      ['small.jpg', 'other/small.jpg', '-o', 'out'],
      /small\.jpg and other\/small\.jpg/,
    );
    await fails(2, ['small.bmp', 'small.png', '-o', 'out'], /would both become out\/small\.png/);
    assert.equal(fs.existsSync(at('out')), false);
  });
  test('through a link: it stays one, and its file is replaced', async () => {
    put('old.png', 'old');
    fs.symlinkSync('old.png', at('link.png'));
    await succeeds(['small.png', '-o', 'link.png', '--force']);
    assert.ok(fs.lstatSync(at('link.png')).isSymbolicLink());
    sameBytes(get('old.png'), pictures['small.png']);
  });
  test('what is no file', async () => {
    await run('mkfifo', [at('pipe.png')]);
    for (const more of [[], ['--force']]) {
      await fails(1, ['small.png', '-o', 'pipe.png', ...more], /OUTPUT_UNWRITABLE: .* no file/);
    }
    assert.ok(fs.statSync(at('pipe.png')).isFIFO());
  });
  test('a place that cannot be written', async () => {
    const below = 'small.bmp/part.jpg';
    await fails(
      1,
      ['small.jpg', '-o', below],
      /small\.jpg: OUTPUT_UNWRITABLE: .*part\.jpg.*ENOTDIR/,
    );
    await fails(1, ['small.jpg', '-o', 'nowhere/part.jpg'], /OUTPUT_UNWRITABLE: .*ENOENT/);
    await fails(1, ['small.jpg', 'small.png', '-o', below], /^crop64: .*ENOTDIR/);
    await fails(1, ['small.jpg', '-o', '/dev/full/part.jpg'], /OUTPUT_UNWRITABLE/);
    untouched();
  });
  test('a bad file leaves nothing', async () => {
    const cut = pictures['small.jpg'].subarray(0, -200);
    await fails(1, ['-', '--rotate', '90', '-o', 'part.jpg'], /^crop64: -: TRUNCATED_IMAGE: /, {
      input: cut,
    });
    await fails(1, ['-', '--rotate', '90'], /^crop64: -: /, { input: '' });
    await fails(1, ['nowhere.jpg'], /nowhere\.jpg: SOURCE_UNREADABLE: .*ENOENT/);
    untouched();
  });
});

describe('many', () => {
  test('500 files, 3 of them bad: 497 outputs', async () => {
    fs.mkdirSync(at('many'));
    const bad = ['100', '250', '499'];
    const all = Array.from({ length: 500 }, (_, i) => String(i).padStart(3, '0'));
    const expected = await toBytes(pictures['small.jpg'], { resize: { width: 20 } });
    for (const name of all) {
      const isBad = bad.includes(name);
      put(
        `many/${name}.jpg`,
        isBad ? pictures['small.jpg'].subarray(0, 700) : pictures['small.jpg'],
      );
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
  test('--quiet tells errors and nothing else', async () => {
    const { err } = await crop64(['small.jpg', 'nowhere.jpg', '--quiet', '-o', 'out']);
    assert.match(err, /^crop64: nowhere\.jpg: .*\n$/);
  });
  test('on a terminal: a progress bar with rate and time left, errors above it', async () => {
    const args = ['small.jpg', 'nowhere.jpg', 'small.png', '-o', 'out'];
    const { code, text } = await onTerminal(args);
    assert.equal(code, 1);
    assert.match(text, /[\u2588\u2591]{30} \d of 3, (-|\d+\.\d) a second, \S+ left/);
    assert.match(text, /crop64: nowhere\.jpg: SOURCE_UNREADABLE: /);
    assert.match(text, /2 of 3 done, 1 failed\r\n$/);
    assert.doesNotMatch((await onTerminal([...args, '--quiet'])).text, / of 3/);
    assert.doesNotMatch((await onTerminal(['small.jpg', '-o', 'one.jpg'])).text, / of 1/);
  });
  test('on a terminal: the keyboard is no picture, and the screen takes none', async () => {
    assert.match((await onTerminal(['-', '--json'])).text, /that is the keyboard/);
    const { code, text } = await onTerminal(['small.jpg']);
    assert.equal(code, 2);
    assert.match(text, /Expected --output FILE, or --data-url, .* not for a terminal/);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it, and leaves whole files only`, async () => {
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

describe('a wrong use exits 2 and does nothing', () => {
  const cases = [
    [['--what'], /'--what'/],
    [['--crop'], /--crop/],
    [['--crop', '-1,2,3,4'], /--crop=-XYZ/],
    [['--crop', '1,2,3'], /Expected X,Y,WIDTH,HEIGHT for --crop, four numbers, .*'1,2,3'/],
    [['--crop', '1,2,3,x'], /for --crop, four numbers/],
    [['--crop', '1%,2,3,4'], /all in pixels or all in percent/],
    [['--box', '1,2,3'], /Expected LEFT,TOP,RIGHT,BOTTOM for --box/],
    [['--crop', '0,0,5,5', '--box', '0,0,5,5'], /one of --crop and --box/],
    [['--progressive', '--no-progressive'], /one of --progressive and --no-progressive/],
    [['--resize', 'big'], /WIDTHxHEIGHT.* for --resize but received 'big'/],
    [['--resize', '0x5'], /for --resize but received 0/],
    [['--resize', 'x'], /Expected a width, a height or both for --resize/],
    [['--fit', 'cover'], /Expected a width, a height or both for --resize/],
    [['--resize', '5x5', '--fit', 'tight'], /'contain'.* for --fit but received 'tight'/],
    [['--quality', '101'], /Expected an integer from 1 to 100 for --quality but received 101/],
    [['--quality', '0.9'], /for --quality but received 0\.9/],
    [['--format', 'gif'], /for --format but received 'gif'/],
    [['--rotate', '45'], /one of 0, 90, 180, 270 for --rotate but received 45/],
    [['--metadata', 'some'], /for --metadata/],
    [['--jobs', '0'], /1 or more for --jobs but received '0'/],
    [['--json', '--base64'], /one of --base64 and --json/],
    [['--json', '--output', '-'], /FILE or DIR with --json/],
    [['small.png'], /--output DIR for several inputs/],
    [['small.png', '--output', '-'], /FILE or DIR for several inputs/],
  ];
  for (const [args, message] of cases) {
    test(args.join(' '), async () => {
      const { out, err } = await fails(2, ['small.jpg', ...args], message);
      assert.equal(out.length, 0);
      assert.match(err, /^crop64: .*\nSee crop64 --help\.\n$/);
      untouched();
    });
  }
});

describe('options that the inputs decide on', () => {
  const args = ['--format', 'jpeg', '--compression-level', '3', '-o', 'out'];
  test('fit none of them: a wrong use', () =>
    fails(2, ['small.png', 'exif.jpg', ...args], /^crop64: small\.png: INVALID_ARGUMENT: .*\n/));
  test('fit some of them', async () => {
    await fails(1, ['small.jpg', 'nowhere.jpg', ...args], /INVALID_ARGUMENT/);
  });
});

describe('help', () => {
  test('--version', async () => {
    assert.equal((await succeeds(['--version'])).toString(), `${version}\n`);
  });
  test('--help has each option, and its examples work', async () => {
    const text = (await succeeds(['-h'])).toString();
    assert.equal((await succeeds(['--help', 'whatever'])).toString(), text);
    const source = fs.readFileSync(program, 'utf8');
    assert.ok(source.startsWith('#!/usr/bin/env node\n'));
    const examples = [...text.matchAll(/^ {2}crop64 (.*)$/gm)].map(([, line]) => line);
    assert.equal(examples.length, 6);
    fs.mkdirSync(at('photos'));
    const photo = await fixture('photo-420.jpg');
    for (const name of ['photo.jpg', 'photos/a.jpg']) put(name, photo);
    put('photos/b.png', pictures['small.png']);
    for (const example of examples) {
      fs.rmSync(at('part.jpg'), { force: true });
      await succeeds(example.replaceAll("'", '').split(' '));
    }
    assert.deepEqual(fs.readdirSync(at('jpegs')), ['b.jpg']);
    assert.deepEqual(fs.readdirSync(at('small')), ['a.jpg', 'b.jpg']);
    assert.deepEqual(fs.readdirSync(at('clean')), ['a.jpg', 'b.png']);
  });
});

describe('the notices', () => {
  test('names each library within the command line', () => {
    const within = fs.readFileSync(program, 'utf8').matchAll(/^\/\/ node_modules\/([^/]+)\//gm);
    const notices = fs.readFileSync(join(root, 'THIRD-PARTY-NOTICES'), 'utf8');
    const [, section] = notices.split('Packages in dist/cli.js\n');
    const named = section.split('\nPackages in ')[0].matchAll(/^([a-z-]+): /gm);
    const list = (matches) => [...new Set(Array.from(matches, ([, name]) => name))].sort();
    assert.deepEqual(list(named), list(within));
  });
});
