// What an abort does to each kind of source, before, during and after its call. A source that would never
// end shows that it is the abort that settles the call.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  decode,
  encode,
  encodeAll,
  init,
  probe,
  toBase64,
  toBlob,
  toBytes,
  toDataURL,
  toFile,
  toImageData,
} from '../../dist/index.js';
import { rejects } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const png = await fixture('small.png');
const reason = new Error('no longer wanted');
const functions = {
  probe,
  decode,
  encode,
  encodeAll: (source, options) => encodeAll(source, [options, { rotate: 90 }]),
  toDataURL,
  toBase64,
  toBytes,
  toBlob,
  toFile,
  toImageData,
};

// A server that stops at some step of its answer. `requested()` gives the connection of the next
// request, and `closed()` resolves when that was closed.
async function stopping(t, begin) {
  const server = createServer((_, response) => begin(response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: new URL(`http://127.0.0.1:${server.address().port}/`),
    requested: async () => (await once(server, 'request'))[0].socket,
    // Not once(), which would reject: a connection may end by a reset.
    closed: (socket) =>
      new Promise((resolve) => (socket.closed ? resolve() : socket.on('close', resolve))),
  };
}

const servers = {
  'never answers': () => {},
  'sends headers and stalls': (response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': png.length });
    response.flushHeaders();
  },
  'sends half of an image and stalls': (response) => response.write(png.subarray(0, 1000)),
};

// Expects the job to reject with the reason of the abort.
async function rejectsOnAbort(job, abort, what) {
  abort();
  await assert.rejects(job, (error) => error === reason, what);
}

for (const [behaviour, begin] of Object.entries(servers)) {
  test(`an abort ends the request to a server that ${behaviour}`, async (t) => {
    const server = await stopping(t, begin);
    await init(); // or the module loads meanwhile
    const sources = {
      URL: () => server.url,
      Request: () => new Request(server.url),
      'URL with a limit': () => server.url,
    };
    for (const [kind, source] of Object.entries(sources)) {
      for (const [name, call] of Object.entries(functions)) {
        const controller = new AbortController();
        const { signal } = controller;
        const requested = server.requested();
        const limits = kind === 'URL with a limit' ? { bytes: 1e6 } : undefined;
        const job = call(source(), { signal, limits });
        const socket = await requested;
        await new Promise((resolve) => setTimeout(resolve, 5)); // what was sent arrives
        await rejectsOnAbort(job, () => controller.abort(reason), `${name} of a ${kind}`);
        await server.closed(socket);
      }
    }
  });
}

test('an abort ends the request of a Response that was passed', async (t) => {
  for (const begin of Object.values(servers).slice(1)) {
    const server = await stopping(t, begin);
    for (const [name, call] of Object.entries(functions)) {
      const controller = new AbortController();
      const requested = server.requested();
      const response = await fetch(server.url);
      const socket = await requested;
      const job = call(response, { signal: controller.signal });
      await new Promise((resolve) => setTimeout(resolve, 5));
      await rejectsOnAbort(job, () => controller.abort(reason), name);
      await server.closed(socket);
    }
  }
});

// Sources that give nothing, ever, and whether they were told to end.
const never = () => new Promise(() => {});
const silent = {
  ReadableStream: () => {
    const source = new ReadableStream({
      pull: never,
      cancel: (why) => {
        source.endedBy = why;
      },
    });
    return source;
  },
  'byte stream': () => {
    const source = new ReadableStream({
      type: 'bytes',
      pull: never,
      cancel: (why) => {
        source.endedBy = why;
      },
    });
    return source;
  },
  'Readable of Node': () => {
    const source = new Readable({ read() {} });
    source.on('close', () => {
      source.endedBy = reason;
    });
    return source;
  },
  'async generator': () => {
    const source = {
      endedBy: undefined,
      [Symbol.asyncIterator]: () => ({
        next: never,
        return: async () => {
          source.endedBy = reason;
        },
      }),
    };
    return source;
  },
  Blob: () => Object.assign(new Blob([png]), { arrayBuffer: never, slice: silentBlob }),
};
const silentBlob = () => silent.Blob();

for (const [kind, make] of Object.entries(silent)) {
  test(`an abort ends the reading of a ${kind} that gives nothing`, async () => {
    for (const [name, call] of Object.entries(functions)) {
      // A pool sends a Blob to its worker as it is: without what was put on it.
      const source = make();
      const controller = new AbortController();
      const job = call(source, { signal: controller.signal });
      if (kind !== 'Blob') await new Promise((resolve) => setTimeout(resolve, 2));
      await rejectsOnAbort(job, () => controller.abort(reason), name);
      if (kind === 'Blob') continue;
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal(source.endedBy, reason, name);
    }
  });
}

const dataUrl = `data:image/png;base64,${png.toString('base64')}`;
const pixels = { data: new Uint8Array(64), width: 4, height: 4 };
const sources = {
  bytes: () => new Uint8Array(png),
  Blob: () => new Blob([png]),
  Response: () => new Response(png),
  Request: () => new Request(dataUrl),
  URL: () => new URL(dataUrl),
  ReadableStream: () => new Blob([png]).stream(),
  'Readable of Node': () => Readable.from([png]),
  'data URL': () => dataUrl,
  base64: () => png.toString('base64'),
  pixels: () => pixels,
  'result of encode': () => ({ bytes: new Uint8Array(png) }),
};

for (const [kind, make] of Object.entries(sources)) {
  test(`${kind}: an abort before, right after and after the end of the call`, async () => {
    const unhandled = [];
    const note = (error) => unhandled.push(error);
    process.on('unhandledRejection', note);
    for (const [name, call] of Object.entries(functions)) {
      const untouched = make();
      const early = call(untouched, { signal: AbortSignal.abort(reason) });
      await assert.rejects(early, (error) => error === reason, name);
      assert.ok(!(untouched.bodyUsed || untouched.locked || untouched.readableDidRead), name);

      const controller = new AbortController();
      const job = call(make(), { signal: controller.signal });
      await rejectsOnAbort(job, () => controller.abort(reason), name);

      const late = new AbortController();
      await call(make(), { signal: late.signal });
      late.abort(reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });
}

test('an abort while the module loads does not affect other calls', async (t) => {
  const server = await stopping(t, () => {});
  const requested = server.requested();
  const loading = init({ wasmUrl: server.url });
  loading.catch(() => {});
  await requested;
  const controller = new AbortController();
  const job = encode(png, { signal: controller.signal });
  await rejectsOnAbort(job, () => controller.abort(reason), 'encode');
  await init();
  assert.equal((await encode(png)).format, 'png');
});

test('the signal of a Request ends its fetch', async (t) => {
  const server = await stopping(t, () => {});
  for (const signal of [undefined, new AbortController().signal]) {
    const own = new AbortController();
    const requested = server.requested();
    const job = encode(new Request(server.url, { signal: own.signal }), { signal });
    const socket = await requested;
    own.abort();
    await rejects(job, 'SOURCE_UNREADABLE', { message: /aborted/ });
    await server.closed(socket);
  }
});

test('a signal of another library aborts the call', async (t) => {
  const server = await stopping(t, () => {});
  class Signal extends EventTarget {
    aborted = false;
    reason = undefined;
    throwIfAborted() {
      if (this.aborted) throw this.reason;
    }
    abort() {
      this.aborted = true;
      this.reason = reason;
      this.dispatchEvent(new Event('abort'));
    }
  }
  const signal = new Signal();
  const requested = server.requested();
  const job = toBytes(server.url, { signal });
  const socket = await requested;
  await rejectsOnAbort(job, () => signal.abort(), 'toBytes');
  await server.closed(socket);
});

test('an incomplete signal is INVALID_ARGUMENT', async () => {
  const whole = { aborted: false, throwIfAborted() {}, addEventListener() {} };
  await encode(png, { signal: whole });
  for (const missing of Object.keys(whole)) {
    const { [missing]: _, ...signal } = whole;
    for (const [name, call] of Object.entries(functions)) {
      const error = await rejects(call(png, { signal }), 'INVALID_ARGUMENT', {
        message: /^Expected an AbortSignal for `signal` but received /,
      });
      assert.equal(error.details.name, 'signal', name);
    }
  }
});
