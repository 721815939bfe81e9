// The demo page as it is built, below a path of its own: by mouse and by keys, what it gives is what the
// interface gives in Node for the same bytes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { decode, encode, toBytes, toDataURL } from '../../dist/index.js';
import { buildDemo } from '../../scripts/demo.mjs';
import { launch } from './chromium.mjs';
import { launch as launchFirefox } from './firefox.mjs';
import { serve } from './server.mjs';
import { launch as launchWebkit } from './webkit.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const address = '/demo/index.html';
const samples = join(root, 'build/demo/samples');
const screenshots = join(root, 'build/demo-screenshots');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const MOST_TRANSFERRED = 300_000;

let browser;
let server;
let page;
let folder;
// What went wrong in the page, and what it asked the server for.
let faults;

before(async () => {
  await buildDemo();
  folder = await mkdtemp(join(tmpdir(), 'crop64-demo-'));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

afterEach(close);

async function close() {
  await page?.close();
  await server?.close();
  page = server = undefined;
}

// The page, ready, on a server of its own.
async function open({ width = 1440, height = 900, scheme = 'light' } = {}) {
  server = await serve(join(root, 'build'));
  page = await browser.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) faults.push(message.text());
  });
  const isPhone = width < 600;
  await page.setViewport({ width, height, isMobile: isPhone, hasTouch: isPhone });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.evaluateOnNewDocument(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: 'longtask' });
  });
  await page.goto(server.origin + address);
  await page.bringToFront();
  await page.waitForSelector('html[data-ready]');
}

const upload = async (file) => (await page.$('#file')).uploadFile(file);

// What the page shows when it has done all that it was asked. Moves of the mouse wait for a frame.
async function outcome() {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  return page.evaluate(async () => {
    const isBusy = () => document.querySelector('.result').getAttribute('aria-busy') !== 'false';
    while (isBusy()) await new Promise((resolve) => setTimeout(resolve, 5));
    const isHidden = document.getElementById('result').hidden;
    const text = (id) => document.getElementById(id).textContent;
    return {
      dataUrl: isHidden ? undefined : document.getElementById('shown').src,
      status: text('status'),
      kind: document.getElementById('status').dataset.kind,
      lossless: text('lossless'),
      javascript: text('javascript'),
      command: text('command'),
    };
  });
}

async function openFile(file) {
  const name = file.split('/').at(-1);
  await upload(file);
  await page.waitForFunction((name) => about.textContent.startsWith(`${name}:`), {}, name);
  return outcome();
}

const openSample = (name) => openFile(join(samples, name));

// The options in the code that the page shows.
function optionsIn(javascript) {
  const given = javascript.match(/toDataURL\(file, ([\s\S]*)\);$/)[1];
  return new Function(`return ${given};`)();
}

// The region's numbers.
const numbers = () =>
  page.$$eval('#region input[type=number]', (inputs) => inputs.map(({ value }) => Number(value)));

async function type(name, value) {
  const input = await page.$(`[name="${name}"]`);
  await input.click({ count: 3 });
  await input.type(String(value));
}

// It begins when it comes into view, and then moves what stands below it.
async function compare() {
  await page.$eval('#compare', (section) => section.scrollIntoView());
  await page.waitForSelector('#comparison:not([hidden])');
}

async function compareAndMeasure() {
  await compare();
  await page.click('#measure');
  await page.waitForSelector('#measured:not([hidden])');
}

const choose = (name, value) => page.click(`[name="${name}"][value="${value}"]`);

async function slide(name, value) {
  await page.$eval(
    `[name="${name}"]`,
    (input, value) => {
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    },
    value,
  );
}

async function centreOf(selector) {
  const { x, y, width, height } = await (await page.$(selector)).boundingBox();
  return [x + width / 2, y + height / 2];
}

async function drag(selector, dx, dy) {
  const [x, y] = await centreOf(selector);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
}

