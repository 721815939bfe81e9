// The README as a new user meets it: the packed package is installed in an empty folder, and every
// code block runs there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describePage } from '../support/pages.mjs';
import { launch } from './chromium.mjs';
import { serve } from './server.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const crop = { left: 340, top: 160, right: 1024, bottom: 650 };

let folder;
let photo;

async function expectedDataUrl() {
  const { toDataURL } = await import('../../dist/index.js');
  return toDataURL(await readFile(photo), { crop });
}

describePage('README.md', (block) => {
  before(async () => {
    const { encode } = await import('../../dist/index.js');
    folder = await mkdtemp(join(tmpdir(), 'crop64-readme-'));
    photo = join(folder, 'photo.jpg');
    const [width, height] = [1200, 800];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i) >> 9);
    const { bytes } = await encode({ data, width, height, channels: 'RGB' }, { format: 'jpeg' });
    await writeFile(photo, bytes);
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
    });
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    await run('npm', ['install', '--offline', '--no-audit', join(folder, stdout.trim())], {
      cwd: folder,
    });
  });

  after(() => rm(folder, { recursive: true }));

  test('in Node', async () => {
    await writeFile(join(folder, 'node.js'), block('js', 'readFile'));
    await run(process.execPath, ['node.js'], { cwd: folder });
    const html = await readFile(join(folder, 'crop.html'), 'utf8');
    assert.equal(html, `<img src="${await expectedDataUrl()}">`);
  });

  test('the first lines, with a file and an image element in place', async () => {
    const code = `
import { openAsBlob } from 'node:fs';
const file = await openAsBlob('photo.jpg');
const img = {};
${block('js', 'img.src')}
process.stdout.write(img.src);`;
    await writeFile(join(folder, 'first.js'), code);
    const { stdout } = await run(process.execPath, ['first.js'], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    });
    assert.equal(stdout, await expectedDataUrl());
  });

  test('on the command line', async () => {
    const { encode, toBytes, toDataURL } = await import('../../dist/index.js');
    const bytes = await readFile(photo);
    const png = await toBytes(bytes, { format: 'png', resize: { width: 300 } });
    await mkdir(join(folder, 'photos/deep'), { recursive: true });
    await writeFile(join(folder, 'photos/a.jpg'), bytes);
    await writeFile(join(folder, 'photos/deep/b.png'), png);
    for (const command of block('sh', 'npx crop64').trim().split('\n')) {
      // What npx is short for: not every machine that has npm has npx beside it.
      const inFull = command.replace('npx', 'npm exec --offline --');
      const { stdout, stderr } = await run('sh', ['-c', inFull], { cwd: folder });
      assert.deepEqual([stdout, stderr.replace(/^npm warn .*\n/gm, '')], ['', ''], command);
    }
    const middle = { unit: '%', x: 25, y: 25, width: 50, height: 50 };
    const small = { resize: { width: 800 }, format: 'jpeg', maxBytes: 200_000 };
    const turned = await encode(png, { rotate: 90, metadata: 'none' });
    const expected = {
      'part.jpg': await toBytes(bytes, { crop }),
      'part.txt': `${await toDataURL(bytes, { crop: middle })}\n`,
      'exact.jpg': await toBytes(bytes, { crop, lossless: true }),
      'small/a.jpg': await toBytes(bytes, small),
      'turned/b.png': turned.bytes,
      'thumbnail.jpg': await toBytes(bytes, { resize: { width: 200, height: 200 } }),
    };
    for (const [name, content] of Object.entries(expected)) {
      assert.ok((await readFile(join(folder, name))).equals(Buffer.from(content)), name);
    }
    const { bytes: _, ...known } = turned;
    const told = { input: 'photos/deep/b.png', ok: true, output: 'turned/b.png', ...known };
    assert.deepEqual(JSON.parse(await readFile(join(folder, 'results.txt'), 'utf8')), told);
  });

  test('in workers', async () => {
    const code = `
import { openAsBlob } from 'node:fs';
const file = await openAsBlob('photo.jpg');
const files = [file, file, file];
const crop = ${JSON.stringify(crop)};
const controller = new AbortController();
const shown = [];
const show = (url) => shown.push(url.slice(0, 23));
${block('js', 'crop64/pool')}
console.log(dataUrl);
console.log(...shown);`;
    await writeFile(join(folder, 'workers.js'), code);
    const maxBuffer = 2 ** 26;
    const { stdout } = await run(process.execPath, ['workers.js'], { cwd: folder, maxBuffer });
    const lines = stdout.trimEnd().split('\n');
    const start = 'data:image/jpeg;base64,';
    const progress = ['1 of 3', '2 of 3', '3 of 3'];
    assert.deepEqual(lines, [
      ...progress,
      await expectedDataUrl(),
      [start, start, start].join(' '),
    ]);
  });

  test('in workerd, as a module whose wasm Node compiles', async () => {
    const compiled = `import { readFile } from 'node:fs/promises';
const wasmModule = await WebAssembly.compile(await readFile(new URL(import.meta.resolve($1))));`;
    const code = block('js', 'crop64.wasm').replace(/^import wasmModule from (.*);$/m, compiled);
    await writeFile(join(folder, 'edge.js'), code);
    const asking = `
import { openAsBlob } from 'node:fs';
import edge from './edge.js';
const request = new Request('http://localhost', { method: 'POST', body: await openAsBlob('photo.jpg') });
process.stdout.write(await (await edge.fetch(request)).text());`;
    await writeFile(join(folder, 'asking.js'), asking);
    const maxBuffer = 2 ** 26;
    const { stdout } = await run(process.execPath, ['asking.js'], { cwd: folder, maxBuffer });
    assert.equal(stdout, await expectedDataUrl());
  });

  test('in a web page', async () => {
    await writeFile(join(folder, 'index.html'), block('html', 'type="file"'));
    const server = await serve(folder);
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/index.html`, { waitUntil: 'networkidle0' });
      const input = await page.$('input');
      await input.uploadFile(photo);
      await page.waitForFunction(() => document.querySelector('img').naturalWidth > 0);
      const [src, width] = await page.$eval('img', (img) => [img.src, img.naturalWidth]);
      assert.equal(width, crop.right - crop.left);
      assert.equal(src, await expectedDataUrl());
    } finally {
      await browser.close();
      await server.close();
    }
  });

  // ../matrix/bundlers.mjs runs the line for Rollup, and the other bundlers.
  test('with a bundler', async () => {
    const lines = block('sh', 'npx esbuild').trim().split('\n');
    const [bundle, rollup, copy] = lines;
    assert.match(rollup, /^npx rollup .*--dir dist$/);
    await mkdir(join(folder, 'src'));
    await writeFile(
      join(folder, 'src/index.js'),
      `
import { toDataURL } from 'crop64';
import { toDataURL as toDataURLInPool } from 'crop64/pool';
globalThis.both = (...args) => Promise.all([toDataURL(...args), toDataURLInPool(...args)]);`,
    );
    const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    for (const line of [bundle.replace(/^npx /, ''), copy]) {
      await run('sh', ['-c', line], { cwd: folder, env: { ...process.env, PATH } });
    }
    const server = await serve(folder);
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/blank.html`);
      await page.addScriptTag({ url: '/dist/index.js', type: 'module' });
      const made = await page.evaluate(
        async (crop) => globalThis.both(await (await fetch('/photo.jpg')).blob(), { crop }),
        crop,
      );
      assert.deepEqual(made, [await expectedDataUrl(), await expectedDataUrl()]);
    } finally {
      await browser.close();
      await server.close();
    }
  });

  test('the configuration of Vite 7 is that of the project that is tried', async () => {
    const config = await readFile(
      join(root, 'tests/matrix/bundlers/vite-7/vite.config.js'),
      'utf8',
    );
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, told] = readme.match(/^\| Vite 7 \|.*`(optimizeDeps: .*?)` in `vite.config.js`/m);
    assert.equal(config, `export default {\n  ${told},\n};\n`);
  });

  test('npm start: the sample, and a picture of one’s own', async () => {
    const commands = block('sh', 'npm start').trim().split('\n');
    // The second is what runs this test.
    assert.deepEqual(commands, ['npm start', 'npm test']);
    const start = (...args) => run('npm', ['start', '--silent', ...args], { cwd: root });
    const sample = await start();
    assert.match(sample.stdout, /^region {4}left \d+, top \d+, \d+ x \d+ pixels$/m);
    assert.match(sample.stdout, /of the file was read$/m);
    await copyFile(photo, join(root, 'build/readme photo.jpg'));
    const own = await start('--', 'build/readme photo.jpg', '--crop', '340,160,684,490');
    const dataUrl = await expectedDataUrl();
    assert.match(own.stdout, /left 340, top 160, 684 x 490 pixels/);
    assert.match(own.stdout, new RegExp(`base64 {4}${dataUrl.length} characters`));
    assert.ok((await readFile(join(root, 'out/crop.html'), 'utf8')).includes(dataUrl));
  });

  test('npm start: a wrong call says what to do, in a line', async () => {
    const failing = run('npm', ['start', '--silent', '--', 'nowhere.jpg'], { cwd: root });
    await assert.rejects(failing, ({ code, stderr }) => {
      assert.equal(code, 1);
      assert.match(stderr, /^Expected a picture at .*nowhere\.jpg but it could not be read/m);
      return true;
    });
  });

  test('the recipes', async () => {
    const code = `
import { decode, encode, encodeAll, toBlob, toDataURL } from 'crop64';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
const file = await openAsBlob('photo.jpg');
const crop = ${JSON.stringify(crop)};
let pasted;
globalThis.addEventListener = (_, listener) => { pasted = listener; };
let shown;
const show = (...what) => { shown = what; };
${block('js', 'avatar')}
${block('js', 'maxBytes')}
${block('js', 'paste')}
${block('js', 'image_url')}
${block('js', 'tiles')}
await pasted({ clipboardData: { files: [file] } });
await writeFile('recipes.json', JSON.stringify({
  avatar: Buffer.from(await avatar.arrayBuffer()).toString('base64'),
  upload: [Buffer.from(bytes).toString('base64'), width, height],
  pixels: [Buffer.from(shown[0]).toString('base64'), shown[1], shown[2]],
  url: content[1].image_url.url,
  tiles: tiles.map((tile) => tile.toBase64()),
}));`;
    await writeFile(join(folder, 'recipes.js'), code);
    await run(process.execPath, ['recipes.js'], { cwd: folder });
    const made = JSON.parse(await readFile(join(folder, 'recipes.json'), 'utf8'));

    const { decode, encode, toBase64, toDataURL } = await import('../../dist/index.js');
    const bytes = await readFile(photo);
    const small = { width: 1600, withoutEnlargement: true };
    const upload = await encode(bytes, { resize: small, format: 'jpeg', maxBytes: 200_000 });
    assert.ok(upload.byteLength <= 200_000);
    const middle = await decode(bytes, {
      crop: { left: 300, top: 200, right: 900, bottom: 600 },
      channels: 'BGR',
    });
    const tile = (left) =>
      toBase64(bytes, { crop: { left, top: 0, right: left + 256, bottom: 256 } });
    assert.deepEqual(made, {
      avatar: await toBase64(bytes, { resize: { width: 256, height: 256 }, metadata: 'none' }),
      upload: [upload.toBase64(), 1200, 800],
      pixels: [Buffer.from(middle.data).toString('base64'), 600, 400],
      url: await toDataURL(bytes, { crop }),
      tiles: [await tile(0), await tile(256), await tile(512)],
    });
  });

  test('the recipes for croppers give percent of the picture', () => {
    const rectangle = (x, y, width, height) => ({
      width,
      height,
      getBoundingClientRect: () => ({ x, y, width, height }),
    });
    const given = {
      croppedArea: { x: 10, y: 20, width: 30, height: 40 },
      pixelCrop: { unit: 'px', x: 20, y: 40, width: 60, height: 80 },
      img: rectangle(0, 0, 200, 200),
      image: rectangle(5, 7, 200, 200),
      selection: rectangle(25, 47, 60, 80),
    };
    const code = `${block('js', 'croppedArea')}\nreturn [percent, shown, selected];`;
    const recipes = new Function(...Object.keys(given), code)(...Object.values(given));
    const expected = { unit: '%', x: 10, y: 20, width: 30, height: 40 };
    assert.deepEqual(recipes, [expected, expected, expected]);
  });
});
