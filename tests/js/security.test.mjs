// What SECURITY.md says of what ships, and of what it is built from. (package.test.mjs sees to its needing no
// other package.)
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../support/fixtures.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const dist = readdirSync(join(root, 'dist'), { recursive: true }).map((name) => join('dist', name));
const wasm = new WebAssembly.Module(readFileSync(join(root, 'dist/crop64.wasm')));

// All that the wasm can do outside its own memory. Linking makes one letter of each name; the names as
// they were are in a list beside the module in build/, in the order of the imports.
const ALLOWED = {
  abort: 'ends the instance: no room for the few bytes of a small object',
  _abort_js: 'the same, as newer versions of Emscripten call it',
  emscripten_resize_heap: 'grows its memory, up to 2 GB',
  // setjmp and longjmp, by which libjpeg-turbo and libpng leave a file that is broken.
  invoke_vi: 'calls a function that may jump out',
  _emscripten_throw_longjmp: 'jumps',
  getTempRet0: 'a number beside a result',
  setTempRet0: 'the same',
  // Embind tells the glue, once, which functions and types there are.
  _embind_register_bool: 'bool',
  _embind_register_emval: 'JavaScript values',
  _embind_register_float: 'numbers',
  _embind_register_function: 'probe, process and heapHighWater',
  _embind_register_integer: 'numbers',
  _embind_register_memory_view: 'nothing, as the next three: Embind registers all that it has',
  _embind_register_bigint: 'nothing',
  _embind_register_std_string: 'nothing',
  _embind_register_std_wstring: 'nothing',
  _embind_register_void: 'nothing',
  // Embind's JavaScript values.
  _emval_decref: 'a value is needed no more',
  _emval_incref: 'a value is needed once more',
  _emval_new_array: 'the results of encodeAll',
  _emval_new_object: "a result, an error's details",
  // bindings/javascript.h: sources and options are read, and results made.
  js_get: 'a field of an object',
  js_number: 'one that is a number',
  js_index_of: 'which of several names it is',
  js_at: 'an element of an array',
  js_length: 'how many there are',
  js_copy: 'bytes come in',
  js_view: 'bytes in its memory as a value',
  js_slice: 'bytes go out',
  js_base64: "base64 text, by the engine's own encoder",
  js_text: 'base64 text, where the engine has none',
  js_put: 'a field of a result that is a value',
  js_put_text: 'text',
  js_put_number: 'a number',
  js_put_flag: 'true or false',
  js_push: 'a result joins the others',
  js_array: 'an array for samples',
  js_set: 'samples go into it',
  js_success: 'what a good answer is',
  js_file: 'what every result has',
};

test('the wasm imports only listed functions: no files, clock, network or exit', () => {
  const symbols = read('build/wasm/crop64-module.js.symbols').split('\n');
  const imports = WebAssembly.Module.imports(wasm);
  const names = symbols.slice(0, imports.length).map((line, i) => {
    const [, number, name] = line.match(/^(\d+):(?:legalimport\$)?(\w+)$/) ?? [];
    assert.equal(Number(number), i, line);
    return name;
  });
  assert.deepEqual(
    names.filter((name) => !Object.hasOwn(ALLOWED, name)),
    [],
  );
  assert.deepEqual(new Set(imports.map(({ kind }) => kind)), new Set(['function']));
});

test('the wasm has no start function, and its memory is unshared and at most 2 GB', async () => {
  const calls = [];
  const imports = {};
  for (const { module, name } of WebAssembly.Module.imports(wasm)) {
    imports[module] ??= {};
    imports[module][name] = () => calls.push(name);
  }
  const { exports } = await WebAssembly.instantiate(wasm, imports);
  assert.deepEqual(calls, []);
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
  assert.ok(memory.buffer instanceof ArrayBuffer);
  assert.throws(() => memory.grow(2 ** 31 / 65_536), RangeError); // it would have more than 2 GB
});

// Code out of text, and memory that two threads write to. A name in quotes is neither.
const FORBIDDEN = [
  /(?<!['"])\beval\b(?!['"])/,
  /\bFunction\s*\(/,
  /\.constructor\s*\(\s*['"`]/,
  /\bset(?:Timeout|Interval)\s*\(\s*['"`]/,
  /\bimport\s*\(\s*['"`]data:/,
  /\bjavascript:/,
  /(?<!['"])\bSharedArrayBuffer\b(?!['"])/,
  /\bAtomics\b/,
  /\bshared:\s*(?:true|!0)/,
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b/,
  /\b(?:WebSocket|EventSource|RTCPeerConnection|sendBeacon)\b/,
];
const offences = (code) => FORBIDDEN.filter((pattern) => pattern.test(code)).map(String);

// What a page may not have where its policy forbids scripts in it.
const INLINE = [
  /<script(?![^>]*\bsrc=)[^>]*>\s*\S/i,
  /<[a-z][^>]*\son\w+\s*=/i,
  /(?:href|src)\s*=\s*["']?\s*javascript:/i,
];

describe('the shipped files', () => {
  const scripts = dist.filter((name) => /\.m?js$/.test(name));
  for (const name of scripts) {
    test(`${name} evaluates no text as code and shares no memory`, () => {
      assert.deepEqual(offences(read(name)), []);
    });
  }

  test('the search for evaluated code finds examples', () => {
    const bad = [
      'eval("1")',
      'globalThis.eval(x)',
      '(0,eval)(x)',
      'new Function("return this")()',
      'Function ("return this")()',
      'f.constructor("return this")()',
      'setTimeout("x()", 1)',
      "import('data:text/javascript,1')",
      'new SharedArrayBuffer(8)',
      'new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true })',
      'Atomics.wait(a, 0, 0)',
      'p.innerHTML = x',
      'new WebSocket(x)',
    ];
    assert.deepEqual(
      bad.filter((code) => offences(code).length === 0),
      [],
    );
    const good = ["case 'SharedArrayBuffer':", 'typeof x === "function"', 'withGlobFunction(fn)'];
    assert.deepEqual(good.flatMap(offences), []);
    assert.ok(INLINE[0].test('<script>run()</script>'));
    assert.ok(!INLINE[0].test('<script type="module" src="a.js"></script>'));
    assert.ok(INLINE[1].test('<p class="a" onclick="run()">'));
  });

  test('the demo pages contain no inline script', () => {
    for (const name of dist.filter((file) => file.endsWith('.html'))) {
      const found = INLINE.filter((pattern) => pattern.test(read(name)));
      assert.deepEqual(found, [], name);
    }
  });
});

describe('the dependencies', () => {
  test('each C library has a version and a SHA-256', () => {
    const sha256 = /^[0-9a-f]{64}$/;
    const libraries = Object.entries(JSON.parse(read('third_party/libraries.json')));
    assert.deepEqual(libraries.map(([name]) => name).toSorted(), LIBRARIES);
    for (const [name, { version, archive, sha256: hash }] of libraries) {
      assert.match(hash, sha256, name);
      assert.ok(archive.includes(version), name);
    }
  });

  test('each npm package has a hash in the lock file', () => {
    for (const lock of ['package-lock.json', 'bench/package-lock.json']) {
      const packages = Object.entries(JSON.parse(read(lock)).packages);
      const bare = packages.filter(([path, { integrity, link }]) => path && !integrity && !link);
      assert.deepEqual(
        bare.map(([path]) => path),
        [],
        lock,
      );
    }
  });
});

const LIBRARIES = ['doctest', 'libjpeg-turbo', 'libpng', 'zlib'];