async function download() {
  const session = await page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: folder,
    eventsEnabled: true,
  });
  const done = new Promise((resolve) => {
    let name;
    session.on('Browser.downloadWillBegin', (event) => {
      name = event.suggestedFilename;
    });
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve(name);
    });
  });
  await page.click('#download');
  const name = await done;
  return { name, bytes: await readFile(join(folder, name)) };
}

// Data URLs are too long for a message.
function expectSame(actual, expected, message = 'the data URL') {
  assert.ok(actual === expected, `${message}: ${actual?.length} characters are not as expected`);
}

const allowClipboard = () =>
  browser
    .defaultBrowserContext()
    .overridePermissions(server.origin, ['clipboard-read', 'clipboard-sanitized-write']);

const expectNoFaults = () => assert.deepEqual(faults, []);

describe('the demo page in Chromium', () => {
  test('by mouse: the region is dragged, and the file is what Node gives', async () => {
    await open();
    const first = await openSample('ribbon.jpg');
    const source = await readFile(join(samples, 'ribbon.jpg'));
    const [x, y, width, height] = await numbers();
    await drag('cropper-handle[action="move"]', -60, 30);
    await outcome();
    const moved = await numbers();
    assert.deepEqual(moved.slice(2), [width, height], 'only moved');
    assert.ok(moved[0] < x && moved[1] > y);
    await drag('cropper-handle[action="se-resize"]', 45, -40);
    const now = await outcome();
    const resized = await numbers();
    assert.deepEqual(resized.slice(0, 2), moved.slice(0, 2), 'only resized');
    assert.ok(resized[2] > width && resized[3] < height);
    assert.ok(now.dataUrl !== first.dataUrl);
    const crop = { x: resized[0], y: resized[1], width: resized[2], height: resized[3] };
    const expected = await encode(source, { crop, lossless: true });
    expectSame(now.dataUrl, expected.toDataURL());
    assert.equal(now.lossless, 'Lossless: every coefficient was kept');
    const { name, bytes } = await download();
    assert.equal(name, 'ribbon-part.jpg');
    assert.ok(bytes.equals(expected.bytes));
    expectNoFaults();
  });

  test('by mouse: a region is drawn anew, and none leaves the picture', async () => {
    await open();
    await openSample('flower.png');
    const [x, y] = await centreOf('cropper-canvas');
    const { width } = await (await page.$('cropper-canvas')).boundingBox();
    await page.mouse.move(x - width * 0.45, y);
    await page.mouse.down();
    await page.mouse.move(x - width * 0.4, y + 20);
    await page.mouse.move(x - width * 0.35, y + 60);
    await page.mouse.up();
    await outcome();
    const drawn = await numbers();
    assert.ok(drawn[0] < 100 && drawn[0] > 0 && drawn[2] < 200, `${drawn}`);
    await drag('cropper-handle[action="move"]', -4000, -4000);
    assert.equal((await outcome()).kind, 'note');
    assert.deepEqual(await numbers(), [0, 0, drawn[2], drawn[3]]);
    await drag('cropper-handle[action="se-resize"]', 4000, 4000);
    const { dataUrl } = await outcome();
    assert.deepEqual(await numbers(), [0, 0, 960, 720]);
    expectSame(dataUrl, await toDataURL(await readFile(join(samples, 'flower.png'))));
    expectNoFaults();
  });

  test('by touch: a corner and the region follow the finger', async () => {
    await open({ width: 390, height: 844 });
    await openSample('flower.png');
    const before = await numbers();
    const swipe = async (selector, dx, dy) => {
      const [x, y] = await centreOf(selector);
      await page.touchscreen.touchStart(x, y);
      await page.touchscreen.touchMove(x + dx, y + dy);
      await page.touchscreen.touchEnd();
      await outcome();
    };
    await swipe('cropper-handle[action="nw-resize"]', -20, -20);
    const [x, y, width, height] = await numbers();
    assert.ok(x < before[0] && y < before[1] && width > before[2] && height > before[3]);
    await swipe('cropper-handle[action="move"]', 10, -8);
    const moved = await numbers();
    assert.ok(moved[0] > x && moved[1] < y);
    assert.deepEqual(moved.slice(2), [width, height]);
    expectNoFaults();
  });

  test('by keys alone: open, move, resize, choose, copy', async () => {
    await open();
    const focus = async (selector) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
      }
      assert.fail(`the Tab key does not come to ${selector}`);
    };
    await focus('#file');
    const opened = page.waitForFileChooser();
    // A browser that does not know yet that the chooser goes to the test opens none: then once more.
    let chooser;
    while (chooser === undefined) {
      await page.keyboard.press('Enter');
      chooser = await Promise.race([opened, pause(1000)]);
    }
    await chooser.accept([join(samples, 'flower.png')]);
    await page.waitForFunction(() => about.textContent.startsWith('flower.png'));
    await outcome();
    await focus('cropper-selection');
    const [x, y, width, height] = await numbers();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.down('Control');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Control');
    await page.keyboard.down('Shift');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.up('Shift');
    await outcome();
    const step = 10; // a hundredth of 960
    assert.deepEqual(await numbers(), [x + step + 1, y - step, width, height + step]);
    await focus('[name="shape"]');
    await page.keyboard.press('ArrowRight');
    await focus('[name="format"]');
    await page.keyboard.press('ArrowRight');
    const { dataUrl, javascript } = await outcome();
    const options = {
      crop: {
        left: x + step + 1,
        top: y - step,
        right: x + step + 1 + width,
        bottom: y + height,
      },
      format: 'jpeg',
      quality: 85,
    };
    assert.deepEqual(optionsIn(javascript), options);
    expectSame(dataUrl, await toDataURL(await readFile(join(samples, 'flower.png')), options));
    await allowClipboard();
    await page.focus('#copy');
    await page.keyboard.press('Space');
    await page.waitForFunction(() => copy.textContent === 'Copied');
    expectSame(await page.evaluate(() => navigator.clipboard.readText()), dataUrl);
    expectNoFaults();
  });

  test('every option: the picture, the code and the command line are of one mind', async () => {
    await open();
    const source = join(samples, 'ribbon.jpg');
    const bytes = await readFile(source);
    await openSample('ribbon.jpg');
    const steps = [
      [() => choose('shape', 'edges'), {}],
      [() => type('third', 1001), {}],
      [() => page.click('[name=keep]'), { quality: 85 }],
      [() => slide('quality', 40), { quality: 40 }],
      [() => type('width', 300), { resize: { width: 300 } }],
      [() => type('height', 300), { resize: { width: 300, height: 300 } }],
      [
        () => page.select('[name=fit]', 'inside'),
        { resize: { width: 300, height: 300, fit: 'inside' } },
      ],
      [() => choose('format', 'png'), { format: 'png' }],
      [() => slide('compressionLevel', 1), { compressionLevel: 1 }],
      [() => page.select('[name=metadata]', 'none'), { metadata: 'none' }],
    ];
    for (const [step, expected] of steps) {
      await step();
      const { dataUrl, javascript, command } = await outcome();
      const options = optionsIn(javascript);
      for (const [name, value] of Object.entries(expected)) {
        assert.deepEqual(options[name], value, name);
      }
      expectSame(dataUrl, await toDataURL(bytes, options), javascript);
      const line = command.replace('npx crop64 ribbon.jpg', `node dist/cli.js '${source}'`);
      const { stdout } = await promisify(execFile)('sh', ['-c', line], {
        cwd: root,
        maxBuffer: 2 ** 26,
      });
      expectSame(stdout.trimEnd(), dataUrl, command);
    }
    expectNoFaults();
  });

  test('what goes wrong is told in words, and the page works on', async () => {
    await open();
    await openSample('flower.png');
    await type('first', 900);
    const outside = await outcome();
    assert.equal(outside.kind, 'error');
    assert.match(outside.status, /960 x 720/);
    assert.equal(outside.dataUrl, undefined);
    await type('first', 90);
    assert.equal((await outcome()).kind, 'note');
    await page.click('[name=lossless]');
    await choose('format', 'jpeg');
    assert.match((await outcome()).status, /lossless/i);
    await writeFile(join(folder, 'note.txt'), 'not a picture');
    await upload(join(folder, 'note.txt'));
    await page.waitForFunction(() =>
      /^Expected/.test(document.getElementById('status').textContent),
    );
    assert.equal(await page.$eval('#status', (line) => line.getAttribute('role')), 'status');
    await openSample('ribbon.jpg');
    assert.equal((await outcome()).kind, 'note');
  });

  test('beside the canvas: what that changed is counted, and shown', async () => {
    await open();
    await openSample('flower.png');
    await compare();
    const sides = await page.$$eval('#comparison article', (articles) =>
      articles.map((article) => {
        const canvas = article.querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const lit = data.filter((value, i) => i % 4 !== 3 && value > 0).length;
        const rows = [...article.querySelectorAll('dl div')].map((row) => [...row.children]);
        const facts = Object.fromEntries(rows.map((row) => row.map((cell) => cell.textContent)));
        return {
          size: [canvas.width, canvas.height],
          lit,
          facts,
          words: article.lastChild.textContent,
        };
      }),
    );
    const [ours, theirs] = sides;
    assert.deepEqual(ours.size, [480, 360]);
    assert.equal(ours.lit, 0);
    assert.equal(ours.facts['Samples changed'], '0');
    assert.equal(ours.words, 'Nothing else was lost.');
    assert.ok(theirs.lit > 10_000, `${theirs.lit} samples are lit`);
    assert.match(theirs.words, /palette became RGBA; colours were rounded/);
    // Counted again, in Node.
    const made = await page.evaluate(async () => {
      const blob = await (await fetch('./samples/flower.png')).blob();
      const bitmap = await createImageBitmap(blob, 240, 180, 480, 360);
      const canvas = new OffscreenCanvas(480, 360);
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return [...bytes];
    });
    const crop = { x: 240, y: 180, width: 480, height: 360 };
    const exact = await decode(await readFile(join(samples, 'flower.png')), { crop });
    const drawn = await decode(Uint8Array.from(made));
    const changed = exact.data.filter((value, i) => value !== drawn.data[i]).length;
    assert.match(
      theirs.facts['Samples changed'],
      new RegExp(`^${changed.toLocaleString('en')} of `),
    );
    expectNoFaults();
  });

  test('beside the canvas: depth and profile are told, too', async () => {
    const [width, height] = [64, 48];
    const data = Uint16Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 65536);
    const picture = { data, width, height, channels: 'RGB', colorSpace: 'display-p3' };
    const file = join(folder, 'deep.png');
    await writeFile(file, await toBytes(picture));
    await open();
    const { dataUrl } = await openFile(file);
    const crop = { x: 16, y: 12, width: 32, height: 24 };
    expectSame(dataUrl, await toDataURL(await readFile(file), { crop }));
    await compare();
    const words = await page.$$eval('#comparison article > p', (lines) =>
      lines.map(({ textContent }) => textContent),
    );
    assert.equal(words[0], 'Nothing else was lost.');
    assert.match(words[1], /colour profile is gone; 16 bits became 8/);
    expectNoFaults();
  });

  test('a format that only the browser reads, by a paste', async () => {
    await open();
    const text = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 30);
      canvas.getContext('2d').fillRect(5, 5, 20, 20);
      const blob = await canvas.convertToBlob({ type: 'image/webp' });
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([blob], 'small.webp', { type: blob.type }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
      while (!about.textContent.startsWith('small.webp')) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return about.textContent;
    });
    assert.match(text, /^small\.webp: WEBP · 40 × 30/);
    const { dataUrl, lossless } = await outcome();
    assert.match(dataUrl, /^data:image\/png;base64,/);
    assert.match(lossless, /^Not lossless/);
    expectNoFaults();
  });

  test('a measurement ends in a table, which can be copied', async () => {
    await open();
    await openSample('flower.png');
    await compareAndMeasure();
    const rows = await page.$$eval('#measured tbody tr', (rows) =>
      rows.map((row) => [...row.children].map(({ textContent }) => textContent)),
    );
    assert.equal(rows.length, 4);
    for (const row of rows) {
      for (const time of row.slice(1, 3)) assert.match(time, /^[\d.,]+ m?s$/);
    }
    await allowClipboard();
    await page.click('#measure-copy');
    await page.waitForFunction(
      () => document.getElementById('measure-copy').textContent === 'Copied',
    );
    const text = await page.evaluate(() => navigator.clipboard.readText());
    for (const row of rows) assert.ok(text.includes(`| ${row.join(' | ')} |`));
    expectNoFaults();
  });

  test('axe finds nothing serious, without a picture and with one, light and dark', async () => {
    for (const scheme of ['light', 'dark']) {
      await open({ scheme });
      const look = async () => {
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        return violations
          .filter(({ impact }) => ['serious', 'critical'].includes(impact))
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      };
      await page.evaluate(await readFile(axe, 'utf8'));
      assert.deepEqual(await look(), [], `${scheme}, empty`);
      await openSample('ribbon.jpg');
      await compareAndMeasure();
      assert.deepEqual(await look(), [], scheme);
      await type('first', 90000);
      await outcome();
      assert.deepEqual(await look(), [], `${scheme}, with an error`);
      await close();
    }
  });

  test('samples come when they are asked for, and are missed in words', async () => {
    await open();
    const paths = () => server.requests.filter((path) => path.startsWith('/demo/samples/'));
    assert.deepEqual(paths(), []);
    for (const name of ['ribbon.jpg', 'flower.png']) {
      await page.click(`[data-sample="${name}"]`);
      await page.waitForFunction((name) => about.textContent.startsWith(name), {}, name);
      assert.equal((await outcome()).kind, 'note');
    }
    assert.deepEqual(paths(), ['/demo/samples/ribbon.jpg', '/demo/samples/flower.png']);
    await server.close();
    await page.click('[data-sample="ribbon.jpg"]');
    await page.waitForFunction(() =>
      /did not come/.test(document.getElementById('status').textContent),
    );
  });

  test('it is small, asks for nothing after it has loaded, and works without the network', async () => {
    await open();
    const paths = [...new Set(server.requests)];
    const sizes = await Promise.all(
      paths.map(async (path) => gzipSync(await readFile(join(root, 'build', path))).length),
    );
    const sum = sizes.reduce((total, size) => total + size, 0);
    assert.ok(sum < MOST_TRANSFERRED, `${sum} bytes`);
    assert.ok(paths.every((path) => path.startsWith('/demo/')));
    const asked = server.requests.length;
    await server.close();
    await openSample('ribbon.jpg');
    await choose('format', 'png');
    const { dataUrl, javascript } = await outcome();
    const source = await readFile(join(samples, 'ribbon.jpg'));
    expectSame(dataUrl, await toDataURL(source, optionsIn(javascript)));
    await compareAndMeasure();
    assert.equal(server.requests.length, asked);
    expectNoFaults();
  });

  test('100 megapixels: the page goes on while workers decode', async () => {
    const [width, height] = [12_500, 8000];
    const row = Uint8Array.from({ length: width }, (_, x) => (x * 7) >> 5);
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 1) data.set(row, y * width);
    const picture = { data, width, height, channels: 'GRAY' };
    const file = join(folder, 'large.jpg');
    await writeFile(file, await toBytes(picture, { format: 'jpeg', quality: 60 }));
    await open();
    const [started] = await page.evaluate(() => [performance.now(), longTasks.splice(0)]);
    const { dataUrl, javascript } = await openFile(file);
    const { elapsed, longest } = await page.evaluate((started) => {
      return { elapsed: performance.now() - started, longest: Math.max(0, ...longTasks) };
    }, started);
    const options = optionsIn(javascript);
    expectSame(dataUrl, await toDataURL(await readFile(file), options));
    assert.ok(longest < elapsed / 3, `a task of ${longest} ms in ${elapsed} ms`);
    // Shown is a picture that was made for it.
    const shown = await page.$eval('#preview', (image) => image.naturalWidth);
    assert.ok(shown <= 1600);
    assert.match(
      await page.$eval('#compare-status', (line) => line.textContent),
      /400 MB of memory/,
    );
    // A job that takes long is ended when it is no longer wanted.
    await choose('format', 'png');
    await slide('compressionLevel', 9);
    await type('first', 0);
    await type('third', width);
    await type('third', 300);
    const last = await outcome();
    assert.match(last.status, /^300 × 2,400 pixels, from 0, /);
    expectSame(last.dataUrl, await toDataURL(await readFile(file), optionsIn(last.javascript)));
    expectNoFaults();
  });

  test('screenshots, with a picture', async () => {
    await mkdir(screenshots, { recursive: true });
    for (const scheme of ['light', 'dark']) {
      for (const [width, height] of [
        [390, 844],
        [1440, 900],
      ]) {
        await open({ width, height, scheme });
        await openSample('ribbon.jpg');
        const isVisible = await page.$eval('#shown', async (image) => {
          await image.decode();
          return image.getBoundingClientRect().bottom <= innerHeight;
        });
        assert.ok(isVisible || width < 1000, 'the result is on the first screen');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, 'nothing is wider than the screen');
        const path = join(screenshots, `${width}x${height}-${scheme}.png`);
        await page.screenshot({ path });
        expectNoFaults();
        await close();
      }
    }
  });
});

