// toFile: the name and the type of the File. What is in it is encode's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, toFile } from '../../dist/index.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const png = await fixture('small.png');
const crop = { left: 11, top: 7, width: 50, height: 40 };

test('toFile returns a File with the bytes of encode', async () => {
  for (const options of [
    { crop },
    { crop, format: 'jpeg', quality: 70 },
    { crop, format: 'raw' },
  ]) {
    const file = await toFile(png, options);
    const { bytes, mimeType } = await encode(png, options);
    assert.ok(file instanceof File);
    assert.equal(file.type, mimeType);
    sameBytes(new Uint8Array(await file.arrayBuffer()), bytes);
  }
});

test('the extension of the name matches the format of the result', async () => {
  const names = [
    // name of the source, name of the options, format, name of the result
    [undefined, undefined, 'jpeg', 'image.jpg'],
    [undefined, undefined, 'keep', 'image.png'],
    [undefined, undefined, 'raw', 'image.raw'],
    ['holiday.heic', undefined, 'jpeg', 'holiday.jpg'],
    ['holiday.JPG', undefined, 'jpeg', 'holiday.JPG'],
    ['holiday.jpeg', undefined, 'jpeg', 'holiday.jpeg'],
    ['holiday.jfif', undefined, 'png', 'holiday.png'],
    ['a.tar.png', undefined, 'jpeg', 'a.tar.jpg'],
    ['IMG 2024.05.01', undefined, 'jpeg', 'IMG 2024.05.01.jpg'],
    ['.png', undefined, 'jpeg', '.png.jpg'],
    ['', undefined, 'jpeg', 'image.jpg'],
    ['holiday.png', 'avatar', 'jpeg', 'avatar.jpg'],
    ['holiday.png', 'avatar.webp', 'png', 'avatar.png'],
    [undefined, 'avatar.jpg', 'jpeg', 'avatar.jpg'],
    [undefined, 'v1.2', 'png', 'v1.2.png'],
  ];
  for (const [sourceName, name, format, expected] of names) {
    const source = sourceName === undefined ? png : new File([png], sourceName);
    const file = await toFile(source, { crop, format, name });
    assert.equal(file.name, expected, `${sourceName}, ${name}, ${format}`);
  }
  assert.equal((await toFile(new Blob([png]))).name, 'image.png');
  assert.equal((await toFile(await fixture('small.webp'))).name, 'image.webp');
});

test('a name that is empty or not a string is INVALID_ARGUMENT', async () => {
  for (const name of ['', 5, null, {}]) {
    await rejects(toFile(png, { name }), 'INVALID_ARGUMENT', {
      message: /^Expected a string that is not empty for `name` but received /,
      details: { name: 'name' },
    });
  }
  await rejects(toFile(png, null), 'INVALID_ARGUMENT');
  await rejects(toFile(png, { Name: 'a' }), 'INVALID_ARGUMENT');
  await rejects(encode(png, { name: 'a.png' }), 'INVALID_ARGUMENT');
});

test('toFile without the class File fails with advice', async (t) => {
  const { File } = globalThis;
  t.after(() => {
    globalThis.File = File;
  });
  globalThis.File = undefined;
  await rejects(toFile(png), 'INVALID_ARGUMENT', { message: /class File .* Use toBlob\(\)/ });
});
