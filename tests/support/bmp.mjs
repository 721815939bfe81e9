// BMP written by hand (Microsoft, "Bitmap Storage"), for what no encoder at hand writes.

/** Values of `compression`. */
export const NONE = 0;
export const RLE8 = 1;
export const RLE4 = 2;
export const BIT_FIELDS = 3;

/** A file header, a header of 12, 40, 52, 56, 108 or 124 bytes, and what is given to follow them. */
function assemble({ header, width, height, bits, compression, used, masks, palette, gap, data }) {
  const core = header === 12;
  const head = Buffer.alloc(14 + header);
  head.writeUInt32LE(header, 14);
  if (core) {
    head.writeUInt16LE(width, 18);
    head.writeUInt16LE(height, 20);
    head.writeUInt16LE(1, 22);
    head.writeUInt16LE(bits, 24);
  } else {
    head.writeInt32LE(width, 18);
    head.writeInt32LE(height, 22);
    head.writeUInt16LE(1, 26);
    head.writeUInt16LE(bits, 28);
    head.writeUInt32LE(compression, 30);
    head.writeUInt32LE(data.length, 34);
    head.writeInt32LE(11811, 38); // 300 dots an inch
    head.writeInt32LE(11811, 42);
    head.writeUInt32LE(used, 46);
  }
  const maskBytes = Buffer.alloc(masks.length * 4);
  for (const [i, mask] of masks.entries()) maskBytes.writeUInt32LE(mask, i * 4);
  // Within the header where it has room for them, behind it otherwise.
  const room = Math.max(0, Math.min(4, (header - 40) >> 2));
  maskBytes.copy(head, 54, 0, core ? 0 : room * 4);
  const behind = maskBytes.subarray(core ? maskBytes.length : room * 4);
  const entries = palette.flatMap(([r, g, b]) => (core ? [b, g, r] : [b, g, r, 0]));
  const before = [head, behind, Buffer.from(entries), Buffer.alloc(gap)];
  const start = before.reduce((sum, part) => sum + part.length, 0);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(start + data.length, 2);
  head.writeUInt32LE(start, 10);
  return Buffer.concat([...before, data]);
}

const DEFAULTS = {
  ...{ header: 40, compression: NONE, used: 0, masks: [], palette: [], gap: 0, topDown: false },
};

/** Pixels, as the numbers that the file has for them, row by row from the top. */
export function encodeBmp({ pixels, topDown, ...options }) {
  const { width, height, bits } = options;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const data = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    const row = (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x += 1) {
      const pixel = pixels[y * width + x];
      const at = row + ((x * bits) >> 3);
      if (bits < 8) data[at] |= pixel << (8 - bits - ((x * bits) & 7));
      else data.writeUIntLE(pixel, at, bits / 8);
    }
  }
  return assemble({ ...DEFAULTS, ...options, height: topDown ? -height : height, data });
}

/** Data as it is: compressed, or broken. */
export const encodeBmpData = (options) => assemble({ ...DEFAULTS, ...options });

/**
 * Steps of run-length coding as bytes: ['run', length, value], ['absolute', [values]], ['line'],
 * ['leap', right, up], ['end']. In 4 bits the value of a run holds two indices.
 */
export function packRuns(steps, bits) {
  const bytes = [];
  for (const [kind, first, second] of steps) {
    if (kind === 'run') bytes.push(first, second);
    else if (kind === 'line') bytes.push(0, 0);
    else if (kind === 'end') bytes.push(0, 1);
    else if (kind === 'leap') bytes.push(0, 2, first, second);
    else {
      const values = bits === 8 ? first : pairs(first);
      bytes.push(0, first.length, ...values, ...(values.length % 2 === 1 ? [0] : []));
    }
  }
  return Buffer.from(bytes);
}

const pairs = (values) =>
  Array.from({ length: Math.ceil(values.length / 2) }, (_, i) => {
    return (values[2 * i] << 4) | (values[2 * i + 1] ?? 0);
  });

/** What those steps draw, row by row from the top; what they leap over is 0. */
export function drawRuns(steps, bits, { width, height }) {
  const pixels = new Uint8Array(width * height);
  let [x, y] = [0, 0];
  const put = (value) => {
    if (x < width && y < height) pixels[(height - 1 - y) * width + x] = value;
    x += 1;
  };
  for (const [kind, first, second] of steps) {
    if (kind === 'end') break;
    if (kind === 'line') {
      [x, y] = [0, y + 1];
    } else if (kind === 'leap') {
      [x, y] = [x + first, y + second];
    } else if (kind === 'absolute') {
      for (const value of first) put(value);
    } else {
      const values = bits === 8 ? [second, second] : [second >> 4, second & 15];
      for (let i = 0; i < first; i += 1) put(values[i & 1]);
    }
  }
  return pixels;
}

/**
 * An image of indices as steps: runs where indices repeat, absolute ones elsewhere; in 4 bits those
 * are of even lengths, as Pillow needs it.
 */
export function toRuns(pixels, bits, { width, height }) {
  const steps = [];
  const single = (value) => steps.push(['run', 1, bits === 8 ? value : value << 4]);
  for (let y = height - 1; y >= 0; y -= 1) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    let others = [];
    const flush = () => {
      const count = others.length - (bits === 4 ? others.length % 2 : 0);
      if (count >= 3) steps.push(['absolute', others.slice(0, count)]);
      for (const value of others.slice(count >= 3 ? count : 0)) single(value);
      others = [];
    };
    for (let x = 0; x < width; ) {
      let length = 1;
      while (x + length < width && length < 255 && row[x + length] === row[x]) length += 1;
      if (length >= 3) {
        flush();
        steps.push(['run', length, bits === 8 ? row[x] : row[x] * 17]);
        x += length;
      } else {
        others.push(row[x]);
        if (others.length === 255) flush();
        x += 1;
      }
    }
    flush();
    steps.push(['line']);
  }
  steps.push(['end']);
  return steps;
}
