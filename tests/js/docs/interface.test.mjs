// docs/interface.md: it names all that there is, and its code runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as crop64 from '../../../dist/index.js';
import * as pool from '../../../dist/pool.js';
import { root } from '../../support/fixtures.mjs';
import { describePage } from '../../support/pages.mjs';

const read = (path) => readFile(join(root, path), 'utf8');
const page = await read('docs/interface.md');

// A section's text: from its heading to the next of its level or above.
function section(title) {
  const [, level, rest] = new RegExp(`^(#+) ${title}\n([\\s\\S]*)`, 'm').exec(page) ?? [];
  assert.ok(level, `a section ${title}`);
  return rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0];
}

// What stands in backticks, apart from signs: `{ left, top }` names two things.
function namesIn(text) {
  const code = Array.from(text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]*)`/g));
  return new Set(code.flatMap(([, inside]) => inside.match(/[-\w]+/g) ?? []));
}

// The interfaces and types of a TypeScript file, the names that each declares and the texts in it.
function declarationsOf(code) {
  const plain = code
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/\bWeb<'(\w+)'/g, 'Web<$1')
    .replaceAll("['of']", '');
  const pieces = plain.split(/^(?:export )?(?=(?:interface|type) \w)|^(?=export )/m).slice(1);
  const all = (text, pattern) => Array.from(text.matchAll(pattern), ([, found]) => found);
  return pieces.flatMap((text) =>
    all(text, /^(?:interface|type) (\w+)/g).map((name) => ({
      name,
      names: all(text, /(?:readonly |^ {2})(\w+)\??[(:]/gm),
      values: all(text, /'([^']*)'/g),
    })),
  );
}

// Where the page tells of each.
const SECTIONS = {
  Web: 'Sources',
  ByteStream: 'Sources',
  CopiedFormat: 'EncodedImage',
  WasmModule: 'Functions',
  Bytes: 'Results',
  JpegEncoding: 'Encoding',
  PngEncoding: 'Encoding',
  SampleLayout: 'Raw pixels',
  ChromaSubsampling: 'ImageInfo',
  Decoded: 'DecodedImage',
  DecodedImage8: 'DecodedImage',
  DecodedImage16: 'DecodedImage',
  ImagePixels: 'Results',
  Encoded: 'EncodedImage',
  EncodedFile: 'EncodedImage',
  EncodedSamples: 'EncodedImage',
  Channels: 'Raw pixels',
  Pixels: 'Sources',
  ColorSpace: 'Sources',
  WithBytes: 'Sources',
  Source: 'Sources',
  Crop: 'Region and orientation',
  CropperData: 'Region and orientation',
  Color: 'Region and orientation',
  Position: 'Region and orientation',
  Resize: 'Region and orientation',
  ProbeOptions: 'Functions',
  Limits: 'Damage, limits, cancellation',
  CommonOptions: 'Options',
  ImageDataOptions: 'Raw pixels',
  DecodeOptions: 'Raw pixels',
  JpegFormat: 'Encoding',
  PngFormat: 'Encoding',
  FileOptions: 'Encoding',
  KeepOptions: 'Encoding',
  JpegOptions: 'Encoding',
  PngOptions: 'Encoding',
  RawOptions: 'Options',
  EncodeOptions: 'Options',
  ToFileOptions: 'Functions',
  Region: 'Every result',
  Format: 'ImageInfo',
  ImageInfo: 'ImageInfo',
  Result: 'Every result',
  Decoder: 'Every result',
  DecodedImage: 'DecodedImage',
  EncodedImage: 'EncodedImage',
  InitOptions: 'Functions',
  Samples8: 'DecodedImage',
  Samples16: 'DecodedImage',
  PoolOptions: 'Workers',
  MapOptions: 'Workers',
  MapResult: 'Workers',
  MapEntry: 'Workers',
  MapSuccess: 'Workers',
  MapFailure: 'Workers',
  Pool: 'Workers',
  ErrorDetails: 'Errors',
  Place: 'Errors',
};

test('every option, field, value and code is in its section', async () => {
  const files = await Promise.all(['web/types.ts', 'web/errors.ts', 'web/pool.ts'].map(read));
  const [types, errors, pools] = files.map(declarationsOf);
  const ofErrors = errors.filter(({ name }) => /^(ErrorDetails|Place)$/.test(name));
  const ofPools = pools.filter(({ name }) => /^(Pool|Map)/.test(name));
  const all = [...types, ...ofErrors, ...ofPools.map((one) => ({ ...one, values: [] }))];
  const counted = all.reduce((sum, { names, values }) => sum + names.length + values.length, 0);
  assert.ok(all.length > 30 && counted > 200, 'the declarations were found');
  for (const { name, names, values } of all) {
    assert.ok(name in SECTIONS, `${name} has a section`);
    const text = section(SECTIONS[name]);
    const named = namesIn(text);
    for (const member of names) {
      assert.ok(named.has(member), `${name}'s ${member} is named in "${SECTIONS[name]}"`);
    }
    for (const value of values) {
      assert.ok(
        text.includes(`'${value}'`),
        `${name}'s '${value}' is named in "${SECTIONS[name]}"`,
      );
    }
  }
});

