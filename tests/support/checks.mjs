// Assertions that say something short about images and files, and errors looked at closely.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** That two files are the same byte for byte; of others, where they part. */
export function sameBytes(actual, expected, what = 'bytes') {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  assert.fail(
    `${what}: ${actual.length} bytes, expected ${expected.length}; they part at ` +
      `${at < 0 ? 'the end' : `${at}: ${actual[at]}, expected ${expected[at]}`}.`,
  );
}

/** That two images { data, width, height } are the same sample for sample. */
export function sameSamples(actual, expected, what = 'samples') {
  const size = ({ width, height, data }) => `${width} x ${height}, ${data.length} samples`;
  assert.equal(size(actual), size(expected), what);
  if (Buffer.compare(bytesOf(actual.data), bytesOf(expected.data)) === 0) return;
  const channels = actual.data.length / (actual.width * actual.height);
  const at = actual.data.findIndex((sample, index) => sample !== expected.data[index]);
  const pixel = Math.floor(at / channels);
  const count = actual.data.reduce((sum, sample, i) => sum + (sample !== expected.data[i]), 0);
  assert.fail(
    `${what}: ${count} of ${actual.data.length} samples differ, first in pixel ` +
      `(${pixel % actual.width}, ${Math.floor(pixel / actual.width)}) channel ${at % channels}: ` +
      `${actual.data[at]}, expected ${expected.data[at]}.`,
  );
}

/** That the samples of two images { data, width, height } differ by at most `most` in the mean. */
export function nearSamples(actual, expected, most, what = 'samples') {
  assert.deepEqual([actual.width, actual.height], [expected.width, expected.height], what);
  assert.equal(actual.data.length, expected.data.length, what);
  const sum = actual.data.reduce((total, v, i) => total + Math.abs(v - expected.data[i]), 0);
  const mean = sum / actual.data.length;
  assert.ok(mean <= most, `${what}: they differ by ${mean} in the mean.`);
}

const bytesOf = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The part of an image that a box { left, top, width, height } holds. */
export function cut(image, { left, top, width, height }) {
  const channels = image.data.length / (image.width * image.height);
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y += 1) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { data, width, height, channels };
}

/** An image with its pixels rearranged: `order` holds, for each new channel, the old one. */
export function reorder({ data, width, height, channels }, order) {
  const samples = new Uint8Array(width * height * order.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let c = 0; c < order.length; c += 1) {
      samples[pixel * order.length + c] = data[pixel * channels + order[c]];
    }
  }
  return { data: samples, width, height, channels: order.length };
}

/** That a promise is rejected with an ImageError of this code; gives the error. */
export async function rejects(promise, code, { message, details } = {}) {
  const error = await promise.then(
    () => assert.fail(`Expected ${code} but nothing went wrong.`),
    (reason) => reason,
  );
  assert.equal(error.name, 'ImageError', `Expected ${code} but received ${error.stack ?? error}`);
  assert.equal(error.code, code, error.message);
  if (message !== undefined) assert.match(error.message, message);
  if (details !== undefined) {
    const named = Object.keys(details).map((name) => [name, error.details[name]]);
    assert.deepEqual(Object.fromEntries(named), details);
  }
  return error;
}
