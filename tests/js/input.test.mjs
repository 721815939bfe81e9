// Buffers that change between a call and its job, and objects that claim to be what they are not: no
// memory of another job may come out of any.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, probe, toBytes } from '../../dist/index.js';
import { nativeOptions, startNative } from '../../support/native.mjs';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { colorants, curves, matrixProfile } from '../support/profiles.mjs';

const png = await fixture('small.png');
const profile = matrixProfile(colorants.adobe, curves.gamma(2.2));
const side = 300;
const size = side * side * 4;
const SECRET = 0x5a;

// Another job, whose samples stay behind in the module's memory.
async function leaveSecret() {
  const data = new Uint8Array(size).fill(SECRET);
  const { lossless } = await decode({ data, width: side, height: side });
  assert.ok(lossless);
}

// Whatever the call does, none of those samples is in what it gives. Returns the error or the result.
async function keepsSecret(call, what) {
  await leaveSecret();
  const outcome = await call().catch((error) => error);
  const found = outcome.data ?? outcome.bytes ?? [];
  assert.ok(!found.includes(SECRET), `${what}: samples of another job came out`);
  if (outcome instanceof Error) assert.equal(outcome.name, 'ImageError', outcome.stack);
  return outcome;
}

const resizable = (bytes) => {
  const buffer = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length * 2 });
  new Uint8Array(buffer).set(bytes);
  return buffer;
};

// What may be done to a buffer while its call runs.
const changes = {
  'shrinks to nothing': (buffer) => buffer.resize(0),
  'shrinks to a part': (buffer) => buffer.resize(buffer.byteLength >> 1),
  'shrinks to a byte less': (buffer) => buffer.resize(buffer.byteLength - 1),
  'is transferred': (buffer) => structuredClone(buffer, { transfer: [buffer] }),
};

for (const [what, change] of Object.entries(changes)) {
  test(`samples whose buffer ${what} during the call are SOURCE_UNREADABLE`, async () => {
    for (const Type of [Uint8Array, Uint8ClampedArray, Uint16Array]) {
      for (const isTracking of [true, false]) {
        const buffer = resizable(new Uint8Array(size));
        const data = isTracking
          ? new Type(buffer)
          : new Type(buffer, 0, size / Type.BYTES_PER_ELEMENT);
        const width = side / Type.BYTES_PER_ELEMENT;
        const outcome = await keepsSecret(async () => {
          const job = decode({ data, width, height: side });
          change(buffer);
          return job;
        }, Type.name);
        assert.equal(outcome.code, 'SOURCE_UNREADABLE');
      }
    }
  });

  test(`a file whose buffer ${what} during the call is SOURCE_UNREADABLE`, async () => {
    const views = [(b) => b, (b) => new Uint8Array(b), (b) => new DataView(b, 0, b.byteLength)];
    const ofResult = (bytes) => encode({ bytes });
    const calls = [probe, decode, encode, toBytes, ofResult];
    for (const view of views) {
      for (const call of calls) {
        const buffer = resizable(png);
        const source = view(buffer);
        if (call === ofResult && !(source instanceof Uint8Array)) continue;
        const job = call(source);
        change(buffer);
        await rejects(job, 'SOURCE_UNREADABLE');
      }
    }
  });
}

test('a buffer that grows during the call is read at its original length', async () => {
  const shared = new SharedArrayBuffer(png.length, { maxByteLength: png.length * 2 });
  new Uint8Array(shared).set(png);
  const crop = { left: 5, top: 5, width: 20, height: 20 };
  const expected = await toBytes(png, { crop });
  for (const buffer of [shared, resizable(png)]) {
    const grow = () =>
      buffer === shared ? buffer.grow(png.length * 2) : buffer.resize(png.length * 2);
    const job = toBytes(buffer, { crop });
    const passed = toBytes(new Uint8Array(buffer));
    grow();
    sameBytes(await job, expected);
    sameBytes(await passed, png);
  }
  const pixels = new SharedArrayBuffer(size, { maxByteLength: size * 2 });
  const job = decode({ data: new Uint8Array(pixels), width: side, height: side });
  pixels.grow(size * 2);
  assert.equal((await job).data.length, size);
});

test('a profile changed during the call has no effect on it', async () => {
  const pixels = { data: new Uint8Array(12), width: 2, height: 2, channels: 'RGB' };
  for (const change of Object.values(changes)) {
    const buffer = resizable(profile);
    const job = decode({ ...pixels, colorSpace: 'other', iccProfile: new Uint8Array(buffer) });
    change(buffer);
    sameBytes((await job).iccProfile, profile);
  }
});

test("a typed array's own property length is ignored", async () => {
  const lie = (array, name, value) => Object.defineProperty(array, name, { value });
  for (const name of ['length', 'byteLength']) {
    const data = lie(new Uint8Array(16), name, size);
    const outcome = await keepsSecret(() => decode({ data, width: side, height: side }), name);
    assert.equal(outcome.code, 'INVALID_ARGUMENT');
    const iccProfile = lie(new Uint8Array(profile), name, 70_000);
    const pixels = { data: new Uint8Array(4), width: 1, height: 1, iccProfile };
    sameBytes((await keepsSecret(() => decode(pixels), name)).iccProfile, profile);
    const file = lie(new Uint8Array(png), name, 1e6);
    sameBytes(await toBytes(file), png, name);
  }
  const moved = lie(lie(new Uint8Array(png), 'buffer', new ArrayBuffer(0)), 'byteOffset', 7);
  sameBytes(await toBytes(moved), png);
  sameBytes(await toBytes(moved), png, 'it was not transferred by the first call');
});

