// A Blob that says it is a JPEG or a PNG is decoded while it is being read, once the module is there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decode,
  dispose,
  encode,
  encodeAll,
  init,
  probe,
  toBytes,
  toDataURL,
} from '../../dist/index.js';
import { nativeOptions, startNative } from '../../support/native.mjs';
import { rejects, sameBytes } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';

const type = 'image/png';
const png = await fixture('photo.png'); // 2 MB
const jpeg = await encode(png, {
  resize: { width: 2400 },
  format: 'jpeg',
  quality: 97,
  chromaSubsampling: '4:2:0',
});
const { width, height } = await probe(png);
const top = { left: 10, top: 20, width: 300, height: 100 };
const bottom = { left: 900, top: height - 50, width: 200, height: 50 };
const whole = { left: 1, top: 0, width: width - 1, height };

// A Blob that is only read as a stream, and notes how far.
class Streamed extends Blob {
  given = 0;
  wasCancelled = false;
  arrayBuffer() {
    assert.fail('It was read as a whole.');
  }
  stream() {
    return new ReadableStream({
      type: 'bytes',
      pull: async (controller) => {
        await this.before();
        const piece = await this.slice(this.given, this.given + 65_536).arrayBuffer();
        this.given += piece.byteLength;
        if (piece.byteLength > 0) controller.enqueue(new Uint8Array(piece));
        else controller.close();
      },
      cancel: () => {
        this.wasCancelled = true;
      },
    });
  }
  async before() {}
}

const streamed = (bytes = png, mimeType = type) => new Streamed([bytes], { type: mimeType });

test('a Blob read while decoding gives the result of its bytes', async (t) => {
  const jobs = {
    encode: (source, crop) => encode(source, { crop }),
    'encode, with all metadata': (source, crop) => encode(source, { crop, metadata: 'all' }),
    'encode, as JPEG': (source, crop) =>
      encode(source, { crop, resize: { width: 50 }, format: 'jpeg' }),
    decode: (source, crop) => decode(source, { crop }),
    toDataURL: (source, crop) => toDataURL(source, { crop }),
    encodeAll: (source, crop) => encodeAll(source, [{ crop }, { crop: { ...crop, width: 100 } }]),
  };
  for (const [name, job] of Object.entries(jobs)) {
    for (const crop of [top, bottom, whole]) {
      await t.test(`${name}, ${crop.width} x ${crop.height}`, async () => {
        assert.deepEqual(await job(streamed(), crop), await job(png, crop));
      });
    }
  }
});

test('a JPEG Blob gives the result of its bytes and is read only as far as needed', async (t) => {
  const { bytes, width, height } = jpeg;
  assert.ok(bytes.length > 1.6e6, `${bytes.length} bytes`);
  const crops = {
    top: { left: 10, top: 20, width: 300, height: 100 },
    middle: { left: 801, top: (height >> 1) - 100, width: 500, height: 100 },
    bottom: { left: 0, top: height - 50, width: 200, height: 50 },
    whole: { left: 1, top: 0, width: width - 1, height },
  };
  const jobs = {
    encode: (source, crop) => encode(source, { crop, format: 'png' }),
    'encode, as JPEG': (source, crop) => encode(source, { crop, quality: 80 }),
    'encode, as it was': (source, crop) => encode(source, { crop, quality: 'keep' }),
    'encode, without loss': (source) =>
      encode(source, { crop: { right: 16, bottom: 16, left: 0, top: 0 } }),
    decode: (source, crop) => decode(source, { crop, resize: { width: 40 } }),
    encodeAll: (source, crop) =>
      encodeAll(source, [
        { crop, quality: 50 },
        { crop: { ...crop, width: 100 }, quality: 60 },
      ]),
  };
  for (const [name, job] of Object.entries(jobs)) {
    for (const [where, crop] of Object.entries(crops)) {
      await t.test(`${name}, ${where}`, async () => {
        const blob = new Blob([bytes], { type: 'image/jpeg' });
        assert.deepEqual(await job(blob, crop), await job(bytes, crop));
      });
    }
  }
  const blob = streamed(bytes, 'image/jpeg');
  await toBytes(blob, { crop: crops.middle, quality: 80 });
  assert.ok(blob.given < bytes.length * 0.8, `${blob.given} of ${bytes.length} bytes were read`);
  assert.ok(blob.wasCancelled);
});

test('a Blob is read only as far as needed', async () => {
  const blob = streamed();
  await toBytes(blob, { crop: top });
  assert.ok(blob.given < png.length / 2, `${blob.given} of ${png.length} bytes were read`);
  assert.ok(blob.wasCancelled);
});

