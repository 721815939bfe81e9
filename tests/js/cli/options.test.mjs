// The command line: each option gives, byte for byte, what the interface gives.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IMAGE_FLAGS } from '../../../build/js/cli/options.js';
import { toBytes } from '../../../dist/index.js';
import { jpegWithExif, orientation } from '../../../support/exif.mjs';
import { sameBytes } from '../../support/checks.mjs';
import { fails, folderForEachTest, images, put, succeeds, untouched } from '../../support/cli.mjs';
import { fixture } from '../../support/fixtures.mjs';

folderForEachTest();

describe('CLI options give the bytes of the interface’s options', () => {
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
    [
      ['--crop', '-9,-9,60,50', '--out-of-bounds', 'clamp'],
      { crop: { ...crop, x: -9, y: -9 }, outOfBounds: 'clamp' },
    ],
    [['--crop', '60x50+10+20'], { crop }],
    [
      ['--crop', '60x50-9-9', '--out-of-bounds', 'clamp'],
      { crop: { ...crop, x: -9, y: -9 }, outOfBounds: 'clamp' },
    ],
    [['--rotate', '90'], { rotate: 90 }],
    [['--rotate', '-90'], { rotate: 270 }],
    [['--rotate=-90'], { rotate: 270 }],
    [['--rotate', '450'], { rotate: 90 }],
    [['--flip', 'vertical'], { flip: 'vertical' }],
    [['--no-auto-orient', '--rotate', '180'], { autoOrient: false, rotate: 180 }, 'turned.jpg'],
    [['--resize', '40x30'], { resize: { width: 40, height: 30 } }],
    [['--resize', '40x'], { resize: { width: 40 } }],
    [['--resize', '40'], { resize: { width: 40 } }],
    [['--width', '40'], { resize: { width: 40 } }],
    [['-w', '40'], { resize: { width: 40 } }],
    [['--height', '30'], { resize: { height: 30 } }],
    [['--width', '40', '--height', '30'], { resize: { width: 40, height: 30 } }],
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
    [['--format', 'JPG'], { format: 'jpg' }, 'small.png'],
    [['--format', 'raw', '--channels', 'GRAY'], { format: 'raw', channels: 'GRAY' }],
    [['--format', 'raw', '--bit-depth', '16'], { format: 'raw', bitDepth: 16 }],
    [['--lossless', '--crop', '10,20,60,50'], { lossless: true, crop }],
    [['--quality', '30'], { quality: 30 }],
    [['-q30'], { quality: 30 }],
    [['--quality', 'keep', '--rotate', '90'], { quality: 'keep', rotate: 90 }],
    [['--progressive'], { progressive: true }],
    [
      ['--no-progressive', '--quality', '50'],
      { progressive: false, quality: 50 },
      'small-progressive.jpg',
    ],
    [['--optimize-coding', '--quality', '50'], { optimizeCoding: true, quality: 50 }],
    [['--chroma-subsampling', '4:4:4'], { chromaSubsampling: '4:4:4' }],
    [['--color-space', 'display-p3'], { colorSpace: 'display-p3' }],
    [['--metadata', 'none'], { metadata: 'none' }],
    [['--metadata', 'all', '--rotate', '90'], { metadata: 'all', rotate: 90 }],
    [['--max-bytes', '3000'], { maxBytes: 3000 }],
    [['--max-bytes', '3k'], { maxBytes: 3000 }],
    [['--max-bytes', '2.5kB'], { maxBytes: 2500 }],
    [['--max-bytes', '0.003M'], { maxBytes: 3000 }],
    [['--max-bytes', '3KiB'], { maxBytes: 3072 }],
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
    'turned.jpg': async () => jpegWithExif(images['small.jpg'], orientation(6)),
    'cut.jpg': async () => images['small.jpg'].subarray(0, -1000),
  };
  for (const [args, options, name = 'exif.jpg'] of cases) {
    test(args.join(' '), async () => {
      const image = await (made[name]?.() ?? fixture(name));
      put(name, image);
      const expected = await toBytes(image, options);
      sameBytes(await succeeds([name, ...args, '--output', '-']), expected);
      // Each of them matters here: without it, it is another result or none.
      for (const fewer of withoutEach(options)) {
        const other = await toBytes(image, fewer).catch(() => undefined);
        assert.ok(!other || Buffer.compare(other, expected) !== 0, JSON.stringify(fewer));
      }
    });
  }
  for (const limit of ['pixels', 'bytes', 'memory']) {
    test(`--limit-${limit}`, async () => {
      for (const value of ['1000', '1k', '0.001M', '1kB']) {
        const args = [`--limit-${limit}`, value, '--rotate', '90'];
        const expected = /small\.jpg: LIMIT_EXCEEDED: .*--limit-\w+/;
        await fails(1, ['small.jpg', ...args], expected);
      }
      const expected = await toBytes(images['small.jpg'], { rotate: 90 });
      const args = [`--limit-${limit}`, 'Infinity', '--rotate', '90'];
      sameBytes(await succeeds(['small.jpg', ...args]), expected);
    });
  }
  test('--min-quality', async () => {
    const args = ['exif.jpg', '--max-bytes', '3000', '--min-quality'];
    await fails(1, [...args, '95'], /exif\.jpg: LIMIT_EXCEEDED: /);
    const expected = await toBytes(images['exif.jpg'], { maxBytes: 3000, minQuality: 5 });
    sameBytes(await succeeds([...args, '5']), expected);
  });
  test('every option has a test case', () => {
    const tested = cases.flatMap(([args]) => args).map((arg) => arg.split('=')[0]);
    const missing = Object.keys(IMAGE_FLAGS).filter((flag) => !tested.includes(`--${flag}`));
    assert.deepEqual(missing, ['min-quality', 'limit-pixels', 'limit-bytes', 'limit-memory']);
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

describe('--resize 50% is half of the crop', () => {
  // Worked out by hand, rounded half up, from 131 x 97, and from turned.jpg: 97 x 131 when upright.
  const cases = [
    ['--resize 50%', '66 x 49'],
    ['--resize 0.1%', '1 x 1'],
    ['--resize 200%', '262 x 194'],
    ['--resize 50% --rotate 90', '49 x 66'],
    ['--resize 50% --rotate -90', '49 x 66'],
    ['--resize 50% --rotate 180', '66 x 49'],
    ['--resize 50% --crop 1,2,31,20', '16 x 10'],
    ['--resize 50% --crop 0.4,0.4,30.2,20.2', '16 x 11'],
    ['--resize 50% --crop 10%,10%,50%,50%', '33 x 24'],
    ['--resize 50% --box 1,2,32,22', '16 x 10'],
    ['--resize 50% --box -9,-9,30,20 --out-of-bounds clamp', '15 x 10'],
    ['--resize 50% --box -9,-9,30,20 --out-of-bounds pad', '20 x 15'],
    ['--resize 50% --box -0.5,0,131.5,97 --out-of-bounds pad', '66 x 49'],
    ['--resize 50% --box -1,0,132,97 --out-of-bounds pad', '66 x 49'],
    ['--resize 50% --box -2,0,133,97 --out-of-bounds pad', '68 x 49'],
    ['--resize 50% --crop 0,0,96,130', '48 x 65', 'turned.jpg'],
    ['--resize 50%', '49 x 66', 'turned.jpg'],
    ['--resize 50% --no-auto-orient', '66 x 49', 'turned.jpg'],
  ];
  for (const [args, expected, name = 'small.jpg'] of cases) {
    test(`${args}: ${name}`, async () => {
      put('turned.jpg', jpegWithExif(images['small.jpg'], orientation(6)));
      const result = JSON.parse(await succeeds([name, ...args.split(' '), '--json']));
      assert.equal(`${result.width} x ${result.height}`, expected);
    });
  }
  test('--resize 50% keeps the whole image and uses --kernel', async () => {
    const resize = { width: 66, height: 49, fit: 'fill', kernel: 'nearest' };
    const expected = await toBytes(images['small.jpg'], { resize });
    sameBytes(await succeeds(['small.jpg', '--resize', '50%', '--kernel', 'nearest']), expected);
  });
  test('--resize 50% depends on the size of each image', async () => {
    put('all/a.jpg', images['small.jpg']);
    put(
      'all/b.png',
      await toBytes(images['small.png'], { crop: { x: 0, y: 0, width: 20, height: 10 } }),
    );
    const lines = (await succeeds(['all', '--resize', '50%', '--json']))
      .toString()
      .trim()
      .split('\n');
    const widths = lines.map((line) => JSON.parse(line).width);
    assert.deepEqual(widths, [66, 10]);
  });
});

describe('CLI exits 2 and writes nothing for an invalid command', () => {
  const cases = [
    [['--what'], /Unknown option --what\.$/m],
    [['--qualty', '5'], /Unknown option --qualty: did you mean --quality\?$/m],
    [['--qualty=5'], /Unknown option --qualty: did you mean --quality\?$/m],
    [['--rezise', '5'], /did you mean --resize\?/],
    [['--maxBytes', '5'], /Unknown option --maxBytes: did you mean --max-bytes\?/],
    [['--outOfBounds', 'clamp'], /did you mean --out-of-bounds\?/],
    [['--strip'], /did you mean --metadata none\?/],
    [['-resize', '5'], /Unknown option -resize: did you mean --resize\?/],
    [['-quality=5'], /Unknown option -quality: did you mean --quality\?/],
    [['-output', 'x.jpg'], /Unknown option -output: did you mean --output\?/],
    [['-x'], /Unknown option -x\.$/m],
    [['--__proto__', '5'], /Unknown option --__proto__\./],
    [['--constructor'], /Unknown option --constructor\./],
    [['--crop'], /Expected X,Y,WIDTH,HEIGHT for --crop but received nothing/],
    [['--quality', '--progressive'], /for --quality but received the option --progressive/],
    [['--quality', '-o', 'x.jpg'], /for --quality but received the option -o/],
    [['--lossless=yes'], /Expected no value for --lossless but received 'yes'/],
    [['--crop', '1,2,3'], /for --crop, four numbers, .*'1,2,3'/],
    [['--crop', '1,2,3,x'], /for --crop, four numbers/],
    [['--crop', '1%,2,3,4'], /all in pixels or all in percent/],
    [['--crop', '10x20'], /--crop needs a position: 10x20\+0\+0 is .*--resize 10x20/],
    [['--crop', '10x20+5'], /for --crop, four numbers/],
    [['--box', '1,2,3'], /Expected LEFT,TOP,RIGHT,BOTTOM for --box/],
    [['--box', '10x20+0+0'], /Expected LEFT,TOP,RIGHT,BOTTOM for --box/],
    [['--crop', '0,0,5,5', '--box', '0,0,5,5'], /--crop and --box cannot be combined/],
    [
      ['--progressive', '--no-progressive'],
      /--progressive and --no-progressive cannot be combined/,
    ],
    [['--resize', 'big'], /WIDTHxHEIGHT.* for --resize but received 'big'/],
    [['--resize', '0%'], /for --resize but received '0%'/],
    [['--resize', '50%x20%'], /for --resize but received '50%x20%'/],
    [['--resize', '0x5'], /for --resize but received 0/],
    [['--width', '0'], /for --width but received 0/],
    [['--width', '5%'], /for --width but received '5%'/],
    [['--resize', 'x'], /for --resize but received 'x'/],
    [['--resize', '5', '--width', '6'], /--resize and --width cannot be combined/],
    [['--fit', 'cover'], /--fit needs --resize/],
    [['--without-enlargement'], /--without-enlargement needs --resize/],
    [['--resize', '5x5', '--fit', 'tight'], /'contain'.* for --fit but received 'tight'/],
    [['--quality', '101'], /Expected an integer from 1 to 100 for --quality but received 101/],
    [['--quality', '0.9'], /for --quality but received 0\.9/],
    [['--format', 'gif'], /for --format but received 'gif'/],
    [['--background', 'nocolour'], /for --background but received 'nocolour'/],
    [['--rotate', 'left'], / for --rotate but received 'left'/],
    [['--metadata', 'some'], /for --metadata/],
    [['--max-bytes', '5 apples'], /for --max-bytes but received '5 apples'/],
    [['--max-bytes', '0'], /for --max-bytes but received 0/],
    [
      ['--min-quality', '50'],
      /Expected --max-bytes beside it .* for --min-quality but received 50/,
    ],
    [
      ['--crop', '0.25,0.25,0.5,0.5'],
      /pixels, or percent \(25%,25%,50%,50%\) .* for --crop but received/,
    ],
    [['--limit-memory', '-1'], /for --limit-memory but received -1/],
    [['--jobs', '0'], /1 or more for --jobs but received '0'/],
    [['--json', '--base64'], /--base64 and --json cannot be combined/],
    [['--json', '--output', '-'], /FILE or FOLDER with --json/],
    [['small.png'], /Several inputs need --output FOLDER/],
    [['small.png', '--output', '-'], /FILE or FOLDER for several inputs/],
    [
      ['https://example.com/a b.jpg'],
      /URLs are not fetched\. Use: curl -fsSL 'https:\/\/example\.com\/a b\.jpg' \| crop64 - /,
    ],
    [["http://example.com/a'b.jpg"], /curl -fsSL 'http:\/\/example\.com\/a'\\''b\.jpg' \|/],
    [['data:image/png;base64,AAAA'], /received a data URL\. Pipe it to standard input/],
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

describe('CLI options that do not fit the input’s format', () => {
  const args = ['--format', 'jpeg', '--compression-level', '3', '-o', 'out'];
  test('exit 2 if they fit no input', () =>
    fails(2, ['small.png', 'exif.jpg', ...args], /^crop64: small\.png: INVALID_ARGUMENT: .*\n/));
  test('exit 1 if other inputs failed for another reason', () =>
    fails(1, ['small.jpg', 'nowhere.jpg', ...args], /INVALID_ARGUMENT/));
});
