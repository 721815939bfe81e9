// Base64 through the public interface. A file of a format that is only recognised is copied as it is, so
// that behind the two bytes that a JPEG XL file begins with any bytes can be written and read.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { encode, toBase64, toBytes, toDataURL } from '../../dist/index.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

// A prefix makes any text a source: bare text may look like a path.
const read = (text) => toBytes(`data:;base64,${text}`);

const anyFile = (length) => Buffer.concat([Buffer.from([0xff, 0x0a]), randomBytes(length - 2)]);

const lengths = [
  ...Array.from({ length: 300 }, (_, i) => i + 2),
  4095,
  4096,
  4097,
  65535,
  65537,
  1_000_000,
  3_000_001,
];

test("base64 text equals Node's, at every length", async () => {
  for (const length of lengths) {
    const bytes = anyFile(length);
    const expected = bytes.toString('base64');
    assert.ok((await toBase64(bytes)) === expected, `${length} bytes`);
  }
  const pairs = Array.from({ length: 65536 * 2 }, (_, i) => ((i >> 1) >> (8 * (i & 1))) & 255);
  const every = Buffer.from([0xff, 0x0a, ...pairs]);
  assert.ok((await toBase64(every)) === every.toString('base64'));
  assert.ok((await encode(every)).toBase64() === every.toString('base64'));
});

test('base64 text is the same in an engine without toBase64', async (t) => {
  const { Buffer: encoder } = globalThis;
  t.after(() => {
    globalThis.Buffer = encoder;
  });
  for (const length of lengths) {
    const bytes = new Uint8Array(anyFile(length));
    const expected = encoder.from(bytes).toString('base64');
    globalThis.Buffer = undefined;
    const [text, url] = [await toBase64(bytes), await toDataURL(bytes)];
    globalThis.Buffer = encoder;
    assert.ok(text === expected, `${length} bytes`);
    assert.ok(url === `data:image/jxl;base64,${expected}`, `${length} bytes`);
  }
});

test('copied bytes are a new Uint8Array for every type of source', async (t) => {
  const given = new Uint8Array(await fixture('photo.png'));
  const folder = mkdtempSync(join(tmpdir(), 'crop64-base64-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const url = pathToFileURL(join(folder, 'photo.png'));
  writeFileSync(url, given);
  assert.ok(given.length > 65536, 'more than is looked at');
  for (const source of [given, given.buffer, Buffer.from(given), url]) {
    const made = await toBytes(source);
    assert.equal(made.constructor, Uint8Array);
    sameBytes(made, given);
    made.fill(0);
    sameBytes(await toBytes(source), given);
  }
});

test('base64 text decodes to its bytes, at every length', async () => {
  for (const length of lengths) {
    const bytes = anyFile(length);
    sameBytes(await read(bytes.toString('base64')), bytes, `${length} bytes`);
  }
});

test('base64 with line feeds, spaces, no padding or the URL alphabet decodes', async () => {
  const ways = {
    'lines of 76': (text) => text.replace(/.{76}/g, '$&\r\n'),
    'lines of 64': (text) => `${text.replace(/.{64}/g, '$&\n')}\n`,
    'a line each': (text) => text.replace(/./g, '$&\n'),
    'white space': (text) => ` \t${text.replace(/.{5}/g, '$& \t\f\r\n')}  `,
    'no padding': (text) => text.replace(/=+$/, ''),
    'half the padding': (text) => text.replace(/==$/, '='),
    'padding apart': (text) => text.replace(/=/g, ' = '),
    base64url: (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    'both alphabets': (text) => text.replace('+', '-').replace('/', '_'),
  };
  for (const [name, change] of Object.entries(ways)) {
    for (const length of [2, 3, 4, 5, 62, 63, 64, 65, 1000, 1001, 1002]) {
      const bytes = anyFile(length);
      sameBytes(await read(change(bytes.toString('base64'))), bytes, `${name}, ${length} bytes`);
    }
    const image = await fixture('small.png');
    sameBytes(await toBytes(change(image.toString('base64'))), image, `${name}, bare`);
  }
});

test('invalid base64 is refused with its offset', async () => {
  const long = 'AAAA'.repeat(1000);
  const broken = [
    ['!AAA', 0],
    ['AA!A', 2],
    ['AAAA*', 4],
    ['AAA.', 3],
    ['A', 0],
    ['AAAAA', 4],
    ['AAAAA===', 5],
    ['=', 0],
    ['=AAA', 0],
    ['A=', 1],
    ['AAAA=', 4],
    ['AA===', 4],
    ['AAA==', 4],
    ['AA==A', 4],
    ['AA==AAAA', 4],
    ['AAA=AAA=', 4],
    ['AA=A', 3],
    ['AA\0A', 2],
    ['AAA\u00e9', 3],
    ['AA€A', 2],
    ['AAAA\u{1f600}', 4],
    ['AA\u00a0A', 2],
    [`${long}?${long}`, 4000],
    [`${long}${long.slice(0, -2)}\u00ff=`, 7998],
    [`${long}A`, 4000],
  ];
  for (const [text, offset] of broken) {
    const what = text.length > 20 ? `${text.slice(0, 20)}…` : text;
    await rejects(read(text), 'INVALID_ARGUMENT', {
      details: { offset },
      message: new RegExp(`offset ${offset}\\b`),
    }).catch((error) => assert.fail(`${JSON.stringify(what)}: ${error.message}`));
  }
  for (const character of Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))) {
    if (/[\w+/\-= \t\n\f\r,%#]/.test(character)) continue; // # begins a fragment
    await rejects(read(`AAAA${character}AAA`), 'INVALID_ARGUMENT', { details: { offset: 4 } });
  }
});
