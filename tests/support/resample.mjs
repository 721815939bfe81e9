// Judges for resampling: Pillow, and the definition of it in floating point.
import { python, tool } from '../../support/oracle.mjs';

/** Our names of kernels, and Pillow's. */
export const KERNELS = {
  nearest: 'NEAREST',
  linear: 'BILINEAR',
  cubic: 'BICUBIC',
  lanczos3: 'LANCZOS',
};

/** Samples { data, width, height, channels: 'GRAY' | 'RGB' } at each of the sizes, by Pillow. */
export function pillowResize({ data, width, height, channels }, kernel, sizes) {
  return python(
    `image = Image.frombytes(mode, size, data)
result = [image.resize((w, h), getattr(Image, kernel)) for w, h in sizes]`,
    {
      ...{ data, size: [width, height], sizes },
      mode: channels === 'GRAY' ? 'L' : 'RGB',
      kernel: KERNELS[kernel],
    },
  );
}

// The definition: each new pixel is the mean of those that the kernel reaches, weighted by it; the
// kernel is as wide as the reduction. Colour is weighted with alpha. What a pass gives beyond the
// samples' range is cut off, rows first.
const DEFINITION = `
def triangle(x): return np.maximum(0, 1 - np.abs(x))
def keys(x):
    x = np.abs(x); a = -0.5
    near = (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1
    far = a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))
def lanczos(x): return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
kernels = {'linear': (triangle, 1), 'cubic': (keys, 2), 'lanczos3': (lanczos, 3)}

def weights(length, begin, end, size):
    scale = (end - begin) / size
    if kernel == 'nearest':
        at = np.clip(np.floor(begin + (np.arange(size) + 0.5) * scale), 0, length - 1)
        return (np.arange(length)[None, :] == at[:, None]).astype(float)
    function, support = kernels[kernel]
    stretch = max(1, scale)
    center = begin + (np.arange(size) + 0.5) * scale
    distance = np.arange(length)[None, :] + 0.5 - center[:, None]
    # Whole samples: those whose centre lies within half a sample of the kernel's reach.
    first = np.floor(center - support * stretch + 0.5)[:, None]
    last = np.floor(center + support * stretch + 0.5)[:, None]
    index = np.arange(length)[None, :]
    w = np.where((index >= first) & (index < last), function(distance / stretch), 0)
    return w / w.sum(axis=1, keepdims=True)

samples = np.frombuffer(data, '<u2' if top > 255 else 'u1').reshape(height, width, channels)
work = samples.astype(np.float64)
if alpha:
    work[..., :-1] *= work[..., -1:] / top
left, upper, right, lower = box or (0, 0, width, height)
across, down = weights(width, left, right, size[0]), weights(height, upper, lower, size[1])
work = np.clip(np.einsum('xi,yic->yxc', across, work, optimize=True), 0, top)
work = np.clip(np.einsum('yj,jxc->yxc', down, work, optimize=True), 0, top)
if alpha:
    a = work[..., -1:]
    color = np.where(a > 0, work[..., :-1] * top / np.where(a > 0, a, 1), 0)
    work = np.concatenate([np.clip(color, 0, top), a], axis=2)
result = np.ascontiguousarray(work)
`;

/**
 * The part of `image` { data, width, height } inside `box` (edges, by default all of it) at a size,
 * in floating point and not rounded.
 */
export async function resizeByDefinition(image, kernel, size, { box, alpha = false } = {}) {
  const { data, width, height } = image;
  const result = await python(DEFINITION, {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ...{ width, height, kernel, alpha, size, box: box ?? null },
    channels: data.length / (width * height),
    top: data instanceof Uint16Array ? 65535 : 255,
  });
  const { buffer, byteOffset, byteLength } = result.data;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice();
  return { ...result, data: new Float64Array(bytes.buffer) };
}

/**
 * The largest difference between samples and what they should be. Colour counts only where alpha, the
 * last channel, is at least `alpha`.
 */
export function largestError(actual, expected, { alpha } = {}) {
  const channels = expected.data.length / (expected.width * expected.height);
  let largest = 0;
  for (let i = 0; i < expected.data.length; i += 1) {
    const last = i - (i % channels) + channels - 1;
    if (alpha !== undefined && i !== last && expected.data[last] < alpha) continue;
    largest = Math.max(largest, Math.abs(actual.data[i] - expected.data[i]));
  }
  return largest;
}

/** Samples without a pattern, the same ones each time: extremes only, or of all values. */
export function noise({ width, height, channels, extremes = false, bits = 8, seed = 1 }) {
  const count = width * height * { GRAY: 1, GRAYA: 2, RGB: 3, RGBA: 4 }[channels];
  const data = bits === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const top = 2 ** bits - 1;
  let state = seed;
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = extremes ? (state < 0 ? 0 : top) : state >>> (32 - bits);
  }
  return { data, width, height, channels };
}

/** The samples of a JPEG as libjpeg-turbo's own program decodes it at 1/`reduction` of its size. */
export function djpegReduced(file, reduction) {
  const pnm = tool('djpeg', ['-dct', 'int', '-scale', `1/${reduction}`, '-pnm'], file);
  const header = /^P([56])\s+(\d+)\s+(\d+)\s+255\s/.exec(pnm.subarray(0, 64).toString('latin1'));
  const [text, kind, width, height] = header;
  const channels = kind === '5' ? 1 : 3;
  return {
    data: pnm.subarray(text.length),
    width: Number(width),
    height: Number(height),
    channels,
  };
}
