// The demo page as it is built, below a path of its own. By mouse, touch and keys, its results are those of
// the interface in Node for the same bytes.
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
import { transformWithOxc } from 'vite';
import { decode, encode, toBytes, toDataURL } from '../../dist/index.js';
import { buildDemo } from '../../scripts/demo.mjs';
import { until } from '../support/until.mjs';
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
// Errors and warnings of the page.
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
async function open({ width = 1440, height = 900, scheme = 'light', platform } = {}) {
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
  if (platform !== undefined) {
    await page.evaluateOnNewDocument((platform) => {
      Object.defineProperty(navigator, 'platform', { value: platform });
    }, platform);
  }
  // Counts the instances of the module on the page's own thread.
  await page.evaluateOnNewDocument(() => {
    globalThis.instances = 0;
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const instantiate = WebAssembly[name];
      WebAssembly[name] = (...args) => {
        globalThis.instances += 1;
        return instantiate.apply(WebAssembly, args);
      };
    }
    WebAssembly.Instance = class extends WebAssembly.Instance {
      constructor(...args) {
        super(...args);
        globalThis.instances += 1;
      }
    };
  });
  await page.goto(server.origin + address);
  await page.bringToFront();
  await page.waitForSelector('html[data-ready]');
}

const upload = async (file) => (await page.$('#file')).uploadFile(file);

// What the page shows when its jobs are done. Moves of the mouse wait for a frame.
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
      read: text('read'),
      wrong: [...document.querySelectorAll('[aria-invalid="true"]')].map(({ name }) => name),
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

