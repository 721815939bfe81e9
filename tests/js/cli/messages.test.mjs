// The command line: its messages speak of its own options, of files as they were typed, and print no
// control characters.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { withFlags } from '../../../build/js/cli/messages.js';
import { IMAGE_FLAGS } from '../../../build/js/cli/options.js';
import { crop64, fails, folderForEachTest, images, put } from '../../support/cli.mjs';
import { root } from '../../support/fixtures.mjs';

folderForEachTest();

describe('CLI messages name the command line’s options', () => {
  const cases = [
    [
      "Use outOfBounds: 'clamp' or 'pad' to allow it.",
      'Use --out-of-bounds clamp or pad to allow it.',
    ],
    ["Use `outOfBounds: 'clamp'`.", 'Use --out-of-bounds clamp.'],
    ["Use damaged: 'accept' to take what", 'Use --damaged accept to take what'],
    ['at most 9 for limits.memory but', 'at most 9 for --limit-memory but'],
    ['at most 9 for limits.pixels but', 'at most 9 for --limit-pixels but'],
    ['bytes for limits.bytes but', 'bytes for --limit-bytes but'],
    ['10 bytes for maxBytes but', '10 bytes for --max-bytes but'],
    ['everything, for lossless: true, but', 'everything, for --lossless, but'],
    [
      '`lossless: true` is not possible. Remove `resize` or `lossless`.',
      '--lossless is not possible. Remove --resize or --lossless.',
    ],
    [
      "Expected no quality for another format than 'jpeg' but received one together with format 'png'.",
      "Expected no --quality for another format than 'jpeg' but received one together with --format png.",
    ],
    ['Use progressive: false.', 'Use --no-progressive.'],
    ['Use progressive: true.', 'Use --progressive.'],
    ['Use `autoOrient: false`.', 'Use --no-auto-orient.'],
    ['Use palette: false.', 'Use --no-palette.'],
    ['for crop.width but received -1', 'for --crop but received -1'],
    ['for resize.width but received 0', 'for --width but received 0'],
    ['for background.alpha but received 2', 'for --background but received 2'],
    ['for rotate but received 5', 'for --rotate but received 5'],
    ['Use toBytes() or toBlob().', 'Use --output FILE.'],
    // Words that are no names of options.
    [
      'The crop is empty. Resize it, or crop a smaller region, of good quality.',
      'The crop is empty. Resize it, or crop a smaller region, of good quality.',
    ],
    ["for format but received 'crop.jpg'", "for --format but received 'crop.jpg'"],
  ];
  for (const [message, expected] of cases) {
    test(message, () => assert.equal(withFlags(message, IMAGE_FLAGS), expected));
  }
  test('an option with two names is named as typed', () => {
    const message = 'Expected a number for crop.left but received x';
    const said = (given) => withFlags(message, IMAGE_FLAGS, given);
    assert.match(said(['box']), /for --box but/);
    assert.match(said(['crop']), /for --crop but/);
    const side = 'Expected an integer for resize.width but received 0';
    assert.match(withFlags(side, IMAGE_FLAGS, ['resize']), /for --resize but/);
  });
  test('every message in the sources is translated', () => {
    const options = new Set(Object.values(IMAGE_FLAGS).map(({ to }) => to));
    const names = [...options].map((name) => name.replace('.', '\\.')).join('|');
    const left = new RegExp(
      `\\b(${names}): ('|true|false)|\\bfor (${names}) but|\`(${names})[\`:]|` +
        `\\b(${[...options]
          .filter((name) => /[A-Z.]/.test(name))
          .join('|')
          .replaceAll('.', '\\.')})\\b`,
    );
    const messages = ['src', 'bindings', 'web'].flatMap(messagesIn);
    assert.ok(messages.length > 60, `${messages.length} messages were found`);
    const named = messages.filter((message) => left.test(message));
    assert.ok(named.length > 8, `${named.length} messages with names were found`);
    for (const message of named) {
      assert.doesNotMatch(withFlags(message, IMAGE_FLAGS), left);
    }
  });
});

