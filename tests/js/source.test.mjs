import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { decode, encode, probe, toBytes, toDataURL } from '../../dist/index.js';
import { rejects, sameBytes, sameSamples, sha256 } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { serve } from '../support/server.mjs';

// What follows the end of an image does no harm, and lets 8-byte arrays hold it.
const file = Buffer.concat([await fixture('small.png'), Buffer.alloc(8)]);
const whole = file.subarray(0, file.length - (file.length % 8));
const crop = { left: 11, top: 7, width: 50, height: 40 };
const expected = await toBytes(whole, { crop });

// The bytes of the image inside a larger buffer, beginning at an offset.
function within(offset, ArrayType = ArrayBuffer) {
  const buffer = new ArrayType(offset + whole.length + 24);
  new Uint8Array(buffer).fill(0xee);
  new Uint8Array(buffer).set(whole, offset);
  return buffer;
}

async function readsAs(source, what) {
  sameBytes(await toBytes(source, { crop }), expected, `${what}, cropped`);
}

test('bytes in every kind of array, which stay as they are', async (t) => {
  const exact = () => new Uint8Array(whole).buffer;
  const sources = {
    Buffer: Buffer.from(whole),
    'Buffer of the pool': Buffer.from(within(5), 5, whole.length),
    ArrayBuffer: exact(),
    SharedArrayBuffer: (() => {
      const shared = new SharedArrayBuffer(whole.length);
      new Uint8Array(shared).set(whole);
      return shared;
    })(),
    'a part of a SharedArrayBuffer': new Uint8Array(within(3, SharedArrayBuffer), 3, whole.length),
    DataView: new DataView(within(13), 13, whole.length),
  };
  const types = [Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array];
  for (const Type of [...types, Int32Array, Float32Array, Float64Array, BigUint64Array]) {
    const length = whole.length / Type.BYTES_PER_ELEMENT;
    sources[Type.name] = new Type(exact());
    sources[`a part of a ${Type.name}`] = new Type(within(16), 16, length);
  }
  for (const [what, source] of Object.entries(sources)) {
    await t.test(what, async () => {
      const buffer = source.buffer ?? source;
      const before = [buffer.byteLength, sha256(new Uint8Array(buffer))];
      await readsAs(source, what);
      sameBytes(await toBytes(source), whole, what);
      await decode(source, { channels: 'GRAY' });
      assert.deepEqual([buffer.byteLength, sha256(new Uint8Array(buffer))], before);
    });
  }
});

test('a result has memory of its own', async () => {
  const source = new Uint8Array(whole);
  const passed = await toBytes(source);
  assert.notEqual(passed.buffer, source.buffer);
  assert.equal(passed.buffer.byteLength, whole.length);
  passed.fill(0);
  sameBytes(source, whole);
  const first = await toBytes(source, { crop });
  await toBytes(await fixture('photo.png'), { compressionLevel: 1 });
  sameBytes(first, expected);
});

test('Blob, File and Response', async () => {
  await readsAs(new Blob([whole]), 'Blob');
  await readsAs(new Blob([whole.subarray(0, 100), whole.subarray(100)]), 'Blob of parts');
  await readsAs(new Blob(['xx', whole, 'yy']).slice(2, 2 + whole.length), 'slice of a Blob');
  await readsAs(new File([whole], 'photo.bmp', { type: 'text/plain' }), 'File');
  await readsAs(new Response(whole), 'Response');
  await readsAs(new Response(new Blob([whole]).stream()), 'Response of a stream');
  await readsAs(await fetch(`data:image/png;base64,${whole.toString('base64')}`), 'fetch');
});

