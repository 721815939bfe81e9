// The README as a new user meets it: the packed package is installed in an empty folder, and every
// code block runs there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  cameraExif,
  profileSegments,
  segment,
  tagsOf,
  withSegments,
} from '../support/metadata.mjs';
import { describePage } from '../support/pages.mjs';
import { displayP3 } from '../support/profiles.mjs';
import { launch } from './chromium.mjs';
import { serve } from './server.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const crop = { left: 340, top: 160, right: 1024, bottom: 650 };
const middle = { unit: '%', x: 25, y: 25, width: 50, height: 50 };

let folder;
let photo;

async function expectedDataUrl() {
  const { toDataURL } = await import('../../dist/index.js');
  return toDataURL(await readFile(photo), { crop });
}

describePage('README.md', (block) => {
  before(async () => {
    const { toBytes } = await import('../../dist/index.js');
    folder = await mkdtemp(join(tmpdir(), 'crop64-readme-'));
    photo = join(folder, 'photo.jpg');
    const pixels = (width, height, at = (i) => (i * i) >> 9) => {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => at(i));
      return { data, width, height, channels: 'RGB' };
    };
    const bytes = await toBytes(pixels(1200, 800), { format: 'jpeg' });
    await writeFile(photo, bytes);
    await writeFile(join(folder, 'broken.jpg'), bytes.subarray(0, bytes.length / 2));
    await writeFile(join(folder, 'small.png'), await toBytes(pixels(60, 90)));
    // As a phone writes it: stored as landscape, displayed as portrait, with a place and a thumbnail.
    // It is small enough to be uploaded as it is.
    const stored = pixels(1000, 750, (i) => (i / 3000) % 256);
    const jpeg = Buffer.from(await toBytes(stored, { format: 'jpeg' }));
    const exif = segment(0xe1, 'Exif\0\0', cameraExif(6, [1000, 750]));
    await writeFile(
      join(folder, 'phone.jpg'),
      withSegments(jpeg, [exif, ...profileSegments(displayP3)]),
    );
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
    const pool = block('js', 'readFile').replace("'crop64'", "'crop64/pool'");
    await writeFile(join(folder, 'server.js'), pool);
    for (const program of ['node.js', 'server.js']) {
      await run(process.execPath, [program], { cwd: folder });
      const html = await readFile(join(folder, 'crop.html'), 'utf8');
      assert.equal(html, `<img src="${await expectedDataUrl()}">`, program);
      await rm(join(folder, 'crop.html'));
    }
  });

  test('the first lines run with a file and an image element', async () => {
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
    const { encode, probe, toBytes, toDataURL } = await import('../../dist/index.js');
    const bytes = await readFile(photo);
    const png = await toBytes(bytes, { format: 'png', resize: { width: 300 } });
    await mkdir(join(folder, 'photos/deep'), { recursive: true });
    await writeFile(join(folder, 'photos/a.jpg'), bytes);
    await writeFile(join(folder, 'photos/deep/b.png'), png);
    for (const command of block('sh', 'npx crop64').trim().split('\n')) {
      // What npx is short for: not every machine that has npm has npx beside it.
      const inFull = command.replace('npx', 'npm exec --offline --');
      const { stdout, stderr } = await run('sh', ['-c', inFull], { cwd: folder });
      const isInfo = command.includes(' info ');
      assert.match(stdout, isInfo ? /^photo\.jpg: JPEG, \d+ x \d+ pixels, .*\n$/ : /^$/, command);
      const isFlat = command.includes('photos --resize');
      const skipped = '1 of 1 done\n1 folder skipped (use --recursive): photos/deep\n';
      const err = stderr.replace(/^npm warn .*\n/gm, '');
      assert.equal(err, isFlat ? skipped : '', command);
    }
    const small = { resize: { width: 800 }, format: 'jpeg', maxBytes: 200_000 };
    const turned = await encode(png, { rotate: 90 });
    const { height } = await probe(png);
    const half = { width: 150, height: Math.round(height / 2), fit: 'fill' };
    const expected = {
      'part.jpg': await toBytes(bytes, { crop }),
      'part.txt': `${await toDataURL(bytes, { crop: middle })}\n`,
      'exact.jpg': await toBytes(bytes, { crop, lossless: true }),
      'small/a.jpg': await toBytes(bytes, small),
      'half/deep/b.png': await toBytes(png, { resize: half }),
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

  test('in workers, where a broken file does not stop the others', async () => {
    const code = `
import { readFile } from 'node:fs/promises';
const named = async (name) => new File([await readFile(name)], name);
const file = await named('photo.jpg');
const files = [file, await named('broken.jpg'), await named('phone.jpg')];
const crop = ${JSON.stringify(crop)};
const controller = new AbortController();
const shown = [];
const show = (blob) => shown.push(blob);
${block('js', 'crop64/pool')}
console.log(dataUrl);
for (const blob of shown) console.log(Buffer.from(await blob.arrayBuffer()).toString('base64'));`;
    await writeFile(join(folder, 'workers.js'), code);
    const maxBuffer = 2 ** 26;
    const program = run(process.execPath, ['workers.js'], { cwd: folder, maxBuffer });
    const { stdout, stderr } = await program;
    const { toBase64 } = await import('../../dist/index.js');
    const thumbnail = async (name) =>
      toBase64(await readFile(join(folder, name)), { resize: { width: 200, height: 200 } });
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      await expectedDataUrl(),
      await thumbnail('photo.jpg'),
      await thumbnail('phone.jpg'),
    ]);
    assert.match(stderr, /^broken\.jpg: .+\n$/);
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
      const { toDataURL } = await import('../../dist/index.js');
      const input = await page.$('input');
      for (const name of ['photo.jpg', 'phone.jpg', 'small.png']) {
        const path = join(folder, name);
        await input.uploadFile(path);
        const expected = await toDataURL(await readFile(path), { crop: middle });
        await page.waitForFunction(
          (url) => document.querySelector('img').src === url,
          {},
          expected,
        );
        assert.equal(await page.$eval('p', (p) => p.textContent), '');
      }
      await input.uploadFile(join(folder, 'broken.jpg'));
      await page.waitForFunction(() => document.querySelector('p').textContent !== '');
      assert.equal(await page.$eval('img', (img) => img.getAttribute('src')), null);
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

  test('the configuration for Vite 7 equals that of the tested project', async () => {
    const config = await readFile(
      join(root, 'tests/matrix/bundlers/vite-7/vite.config.js'),
      'utf8',
    );
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, told] = readme.match(/^\| Vite 7 \|.*`(optimizeDeps: .*?)` in `vite.config.js`/m);
    assert.equal(config, `export default {\n  ${told},\n};\n`);
  });

  test('npm start crops the sample and another image', async () => {
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

  test('npm start with wrong arguments prints what to do in a line', async () => {
    const failing = run('npm', ['start', '--silent', '--', 'nowhere.jpg'], { cwd: root });
    await assert.rejects(failing, ({ code, stderr }) => {
      assert.equal(code, 1);
      assert.match(stderr, /^Expected a picture at .*nowhere\.jpg but it could not be read/m);
      return true;
    });
  });

  describe('the recipes', () => {
    let server;
    let browser;
    let page;
    before(async () => {
      await writeFile(
        join(folder, 'recipes.js'),
        `
import { decode, encodeAll, toBlob, toDataURL } from 'crop64';
export async function run(file, crop) {
  let sent;
  const fetch = (url, options) => { sent = { url, ...options }; };
  let show;
  const shown = new Promise((resolve) => { show = (...all) => resolve(all); });
  ${block('js', 'avatar')}
  ${block('js', 'maxBytes')}
  ${block('js', 'paste')}
  ${block('js', 'image_url')}
  ${block('js', 'halves')}
  for (const item of [['some text', 'text/plain'], [file]]) {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(...item);
    dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }
  const [data, width, height] = await shown;
  return {
    avatar: await toDataURL(avatar),
    upload: [sent.url, sent.method, sent.body.get('photo').name, await toDataURL(sent.body.get('photo'))],
    pixels: [data.join(), width, height],
    url: content[1].image_url.url,
    halves: halves.map((half) => half.toDataURL()),
  };
}`,
      );
      const imports = { crop64: '/node_modules/crop64/dist/index.js' };
      const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
      await writeFile(join(folder, 'recipes.html'), `<!doctype html>${map}`);
      server = await serve(folder);
      browser = await launch();
      page = await browser.newPage();
      page.on('pageerror', (error) => failures.push(error.message));
      await page.goto(`${server.origin}/recipes.html`);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    const failures = [];
    const runOn = (name) =>
      page.evaluate(
        async (file, region) => {
          const { run } = await import('/recipes.js');
          const blob = await (await fetch(file)).blob();
          return run(new File([blob], file, { type: blob.type }), region).catch(({ code }) => code);
        },
        name,
        middle,
      );

    for (const name of ['photo.jpg', 'phone.jpg', 'small.png']) {
      test(`work for ${name}`, async () => {
        const { decode, probe, toBytes, toDataURL } = await import('../../dist/index.js');
        const made = await runOn(name);
        const bytes = await readFile(join(folder, name));
        const inside = (size) => ({
          resize: { width: size, height: size, fit: 'inside', withoutEnlargement: true },
        });
        const pixels = await decode(bytes, { crop: middle, channels: 'BGR' });
        const half = { unit: '%', y: 0, width: 50, height: 100 };
        const upload = { ...inside(1600), format: 'jpeg', maxBytes: 200_000 };
        assert.deepEqual(made, {
          avatar: await toDataURL(bytes, { resize: { width: 256, height: 256 } }),
          upload: ['/upload', 'POST', 'photo.jpg', await toDataURL(bytes, upload)],
          pixels: [pixels.data.join(), pixels.width, pixels.height],
          url: await toDataURL(bytes, { crop: middle, ...inside(768) }),
          halves: [
            await toDataURL(bytes, { crop: { ...half, x: 0 } }),
            await toDataURL(bytes, { crop: { ...half, x: 50 } }),
          ],
        });
        assert.deepEqual(failures, []);
        const original = await probe(bytes);
        for (const [what, url] of Object.entries({ ...made, upload: made.upload[3] })) {
          if (typeof url !== 'string') continue;
          const { colorSpace, byteLength } = await probe(url);
          assert.equal(colorSpace, original.colorSpace, what);
          if (what === 'upload') assert.ok(byteLength <= 200_000);
          const tags = Object.keys(tagsOf(await toBytes(url)));
          const personal = tags.filter((tag) => /GPS|Thumbnail|Make|Artist/.test(tag));
          assert.deepEqual(personal, [], what);
        }
      });
    }

    test('reject for a broken file', async () => {
      assert.match(await runOn('broken.jpg'), /^(TRUNCATED|CORRUPT)_IMAGE$/);
    });
  });

  test('the recipes compile in a strict TypeScript project', async () => {
    const declared = `
declare const file: File;
declare const crop: Crop;
declare const img: HTMLImageElement;
declare function show(...all: unknown[]): void;
type Box = { x: number; y: number; width: number; height: number };
declare const croppedArea: Box, croppedAreaPixels: Box, rotation: number, pixelCrop: Box;
declare const percentCrop: Box & { unit: '%' };
declare function convertToPercentCrop(crop: Box, width: number, height: number): typeof percentCrop;
declare const cropper: { getData(): Box & { rotate: number; scaleX: number; scaleY: number } };`;
    const names = ['avatar', 'maxBytes', 'paste', 'image_url', 'halves', 'croppedArea'];
    const types = '(image: CropperImage, selection: CropperSelection): EncodeOptions';
    await writeFile(
      join(folder, 'recipes.ts'),
      `import { decode, encodeAll, toBlob, toDataURL } from 'crop64';
import type { Crop, EncodeOptions } from 'crop64';
import type { CropperImage, CropperSelection } from 'cropperjs';
${declared}
${names.map((name) => block('js', name)).join('')}
${block('js', '$getTransform').replace('(image, selection)', types)}`,
    );
    await writeFile(
      join(folder, 'pool.ts'),
      `declare const file: File, files: FileList, crop: { x: 1; y: 2; width: 3; height: 4 };
declare const controller: AbortController;
declare function show(blob: Blob): void;
${block('js', 'crop64/pool')}`,
    );
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      paths: { cropperjs: [join(root, 'node_modules/cropperjs/dist/cropper.d.ts')] },
    };
    const config = { compilerOptions, files: ['recipes.ts', 'pool.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/.bin/tsc');
    const failed = await run(tsc, ['-p', folder]).catch(({ stdout }) => stdout);
    assert.equal(failed.stdout ?? failed, '');
  });

  // croppers.test.mjs runs them with the croppers themselves.
  test('the recipes for croppers convert their data to options', async () => {
    const percent = { unit: '%', x: 10, y: 20, width: 30, height: 40 };
    const { unit: _, ...area } = percent;
    const given = {
      rotation: 90,
      croppedArea: area,
      croppedAreaPixels: { x: 1, y: 2, width: 3, height: 4 },
      percentCrop: percent,
      pixelCrop: { unit: 'px', x: 20, y: 40, width: 60, height: 80 },
      img: { width: 200, height: 200 },
      convertToPercentCrop: (crop, width, height) => [crop, width, height],
      cropper: { getData: () => 'its data' },
    };
    const made = [];
    const values = { ...given, file: {}, toBlob: async (_, options) => made.push(options) };
    const AsyncFunction = (async () => {}).constructor;
    await new AsyncFunction(...Object.keys(values), block('js', 'croppedArea'))(
      ...Object.values(values),
    );
    assert.deepEqual(made, [
      { crop: given.croppedAreaPixels, rotate: 90 },
      { crop: percent, rotate: 90 },
      { crop: percent },
      { crop: [given.pixelCrop, 200, 200] },
      { crop: 'its data' },
    ]);

    // 400 x 200, mirrored, rotated to 200 x 400, drawn at half of that, its centre at 210, 130.
    const image = {
      $getTransform: () => [0, -0.5, -0.5, 0, 10, 30],
      $image: { naturalWidth: 400, naturalHeight: 200 },
    };
    const selection = { x: 185, y: 80, width: 25, height: 50 };
    const cropOptions = new Function(`${block('js', '$getTransform')}\nreturn cropOptions;`)();
    assert.deepEqual(cropOptions(image, selection), {
      rotate: -90,
      flip: 'horizontal',
      crop: { unit: '%', x: 25, y: 25, width: 25, height: 25 },
      outOfBounds: 'clamp',
    });
  });
});
