// Rotation by any angle, against Pillow's rotate(): the size of the box, and the samples inside.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, encodeAll, probe } from '../../dist/index.js';
import { python } from '../../support/oracle.mjs';
import { rejects, sameSamples } from '../support/checks.mjs';
import { fixture } from '../support/fixtures.mjs';
import { seeded } from '../support/mutations.mjs';

// Compares `ours` with Pillow's rotation of samples, but not at the edges, where ours are antialiased. Pillow
// premultiplies alpha in 8 bits; so that is compared, premultiplied, with its rotation of floating-point numbers.
const BY_PILLOW = `
image = Image.fromarray(np.frombuffer(samples, np.uint8).reshape(height, width, 4), 'RGBA')
if flip: image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
turned = image.rotate(angle if flip else -angle, Image.BICUBIC, expand=True)
covered = Image.new('L', image.size, 255).rotate(angle if flip else -angle, Image.NEAREST, expand=True)
padded = np.pad(np.asarray(covered), 2)
inside = np.min([padded[y:y + covered.height, x:x + covered.width] for y in range(5) for x in range(5)], axis=0) > 0
theirs = np.asarray(turned).astype(float)
if not opaque:
    pixels = np.asarray(image).astype(np.float32)
    planes = [pixels[..., i] * (pixels[..., 3] / 255 if i < 3 else 1) for i in range(4)]
    turn = lambda plane: np.asarray(Image.fromarray(plane.astype(np.float32)).rotate(angle if flip else -angle, Image.BICUBIC, expand=True))
    planes = [turn(plane) for plane in planes]
    alpha = np.clip(planes[3], 0, 255)
    theirs = np.stack([*(np.clip(plane, 0, alpha) for plane in planes[:3]), alpha], axis=2)
found = np.frombuffer(ours, np.uint8).reshape(h, w, 4).astype(float)
def shown(pixels): return np.concatenate([pixels[..., :3] * pixels[..., 3:] / 255, pixels[..., 3:]], axis=2)
result = {'size': list(turned.size), 'inside': int(inside.sum())}
if result['size'] == [w, h]:
    outside = np.max([padded[y:y + covered.height, x:x + covered.width] for y in range(5) for x in range(5)], axis=0) == 0
    differences = np.abs((shown(theirs) if opaque else theirs) - shown(found))[inside]
    result['worst'] = float(differences.max()) if result['inside'] else 0
    result['outside'] = float(found[outside].max()) if outside.any() else 0`;

test('rotated samples are those of Pillow within one', async () => {
  const { below } = seeded(7);
  let compared = 0;
  for (let i = 0; i < 300; i += 1) {
    const [width, height] = [1 + below(60), 1 + below(60)];
    const isOpaque = i % 2 === 0;
    const isGray = i % 6 === 0;
    const data = Uint8Array.from({ length: width * height * 4 }, (_, k) => {
      if (k % 4 === 3) return isOpaque ? 255 : below(256);
      return below(256);
    });
    for (let k = 0; isGray && k < data.length; k += 4) data[k + 1] = data[k + 2] = data[k];
    const angle = i % 10 === 0 ? below(4) * 90 + 45 : below(1_440_000) / 1000 - 720;
    const flip = i % 3 === 0;
    const source = { data, width, height, channels: 'RGBA' };
    const options = { rotate: angle, flip: flip ? 'horizontal' : undefined };
    const result = await decode(source, options);
    const values = {
      samples: data,
      width,
      height,
      angle,
      flip,
      opaque: isOpaque,
      ours: result.data,
    };
    const found = await python(BY_PILLOW, { ...values, w: result.width, h: result.height });
    const what = JSON.stringify({ width, height, angle, flip, isOpaque, found });
    assert.deepEqual(found.size, [result.width, result.height], what);
    assert.ok(found.worst <= 1, what);
    assert.equal(found.outside, 0, what);
    assert.equal(result.lossless, false);
    compared += found.inside;
  }
  assert.ok(compared > 100_000, `${compared} pixels`);
});

test('a crop of a rotated image is that part of it', async () => {
  for (const name of ['photo-420.jpg', 'photo.png', 'small.png']) {
    const file = await fixture(name);
    for (const rotate of [17, -133.3, 89.9]) {
      const whole = await decode(file, { rotate });
      const [width, height] = [whole.width >> 2, whole.height >> 3];
      for (const [left, top] of [
        [0, 0],
        [width, height],
        [width * 2 + 1, height * 4 + 1],
      ]) {
        const crop = { left, top, width, height };
        const part = await decode(file, { rotate, crop });
        const expected = await decode(whole, { crop });
        sameSamples(part, expected, `${name} ${rotate} ${left} ${top}`);
      }
    }
  }
});

test('the corners are transparent, or the background', async () => {
  const file = await fixture('photo-420.jpg');
  const corner = { crop: { left: 0, top: 0, width: 4, height: 4 }, rotate: 30 };
  const png = await decode(await encode(file, { ...corner, format: 'png' }));
  assert.deepEqual(new Set(png.data), new Set([0]));
  const jpeg = await decode(await encode(file, corner));
  assert.deepEqual(new Set(jpeg.data), new Set([255]));
  const colored = await encode(file, { ...corner, background: '#ff0000', format: 'png' });
  assert.equal((await probe(colored)).hasAlpha, false);
  assert.deepEqual([...(await decode(colored)).data.slice(0, 4)], [255, 0, 0, 255]);
});

test('a rotated image that is resized looks like one that is resized afterwards', async () => {
  const file = await fixture('photo-420.jpg');
  for (const [rotate, width] of [
    [17, 300],
    [-60, 777],
    [100, 90],
  ]) {
    const at = { channels: 'RGB', background: '#808080' };
    const whole = await decode(file, { rotate, ...at });
    const expected = await decode(whole, { resize: { width }, ...at });
    const result = await decode(file, { rotate, resize: { width }, ...at });
    assert.deepEqual([result.width, result.height], [expected.width, expected.height]);
    const sum = result.data.reduce((all, value, i) => all + Math.abs(value - expected.data[i]), 0);
    assert.ok(sum / result.data.length < 2, `${rotate}: ${sum / result.data.length}`);
  }
});

test('a turned file rotates as it is displayed, and a multiple of 90 degrees moves samples', async () => {
  const file = await fixture('orientation-6.jpg').catch(() => fixture('photo-420.jpg'));
  const upright = await decode(file, { channels: 'RGB' });
  const at = { rotate: 25, channels: 'RGB', background: '#000' };
  const [a, b] = [await decode(file, at), await decode(upright, at)];
  sameSamples(a, b);
  assert.equal((await decode(await fixture('photo.png'), { rotate: 450 })).lossless, true);
});

test('several rotations of one file, one too large and lossless ones', async () => {
  const file = await fixture('photo-420.jpg');
  const jobs = [10, 20, 0].map((rotate) => ({ rotate, resize: { width: 100 }, format: 'png' }));
  const results = await encodeAll(file, jobs);
  for (const [i, job] of jobs.entries()) {
    sameSamples(await decode(results[i]), await decode(await encode(file, job)));
  }
  const small = await encode(file, { rotate: 10, maxBytes: 60_000 });
  assert.ok(small.byteLength <= 60_000);
  await rejects(encode(file, { rotate: 10, lossless: true }), 'LOSSLESS_IMPOSSIBLE', {
    message: /multiple of 90/,
  });
  await rejects(encode(file, { rotate: 10, limits: { memory: 2e6 } }), 'LIMIT_EXCEEDED');
});