test('an object with a forged tag or fields is not a source', async () => {
  const fields = {
    kind: 'samples',
    data: new Uint8Array(4),
    byteLength: 4,
    width: 1000,
    height: 1000,
    channels: 'RGBA',
    bitDepth: 8,
    decoder: 'crop64',
  };
  for (const tag of ['Crop64Input', 'Input', 'Object', 'ImageData']) {
    for (const change of [{}, { width: -5, height: -5 }, { kind: 'file' }, { bitDepth: 3 }]) {
      const forged = { [Symbol.toStringTag]: tag, ...fields, ...change };
      assert.equal((await keepsSecret(() => decode(forged), tag)).code, 'INVALID_ARGUMENT');
    }
  }
  const { width, height, ...file } = { ...fields, kind: 'file', data: png };
  assert.equal((await keepsSecret(() => decode(file), 'file')).code, 'INVALID_ARGUMENT');
  // What a buffer's tag promises is no buffer, either.
  const tagged = { [Symbol.toStringTag]: 'ArrayBuffer', length: 1000, byteLength: 1000 };
  assert.equal((await keepsSecret(() => decode(tagged), 'buffer')).code, 'UNSUPPORTED_FORMAT');
});

test('a Blob with a wrong size is read to its real end', async () => {
  const crop = { left: 5, top: 5, width: 20, height: 20 };
  const expected = await toBytes(png, { crop });
  for (const size of [10, 3e6]) {
    const blob = {
      [Symbol.toStringTag]: 'Blob',
      type: 'image/png',
      size,
      slice: () => blob,
      stream: () => new Blob([png]).stream(),
      arrayBuffer: async () => new Uint8Array(png).buffer,
    };
    sameBytes(await keepsSecret(() => toBytes(blob, { crop }), `${size}`), expected);
  }
});

test('getters that throw and revoked proxies are SOURCE_UNREADABLE', async () => {
  const fail = () => {
    throw new Error('mine');
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const sources = [
    Object.defineProperty({}, Symbol.toStringTag, { get: fail }),
    Object.defineProperty({ width: 1, height: 1 }, 'data', { get: fail }),
    proxy,
  ];
  for (const source of sources) await rejects(decode(source), 'SOURCE_UNREADABLE');
});

test('the module refuses samples of a wrong length, size or depth', async () => {
  const native = await startNative();
  const good = {
    kind: 'samples',
    data: new Uint8Array(24),
    width: 3,
    height: 2,
    channels: 'RGBA',
    bitDepth: 8,
  };
  const process = (input) => native.process({ ...good, ...input }, [nativeOptions()], 'bytes');
  assert.ok(process({}).ok);
  const huge = 2 ** 31 - 1;
  const wrong = [
    { data: new Uint8Array(23) },
    { data: new Uint8Array(25) },
    { data: new Uint8Array(0) },
    { width: 0 },
    { width: -3, height: -2 },
    { width: 1.5, height: 4 },
    { width: Number.POSITIVE_INFINITY },
    { width: 2 ** 32 + 3 },
    { width: huge, height: huge },
    { width: 2 ** 30, height: 1, data: new Uint8Array(0) },
    { bitDepth: 16 },
    { bitDepth: 3 },
    { bitDepth: 1e300 },
    { channels: 'GRAY' },
    { channels: 'keep' },
  ];
  for (const input of wrong) {
    for (const { ok, code } of [process(input), native.probe({ ...good, ...input }, 1e9)]) {
      assert.deepEqual([ok, code], [false, 'INVALID_ARGUMENT'], JSON.stringify(input));
    }
  }
  // An array that has fewer bytes than it says: the copy must not be completed from the heap.
  class Short extends Uint8Array {
    get length() {
      this.reads += 1;
      return this.reads > this.lies ? 8 : 24;
    }
    reads = 0;
    lies = 1;
  }
  for (const kind of ['samples', 'file', 'base64']) {
    // A file's length is read once more, to see whether its beginning is enough.
    const data = Object.assign(new Short(8), { lies: kind === 'file' ? 2 : 1 });
    const { ok, code } = process({ kind, data });
    assert.deepEqual([ok, code], [false, 'INVALID_ARGUMENT'], kind);
  }
  const shortProfile = process({ iccProfile: new Short(8) });
  assert.equal(shortProfile.code, 'INVALID_ARGUMENT');
  assert.equal(native.openJob(Number.NaN, [nativeOptions()], 'bytes', png), 0);
  assert.equal(native.openJob(-1, [nativeOptions()], 'bytes', png), 0);
  assert.equal(native.openJob(10, [nativeOptions()], 'bytes', png), 0);
  assert.ok(process({}).ok);
});
