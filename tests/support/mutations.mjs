// Files that are broken at random, and jobs for them, the same ones for the same seed.
import { deflateSync, inflateSync } from 'node:zlib';
import { chunk, readChunks, SIGNATURE } from '../../support/png.mjs';

/** Whole numbers below a bound (Lehmer's generator, as minstd has it). */
export function seeded(seed) {
  let state = seed;
  const below = (bound) => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
  const one = (values) => values[below(values.length)];
  return { below, one };
}

const isPng = (file) => file.subarray(0, 8).equals(SIGNATURE);

// What a wrong number is most often: the least, the most, and where signs turn.
const EDGES = [0, 1, 0x7f, 0x80, 0xff];

function changeBytes(file, { below, one }) {
  const copy = Buffer.from(file);
  for (let i = below(5); i >= 0; i -= 1) {
    const at = below(copy.length);
    copy[at] = one([one(EDGES), below(256), copy[at] ^ (1 << below(8))]);
  }
  return copy;
}

// A part of it left out, repeated, or moved elsewhere.
function rearrange(file, { below, one }) {
  const start = below(file.length);
  const end = start + below(Math.min(200, file.length - start));
  const part = file.subarray(start, end);
  const to = below(file.length);
  return one([
    () => Buffer.concat([file.subarray(0, start), file.subarray(end)]),
    () => Buffer.concat([file.subarray(0, end), part, file.subarray(end)]),
    () => Buffer.concat([file.subarray(0, to), part, file.subarray(to)]),
  ])();
}

// The front of one and the back of another.
function splice(file, { below }, other) {
  return Buffer.concat([file.subarray(0, below(file.length)), other.subarray(below(other.length))]);
}

const truncate = (file, { below }) => file.subarray(0, below(file.length));

// Of a PNG, a change behind its checksums, which would else tell of every one: in what a chunk says,
// in the samples before they are deflated, or in the order of the chunks.
function changeChunks(file, random) {
  const { below, one } = random;
  const chunks = readChunks(file).map(({ type, data }) => ({ type, data }));
  const at = below(chunks.length);
  const picked = chunks[at];
  one([
    () => {
      if (picked.data.length > 0) picked.data = changeBytes(picked.data, random);
    },
    () => {
      const idat = chunks.find(({ type }) => type === 'IDAT');
      const rows = changeBytes(inflateSync(idat.data), random);
      idat.data = deflateSync(rows.subarray(0, one([rows.length, below(rows.length)])));
    },
    () => chunks.splice(below(chunks.length), 0, picked),
    () => chunks.splice(at, 1),
    () => {
      picked.data = picked.data.subarray(0, below(picked.data.length + 1));
    },
  ])();
  const written = chunks.map(({ type, data }) => chunk(type, data));
  return Buffer.concat([file.subarray(0, 8), ...written]);
}

/** A file made of `file`, or of it and another one, that is most likely broken. */
export function mutate(file, random, other) {
  const ways = [changeBytes, changeBytes, rearrange, splice, truncate];
  if (isPng(file)) ways.push(changeChunks, changeChunks, changeChunks, changeChunks);
  return random.one(ways)(file, random, other);
}

/** Options for encode(): any that are valid, though not for every image. */
export function randomOptions({ below, one }) {
  const maybe = (value) => (below(3) === 0 ? value() : undefined);
  const side = () => 1 + below(40);
  const format = one(['keep', 'keep', 'jpeg', 'png', 'raw']);
  const forJpeg = {
    quality: maybe(() => one(['keep', 1, 50, 100])),
    progressive: maybe(() => one([true, false, 'keep'])),
    optimizeCoding: maybe(() => one([true, false])),
    chromaSubsampling: maybe(() => one(['4:4:4', '4:2:2', '4:2:0'])),
  };
  const forPng = {
    compressionLevel: maybe(() => below(10)),
    palette: maybe(() => one([true, false])),
  };
  const forSamples = {
    channels: maybe(() => one(['RGBA', 'RGB', 'BGRA', 'BGR', 'GRAY', 'GRAYA', 'keep'])),
    bitDepth: maybe(() => one([8, 16, 'keep'])),
  };
  const own = { keep: { ...forJpeg, ...forPng }, jpeg: forJpeg, png: forPng, raw: forSamples };
  const options = {
    ...own[format],
    format,
    autoOrient: maybe(() => one([true, false])),
    rotate: maybe(() => one([0, 90, 180, 270])),
    flip: maybe(() => one(['horizontal', 'vertical'])),
    crop: maybe(() =>
      one([
        { left: below(20), top: below(12), width: side(), height: side() },
        { left: below(80), top: below(80), width: 1 + below(60), height: 1 + below(60), unit: '%' },
        { left: -below(9), top: -below(9), right: side(), bottom: side() },
      ]),
    ),
    outOfBounds: one(['error', 'clamp', 'clamp', 'pad', 'pad']),
    background: maybe(() => one(['#123456', '#12345678', '#888'])),
    resize: maybe(() => ({
      width: side(),
      height: maybe(side),
      fit: one(['cover', 'contain', 'fill', 'inside', 'outside']),
      kernel: one(['nearest', 'linear', 'cubic', 'lanczos3']),
    })),
    damaged: one(['error', 'accept']),
    metadata: maybe(() => one(['none', 'color', 'all', 'all'])),
    colorSpace: maybe(() => one(['keep', 'srgb', 'display-p3'])),
    lossless: one([true, false, false]),
    maxBytes: below(8) === 0 ? 1 + below(2000) : undefined,
    limits: one([
      { pixels: 1e5, memory: 2 ** 25 },
      { pixels: 1e5, memory: 2 ** 25 },
      { pixels: below(2000), bytes: below(4000), memory: below(100_000) },
    ]),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
