import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { decode, toDataURL } from '../../dist/index.js';
import { fixture } from '../support/fixtures.mjs';
import { launch } from './chromium.mjs';
import { serve } from './server.mjs';
import { use } from './use.mjs';

const photo = '/build/sources/libjpeg-turbo/testimages/testorig.jpg';
const drawing = '/build/sources/libpng/contrib/pngsuite/basn6a08.png';
const crop = { left: 31, top: 17, right: 153, bottom: 98 };
const fileOf = (path) => new URL(`../..${path}`, import.meta.url);

const chromium = use(launch);
let page;

// A fresh page with the library in `crop64`.
async function open(path) {
  await page?.close();
  page = await chromium.open(path);
  await page.evaluate(async () => {
    globalThis.crop64 = await import('/dist/index.js');
    globalThis.codeOf = (promise) =>
      promise.then(
        () => 'no error',
        (error) => (error instanceof crop64.ImageError ? error.code : String(error)),
      );
    globalThis.bitmapOf = async (path) => createImageBitmap(await (await fetch(path)).blob());
    // RGBA samples that survive a canvas: opaque.
    globalThis.opaque = (width, height) => {
      const image = new ImageData(width, height);
      for (let i = 0; i < image.data.length; ++i) {
        image.data[i] = i % 4 === 3 ? 255 : (i * 7919) >> 3;
      }
      return image;
    };
  });
}