// Opens a file that cannot be opened, and returns what the page says of it.
async function openBroken(name, bytes) {
  await writeFile(join(folder, name), bytes);
  await upload(join(folder, name));
  await page.waitForSelector('#about[data-kind="error"]');
  return page.$eval('#about', (line) => line.textContent);
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

// The comparison starts when it comes into view, and then moves what is below it.
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

// With a finger, from the centre of the element.
async function swipe(selector, dx, dy) {
  await swipeFrom(await centreOf(selector), dx, dy);
}

async function swipeFrom([x, y], dx, dy) {
  await page.touchscreen.touchStart(x, y);
  await page.touchscreen.touchMove(x + dx / 2, y + dy / 2);
  await page.touchscreen.touchMove(x + dx, y + dy);
  await page.touchscreen.touchEnd();
  await outcome();
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

// A module of the page without its types.
async function load(name) {
  const path = join(root, 'demo', name);
  const { code } = await transformWithOxc(await readFile(path, 'utf8'), path);
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe('latest()', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('a job that throws is reported, and the next ones run', async () => {
    const { latest } = await load('latest.ts');
    const [done, reported] = [[], []];
    globalThis.reportError = (error) => reported.push(error.message);
    try {
      const { run } = latest(async (input) => {
        await settled();
        if (input.startsWith('bad')) throw new Error(input);
        done.push(input);
      });
      run('bad');
      run('waits');
      await until(() => done.length === 1);
      run('bad, too');
      await settled();
      await settled();
      run('last');
      await until(() => done.length === 2);
      assert.deepEqual(done, ['waits', 'last']);
      assert.deepEqual(reported, ['bad', 'bad, too']);
    } finally {
      delete globalThis.reportError;
    }
  });

  test('cancel() aborts the running job and drops the waiting one', async () => {
    const { latest } = await load('latest.ts');
    const seen = [];
    const { run, cancel } = latest(async (input, signal) => {
      await settled();
      seen.push([input, signal.aborted]);
    });
    run('first');
    run('second');
    cancel();
    run('third');
    await until(() => seen.length === 2);
    assert.deepEqual(seen, [
      ['first', true],
      ['third', false],
    ]);
  });
});

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
    expectSame(now.dataUrl, await toDataURL(source, { crop }));
    assert.match(now.lossless, /^Not lossless: re-encoded/);
    await page.click('[name=lossless]');
    const kept = await outcome();
    const expected = await encode(source, { crop, lossless: true });
    expectSame(kept.dataUrl, expected.toDataURL());
    assert.equal(kept.lossless, 'Lossless: JPEG blocks were copied');
    const { name, bytes } = await download();
    assert.equal(name, 'ribbon-region.jpg');
    assert.ok(bytes.equals(expected.bytes));
    expectNoFaults();
  });

  test('by mouse: a new region is drawn, stays inside the image, and is reset', async () => {
    await open();
    await openSample('flower.png');
    const first = await numbers();
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
    const crop = { x: 0, y: 0, width: 960, height: 720 };
    expectSame(dataUrl, await toDataURL(await readFile(join(samples, 'flower.png')), { crop }));
    await page.click('#reset');
    await outcome();
    assert.deepEqual(await numbers(), first);
    expectNoFaults();
  });

  test('by touch: a corner and the region follow the finger', async () => {
    await open({ width: 390, height: 844 });
    await openSample('flower.png');
    const before = await numbers();
    await swipe('cropper-handle[action="nw-resize"]', -20, -20);
    const [x, y, width, height] = await numbers();
    assert.ok(x < before[0] && y < before[1] && width > before[2] && height > before[3]);
    await swipe('cropper-handle[action="move"]', 10, -8);
    const moved = await numbers();
    assert.ok(moved[0] > x && moved[1] < y);
    assert.deepEqual(moved.slice(2), [width, height]);
    expectNoFaults();
  });

  test('by touch: a swipe beside the region scrolls the page, and draws none', async () => {
    await open({ width: 390, height: 844 });
    await openSample('ribbon.jpg');
    const before = await numbers();
    const { x, y, height } = await (await page.$('cropper-canvas')).boundingBox();
    await swipe('cropper-selection', 0, -60);
    assert.equal(await page.evaluate(() => scrollY), 0);
    const moved = await numbers();
    assert.ok(moved[1] < before[1], 'on the region, it moves the region');
    await swipeFrom([x + 20, y + height - 20], 0, -150);
    await page.waitForFunction(() => scrollY > 50, { timeout: 10_000 });
    assert.deepEqual(await numbers(), moved);
    expectNoFaults();
  });

  test('by touch: a region is drawn once after “Draw region”, and reset', async () => {
    await open({ width: 390, height: 844 });
    await openSample('ribbon.jpg');
    const before = await numbers();
    const isPressed = () => page.$eval('#draw', (button) => button.ariaPressed);
    const { x, y } = await (await page.$('cropper-canvas')).boundingBox();
    await page.tap('#draw');
    assert.equal(await isPressed(), 'true');
    await swipeFrom([x + 20, y + 30], 160, 100); // into the region that is there
    const drawn = await numbers();
    assert.ok(drawn[0] < 200 && drawn[1] < 400 && drawn[2] > 1200, `${drawn}`);
    assert.equal(await isPressed(), 'false');
    await swipeFrom([x + 260, y + 100], 60, 60);
    assert.deepEqual(await numbers(), drawn, 'only once');
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await page.tap('#reset');
    await outcome();
    assert.deepEqual(await numbers(), before);
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

  test('every option: the image, the code and the command line agree', async () => {
    await open();
    const bytes = await readFile(join(samples, 'ribbon.jpg'));
    const work = await mkdtemp(join(folder, 'commands-'));
    await writeFile(join(work, 'ribbon.jpg'), bytes);
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
      const line = command.replace('npx crop64', `node '${join(root, 'dist/cli.js')}' --force`);
      await promisify(execFile)('sh', ['-c', line], { cwd: work });
      const [output] = command.match(/\S+$/);
      const file = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
      assert.ok(file.equals(await readFile(join(work, output))), command);
    }
    expectNoFaults();
  });

  test('a wrong value is explained in the words of the form, and its fields are marked', async () => {
    await open();
    await openSample('flower.png');
    const expectError = async (pattern, wrong) => {
      const told = await outcome();
      assert.equal(told.kind, 'error');
      assert.match(told.status, pattern);
      assert.doesNotMatch(told.status, /outOfBounds|INVALID|lossless:|Expected/);
      assert.deepEqual(told.wrong, wrong);
      assert.equal(told.dataUrl, undefined);
    };
    const expectResult = async () => {
      const told = await outcome();
      assert.equal(told.kind, 'note', told.status);
      assert.deepEqual(told.wrong, []);
    };
    await type('first', 900);
    await expectError(/x \+ width is 1,380, but the image is 960 pixels wide/, ['first', 'third']);
    await type('first', -90);
    await expectError(/x is below 0/, ['first']);
    await type('first', 90);
    await expectResult();
    await type('fourth', 0);
    await expectError(/The region is empty/, ['fourth']);
    await (await page.$('[name=fourth]')).click({ count: 3 });
    await page.keyboard.press('Backspace');
    await expectError(/Type a number for height/, ['fourth']);
    await type('fourth', 360);
    await expectResult();
    await choose('shape', 'edges');
    await type('third', 5000);
    await expectError(/right is 5,000, but the image is 960 pixels wide/, ['third']);
    await type('third', 500);
    await type('width', 0);
    await expectError(/The new width must be a whole number from 1/, ['width']);
    await type('width', 500_000);
    await expectError(/This size takes more memory/, ['width', 'height']);
    await page.$eval('[name=width]', (input) => {
      input.value = '';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await expectResult();
    await page.click('[name=lossless]');
    await choose('format', 'jpeg');
    await expectError(/Only a JPEG can become a JPEG without loss/, ['lossless']);
    await page.click('[name=lossless]');
    await expectResult();
    expectNoFaults();
  });

  test('a file that cannot be opened is named with the reason, and nothing else stays', async () => {
    await open();
    const ribbon = await readFile(join(samples, 'ribbon.jpg'));
    const flower = await readFile(join(samples, 'flower.png'));
    const damaged = Uint8Array.from(flower);
    damaged.fill(0xff, flower.length >> 1, (flower.length >> 1) + 64);
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const files = [
      [
        'note.txt',
        'not an image',
        /^note\.txt is in a format that neither crop64 nor this browser/,
      ],
      ['empty.jpg', '', /^empty\.jpg is empty/],
      ['IMG_9002.HEIC', heic, /^IMG_9002\.HEIC is a HEIC image.*Safari.*Camera → Formats → Most/],
      ['cut.jpg', ribbon.subarray(0, ribbon.length >> 1), /^cut\.jpg is incomplete/],
      ['damaged.png', damaged, /^damaged\.png is damaged/],
    ];
    for (const [name, bytes, pattern] of files) {
      await openSample('flower.png');
      assert.match(await openBroken(name, bytes), pattern);
      const told = await outcome();
      assert.equal(told.dataUrl, undefined, name);
      assert.equal(told.status, 'Open an image, and the region you choose appears here.');
      const state = await page.evaluate(() => ({
        isEmpty: document.querySelector('#frame').classList.contains('empty'),
        role: document.querySelector('#about').getAttribute('role'),
        enabled: document.querySelectorAll('input:not([type=file]):enabled, #measure:enabled')
          .length,
      }));
      assert.deepEqual(state, { isEmpty: true, role: 'status', enabled: 0 }, name);
    }
    await openSample('ribbon.jpg');
    assert.equal((await outcome()).kind, 'note');
    expectNoFaults();
  });

  test('a broken file that is opened while a job runs ends in its own error', async () => {
    await open();
    await openSample('ribbon.jpg');
    await choose('format', 'png');
    await slide('compressionLevel', 9);
    await outcome();
    const elapsed = await page.evaluate(async () => {
      const started = performance.now();
      const drop = (name, bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([bytes], name));
        const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector('#frame').dispatchEvent(drop);
      };
      const start = () =>
        document.querySelector('[name=first]').dispatchEvent(new Event('input', { bubbles: true }));
      const isBusy = () => document.querySelector('.result').ariaBusy === 'true';
      const until = async (is) => {
        while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      start();
      await until(() => !isBusy());
      const elapsed = performance.now() - started;
      start();
      drop('broken.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
      await until(() => document.querySelector('#about').dataset.kind === 'error');
      return elapsed;
    });
    // Long enough for the job that was running.
    await pause(2 * elapsed + 200);
    const told = await outcome();
    assert.equal(told.dataUrl, undefined);
    assert.match(await page.$eval('#about', (line) => line.textContent), /^broken\.jpg /);
    expectNoFaults();
  });

  test('while an image is read, there is no result of the last one', async () => {
    await open();
    const { dataUrl } = await openSample('flower.png');
    await compareAndMeasure();
    const isShown = await page.evaluate(async () => {
      const blob = await (await fetch('./samples/ribbon.jpg')).blob();
      const data = new DataTransfer();
      data.items.add(new File([blob], 'ribbon.jpg', { type: 'image/jpeg' }));
      const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector('#frame').dispatchEvent(drop);
      const ids = ['result', 'copy', 'download', 'comparison', 'measured', 'measure-copy'];
      const isShown = (id) => document.getElementById(id).offsetParent !== null;
      return Object.fromEntries(ids.map((id) => [id, isShown(id)]));
    });
    const none = { result: false, copy: false, download: false };
    assert.deepEqual(isShown, {
      ...none,
      comparison: false,
      measured: false,
      'measure-copy': false,
    });
    await page.waitForFunction(() => about.textContent.startsWith('ribbon.jpg:'));
    assert.ok((await outcome()).dataUrl !== dataUrl);
    expectNoFaults();
  });

  test('a sample that arrives after another file was opened is not shown', async () => {
    await open();
    await page.setRequestInterception(true);
    let release;
    const asked = new Promise((resolve) => {
      page.on('request', (request) => {
        if (request.url().endsWith('/samples/ribbon.jpg')) {
          release = () => request.continue();
          resolve();
        } else {
          request.continue();
        }
      });
    });
    await page.click('[data-sample="ribbon.jpg"]');
    await asked;
    await openSample('flower.png');
    const arrived = page.waitForResponse((response) => response.url().endsWith('/ribbon.jpg'));
    await release();
    await (await arrived).buffer();
    await outcome();
    assert.match(await page.$eval('#about', (line) => line.textContent), /^flower\.png: /);
    expectNoFaults();
  });

  test('a click on the empty frame chooses a file', async () => {
    await open();
    const [chooser] = await Promise.all([page.waitForFileChooser(), page.click('#frame')]);
    await chooser.accept([join(samples, 'flower.png')]);
    await page.waitForFunction(() => about.textContent.startsWith('flower.png:'));
    assert.equal((await outcome()).kind, 'note');
    expectNoFaults();
  });

  test('“Lossless” is off at first, and says where a JPEG is cut instead', async () => {
    await open();
    await openSample('ribbon.jpg');
    assert.equal(await page.$eval('[name=lossless]', (input) => input.checked), false);
    await type('first', 775);
    const asked = await outcome();
    assert.match(asked.status, /^1,500 × 938 pixels, from x\s775, y\s464$/);
    assert.ok(!('lossless' in optionsIn(asked.javascript)));
    await page.click('[name=lossless]');
    assert.match(
      (await outcome()).status,
      /^1,507 × 938 pixels, from x\s768, y\s464, not x\s775, y\s464: .* \(8 × 8 pixels\)\.$/,
    );
    expectNoFaults();
  });

  test('without its profile, a Display P3 image is converted, and said to be', async () => {
    const pixels = { data: new Uint8Array(64 * 48 * 3).fill(90), width: 64, height: 48 };
    const file = join(folder, 'p3.png');
    const source = { ...pixels, channels: 'RGB', colorSpace: 'display-p3' };
    await writeFile(file, await toBytes(source));
    await open();
    assert.equal((await openFile(file)).lossless, 'Lossless: every pixel was kept');
    await page.select('[name=metadata]', 'none');
    assert.match((await outcome()).lossless, /colours were converted to sRGB/);
  });

  test('the keys are explained once there is an image, in a line, with Option on a Mac', async () => {
    const look = () =>
      page.$eval('#keys', (line) => ({
        isShown: line.offsetParent !== null,
        lines:
          line.getClientRects().length &&
          line.offsetHeight / parseFloat(getComputedStyle(line).lineHeight),
        text: line.textContent,
      }));
    await open();
    assert.equal((await look()).isShown, false);
    await openSample('ribbon.jpg');
    const { isShown, lines, text } = await look();
    assert.ok(isShown && Math.round(lines) === 1);
    assert.match(text, /with Ctrl they move by one pixel/);
    await close();
    await open({ platform: 'MacIntel' });
    await openSample('ribbon.jpg');
    assert.match((await look()).text, /with Option they move by one pixel/);
    const [x, y, ...size] = await numbers();
    await page.focus('cropper-selection');
    for (const modifier of ['Alt', 'Control']) {
      await page.keyboard.down(modifier);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.up(modifier);
    }
    await outcome();
    assert.deepEqual(await numbers(), [x + 1, y, ...size]);
    await close();
    await open({ width: 390, height: 844 });
    await openSample('ribbon.jpg');
    assert.equal((await look()).isShown, false);
  });

  test('the comparison counts and shows the pixels that the canvas changed', async () => {
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
    assert.equal(ours.facts['Pixels changed'], '0');
    assert.equal(ours.words, 'Nothing else was lost.');
    assert.ok(theirs.lit > 10_000, `${theirs.lit} values are not black`);
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
    const pixels = (data) => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
    const [was, is] = [pixels(exact.data), pixels(drawn.data)];
    const changed = was.filter((value, i) => value !== is[i]).length;
    assert.match(
      theirs.facts['Pixels changed'],
      new RegExp(`^${changed.toLocaleString('en')} of `),
    );
    expectNoFaults();
  });

  test('the comparison names depth and profile', async () => {
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
    assert.match(words[1], /colour profile was removed; 16 bits became 8/);
    expectNoFaults();
  });

  test('a WebP, which the browser decodes, is described as that everywhere', async () => {
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
    assert.match(text, /^small\.webp: WEBP · 40 × 30 · decoded by the browser · \d+ B$/);
    const { dataUrl, lossless, read } = await outcome();
    assert.match(dataUrl, /^data:image\/png;base64,/);
    assert.equal(lossless, 'Every pixel is as the browser decoded it');
    assert.equal(read, 'the whole file, by the browser');
    const isShown = () => page.$eval('#command-line', (figure) => figure.offsetParent !== null);
    assert.equal(await isShown(), false, 'Node cannot run it');
    await compare();
    const said = await page.$eval('#compare-status', (line) => line.textContent);
    assert.match(said, /Both start from the pixels that the browser decoded\.$/);
    const words = await page.$$eval('#comparison article > p', (lines) =>
      lines.map(({ textContent }) => textContent),
    );
    assert.match(words[0], /^Metadata of the WEBP file is not kept/);
    await page.evaluate(() => scrollTo(0, 0));
    await choose('format', 'jpeg');
    assert.equal((await outcome()).lossless, 'Not lossless: encoded as JPEG');
    await openSample('flower.png');
    assert.equal(await isShown(), true);
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

  test('a measurement on a phone shows every number', async () => {
    await open({ width: 390, height: 844 });
    await openSample('flower.png');
    await page.click('#measure');
    await page.waitForSelector('#measured:not([hidden])');
    const { wide, cut } = await page.$eval('#measured', (panel) => {
      const { left, right } = panel.getBoundingClientRect();
      const cut = [...panel.querySelectorAll('td, tbody th')].filter((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const text = range.getBoundingClientRect();
        return text.left < left || text.right > right || text.width === 0;
      });
      return { wide: panel.scrollWidth - panel.clientWidth, cut: cut.map((c) => c.textContent) };
    });
    assert.equal(wide, 0);
    assert.deepEqual(cut, []);
    expectNoFaults();
  });

  test('axe finds nothing serious, without an image and with one, light and dark', async () => {
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

  test('samples are fetched when they are chosen, and a failure is reported', async () => {
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
    await page.waitForFunction(() => /could not be fetched/.test(about.textContent));
    const text = await page.$eval('#about', (line) => line.textContent);
    assert.match(text, /Still showing flower\.png\.$/);
    assert.ok((await outcome()).dataUrl !== undefined);
  });

  test('the page is small, requests nothing after it has loaded, and works without a network', async () => {
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

  test('an image of 100 megapixels is decoded in workers and not on the thread of the page', async () => {
    const [width, height] = [12_500, 8000];
    const row = Uint8Array.from({ length: width }, (_, x) => (x * 7) >> 5);
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 1) data.set(row, y * width);
    const picture = { data, width, height, channels: 'GRAY' };
    const file = join(folder, 'large.jpg');
    await writeFile(file, await toBytes(picture, { format: 'jpeg', quality: 60 }));
    await open();
    const { dataUrl, javascript } = await openFile(file);
    const options = optionsIn(javascript);
    expectSame(dataUrl, await toDataURL(await readFile(file), options));
    assert.equal(await page.evaluate(() => globalThis.instances), 0);
    // The page shows a reduced copy.
    const shown = await page.$eval('#preview', (image) => image.naturalWidth);
    assert.ok(shown <= 1600);
    assert.match(
      await page.$eval('#compare-status', (line) => line.textContent),
      /400 MB of memory/,
    );
    // A long job is aborted after another one was asked for.
    await choose('format', 'png');
    await slide('compressionLevel', 9);
    await type('first', 0);
    await type('third', width);
    await type('third', 300);
    const last = await outcome();
    assert.match(last.status, /^300 × 2,400 pixels, from x\s0, y\s/);
    expectSame(last.dataUrl, await toDataURL(await readFile(file), optionsIn(last.javascript)));
    expectNoFaults();
  });

  test('the result is on the first screen, and nothing is wider than the screen', async () => {
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

// In any browser, with what all of them have: an image is dropped, numbers are typed.
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
      assert.equal(told.lossless, 'Lossless: every pixel was kept');
      assert.match(told.changed, /crop64 no pixel/);
      assert.deepEqual(told.violations, []);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}
