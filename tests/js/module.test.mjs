import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import * as crop64 from '../../dist/index.js';
import { rejects, sameBytes, sameSamples } from '../support/checks.mjs';
import { fixture, SMALL } from '../support/fixtures.mjs';
import { serve } from '../support/server.mjs';

const { decode, dispose, encode, init, toBytes } = crop64;

const wasmUrl = new URL('../../dist/crop64.wasm', import.meta.url);
const wasm = readFileSync(wasmUrl);
const image = await fixture('small.png');
const crop = { left: 1, top: 2, width: 30, height: 40 };
const expected = await toBytes(image, { crop });

const works = async (what) => sameBytes(await toBytes(image, { crop }), expected, what);

// Every start of the module is counted, and what it calls can be made to fail.
let starts = 0;
let trap;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = (module, imports) => {
  starts += 1;
  const wrap = (call) => {
    if (typeof call !== 'function') return call;
    return (...values) => {
      if (trap !== undefined) throw trap;
      return call(...values);
    };
  };
  const wrapAll = (calls) =>
    Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, wrap(call)]));
  const wrapped = Object.entries(imports).map(([name, calls]) => [name, wrapAll(calls)]);
  return instantiate(module, Object.fromEntries(wrapped));
};

async function startsOf(work) {
  const before = starts;
  await work();
  return starts - before;
}

// No test leaves anything to the next.
afterEach(() => {
  trap = undefined;
  return init();
});

test('the module exports the documented functions only', () => {
  const names = 'decode dispose encode encodeAll init probe';
  const forms = 'toBase64 toBlob toBytes toDataURL toFile toImageData';
  const expected = ['ImageError', ...names.split(' '), ...forms.split(' ')];
  assert.deepEqual(Object.keys(crop64).sort(), expected.sort());
});

test('init loads the wasm from the given place', async (t) => {
  const server = await serve(t, {
    '/crop64.wasm': { type: 'application/wasm', body: wasm },
    '/without-a-type': { body: wasm },
    '/with-another-type': { type: 'application/octet-stream', body: wasm },
  });
  await fetch(server); // Node's own wasm is started now
  const inside = new Uint8Array(wasm.length + 9);
  inside.set(wasm, 9);
  const ways = [
    ['nothing', undefined],
    ['no options', {}],
    ['undefined', { wasmUrl: undefined, wasmBinary: undefined }],
    ['a file: URL', { wasmUrl }],
    ['a file: URL as text', { wasmUrl: wasmUrl.href }],
    ['an http: URL', { wasmUrl: new URL('crop64.wasm', server) }],
    ['an http: URL as text', { wasmUrl: new URL('crop64.wasm', server).href }],
    ['a server that tells no type', { wasmUrl: new URL('without-a-type', server) }],
    ['a server that tells another', { wasmUrl: new URL('with-another-type', server) }],
    ['a data: URL', { wasmUrl: `data:application/wasm;base64,${wasm.toString('base64')}` }],
    ['an ArrayBuffer', { wasmBinary: new Uint8Array(wasm).buffer }],
    ['a Buffer', { wasmBinary: wasm }],
    ['a part of a buffer', { wasmBinary: inside.subarray(9) }],
    ['a module', { wasmModule: await WebAssembly.compile(wasm) }],
  ];
  for (const [what, options] of ways) {
    await t.test(what, async () => {
      assert.equal(await startsOf(() => init(options)), 1);
      assert.equal(await startsOf(() => works(what)), 0);
    });
  }
});

test('init refuses two sources of the wasm and unknown options', async () => {
  const wrong = [
    [{ wasmUrl, wasmBinary: wasm }, /at most one of .* 'wasmUrl and wasmBinary'/],
    [{ wasmBinary: wasm, wasmModule: {} }, /at most one of .* 'wasmBinary and wasmModule'/],
    [{ url: wasmUrl }, /Unknown option 'url'\. Known options: wasmUrl, wasmBinary, wasmModule\./],
    [{ wasmURL: wasmUrl }, /Unknown option 'wasmURL': did you mean 'wasmUrl'\?/],
    [null, /an object for `options` .* null/],
    ['crop64.wasm', /an object for `options` .* 'crop64.wasm'/],
  ];
  for (const [options, message] of wrong) {
    await rejects(init(options), 'INVALID_ARGUMENT', { message });
  }
  assert.equal(await startsOf(() => works('what was there before stays')), 0);
});

test('concurrent calls share one instance', async () => {
  dispose();
  const calls = () => Promise.all(Array.from({ length: 8 }, () => works('one of eight')));
  assert.equal(await startsOf(calls), 1);
  assert.equal(await startsOf(calls), 0);
  const inits = () => Promise.all([init(), works('beside init')]);
  assert.equal(await startsOf(inits), 1);
});

test('concurrent calls give separate results', async () => {
  const crops = Array.from({ length: 40 }, (_, i) => ({ left: i, top: i, width: 50, height: 20 }));
  const alone = [];
  for (const one of crops) alone.push(await decode(image, { crop: one }));
  const together = await Promise.all(
    crops.map((one, i) => decode(i % 2 ? new Blob([image]) : image, { crop: one })),
  );
  together.forEach((decoded, i) => {
    sameSamples(decoded, alone[i], `crop ${i}`);
  });
});