test('Blobs and Files of other libraries', async () => {
  // As happy-dom has them: without a tag of their own, and with a stream that is no byte stream.
  class PlainBlob {
    #blob;
    constructor(bytes, type) {
      this.#blob = new Blob([bytes]);
      this.type = type;
    }
    get size() {
      return this.#blob.size;
    }
    slice(...range) {
      return new PlainBlob(this.#blob.slice(...range), '');
    }
    arrayBuffer() {
      return this.#blob.arrayBuffer();
    }
    stream() {
      return new ReadableStream({
        start: async (controller) => {
          controller.enqueue(new Uint8Array(await this.arrayBuffer()));
          controller.close();
        },
      });
    }
    toString() {
      return '[object Blob]';
    }
  }
  class PlainFile extends PlainBlob {
    name = 'photo.png';
  }
  // As jsdom has them: with a tag, and without a stream.
  class TaggedFile extends PlainFile {
    get [Symbol.toStringTag]() {
      return 'File';
    }
    stream = undefined;
  }
  const large = await fixture('photo.png');
  const part = await toBytes(large, { crop });
  for (const Type of [PlainBlob, PlainFile, TaggedFile]) {
    await readsAs(new Type(whole, 'image/png'), Type.name);
    sameBytes(await toBytes(new Type(large, 'image/png'), { crop }), part, Type.name);
    const { byteLength, base64Length } = await probe(new Type(large, 'image/png'));
    assert.deepEqual([byteLength, base64Length], [large.length, Math.ceil(large.length / 3) * 4]);
  }
  const broken = new PlainBlob(whole, 'image/png');
  broken.arrayBuffer = async () => {
    throw new Error('gone');
  };
  await rejects(toBytes(broken), 'SOURCE_UNREADABLE', {
    message: /^The Blob cannot be read: .*gone/,
  });
});

test('arrays of another realm', async () => {
  const other = runInNewContext('({ ArrayBuffer, Uint8Array, Uint8ClampedArray, DataView })');
  const bytes = new other.Uint8Array(whole);
  const views = [bytes, bytes.buffer, new other.DataView(bytes.buffer), { bytes }];
  for (const [i, source] of views.entries()) await readsAs(source, `view ${i}`);
  const { data, width, height } = await decode(whole);
  const pixels = { data: new other.Uint8ClampedArray(data), width, height };
  sameSamples(await decode(pixels), { data, width, height });
});

test('URL: http, file, data and blob', async (t) => {
  const server = await serve(t, {
    '/photo': { type: 'image/png', body: whole },
    '/photo?size=1&b=%20': { body: whole },
  });
  await readsAs(new URL('photo', server), 'http');
  await readsAs(new URL('photo?size=1&b=%20', server), 'http with a query');
  await readsAs(await fetch(new URL('photo', server)), 'the Response of a server');

  const folder = mkdtempSync(join(tmpdir(), 'crop64-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a photo, 100% #1.png');
  writeFileSync(path, whole);
  await readsAs(pathToFileURL(path), 'file');

  await readsAs(new URL(`data:image/png;base64,${whole.toString('base64')}`), 'data');
  const blobUrl = URL.createObjectURL(new Blob([whole]));
  t.after(() => URL.revokeObjectURL(blobUrl));
  await readsAs(new URL(blobUrl), 'blob');
});

test('base64 text and data URLs', async (t) => {
  const base64 = whole.toString('base64');
  const lines = base64.replace(/.{76}/g, '$&\r\n');
  const binary = Array.from(whole, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const some = whole
    .toString('latin1')
    .replace(
      /[^\w]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
  const texts = {
    base64,
    'lines of 76': lines,
    'no padding': base64.replace(/=+$/, ''),
    base64url: whole.toString('base64url'),
    'a data URL': `data:image/png;base64,${base64}`,
    'a data URL with parameters': `data:image/png;name=a.png;charset=utf-8;base64,${base64}`,
    'a data URL without a type': `data:;base64,${base64}`,
    'a data URL in capitals': `DATA:IMAGE/PNG;BASE64,${base64}`,
    'a data URL with spaces': `data:image/png; base64 ,${base64}`,
    'a data URL with line feeds': `data:image/png;base64,\n${lines}\n`,
    'a data URL of the wrong type': `data:text/plain;base64,${base64}`,
    'a data URL in base64url': `data:image/png;base64,${whole.toString('base64url')}`,
    'a percent-encoded data URL of base64': `data:image/png;base64,${encodeURIComponent(lines)}`,
    'a percent-encoded data URL of bytes': `data:image/png,${binary}`,
    'a data URL after white space': `\n  data:image/png;base64,${base64} \n`,
    'a data URL with a fragment': `data:image/png;base64,${base64}#xywh=0,0,5,5`,
    'a percent-encoded data URL with a fragment': `data:image/png,${binary}#top`,
    'blanks between lines of one length': base64.replace(/.{76}/g, '$& '),
    'lines that are indented': base64.replace(/.{76}/g, '$&\n  '),
    'a data URL with some bytes percent-encoded': `data:image/png,${some}`,
  };
  for (const [what, text] of Object.entries(texts)) {
    await t.test(what, async () => {
      await readsAs(text, what);
      sameBytes(await toBytes(text), whole, what);
    });
  }
  await t.test('the base64 text of a JPEG begins like a path', async () => {
    const jpeg = await fixture('small.jpg');
    const text = jpeg.toString('base64');
    assert.match(text, /^\/9j\//);
    sameBytes(await toBytes(text), jpeg);
    sameBytes(await toBytes(text.slice(0, 1000)), jpeg.subarray(0, 750));
  });
  await t.test('text that is too long for a path is no path', async () => {
    const text = Buffer.alloc(6000, 0xfe).toString('base64');
    assert.match(text, /^\/v7/);
    await rejects(toBytes(text), 'UNSUPPORTED_FORMAT');
  });
  await t.test('a data URL of text', async () => {
    const text = '<svg xmlns="http://www.w3.org/2000/svg">ü</svg>';
    for (const source of [
      `data:image/svg+xml,${encodeURIComponent(text)}`,
      `data:image/svg+xml;utf8,${text}`,
      new URL(`data:image/svg+xml,${encodeURIComponent(text)}`),
    ]) {
      const made = await encode(source);
      assert.equal(Buffer.from(made.bytes).toString(), text);
      assert.equal(made.mimeType, 'image/svg+xml');
    }
    const odd = '<svg>100% %zz%4';
    assert.equal(Buffer.from(await toBytes(`data:,${odd}`)).toString(), odd);
  });
  await t.test('blanks in place of + are refused, with what to do', async () => {
    const text = (await fixture('small.jpg')).toString('base64');
    assert.ok(text.includes('+'));
    const spoilt = text.replaceAll('+', ' ');
    for (const source of [spoilt, `data:image/jpeg;base64,${spoilt}`]) {
      await rejects(toBytes(source), 'INVALID_ARGUMENT', {
        message: /spaces instead of \+, as from a form .*replaceAll\(' ', '\+'\)/,
        details: { name: 'source', offset: spoilt.indexOf(' ') },
      });
    }
    sameBytes(await toBytes(spoilt.replaceAll(' ', '+')), await fixture('small.jpg'));
  });
});

test('text that looks like a path or an address is refused', async (t) => {
  const places = [
    'photo.png',
    'photo.jpeg',
    'my photo.JPG',
    'images/photo.webp',
    './photo.png',
    './photo',
    '../photo',
    '/photo.png',
    '/home/me/photo',
    '//cdn.example.org/photo',
    '/',
    'C:\\photos\\photo.png',
    'c:\\photo',
    'https://example.org/photo.png',
    'https://example.org/9j/photo',
    'HTTP://EXAMPLE.ORG/',
    'ftp://example.org/x',
    'file:///photo.png',
    'blob:https://example.org/550e8400-e29b-41d4-a716-446655440000',
    `https://example.org/${'a'.repeat(5000)}`,
    `data-${'a'.repeat(10)}:x`,
  ];
  for (const place of places) {
    await t.test(place.slice(0, 40), async () => {
      await rejects(toBytes(place), 'INVALID_ARGUMENT', {
        message: /looks like a path or a URL. Pass a URL object or the bytes/,
      });
    });
  }
});

test('samples in every order of channels, which stay as they are', async () => {
  for (const channels of ['RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA']) {
    const { data, width, height } = await decode(whole, { channels });
    const buffer = new Uint8Array(data.length + 8).fill(0xee);
    buffer.set(data, 5);
    const views = [
      data,
      new Uint8Array(data.buffer),
      Buffer.from(data),
      buffer.subarray(5, -3),
      new Uint8ClampedArray(buffer.buffer, 5, data.length),
    ];
    for (const view of views) {
      const before = sha256(view);
      const back = await decode({ data: view, width, height, channels }, { channels });
      sameSamples(back, { data, width, height }, channels);
      assert.equal(sha256(view), before);
    }
  }
  // RGBA, as ImageData has it, where nothing is said.
  const { data, width, height } = await decode(whole);
  sameSamples(await decode({ data, width, height }), { data, width, height });
});

test('samples can be cropped', async () => {
  const { data, width, height } = await decode(whole);
  const part = await decode(whole, { crop });
  sameSamples(await decode({ data, width, height }, { crop }), part);
});

test('results are sources', async () => {
  const decoded = await decode(whole, { channels: 'BGR' });
  await readsAs(await encode(decoded, { format: 'png' }), 'EncodedImage of a DecodedImage');
  sameBytes(await toBytes(decoded, { crop }), expected);
  await readsAs(await encode(whole), 'EncodedImage that passed');
  await readsAs(await toDataURL(whole), 'data URL');
});

test('samples as a file are a source: what they are stands beside them', async (t) => {
  const described = await fixture('described.png');
  const images = { '8 bits': whole, '16 bits': await fixture('small-rgba-16.png'), described };
  for (const [name, image] of Object.entries(images)) {
    await t.test(name, async () => {
      for (const channels of ['RGBA', 'RGB', 'BGR', 'GRAY', 'GRAYA', 'keep']) {
        const raw = await encode(image, { format: 'raw', channels, bitDepth: 'keep' });
        const { data, ...samples } = await decode(image, { channels, bitDepth: 'keep' });
        assert.deepEqual(
          [raw.channels, raw.bitDepth, raw.colorSpace, raw.iccProfile],
          [samples.channels, samples.bitDepth, samples.colorSpace, samples.iccProfile],
        );
        const same = await toBytes({ data, ...samples }, { crop, format: 'png' });
        sameBytes(await toBytes(raw, { crop, format: 'png' }), same, channels);
      }
    });
  }
  assert.equal('channels' in (await encode(whole, { format: 'jpeg' })), false);
  const raw = await encode(await fixture('small-rgba-16.png'), { format: 'raw', bitDepth: 16 });
  const odd = new Uint8Array(raw.bytes.length + 1);
  odd.set(raw.bytes, 1);
  sameBytes(await toBytes({ ...raw, bytes: odd.subarray(1) }), await toBytes(raw), 'an odd place');
  const { bytes, format } = raw;
  await rejects(decode({ bytes, format }), 'INVALID_ARGUMENT', { message: /source\.width/ });
});

test('limits.bytes ends the reading of what goes on for ever', async (t) => {
  let cancelled = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1000)),
        cancel: () => {
          cancelled += 1;
        },
      }),
    );
  for (const run of [decode, encode, toBytes]) {
    const limits = { bytes: 9999 };
    await rejects(run(endless(), { limits }), 'LIMIT_EXCEEDED', {
      message: /source has at least 10000 bytes, but limits\.bytes is 9999\./,
      details: { limit: 9999, value: 10000 },
    });
  }
  assert.equal(cancelled, 3);
  // From a server that does not say how much there is.
  let closed;
  const over = new Promise((resolve) => {
    closed = resolve;
  });
  const server = createServer((_, response) => {
    const more = setInterval(() => response.write(Buffer.alloc(1000)), 1);
    response.on('close', () => {
      clearInterval(more);
      closed();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = new URL(`http://127.0.0.1:${server.address().port}/`);
  await rejects(encode(address, { limits: { bytes: 5000 } }), 'LIMIT_EXCEEDED');
  await over;
});

test('a Response within limits.bytes is read whole', async () => {
  const pieces = () =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < whole.length; at += 999) {
          controller.enqueue(new Uint8Array(whole.subarray(at, at + 999)));
        }
        controller.close();
      },
    });
  const limits = { bytes: whole.length };
  sameBytes(await toBytes(new Response(pieces()), { crop, limits }), expected);
  sameBytes(await toBytes(new Response(new Uint8Array(whole)), { crop, limits }), expected);
  const used = new Response(pieces());
  await used.arrayBuffer();
  const locked = new Response(pieces());
  locked.body.getReader();
  const broken = new Response(new ReadableStream({ start: (one) => one.error(new Error('cut')) }));
  for (const response of [used, locked, broken]) {
    await rejects(encode(response, { limits }), 'SOURCE_UNREADABLE');
  }
  await rejects(decode(new Response(null), { limits }), 'UNSUPPORTED_FORMAT');
});

