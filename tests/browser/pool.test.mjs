import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { decode, toDataURL } from '../../dist/index.js';
import { fixture } from '../support/fixtures.mjs';
import { launch } from './chromium.mjs';
import { serve } from './server.mjs';
import { use } from './use.mjs';

const path = '/build/sources/libjpeg-turbo/testimages/testorig.jpg';
const photo = await readFile(new URL(`../..${path}`, import.meta.url));
const crop = { left: 31, top: 17, right: 153, bottom: 98 };

const chromium = use(launch);
let page;
let requests;

afterEach(() => page?.close());

// A page of a strict content security policy with the pool's entry in `pool`; every worker that is
// started is noted in `workers`, with what it is sent and whether it was ended.
async function open() {
  page = await chromium.open('/strict.html');
  requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.evaluate(async () => {
    globalThis.workers = [];
    globalThis.Worker = class extends Worker {
      isOver = false;
      calls = [];
      constructor(...args) {
        super(...args);
        workers.push(this);
      }
      postMessage(call, transfer) {
        this.calls.push(call.name);
        super.postMessage(call, transfer);
      }
      terminate() {
        this.isOver = true;
        super.terminate();
      }
    };
    globalThis.pool = await import('/dist/pool.js');
    globalThis.codeOf = (promise) =>
      promise.then(
        () => 'no error',
        (error) => (error instanceof pool.ImageError ? error.code : String(error)),
      );
    globalThis.until = async (isTrue) => {
      for (let tries = 0; !isTrue(); tries += 1) {
        if (tries === 10_000) throw new Error(`Waited in vain for: ${isTrue}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    // Seconds of work.
    globalThis.large = () => {
      const image = new ImageData(4000, 3000);
      for (let i = 0; i < image.data.length; i += 1) image.data[i] = (i * 7919) >> 7;
      return image;
    };
    globalThis.long = { format: 'png', compressionLevel: 9 };
  });
}

describe('crop64/pool in Chromium under a strict content security policy', () => {
  test("gives Node's results and requests only the worker and the wasm", async () => {
    await open();
    const options = { crop, format: 'jpeg', quality: 90 };
    const [text, form, size] = await page.evaluate(
      async (path, options) => {
        const file = await (await fetch(path)).blob();
        const own = pool.createPool({ size: 2 });
        await Promise.all([1, 2, 3, 4].map(() => own.toDataURL(file, options)));
        const encoded = await own.encode(file, options);
        globalThis.own = own;
        globalThis.file = file;
        return [await own.toDataURL(file, options), encoded.toDataURL(), workers.length];
      },
      path,
      options,
    );
    const expected = await toDataURL(photo, options);
    assert.equal(text, expected);
    assert.equal(form, expected);
    assert.equal(size, 2);
    const asked = chromium.server.requests;
    const count = asked.length;
    assert.equal(asked.filter((url) => url.endsWith('.wasm')).length, 1);
    requests.length = 0;
    await page.evaluate(async (options) => {
      for (let i = 0; i < 20; i += 1) await own.toDataURL(file, options);
      for await (const { bytes } of own.map([file, file, file], options)) void bytes;
    }, options);
    assert.deepEqual(requests, []);
    assert.deepEqual(asked.slice(count), []);
  });

  test('reads canvases and elements of the page', async () => {
    await open();
    const same = await page.evaluate(async () => {
      const image = new ImageData(37, 23);
      for (let i = 0; i < image.data.length; i += 1) {
        image.data[i] = i % 4 === 3 ? 255 : (i * 7919) >> 3;
      }
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [37, 23];
      canvas.getContext('2d').putImageData(image, 0, 0);
      const element = new Image();
      element.src = await pool.toDataURL(image);
      await element.decode();
      const sources = {
        ImageData: image,
        canvas,
        element,
        bitmap: await createImageBitmap(image),
        frame: new VideoFrame(canvas, { timestamp: 0 }),
      };
      const told = {};
      for (const [name, source] of Object.entries(sources)) {
        const { data, decoder } = await pool.decode(source);
        told[name] = [data.every((value, i) => value === image.data[i]), decoder];
      }
      sources.frame.close();
      const samples = await pool.toImageData(image);
      const isSame = samples.data.every((value, i) => value === image.data[i]);
      told.toImageData = [samples instanceof ImageData && isSame, image.data.length];
      return told;
    });
    const { frame, ...others } = same;
    assert.deepEqual(others, {
      ImageData: [true, 'crop64'],
      canvas: [true, 'canvas'],
      element: [true, 'canvas'],
      bitmap: [true, 'canvas'],
      toImageData: [true, 37 * 23 * 4],
    });
    assert.ok(frame[0], `${frame}`);
  });

  test('a format that only the browser supports is decoded in the worker, an SVG in the page', async () => {
    await open();
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="131" height="97">' +
      '<rect width="131" height="97" fill="#1080f0"/></svg>';
    const answers = await page.evaluate(
      async (webp, svg) => {
        const crop = { left: 20, top: 30, width: 40, height: 50 };
        const told = [];
        const url = `data:image/svg+xml,${encodeURIComponent(svg)}`;
        const files = [
          new Uint8Array(webp),
          new TextEncoder().encode(svg),
          new Blob([svg], { type: 'image/svg+xml' }),
          new Response(svg),
          new URL(url),
          url,
        ];
        for (const file of files) {
          const { decoder, data } = await pool.decode(file, { crop });
          told.push([decoder, data.length, ...data.slice(0, 4)].join(' '));
        }
        const own = pool.createPool({ size: 1, transfer: true });
        const { decoder } = await own.decode(new TextEncoder().encode(svg), { crop });
        told.push(decoder);
        return [told, await codeOf(pool.decode(new TextEncoder().encode('words')))];
      },
      [...(await fixture('small.webp'))],
      svg,
    );
    const drawn = 'browser 8000 16 128 240 255';
    const [[webp, ...svgs], code] = answers;
    assert.match(webp, /^browser 8000 /);
    assert.deepEqual(svgs, [drawn, drawn, drawn, drawn, drawn, 'browser']);
    assert.equal(code, 'UNSUPPORTED_FORMAT');
  });

  test('Blobs and Files of an <iframe> are sent to the worker, and toFile gives a File', async () => {
    await open();
    const told = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const { Blob, File } = frame.contentWindow;
      const image = new ImageData(37, 23);
      const bytes = new Uint8Array(200_000);
      bytes.set(await pool.toBytes(image));
      const answers = [];
      for (const source of [new Blob([bytes]), new File([bytes], 'a.bmp')]) {
        const { byteLength, width } = await pool.probe(source);
        const file = await pool.toFile(source, { crop: { x: 0, y: 0, width: 5, height: 5 } });
        answers.push(byteLength, width, file instanceof globalThis.File, file.name, file.type);
      }
      return answers;
    });
    assert.deepEqual(told, [
      ...[200_000, 37, true, 'image.png', 'image/png'],
      ...[200_000, 37, true, 'a.png', 'image/png'],
    ]);
  });

  test('an abort ends the worker, which is replaced', async () => {
    await open();
    const told = await page.evaluate(async () => {
      const own = pool.createPool({ size: 1 });
      const controller = new AbortController();
      const job = own.encode(large(), { ...long, signal: controller.signal });
      await until(() => workers[0]?.calls.length === 2);
      const waits = own.probe(new ImageData(3, 5));
      const reason = new Error('no longer wanted');
      controller.abort(reason);
      const isReason = await job.catch((error) => error === reason);
      const { isOver } = workers[0];
      return [isReason, isOver, (await waits).height, workers.length];
    });
    assert.deepEqual(told, [true, true, 5, 2]);
  });

  test('a worker that crashes or sends an unreadable message rejects its job', async () => {
    await open();
    const told = await page.evaluate(async () => {
      const own = pool.createPool({ size: 1 });
      const codes = [];
      for (const event of [
        new ErrorEvent('error', { message: 'out of memory', cancelable: true }),
        new MessageEvent('messageerror'),
      ]) {
        const job = codeOf(own.encode(large(), long));
        await until(() => workers.at(-1)?.calls.includes('encode'));
        workers.at(-1).dispatchEvent(event);
        codes.push(await job, workers.at(-1).isOver, (await own.probe(new ImageData(3, 5))).width);
      }
      return codes;
    });
    assert.deepEqual(told, ['INTERNAL', true, 3, 'INTERNAL', true, 3]);
  });

  test('a worker that does not load is MODULE_LOAD_FAILED, and the next call tries again', async () => {
    await open();
    const told = await page.evaluate(async () => {
      const Known = Worker;
      globalThis.Worker = class extends Known {
        constructor(_, options) {
          super('/nowhere.js', options);
        }
      };
      const own = pool.createPool({ size: 1 });
      const codes = [await codeOf(own.probe(new ImageData(3, 5))), await codeOf(own.init())];
      globalThis.Worker = Known;
      return [...codes, await codeOf(own.probe(new ImageData(3, 5)))];
    });
    assert.deepEqual(told, ['MODULE_LOAD_FAILED', 'MODULE_LOAD_FAILED', 'no error']);
  });

  test('close ends the workers', async () => {
    await open();
    const told = await page.evaluate(async () => {
      const own = pool.createPool({ size: 2 });
      const jobs = [1, 2, 3].map(() => own.probe(new ImageData(3, 5)));
      await own.close();
      return [(await Promise.all(jobs)).length, workers.map(({ isOver }) => isOver)];
    });
    assert.deepEqual(told, [3, [true, true]]);
  });

  test("decode gives Node's samples", async () => {
    await open();
    const samples = await page.evaluate(
      async (path, crop) => [...(await pool.decode(await fetch(path), { crop })).data],
      path,
      crop,
    );
    assert.deepEqual(samples, [...(await decode(photo, { crop })).data]);
  });
});

describe('crop64/pool in Chromium from another origin, like a CDN', () => {
  const options = { crop, format: 'png' };
  let cdn;
  let strict;
  before(async () => {
    cdn = await serve(undefined, { 'access-control-allow-origin': '*' });
    const policy = `script-src 'self' ${cdn.origin} 'wasm-unsafe-eval'; worker-src 'self'`;
    strict = await serve(undefined, { 'content-security-policy': policy });
  });
  after(() => Promise.all([cdn.close(), strict.close()]));

  // What a pool of that module makes of the photo, or its error.
  const made = (module, poolOptions) =>
    page.evaluate(
      async (module, path, options, poolOptions) => {
        const { createPool } = await import(module);
        const own = createPool({ size: 1, ...poolOptions });
        const file = await (await fetch(path)).blob();
        const result = await own
          .toDataURL(file, options)
          .catch(({ code, message }) => [code, message]);
        await own.close();
        return result;
      },
      module,
      path,
      options,
      poolOptions,
    );

  test('starts a worker with a script of that origin', async () => {
    page = await chromium.open();
    assert.equal(await made(`${cdn.origin}/dist/pool.js`), await toDataURL(photo, options));
    const asked = cdn.requests.map((url) => url.split('/').at(-1));
    assert.deepEqual(asked.sort(), ['crop64-worker.js', 'crop64.wasm', 'pool.js']);
  });

  test('loads a workerUrl of another origin', async () => {
    page = await chromium.open();
    const workerUrl = `${cdn.origin}/dist/crop64-worker.js`;
    const expected = await toDataURL(photo, options);
    assert.equal(await made('/dist/pool.js', { workerUrl }), expected);
    const [code, message] = await made('/dist/pool.js', { workerUrl: `${cdn.origin}/nowhere.js` });
    assert.equal(code, 'MODULE_LOAD_FAILED');
    assert.match(
      message,
      /did not load from http.*nowhere\.js: .*importScripts.* worker-src blob:/s,
    );
  });

  test("advises workerUrl if the page's policy forbids the other origin", async () => {
    page = await chromium.browser.newPage();
    await page.goto(`${strict.origin}/blank.html`);
    const [code, message] = await made(`${cdn.origin}/dist/pool.js`);
    assert.equal(code, 'MODULE_LOAD_FAILED');
    assert.match(message, /policy with worker-src blob: .*createPool\(\{ workerUrl \}\)\.$/s);
    assert.ok(message.includes(`script-src ${cdn.origin}`));
    const workerUrl = '/dist/crop64-worker.js';
    const expected = await toDataURL(photo, options);
    assert.equal(await made(`${cdn.origin}/dist/pool.js`, { workerUrl }), expected);
  });
});