// The texts in C++ and TypeScript that are sentences. Neighbours are one text.
function messagesIn(folder) {
  const names = fs.readdirSync(join(root, folder), { recursive: true });
  const files = names.filter((name) => /\.(cpp|h|ts)$/.test(name) && !/^(cli|demo)\b/.test(name));
  return files.flatMap((name) => {
    const code = fs
      .readFileSync(join(root, folder, name), 'utf8')
      .replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const text = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/.source;
    const joined = new RegExp(`(?:${text})(?:\\s*\\+?\\s*(?:${text}))*`, 'g');
    const texts = code.match(joined) ?? [];
    const plain = texts.map((part) =>
      part.replace(new RegExp(text, 'g'), (one) => one.slice(1, -1)),
    );
    return plain
      .map((part) => part.replace(/\s*\+?\s*\n\s*/g, ''))
      .filter((part) => /[a-z] [a-z]+ /.test(part));
  });
}

describe('CLI errors name the command line’s options', () => {
  const cases = [
    [['--crop', '500,0,50,20'], /CROP_OUT_OF_BOUNDS: .* Use --out-of-bounds clamp or pad /],
    [['--limit-memory', '1k', '--rotate', '90'], /LIMIT_EXCEEDED: .* 1000 for --limit-memory but/],
    [['--limit-pixels', '1k', '--rotate', '90'], /LIMIT_EXCEEDED: .* 1000 for --limit-pixels but/],
    [['--limit-bytes', '1k', '--rotate', '90'], /LIMIT_EXCEEDED: .* but --limit-bytes is/],
    [['--max-bytes', '10'], /LIMIT_EXCEEDED: .* for --max-bytes but/],
    [['--lossless', '--resize', '5'], /LOSSLESS_IMPOSSIBLE: .*--lossless/],
    [['--rotate', '90'], /TRUNCATED_IMAGE: .* Use --damaged accept /, 'cut.jpg'],
    [['--format', 'jpeg', '--compression-level', '3'], /INVALID_ARGUMENT: .*--compression-level/],
  ];
  for (const [args, message, name = 'small.jpg'] of cases) {
    test(args.join(' '), async () => {
      put('cut.jpg', images['small.jpg'].subarray(0, -1000));
      const { err } = await fails(args.includes('--format') ? 2 : 1, [name, ...args], message);
      const { out } = await crop64([name, ...args, '--json']);
      const { error } = JSON.parse(out);
      assert.equal(err, `crop64: ${name}: ${error.code}: ${error.message}\n`);
    });
  }
  test('a missing file is named as typed', async () => {
    for (const name of ['nowhere.jpg', './no/../where.jpg', '/nowhere/at all.jpg']) {
      const { err } = await fails(1, [name], /SOURCE_UNREADABLE/);
      assert.equal(err, `crop64: ${name}: SOURCE_UNREADABLE: No such file.\n`);
    }
  });
});

test('control characters in file names are escaped in text and exact in JSON', async () => {
  const evil = 'e\u001b]0;pwned\u0007\u001b[2J\nvil\u009b\u202e.jpg';
  const escaped = 'e\\x1b]0;pwned\\x07\\x1b[2J\\x0avil\\x9b\\u202e.jpg';
  const hasControls = /[^\P{Cc}\n]|\u202e/u;
  put(`in/${evil}`, 'no image');
  put(`in/${evil}.gif`, 'no image');
  put(`good/${evil}`, images['small.jpg']);
  const all = [
    ['in', '--rotate', '90', '-o', 'out'],
    ['in', '--json'],
    ['info', 'in'],
    [`in/${evil}`, '-o', evil.replace('jpg', 'gif')],
    [`in/${evil}`, `--${evil}`],
    [evil, '--json'],
    [`good/${evil}`, '-o', `good/${evil}`],
    [`${evil}/*.jpg`, '--json'],
  ];
  for (const args of all) {
    const { err } = await crop64(args);
    assert.doesNotMatch(err, hasControls, args.join(' '));
    assert.ok(err.includes(escaped.slice(0, -4)), err);
  }
  const info = await crop64(['info', 'good']);
  assert.ok(info.out.toString().startsWith(`good/${escaped}: JPEG`));
  const { out } = await crop64(['info', 'good', '--json']);
  assert.equal(JSON.parse(out).input, `good/${evil}`);
});