test('every function is in its section', () => {
  const functions = Object.keys(crop64).filter((name) => name !== 'ImageError');
  const named = namesIn(section('Functions'));
  for (const name of functions) assert.ok(named.has(name), name);
  const inWorkers = namesIn(section('Workers'));
  for (const name of Object.keys(pool)) {
    assert.ok(name in crop64 || inWorkers.has(name), `${name} of the pool`);
  }
});

test('every entry of the package is listed', async () => {
  const { name, exports } = JSON.parse(await read('package.json'));
  const entries = section('Entries');
  for (const path of Object.keys(exports)) {
    assert.ok(entries.includes(`\`${name}${path.slice(1)}\``), path);
  }
});

test('every option of the command line is listed', () => {
  const help = execFileSync(process.execPath, [join(root, 'dist/cli.js'), '--help'], {
    encoding: 'utf8',
  });
  const flags = help.match(/(?<=^ {2}(?:-\w, )?)--[-a-z0-9]+/gm);
  assert.ok(flags.length > 30, 'the options were found');
  const named = namesIn(section('Command line'));
  for (const flag of flags) assert.ok(named.has(flag), flag);
});

test('the defaults of limits equal those of the code', async () => {
  const code = await read('src/job/options.h');
  assert.match(code, /double pixels = 536870912;/);
  assert.match(code, /double memory = 1073741824.0;/);
  const limits = section('Limits');
  assert.ok(limits.includes('536 870 912') && limits.includes('1 073 741 824'));
});

describePage('docs/interface.md', (block) => {
  const run = async (code, things) => {
    const AsyncFunction = Object.getPrototypeOf(run).constructor;
    const job = new AsyncFunction(...Object.keys(things), code);
    await job(...Object.values(things));
  };
  const told = () => {
    const lines = [];
    return { lines, console: { log: (...values) => lines.push(values) } };
  };
  const data = Uint8Array.from({ length: 3 * 1024 * 700 }, (_, i) => (i * i) >> 9);
  const picture = { data, width: 1024, height: 700, channels: 'RGB' };

  test('the example with several regions runs', async () => {
    const img = {};
    const { lines, console } = told();
    const file = await crop64.toBytes(picture, { format: 'jpeg' });
    await run(block('js', 'encodeAll'), { ...crop64, file, img, console });
    assert.deepEqual(lines, [['jpeg', 684, 490, false]]);
    assert.match(img.src, /^data:image\/jpeg;base64,/);
  });

  test('the example of a cancellable upload runs', async () => {
    const [cancel, form] = [{}, new FormData()];
    const file = await crop64.toBytes(picture, { format: 'png' });
    const things = { ...crop64, cancel, form, location: { href: 'data:' } };
    things.URL = class extends URL {
      constructor() {
        super(`data:image/png;base64,${Buffer.from(file).toString('base64')}`);
      }
    };
    await run(block('js', 'AbortController'), things);
    const { name, type } = form.get('avatar');
    assert.deepEqual([name, type], ['image.png', 'image/png']);
    cancel.onclick();
  });

  test('errors', async () => {
    const { lines, console } = told();
    await run(block('js', 'instanceof ImageError'), { ...crop64, file: picture, img: {}, console });
    assert.deepEqual(lines, [[1024, 700]]);
  });

  const shown = [];
  const show = (url) => shown.push(url.slice(0, 15));

  test('a pool', async () => {
    const { lines, console } = told();
    const files = [picture, picture, picture];
    await run(block('js', 'createPool'), { ...pool, files, console, show });
    assert.deepEqual(
      lines,
      [1, 2, 3].map((done) => [done, 3]),
    );
    assert.deepEqual(shown.splice(0), Array(3).fill('data:image/png;'));
  });

  test('the example of a pool that continues after a bad source runs', async (t) => {
    const { lines, console } = told();
    const files = [picture, new File(['words'], 'words.txt'), picture];
    const own = pool.createPool();
    t.after(() => own.close());
    await run(block('js', 'stopOnError'), { pool: own, files, console, show });
    assert.deepEqual(lines, [['words.txt', 'UNSUPPORTED_FORMAT']]);
    assert.deepEqual(shown.splice(0), Array(2).fill('data:image/jpeg'));
  });
});
