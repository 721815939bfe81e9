// Streams as sources, up to limits.bytes, and what is wrong with some. Requests are in it too.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { decode, encode, probe, toBytes } from '../../dist/index.js';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { serve } from '../support/server.mjs';

const png = await fixture('small.png');
const crop = { left: 11, top: 7, width: 50, height: 40 };
const expected = await toBytes(png, { crop });

function chunked(size, make = (bytes) => new Uint8Array(bytes)) {
  const chunks = [];
  for (let at = 0; at < png.length; at += size) chunks.push(make(png.subarray(at, at + size)));
  return chunks;
}

const streamOf = (chunks, type) =>
  new ReadableStream({
    type,
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function* generate(chunks) {
  yield* chunks;
}

test('every kind of stream gives the same result as its bytes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'crop64-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'small.png');
  await writeFile(path, png);
  const toBuffer = (bytes) => new Uint8Array(bytes).buffer;
  const sources = {
    'ReadableStream of Uint8Arrays': () => streamOf(chunked(999)),
    'ReadableStream of Buffers': () => streamOf(chunked(999, Buffer.from)),
    'ReadableStream of ArrayBuffers': () => streamOf(chunked(999, toBuffer)),
    'byte stream': () => streamOf(chunked(999), 'bytes'),
    'one chunk': () => streamOf([new Uint8Array(png)]),
    'empty chunks': () => streamOf([new Uint8Array(), ...chunked(5000), new Uint8Array()]),
    'stream of a Blob': () => new Blob([png]).stream(),
    'createReadStream()': () => createReadStream(path, { highWaterMark: 777 }),
    'Readable.toWeb()': () => Readable.toWeb(createReadStream(path)),
    'Readable.from()': () => Readable.from(chunked(100)),
    'async generator': () => generate(chunked(100)),
  };
  for (const [name, make] of Object.entries(sources)) {
    sameBytes(await toBytes(make(), { crop }), expected, name);
    sameBytes(await toBytes(make(), { limits: { bytes: png.length } }), png, name);
    assert.equal((await probe(make())).byteLength, png.length, name);
    const { signal } = new AbortController();
    sameBytes(await toBytes(make(), { crop, signal }), expected, name);
  }
});

test('an upload to a Node server is a source', async (t) => {
  const server = createServer(async (request, response) => response.end(await toBytes(request)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${server.address().port}/`;
  const answer = await fetch(url, { method: 'POST', body: png });
  sameBytes(new Uint8Array(await answer.arrayBuffer()), png);
});

test('limits.bytes cancels an endless stream', async () => {
  let ended = 0;
  const end = () => {
    ended += 1;
  };
  const chunk = new Uint8Array(1000);
  const endless = {
    ReadableStream: () =>
      new ReadableStream({ pull: (controller) => controller.enqueue(chunk), cancel: end }),
    Readable: () =>
      new Readable({
        read() {
          this.push(chunk);
        },
        destroy(_, done) {
          end();
          done(null);
        },
      }),
    'async generator': async function* () {
      try {
        for (;;) yield chunk;
      } finally {
        end();
      }
    },
  };
  for (const [name, make] of Object.entries(endless)) {
    for (const call of [probe, decode, encode]) {
      ended = 0;
      await rejects(call(make(), { limits: { bytes: 9999 } }), 'LIMIT_EXCEEDED', {
        message: /source has at least 10000 bytes, but limits\.bytes is 9999/,
        details: { limit: 9999, value: 10000 },
      });
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal(ended, 1, name);
    }
  }
});

test('a locked or failing stream is SOURCE_UNREADABLE', async () => {
  const locked = streamOf(chunked(999));
  locked.getReader();
  await rejects(encode(locked), 'SOURCE_UNREADABLE', {
    message: /^The stream cannot be read: /,
  });
  const cause = new Error('cut off');
  const broken = {
    ReadableStream: new ReadableStream({ start: (controller) => controller.error(cause) }),
    Readable: new Readable({
      read() {
        this.destroy(cause);
      },
    }),
    generator: (async function* () {
      yield png.subarray(0, 10);
      throw cause;
    })(),
  };
  for (const [name, source] of Object.entries(broken)) {
    const error = await rejects(encode(source), 'SOURCE_UNREADABLE', { message: /cut off/ });
    assert.equal(error.cause, cause, name);
  }
  await rejects(decode(streamOf([])), 'UNSUPPORTED_FORMAT', { message: /no bytes at all/ });
});

test('chunks that are not bytes are INVALID_ARGUMENT and cancel the stream', async () => {
  for (const chunk of ['text', 5, [1, 2], new Blob([png])]) {
    let wasCancelled = false;
    const source = new ReadableStream({
      start: (controller) => controller.enqueue(chunk),
      cancel: () => {
        wasCancelled = true;
      },
    });
    await rejects(encode(source), 'INVALID_ARGUMENT', {
      message:
        /^Expected a stream of Uint8Arrays \(without an encoding\) for `source` but received /,
    });
    assert.ok(wasCancelled);
  }
});

test('a Request is sent and its response is the source', async (t) => {
  const server = await serve(t, { '/small': { type: 'image/png', body: png } });
  const request = new Request(new URL('small', server));
  sameBytes(await toBytes(request, { crop }), expected);
  sameBytes(await toBytes(request), png);
  sameBytes(await toBytes(request, { limits: { bytes: png.length } }), png);
  await rejects(toBytes(new Request(new URL('none', server))), 'SOURCE_UNREADABLE', {
    message: /HTTP status 404/,
    details: { status: 404, url: new URL('none', server).href },
  });
  await rejects(toBytes(request, { limits: { bytes: 100 } }), 'LIMIT_EXCEEDED');
  const post = new Request(server, { method: 'POST', body: png });
  await rejects(toBytes(post), 'INVALID_ARGUMENT', {
    message: /a GET Request .* received POST\. Pass request\.body if .* await fetch\(request\)/,
  });
  sameBytes(await toBytes(post.body), png);
});
