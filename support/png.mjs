// A simple PNG encoder and decoder after the specification, without libpng: an oracle for what Pillow and OpenCV
// do not preserve (16-bit samples, transparent colours), and a source of files that no encoder writes.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

export const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export const GRAY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GRAYA = 4;
export const RGBA = 6;

const CHANNELS = { [GRAY]: 1, [RGB]: 3, [PALETTE]: 1, [GRAYA]: 2, [RGBA]: 4 };

const ONE_PASS = [[0, 0, 1, 1]];
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

export function chunk(type, data = Buffer.alloc(0)) {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), 8 + data.length);
  return whole;
}

export function header({ width, height, depth, colorType, interlaced = false }) {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colorType, 0, 0, interlaced ? 1 : 0]);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return chunk('IHDR', data);
}

/** Encodes samples. Rows use every filter in turn; `before` are chunks to write before the samples. */
export function encodePng({ samples, before = [], depth = 8, ...layout }) {
  const rows = deflateSync(packRows(samples, { ...layout, depth }));
  const head = [SIGNATURE, header({ ...layout, depth }), ...before];
  return Buffer.concat([...head, chunk('IDAT', rows), chunk('IEND')]);
}

/** The chunks of a file. */
export function readChunks(file) {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const chunks = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.push({
      at,
      type: bytes.toString('latin1', at + 4, at + 8),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

/** The layout and the samples of a file as they are stored, one sample in each element. */
export function decodePng(file) {
  const chunks = readChunks(file);
  const one = (type) => chunks.find((entry) => entry.type === type)?.data;
  const ihdr = one('IHDR');
  const layout = {
    width: ihdr.readUInt32BE(0),
    height: ihdr.readUInt32BE(4),
    depth: ihdr[8],
    colorType: ihdr[9],
    interlaced: ihdr[12] === 1,
  };
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((c) => c.data));
  const samples = unpackRows(inflateSync(data), layout);
  return { ...layout, samples, palette: one('PLTE'), transparency: one('tRNS') };
}

/** Decodes to 8-bit RGBA: 16-bit samples become v >> 8, fewer than 8 bits are scaled to the full range. */
export const decodeRgba = (file) =>
  expand(file, Uint8Array, (value, depth) =>
    depth === 16 ? value >> 8 : (value * 255) / (2 ** depth - 1),
  );

/** Decodes to 16-bit RGBA, without loss. */
export const decodeRgba16 = (file) =>
  expand(file, Uint16Array, (value, depth) => (value * 65535) / (2 ** depth - 1));

function expand(file, Samples, scale) {
  const png = decodePng(file);
  const { width, height, depth, colorType, samples, palette, transparency } = png;
  const channels = CHANNELS[colorType];
  const hasKey = transparency !== undefined && colorType !== PALETTE;
  const key =
    hasKey && Array.from({ length: channels }, (_, i) => transparency.readUInt16BE(2 * i));
  const data = new Samples(width * height * 4);
  const full = scale(255, 8);
  for (let i = 0; i < width * height; i += 1) {
    const pixel = samples.subarray(i * channels, (i + 1) * channels);
    if (colorType === PALETTE) {
      for (let c = 0; c < 3; c += 1) data[i * 4 + c] = scale(palette[pixel[0] * 3 + c], 8);
      data[i * 4 + 3] = scale(transparency?.[pixel[0]] ?? 255, 8);
      continue;
    }
    const isColor = colorType === RGB || colorType === RGBA;
    for (let c = 0; c < 3; c += 1) data[i * 4 + c] = scale(pixel[isColor ? c : 0], depth);
    const hasAlpha = colorType === GRAYA || colorType === RGBA;
    const isKey = hasKey && key.every((value, c) => value === pixel[c]);
    data[i * 4 + 3] = hasAlpha ? scale(pixel[channels - 1], depth) : isKey ? 0 : full;
  }
  return { data, width, height, channels: 4 };
}

const passesOf = ({ interlaced }) => (interlaced ? ADAM7 : ONE_PASS);

// The size of a pass in pixels, and of its rows in bytes.
function measure({ width, height, depth, colorType }, [left, top, stepX, stepY]) {
  const columns = Math.max(0, Math.ceil((width - left) / stepX));
  const rows = columns > 0 ? Math.max(0, Math.ceil((height - top) / stepY)) : 0;
  const bits = depth * CHANNELS[colorType];
  return { columns, rows, rowBytes: Math.ceil((columns * bits) / 8), unit: Math.ceil(bits / 8) };
}

// Calls back with the index of each sample of row y of a pass, and its index in that row.
function eachSample({ width, colorType }, [left, top, stepX, stepY], columns, y, visit) {
  const channels = CHANNELS[colorType];
  for (let x = 0; x < columns; x += 1) {
    const pixel = (top + y * stepY) * width + left + x * stepX;
    for (let c = 0; c < channels; c += 1) visit(pixel * channels + c, x * channels + c);
  }
}

function packRows(samples, layout) {
  const { depth } = layout;
  const parts = [];
  for (const pass of passesOf(layout)) {
    const { columns, rows, rowBytes, unit } = measure(layout, pass);
    let above = Buffer.alloc(rowBytes);
    for (let y = 0; y < rows; y += 1) {
      const row = Buffer.alloc(rowBytes);
      eachSample(layout, pass, columns, y, (from, to) => {
        if (depth === 16) row.writeUInt16BE(samples[from], to * 2);
        else row[(to * depth) >> 3] |= samples[from] << (8 - depth - ((to * depth) & 7));
      });
      const type = y % 5;
      const filtered = row.map((byte, i) => byte - predict(type, row, above, i, unit));
      parts.push(Buffer.from([type]), filtered);
      above = row;
    }
  }
  return Buffer.concat(parts);
}

function unpackRows(bytes, layout) {
  const { width, height, depth, colorType } = layout;
  const samples = new Uint16Array(width * height * CHANNELS[colorType]);
  let at = 0;
  for (const pass of passesOf(layout)) {
    const { columns, rows, rowBytes, unit } = measure(layout, pass);
    let above = Buffer.alloc(rowBytes);
    for (let y = 0; y < rows; y += 1) {
      const type = bytes[at];
      const row = Buffer.from(bytes.subarray(at + 1, at + 1 + rowBytes));
      at += 1 + rowBytes;
      for (let i = 0; i < rowBytes; i += 1) row[i] += predict(type, row, above, i, unit);
      eachSample(layout, pass, columns, y, (to, from) => {
        const shift = 8 - depth - ((from * depth) & 7);
        samples[to] =
          depth === 16
            ? row.readUInt16BE(from * 2)
            : (row[(from * depth) >> 3] >> shift) & (2 ** depth - 1);
      });
      above = row;
    }
  }
  return samples;
}

function predict(type, row, above, i, unit) {
  const a = i >= unit ? row[i - unit] : 0;
  const b = above[i];
  if (type === 0) return 0;
  if (type === 1) return a;
  if (type === 2) return b;
  if (type === 3) return (a + b) >> 1;
  const c = i >= unit ? above[i - unit] : 0;
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