describe('in Chromium', () => {
  before(() => open());

  test('a File gives the same data URL as in Node', async () => {
    const inBrowser = await page.evaluate(
      async (path, options) => {
        const blob = await (await fetch(path)).blob();
        const file = new File([blob], 'photo.jpg', { type: blob.type });
        return crop64.toDataURL(file, options);
      },
      photo,
      { crop, format: 'jpeg', quality: 90 },
    );
    const inNode = await toDataURL(await readFile(fileOf(photo)), {
      crop,
      format: 'jpeg',
      quality: 90,
    });
    assert.equal(inBrowser, inNode);
  });

  test('the data URL is shown by an <img> with the size of the crop', async () => {
    const size = await page.evaluate(
      async (path, options) => {
        const image = new Image();
        image.src = await crop64.toDataURL(await fetch(path), options);
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      },
      photo,
      { crop },
    );
    assert.deepEqual(size, [122, 81]);
  });

  test('a Blob, a Response and URLs are sources', async () => {
    const texts = await page.evaluate(async (path) => {
      const blob = await (await fetch(path)).blob();
      const blobUrl = URL.createObjectURL(blob);
      const sources = [
        blob,
        await fetch(path),
        new URL(path, location.href),
        new URL(blobUrl),
        new URL(await crop64.toDataURL(blob)),
      ];
      return Promise.all(sources.map((source) => crop64.toBase64(source)));
    }, drawing);
    const expected = (await readFile(fileOf(drawing))).toString('base64');
    assert.deepEqual(texts, Array(5).fill(expected));
  });

  test('a revoked blob URL is SOURCE_UNREADABLE', async () => {
    const code = await page.evaluate(() => {
      const url = URL.createObjectURL(new Blob(['x']));
      URL.revokeObjectURL(url);
      return codeOf(crop64.toBase64(new URL(url)));
    });
    assert.equal(code, 'SOURCE_UNREADABLE');
  });

  test('canvas, OffscreenCanvas, ImageBitmap, <img> and VideoFrame give their pixels', async () => {
    const equal = await page.evaluate(async () => {
      const image = opaque(37, 23);
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d').putImageData(image, 0, 0);
      const offscreen = new OffscreenCanvas(image.width, image.height);
      offscreen.getContext('2d').putImageData(image, 0, 0);
      const element = new Image();
      element.src = await crop64.toDataURL(image);
      await element.decode();
      const sources = {
        ImageData: image,
        canvas,
        offscreen,
        bitmap: await createImageBitmap(image),
        element,
        frame: new VideoFrame(canvas, { timestamp: 0 }),
      };
      const same = {};
      for (const [name, source] of Object.entries(sources)) {
        const { data, width, height } = await crop64.decode(source);
        same[name] =
          width === image.width &&
          height === image.height &&
          data.every((value, i) => value === image.data[i]);
      }
      sources.frame.close();
      return same;
    });
    assert.deepEqual(equal, {
      ImageData: true,
      canvas: true,
      offscreen: true,
      bitmap: true,
      element: true,
      frame: true,
    });
  });

  test('a WebGL canvas is a source', async () => {
    const pixel = await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 4;
      const gl = canvas.getContext('webgl', { preserveDrawingBuffer: true });
      if (gl === null) {
        return 'no WebGL here';
      }
      gl.clearColor(1, 0, 0, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      return [...(await crop64.decode(canvas)).data.slice(0, 4)];
    });
    assert.ok(pixel === 'no WebGL here' || `${pixel}` === '255,0,0,255', `${pixel}`);
  });

  test('an <img> that has not loaded and a tainted canvas are SOURCE_UNREADABLE', async () => {
    const other = await serve();
    try {
      const codes = await page.evaluate(async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 8;
        canvas.getContext('2d').drawImage(image, 0, 0);
        return [await codeOf(crop64.decode(new Image())), await codeOf(crop64.decode(canvas))];
      }, other.origin + drawing);
      assert.deepEqual(codes, ['SOURCE_UNREADABLE', 'SOURCE_UNREADABLE']);
    } finally {
      await other.close();
    }
  });

  test('an RGB video frame is copied, an element is drawn, and decoder reports it', async () => {
    const decoders = await page.evaluate(async () => {
      const { data, width, height } = opaque(37, 23);
      const decoders = {};
      for (const format of ['RGBA', 'RGBX', 'BGRA', 'BGRX']) {
        const options = { format, codedWidth: width, codedHeight: height, timestamp: 0 };
        const frame = new VideoFrame(data, options);
        const decoded = await crop64.decode(frame, { channels: format.replace('X', 'A') });
        frame.close();
        const same = decoded.data.every((value, i) => value === data[i]);
        decoders[format] = [decoded.decoder, decoded.lossless, same];
      }
      const bitmap = await createImageBitmap(opaque(8, 8));
      const drawn = await crop64.encode(bitmap);
      return { ...decoders, bitmap: [drawn.decoder, drawn.lossless] };
    });
    const copied = ['frame', true, true];
    const expected = { RGBA: copied, RGBX: copied, BGRA: copied, BGRX: copied };
    assert.deepEqual(decoders, { ...expected, bitmap: ['canvas', false] });
  });

  test('formats that only the browser supports are decoded by it', async () => {
    const files = {};
    for (const name of ['small.webp', 'small.gif']) {
      files[name] = [...(await fixture(name))];
    }
    files['drawing.svg'] = [
      ...Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="131" height="97">' +
          '<rect width="131" height="97" fill="#1080f0"/></svg>',
      ),
    ];
    const answers = await page.evaluate(async (given) => {
      const told = {};
      for (const [name, bytes] of Object.entries(given)) {
        const file = new Uint8Array(bytes);
        const crop = { left: 20, top: 30, width: 40, height: 50 };
        const part = await crop64.decode(file, { crop });
        const type = name.endsWith('svg') ? 'image/svg+xml' : '';
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([file], { type }));
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        context.drawImage(image, 0, 0);
        const shown = context.getImageData(20, 30, 40, 50).data;
        const same = part.data.every((value, i) => value === shown[i]);
        const passed = await crop64.encode(file);
        told[name] = [part.decoder, part.lossless, same, passed.decoder, passed.lossless];
      }
      return told;
    }, files);
    const read = ['browser', false, true, 'crop64', true];
    assert.deepEqual(answers, { 'small.webp': read, 'small.gif': read, 'drawing.svg': read });
  });

  test('an image that the browser decoded becomes JPEG if it is opaque, else PNG', async () => {
    const answers = await page.evaluate(async () => {
      const webp = async (alpha) => {
        const canvas = new OffscreenCanvas(64, 48);
        const context = canvas.getContext('2d');
        context.fillStyle = `rgb(200 100 50 / ${alpha})`;
        context.fillRect(0, 0, 64, 48);
        return canvas.convertToBlob({ type: 'image/webp' });
      };
      const [opaque, transparent] = [await webp(1), await webp(0.5)];
      const crop = { left: 0, top: 0, width: 32, height: 32 };
      const formatOf = async (file, options) => {
        const { format, quality, lossless } = await crop64.encode(file, { crop, ...options });
        return [format, quality ?? 0, lossless];
      };
      return {
        opaque: await formatOf(opaque),
        transparent: await formatOf(transparent),
        'asked for PNG': await formatOf(opaque, { format: 'png' }),
        'an option of PNG waits for one': await formatOf(opaque, { compressionLevel: 9 }),
        'a promise': (await formatOf(opaque, { lossless: true })).slice(0, 1),
        'a quality': await formatOf(opaque, { quality: 40 }),
      };
    });
    assert.deepEqual(answers, {
      opaque: ['jpeg', 85, false],
      transparent: ['png', 0, false],
      'asked for PNG': ['png', 0, false],
      'an option of PNG waits for one': ['jpeg', 85, false],
      'a promise': ['png'],
      'a quality': ['jpeg', 40, false],
    });
  });

  test('the browser decodes by the bytes, whatever type the source has', async () => {
    const svg =
      '<?xml version="1.0"?><!-- by hand --><svg xmlns="http://www.w3.org/2000/svg" width="131" ' +
      'height="97"><rect width="131" height="97" fill="#1080f0"/></svg>';
    const answers = await page.evaluate(
      async (webp, svg) => {
        const told = [];
        for (const bytes of [new Uint8Array(webp), new TextEncoder().encode(svg)]) {
          const { data } = await crop64.decode(bytes);
          const base64 = btoa(String.fromCharCode(...bytes));
          const urlSafe = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
          const sources = [
            base64,
            urlSafe,
            `data:text/html;base64,${base64}`,
            `data:image/jpeg;base64,${urlSafe}#top`,
            new Blob([bytes], { type: 'text/html' }),
            new Response(bytes, { headers: { 'content-type': 'image/png' } }),
            new Blob([bytes]).stream(),
          ];
          for (const source of sources) {
            const { decoder, data: samples } = await crop64.decode(source);
            told.push(decoder === 'browser' && samples.every((value, i) => value === data[i]));
          }
        }
        return told;
      },
      [...(await fixture('small.webp'))],
      svg,
    );
    assert.deepEqual(answers, Array(14).fill(true));
  });

  test('sources of an <iframe> are read like those of the page', async () => {
    const { told, size } = await page.evaluate(async (path) => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const other = frame.contentWindow;
      const bytes = await crop64.toBytes(await (await fetch(path)).blob());
      const large = new Uint8Array(200_000);
      large.set(bytes);
      const { data, width, height } = await crop64.decode(bytes);
      const canvas = other.document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      canvas.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0);
      const files = {
        Blob: new other.Blob([large], { type: 'image/png' }),
        File: new other.File([large], 'a.png', { type: 'image/png' }),
        Response: new other.Response(large),
        Request: new other.Request(new URL(path, location.href)),
        URL: new other.URL(path, location.href),
        ReadableStream: new other.Blob([large]).stream(),
        Uint8Array: other.Uint8Array.from(large),
        ArrayBuffer: other.Uint8Array.from(large).buffer,
        pixels: { data: other.Uint8ClampedArray.from(data), width, height },
        ImageData: new other.ImageData(data, width, height),
      };
      const told = {};
      for (const [name, source] of Object.entries(files)) {
        const decoded = await crop64.decode(source);
        told[name] = decoded.data.every((value, i) => value === data[i]);
      }
      told.canvas = (await crop64.decode(canvas)).decoder === 'canvas';
      const { byteLength } = await crop64.probe(files.File);
      told.signal = await crop64
        .decode(files.Blob, { signal: other.AbortSignal.abort('gone') })
        .catch((reason) => reason === 'gone');
      frame.remove();
      return { told, size: byteLength };
    }, drawing);
    assert.equal(size, 200_000);
    assert.equal(Object.keys(told).length, 12);
    for (const [name, isSame] of Object.entries(told)) assert.equal(isSame, true, name);
  });

  test('toFile returns a File named after its source', async () => {
    const told = await page.evaluate(async (path) => {
      const blob = await (await fetch(path)).blob();
      const file = await crop64.toFile(new File([blob], 'photo.heic'), { format: 'png' });
      return [file instanceof File, file.name, file.type];
    }, photo);
    assert.deepEqual(told, [true, 'photo.png', 'image/png']);
  });

  test('a format that the browser does not support either is UNSUPPORTED_FORMAT', async () => {
    const code = await page.evaluate(() =>
      codeOf(crop64.decode(new TextEncoder().encode('words'))),
    );
    assert.equal(code, 'UNSUPPORTED_FORMAT');
  });

  test("toImageData returns ImageData with Node's samples", async () => {
    const [isImageData, samples] = await page.evaluate(
      async (path, options) => {
        const image = await crop64.toImageData(await fetch(path), options);
        return [image instanceof ImageData, [...image.data]];
      },
      photo,
      { crop },
    );
    const { data } = await decode(await readFile(fileOf(photo)), { crop });
    assert.ok(isImageData);
    assert.deepEqual(samples, [...data]);
  });

  test('a Blob is read to its end while garbage is collected', async () => {
    const session = await page.createCDPSession();
    await session.send('HeapProfiler.enable');
    const jobs = page.evaluate(
      async (file) => {
        const blob = new Blob([Uint8Array.from(atob(file), (c) => c.charCodeAt(0))], {
          type: 'image/png',
        });
        const crop = { left: 10, top: 700, width: 20, height: 20 };
        const texts = new Set();
        for (let i = 0; i < 40; i += 1) {
          texts.add(await crop64.toDataURL(blob, { crop }));
        }
        return texts.size;
      },
      (await fixture('photo.png')).toString('base64'),
    );
    const isDone = jobs.then(() => true);
    const garbage = () => session.send('HeapProfiler.collectGarbage');
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      if ((await Promise.race([isDone, garbage()])) === true) break;
    }
    const size = await Promise.race([jobs, Promise.resolve('it was never read')]);
    assert.equal(size, 1);
  });

  test('probe reads only the start of a large File', async () => {
    const [info, most] = await page.evaluate(async (path) => {
      const bytes = await (await fetch(path)).arrayBuffer();
      const large = new File([bytes, new Uint8Array(50e6)], 'large.jpg');
      let farthest = 0;
      const slice = large.slice.bind(large);
      large.slice = (start, end) => {
        farthest = Math.max(farthest, end);
        return slice(start, end);
      };
      large.arrayBuffer = () => Promise.reject(new Error('read to its end'));
      return [await crop64.probe(large), farthest];
    }, photo);
    assert.equal(info.width, 227);
    assert.equal(info.byteLength, 50e6 + (await readFile(fileOf(photo))).length);
    assert.ok(most <= 64 * 1024, `read ${most} bytes`);
  });

  test('a module worker gives the same data URL', async () => {
    const options = { crop, format: 'png' };
    const answer = await page.evaluate(
      async (path, given) => {
        const worker = new Worker('/tests/browser/worker.mjs', { type: 'module' });
        const source = await (await fetch(path)).blob();
        const message = new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = (event) => reject(new Error(event.message));
        });
        worker.postMessage({ source, options: given });
        return message;
      },
      photo,
      options,
    );
    assert.equal(answer.text, await toDataURL(await readFile(fileOf(photo)), options));
  });
});