// In any browser, with what it has in common with the others: a picture is dropped, numbers are typed.
async function coreFlow(page, origin) {
  await page.goto(origin + address);
  return page.evaluate(async () => {
    const violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
      violations.push(violatedDirective),
    );
    const until = async (is) => {
      while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const find = (selector) => document.querySelector(selector);
    await until(() => find('html').dataset.ready === 'true');
    const blob = await (await fetch('./samples/flower.png')).blob();
    const data = new DataTransfer();
    data.items.add(new File([blob], 'flower.png', { type: 'image/png' }));
    const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    find('#frame').dispatchEvent(drop);
    const isDone = () => find('.result').getAttribute('aria-busy') === 'false';
    await until(isDone);
    for (const [name, value] of Object.entries({
      first: 101,
      second: 53,
      third: 333,
      fourth: 222,
    })) {
      const input = find(`[name="${name}"]`);
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    await until(isDone);
    find('#compare').scrollIntoView();
    await until(() => !find('#comparison').hidden);
    const changed = find('#compare-status').textContent;
    find('#measure').click();
    await until(() => !find('#measured').hidden);
    const lossless = find('#lossless').textContent;
    return { dataUrl: find('#shown').src, lossless, changed, violations };
  });
}

for (const [name, start] of [
  ['Firefox', launchFirefox],
  ['WebKitGTK', launchWebkit],
]) {
  test(`the demo page in ${name}`, async () => {
    const browser = await start(); // first: where there is none, no server is left
    const server = await serve(join(root, 'build'));
    try {
      const page = await browser.newPage();
      const told = await coreFlow(page, server.origin);
      const crop = { x: 101, y: 53, width: 333, height: 222 };
      const source = await readFile(join(samples, 'flower.png'));
      expectSame(told.dataUrl, await toDataURL(source, { crop }));
      assert.equal(told.lossless, 'Lossless: every sample was kept');
      assert.match(told.changed, /crop64 no sample/);
      assert.deepEqual(told.violations, []);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}