test('the next call after dispose creates a new instance of the same wasm', async (t) => {
  let served = 0;
  const answer = {
    get body() {
      served += 1;
      return wasm;
    },
  };
  const server = await serve(t, { '/crop64.wasm': answer });
  await init({ wasmUrl: new URL('crop64.wasm', server) });
  const result = await encode(image, { crop });
  dispose();
  dispose();
  assert.equal(result.toBase64(), Buffer.from(expected).toString('base64'));
  assert.equal(await startsOf(() => works('after dispose')), 1);
  assert.ok(served > 0);
  assert.equal(await startsOf(() => works('and again')), 0);
});

test('dispose during calls lets them finish', async () => {
  const running = [works('running'), works('running')];
  dispose();
  await Promise.all(running);
  await works('afterwards');
});

test('MODULE_LOAD_FAILED reports the URL, the response and what to do', async (t) => {
  const html = { type: 'text/html; charset=utf-8', body: '<!doctype html><title>Shop</title>' };
  const server = await serve(t, {
    '/html': html,
    '/html-as-wasm': { ...html, type: 'application/wasm' },
    '/missing-html': { ...html, status: 404 },
    '/cut': { type: 'application/wasm', body: wasm.subarray(0, 5000) },
    '/empty': {},
  });
  const at = (path) => new URL(path, server).href;
  const closed = 'http://127.0.0.1:1/crop64.wasm';
  const missing = new URL('missing.wasm', import.meta.url).href;
  const cases = [
    ['no file', { wasmUrl: missing }, /ENOENT/, { url: missing }],
    ['404', { wasmUrl: at('x') }, /server answered 404/, { url: at('x'), status: 404 }],
    ['404 with a page', { wasmUrl: at('missing-html') }, /answered 404/, { status: 404 }],
    [
      'a page',
      { wasmUrl: at('html') },
      /sent 'text\/html; charset=utf-8' instead of application\/wasm/,
      { url: at('html'), status: 200, mimeType: 'text/html; charset=utf-8' },
    ],
    ['a page that says it is wasm', { wasmUrl: at('html-as-wasm') }, /magic word/],
    ['a part of the file', { wasmUrl: at('cut') }, /WebAssembly/],
    ['nothing', { wasmUrl: at('empty') }, /sent '' instead of application\/wasm/],
    ['nobody answers', { wasmUrl: closed }, /fetch failed/, { url: closed }],
    ['no URL', { wasmUrl: 'http://[' }, /Invalid URL/],
    ['a relative URL, without a page', { wasmUrl: './crop64.wasm' }, /Invalid URL/],
    ['bytes of something else', { wasmBinary: image }, /magic word/],
    ['no bytes', { wasmBinary: new ArrayBuffer(0) }, /WebAssembly/],
    ['no buffer', { wasmBinary: 'crop64.wasm' }, /WebAssembly/],
    ['no module', { wasmModule: {} }, /WebAssembly/],
    ['the module of another', { wasmModule: new WebAssembly.Module(tiny()) }, /undefined/],
  ];
  for (const [what, options, message, details = {}] of cases) {
    await t.test(what, async () => {
      const error = await rejects(init(options), 'MODULE_LOAD_FAILED', { message, details });
      assert.match(error.message, /^The wasm did not load.*init\(\{ wasmUrl \}\)\.$/s);
      assert.ok(error instanceof crop64.ImageError);
      await rejects(toBytes(image), 'MODULE_LOAD_FAILED', { message });
      await init();
      await works('afterwards');
    });
  }
});

// The smallest module: it has nothing that ours has.
function tiny() {
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
}

test('a file: URL without a file system is MODULE_LOAD_FAILED', async (t) => {
  t.mock.method(process, 'getBuiltinModule', () => undefined);
  await rejects(init({ wasmUrl }), 'MODULE_LOAD_FAILED', {
    message: /^The wasm did not load from file:.*: This runtime cannot read file: URLs/,
    details: { url: wasmUrl.href },
  });
  t.mock.restoreAll();
  await init();
});

test('a call after a failed load tries again', async (t) => {
  const answers = { '/crop64.wasm': { status: 503 } };
  const server = await serve(t, answers);
  const options = { wasmUrl: new URL('crop64.wasm', server) };
  await rejects(init(options), 'MODULE_LOAD_FAILED', { details: { status: 503 } });
  const both = [toBytes(image), decode(image)];
  await Promise.all(both.map((call) => rejects(call, 'MODULE_LOAD_FAILED')));
  answers['/crop64.wasm'] = { type: 'application/wasm', body: wasm };
  assert.equal(await startsOf(() => works('the server is up again')), 1);
  assert.equal(await startsOf(() => works('and stays')), 0);
});

test('a module that crashes is INTERNAL and replaced', async () => {
  trap = new WebAssembly.RuntimeError('unreachable');
  const error = await rejects(toBytes(image, { crop }), 'INTERNAL', {
    message: /The module crashed: unreachable\. Please report it/,
  });
  assert.equal(error.cause, trap);
  trap = undefined;
  assert.equal(await startsOf(() => works('a new one')), 1);
});

test('an instance whose memory has grown large is replaced', async () => {
  const side = 9000;
  const wide = { left: 0, top: 0, right: side, bottom: side };
  const limits = { memory: 2 ** 30 };
  assert.equal(await startsOf(() => works('small')), 0);
  const padded = await decode(image, {
    crop: wide,
    outOfBounds: 'pad',
    rotate: 90, // which the module holds as a whole
    channels: 'RGBA',
    limits,
  });
  assert.deepEqual([padded.width, padded.data.length], [side, side * side * 4]);
  assert.equal(padded.region.width, SMALL.height);
  assert.equal(await startsOf(() => works('a new one')), 1);
});