describe('starting the module in Chromium', () => {
  test('works under a strict content security policy', async () => {
    await open('/strict.html');
    const text = await page.evaluate(
      async (path) =>
        crop64.toBase64(await fetch(path), { crop: { x: 0, y: 0, width: 9, height: 9 } }),
      drawing,
    );
    assert.ok(text.startsWith('iVBORw0KGgo'));
  });

  test('works with a server that has no MIME type for wasm', async () => {
    await open();
    const width = await page.evaluate(async (path) => {
      await crop64.init({ wasmUrl: '/untyped/crop64.wasm' });
      return (await crop64.probe(await fetch(path))).width;
    }, drawing);
    assert.equal(width, 32);
  });

  test('resolves a relative wasmUrl against the page', async () => {
    await open();
    const requests = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.evaluate(() => crop64.init({ wasmUrl: 'somewhere/../untyped/crop64.wasm' }));
    assert.deepEqual(requests, ['/untyped/crop64.wasm']);
  });

  test('a missing file and an HTML page are MODULE_LOAD_FAILED, and the next call tries again', async () => {
    await open();
    const [missing, page404, afterwards] = await page.evaluate(async (path) => {
      const detailsOf = (wasmUrl) =>
        crop64.init({ wasmUrl }).then(
          () => 'no error',
          ({ code, details }) => [code, details.status, details.mimeType],
        );
      const answers = [
        await detailsOf('/nowhere/crop64.wasm'),
        await detailsOf('/page-instead-of.wasm'),
      ];
      await crop64.init();
      return [...answers, (await crop64.probe(await fetch(path))).width];
    }, drawing);
    assert.deepEqual(missing, ['MODULE_LOAD_FAILED', 404, 'text/plain']);
    assert.deepEqual(page404, ['MODULE_LOAD_FAILED', 200, 'text/html']);
    assert.equal(afterwards, 32);
  });

  test('the module is requested once, and nothing after it', async () => {
    await open();
    const requests = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.evaluate(async () => {
      const image = opaque(20, 20);
      await Promise.all([crop64.toDataURL(image), crop64.toDataURL(image), crop64.decode(image)]);
    });
    assert.deepEqual(requests, ['/dist/crop64.wasm']);
  });

  test('crop64/inline is requested alone', async () => {
    await open();
    const requests = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const [again, start] = await page.evaluate(async () => {
      const inline = await import('/dist/inline.js');
      const image = opaque(20, 20);
      const text = await inline.toBase64(image);
      inline.dispose();
      return [text === (await inline.toBase64(image)), text.slice(0, 11)];
    });
    assert.deepEqual([again, start], [true, 'iVBORw0KGgo']);
    assert.deepEqual(requests, ['/dist/inline.js']);
  });
});
