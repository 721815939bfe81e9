// What an error says about values that are often passed in place of a source.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { decode } from '../../dist/index.js';
import { rejects } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const png = await fixture('small.png');
const tagged = (tag, fields = {}) => ({ [Symbol.toStringTag]: tag, ...fields });
const file = new File([png], 'a.png');

const values = {
  undefined: [undefined, /Check that a file was chosen/],
  null: [null, /Check that a file was chosen/],
  'a function': [() => file, /It is a function: pass what it returns/],
  'a Promise': [Promise.resolve(png), /It looks like a Promise: await it first/],
  'a Blob of an old jsdom': [
    tagged('Blob', { size: 5 }),
    /without arrayBuffer\(\).*pass its bytes/,
  ],
  'a FileList': [tagged('FileList', { 0: file, length: 1 }), /FileList: pass input\.files\[0\]/],
  'an array of files': [[file, file], /looks like an array: call once for each/],
  'an empty array': [[], /looks like an empty array/],
  'an array of numbers': [[137, 80, 78], /array of numbers: pass Uint8Array\.from\(array\)/],
  'an Event': [new Event('change'), /looks like an event: .* event\.target\.files\[0\]/],
  'a React event': [{ nativeEvent: {}, target: {}, type: 'change' }, /event\.target\.files/],
  'a ClipboardEvent': [tagged('ClipboardEvent', { target: {} }), /clipboardData\.files\[0\]/],
  'a DragEvent': [tagged('DragEvent', { target: {} }), /dataTransfer\.files\[0\]/],
  'an <input>': [tagged('HTMLInputElement', { files: [] }), /pass input\.files\[0\]/],
  'a <div>': [tagged('HTMLDivElement'), /without pixels: pass an <img>, <video> or <canvas>/],
  'an <svg>': [tagged('SVGSVGElement'), /without pixels/],
  'a DataTransfer': [tagged('DataTransfer', { files: [] }), /pass its files\[0\]/],
  'a DataTransferItem': [tagged('DataTransferItem', { type: 'x' }), /item\.getAsFile\(\)/],
  'a ClipboardItem': [tagged('ClipboardItem'), /await item\.getType\('image\/png'\)/],
  'a FormData': [new FormData(), /form\.get\(name\)/],
  'a file handle': [tagged('FileSystemFileHandle', { name: 'a' }), /await handle\.getFile\(\)/],
  'a context': [tagged('CanvasRenderingContext2D', { canvas: {} }), /pass context\.canvas/],
  'a jQuery object': [{ jquery: '3.7.1', 0: {}, length: 1 }, /jQuery object: .* \$image\[0\]/],
  'a React ref': [{ current: file }, /pass ref\.current/],
  'a Buffer after JSON': [JSON.parse(JSON.stringify(png)), /pass Buffer\.from\(value\.data\)/],
  'an upload of multer': [{ originalname: 'a.png', buffer: png, size: 5 }, /pass its buffer/],
  'a response of axios': [{ data: 'x', status: 200, headers: {} }, /pass its data/],
};

for (const [name, [value, hint]] of Object.entries(values)) {
  test(`${name}: the error says what to pass instead`, async () => {
    const error = await rejects(decode(value), 'INVALID_ARGUMENT', { message: hint });
    assert.match(error.message, /^Expected a Blob, bytes, .* for `source` but received /);
    assert.equal(error.details.name, 'source');
  });
}

test('an unrecognised value gives no hint', async () => {
  for (const value of [5, true, {}, new Map(), new Date()]) {
    await rejects(decode(value), 'INVALID_ARGUMENT', { message: /but received .*\.$/ });
  }
});

test('a Node stream with an encoding is refused with advice', async () => {
  const readable = Readable.from(['text', 'more']);
  await rejects(decode(readable), 'INVALID_ARGUMENT', {
    message: /a stream of Uint8Arrays \(without an encoding\) for `source` .* 'text'/,
  });
});