test('the MIME type is told by the bytes, never by the source', async (t) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  const known = [
    [whole, 'image/png'],
    [Buffer.from(svg), 'image/svg+xml'],
  ];
  for (const [body, mimeType] of known) {
    const server = await serve(t, { '/x': { type: 'text/html', body } });
    const sources = [
      new Blob([body], { type: 'text/html' }),
      new File([body], 'x.html', { type: 'image/png"><script>' }),
      new Response(body, { headers: { 'content-type': 'text/html;a=b' } }),
      new URL('/x', server),
      `data:text/html;base64,${body.toString('base64')}`,
      `data:image/png"><script>;base64,${body.toString('base64')}`,
    ];
    for (const source of sources) {
      const made = await encode(source);
      assert.equal(made.mimeType, mimeType);
      sameBytes(made.bytes, body);
    }
  }
  for (const text of ['v 1', '<script>alert(1)</script>', '']) {
    for (const type of ['model/obj', 'image/png']) {
      await rejects(toDataURL(new Blob([text], { type })), 'UNSUPPORTED_FORMAT');
      await rejects(toDataURL(`data:${type};base64,${btoa(text)}`), 'UNSUPPORTED_FORMAT');
    }
  }
});

test('the MIME type of an SVG is known whatever its root element follows', async () => {
  const root = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const texts = [
    root,
    `\ufeff${root}`,
    `\n<?xml version="1.0"?>\n<!-- <a> -->${root}`,
    `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">${root}`,
    `<?xml version="1.0"?><!DOCTYPE svg [ <!ENTITY ns "http://x"> <!ENTITY b "c"> ]>\n${root}`,
  ];
  for (const text of texts) {
    const error = await rejects(decode(Buffer.from(text)), 'UNSUPPORTED_FORMAT');
    assert.equal(error.details.mimeType, 'image/svg+xml', text);
  }
  for (const text of ['<!DOCTYPE html><svg/>', '<html><svg/>', '<!--']) {
    const error = await rejects(decode(Buffer.from(text)), 'UNSUPPORTED_FORMAT');
    assert.equal('mimeType' in error.details, false, text);
  }
  const webp = await rejects(decode(await fixture('small.webp')), 'UNSUPPORTED_FORMAT');
  assert.equal(webp.details.mimeType, 'image/webp');
});