test('concurrent Blobs give separate results', async () => {
  const crops = [top, bottom, whole, top];
  const all = await Promise.all(crops.map((crop) => toBytes(streamed(), { crop })));
  for (const [i, crop] of crops.entries()) sameBytes(all[i], await toBytes(png, { crop }), `${i}`);
});

test('a damaged Blob gives the error of its bytes', async () => {
  const cut = png.subarray(0, png.length - 600_000);
  const damaged = Buffer.from(png);
  damaged[1_000_000] ^= 1;
  for (const bytes of [cut, damaged, png.subarray(0, 700_000)]) {
    const failure = (source) => encode(source, { crop: bottom }).catch((error) => error);
    const blob = new Blob([bytes], { type });
    const expected = await failure(bytes);
    assert.match(expected.code, /^(CORRUPT|TRUNCATED)_IMAGE$/);
    assert.deepEqual({ ...(await failure(blob)) }, { ...expected });
    assert.equal((await failure(blob)).message, expected.message);
    sameBytes(await toBytes(blob, { crop: top }), await toBytes(png, { crop: top }));
  }
  const outside = { crop: { ...top, left: 1200 } };
  await rejects(encode(new Blob([png], { type }), outside), 'CROP_OUT_OF_BOUNDS');
});

test('a Blob with a wrong type is decoded by its content', async () => {
  const jpeg = await fixture('photo-444.jpg');
  const padded = Buffer.concat([jpeg, Buffer.alloc(2e6)]);
  for (const bytes of [padded, await fixture('photo-420.jpg')]) {
    const options = { crop: top, format: 'png' };
    sameBytes(await toBytes(new Blob([bytes], { type }), options), await toBytes(bytes, options));
  }
  const other = new Blob([Buffer.alloc(2e6)], { type });
  await rejects(encode(other, { crop: top }), 'UNSUPPORTED_FORMAT');
});

test('a Blob that cannot be streamed is read as a whole', async () => {
  class Whole extends Blob {
    stream() {
      return new ReadableStream({ start: (controller) => controller.close() });
    }
  }
  class Failing extends Streamed {
    arrayBuffer() {
      return Blob.prototype.arrayBuffer.call(this);
    }
    async before() {
      if (this.given > 500_000) throw new Error('gone');
    }
  }
  for (const Type of [Whole, Failing]) {
    const bytes = await toBytes(new Type([png], { type }), { crop: bottom });
    sameBytes(bytes, await toBytes(png, { crop: bottom }), Type.name);
  }
  class Gone extends Failing {
    async arrayBuffer() {
      throw new Error('gone');
    }
  }
  await rejects(encode(new Gone([png], { type }), { crop: bottom }), 'SOURCE_UNREADABLE');
});

test('an abort while reading ends that job only', async () => {
  const controller = new AbortController();
  const blob = streamed();
  blob.before = async () => blob.given > 500_000 && controller.abort('enough');
  const job = encode(blob, { crop: bottom, signal: controller.signal });
  await assert.rejects(job, (error) => error === 'enough');
  assert.ok(blob.given < png.length);
  assert.ok(blob.wasCancelled);
  sameBytes(await toBytes(streamed(), { crop: top }), await toBytes(png, { crop: top }));
});

test('a module replaced while a Blob is read does not affect the result', async () => {
  for (const replace of [dispose, init]) {
    const blob = streamed();
    blob.arrayBuffer = () => Blob.prototype.arrayBuffer.call(blob);
    blob.before = async () => blob.given > 500_000 && (await replace());
    sameBytes(await toBytes(blob, { crop: bottom }), await toBytes(png, { crop: bottom }));
  }
});

test('memory of read Blobs is freed', async () => {
  const native = await startNative();
  const { left, width } = top;
  const edges = { left, top: height - 50, right: left + width, bottom: height };
  const jobs = [nativeOptions({ crop: edges })];
  const half = png.length >> 1;
  const take = (times) => {
    for (let i = 0; i < times; i += 1) {
      const handle = native.openJob(png.length, jobs, 'bytes', png.subarray(0, half));
      assert.notEqual(handle, 0);
      if (i % 2 === 0) {
        native.closeJob(handle);
      } else {
        assert.ok(native.feedJob(handle, png.subarray(half)));
        assert.ok(native.finishJob(handle).ok);
      }
    }
    return native.heapHighWater();
  };
  const first = take(4);
  assert.equal(take(40), first);
});