test('what is no source is refused', async (t) => {
  const pixels = { data: new Uint8Array(40), width: 5, height: 2 };
  const kinds = /^Expected a Blob, bytes, Response, Request, URL, .* for `source` but received /;
  const wrong = [
    [undefined, kinds],
    [null, kinds],
    [5, kinds],
    [true, kinds],
    [10n, kinds],
    [Symbol('x'), kinds],
    [() => {}, kinds],
    [{}, kinds],
    [[1, 2, 3], kinds],
    [new Date(), kinds],
    [new Map(), kinds],
    [Promise.resolve(whole), kinds],
    [{ bytes: 'abc' }, kinds],
    [{ data: pixels.data, width: 5 }, kinds],
    [{ ...pixels, width: 0 }, /an integer of at least 1 for `source.width` .* 0/],
    [{ ...pixels, width: -5 }, /an integer of at least 1 for `source.width` .* -5/],
    [{ ...pixels, height: 2.5 }, /an integer of at least 1 for `source.height` .* 2.5/],
    [{ ...pixels, height: '2' }, /an integer of at least 1 for `source.height` .* '2'/],
    [{ ...pixels, height: Number.NaN }, /an integer of at least 1 for `source.height` .* NaN/],
    [{ ...pixels, width: 2 ** 32 }, /an integer of at least 1 for `source.width`/],
    [{ ...pixels, channels: 'XYZ' }, /one of RGBA, RGB, .* for `source.channels` .* 'XYZ'/],
    [{ ...pixels, channels: 'toString' }, /one of RGBA, RGB, .* for `source.channels`/],
    [{ ...pixels, channels: 4 }, /one of RGBA, RGB, .* for `source.channels` .* 4/],
    [{ ...pixels, channels: null }, /one of RGBA, RGB, .* for `source.channels` .* null/],
    [{ ...pixels, channels: 'RGB' }, /5 x 2 x 3 = 30 samples \(RGB\) for `source.data` .* 40/],
    [{ ...pixels, height: 3 }, /5 x 3 x 4 = 60 samples \(RGBA\) for `source.data` .* 40/],
    [
      { ...pixels, data: [...pixels.data] },
      /a Uint8Array, Uint8ClampedArray or Uint16Array for `source.data`/,
    ],
    [{ ...pixels, data: new Float32Array(40) }, /a Uint8Array, .* for `source.data`/],
    [{ ...pixels, data: undefined }, /a Uint8Array, .* for `source.data` .* undefined/],
    [{ ...pixels, data: null }, /a Uint8Array, .* for `source.data` .* null/],
    [{ ...pixels, data: pixels.data.buffer }, /a Uint8Array, .* for `source.data`/],
    [new URL('mailto:me@example.org'), /an http, https, blob, data or file URL .* 'mailto:/],
  ];
  for (const [source, message] of wrong) {
    await t.test(String(message), () => rejects(decode(source), 'INVALID_ARGUMENT', { message }));
  }
});

test('bytes that were transferred to a worker are gone, and that is said', async () => {
  const source = new Uint8Array(whole);
  const result = await encode(whole, { crop });
  structuredClone([source, result.bytes], { transfer: [source.buffer, result.bytes.buffer] });
  for (const gone of [source, source.buffer, result]) {
    await rejects(toBytes(gone), 'SOURCE_UNREADABLE', { message: /transferred or resized/ });
  }
  const pixels = { data: source, width: 10, height: 5 };
  await rejects(toBytes(pixels), 'SOURCE_UNREADABLE', { message: /transferred or resized/ });
});

test('an empty source is no image', async () => {
  for (const source of [Buffer.alloc(0), new ArrayBuffer(0), new Blob([]), '', 'data:,']) {
    const message = /no bytes at all/;
    await rejects(decode(source), 'UNSUPPORTED_FORMAT', { message });
  }
});
