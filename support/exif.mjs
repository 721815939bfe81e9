// Exif data (a TIFF header and its directories; Exif 2.3, 4.6) written by hand, and put into files.
import { segments } from './jpeg.mjs';
import { chunk, readChunks, SIGNATURE } from './png.mjs';

export const ORIENTATION = 0x0112;
export const SHORT = 3;

/**
 * Exif with entries { tag, type, count, value }, whose value is four bytes or a number. To create invalid
 * files, the other fields set the byte order, TIFF's magic number, the offset of the directory, its number
 * of entries and the offset of the next directory.
 */
export function exif(entries, { order = 'II', magic = 42, at = 8, count, next = 0 } = {}) {
  const little = order === 'II';
  const data = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  const put16 = (value, to) =>
    little ? data.writeUInt16LE(value, to) : data.writeUInt16BE(value, to);
  const put32 = (value, to) =>
    little ? data.writeUInt32LE(value, to) : data.writeUInt32BE(value, to);
  data.write(order, 0, 'latin1');
  put16(magic, 2);
  put32(at, 4);
  put16(count ?? entries.length, 8);
  for (const [i, { tag, type = SHORT, count: values = 1, value }] of entries.entries()) {
    const to = 10 + i * 12;
    put16(tag, to);
    put16(type, to + 2);
    put32(values, to + 4);
    if (type === SHORT) put16(value, to + 8);
    else put32(value, to + 8);
  }
  put32(next, data.length - 4);
  return data;
}

/** Exif with an orientation only. */
export const orientation = (value, options) => exif([{ tag: ORIENTATION, value }], options);

/** A JPEG with this Exif as its first segment. */
export function jpegWithExif(jpeg, data) {
  const head = Buffer.from([0xff, 0xe1, 0, 0, ...Buffer.from('Exif\0\0', 'latin1')]);
  head.writeUInt16BE(2 + 6 + data.length, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

/** A PNG with this Exif as its second chunk. */
export function pngWithExif(png, data) {
  const at = SIGNATURE.length + 25;
  return Buffer.concat([png.subarray(0, at), chunk('eXIf', data), png.subarray(at)]);
}

/** The orientation of a JPEG or PNG; 1 if it has none. */
export function readOrientation(file) {
  const isPng = Buffer.compare(file.subarray(0, 8), SIGNATURE) === 0;
  const data = isPng
    ? readChunks(file).find(({ type }) => type === 'eXIf')?.data
    : segments(file)
        .find(
          ({ marker, payload }) => marker === 0xe1 && payload.toString('latin1', 0, 4) === 'Exif',
        )
        ?.payload.subarray(6);
  if (data === undefined) return 1;
  const little = data[0] === 0x49;
  const u16 = (at) => (little ? data.readUInt16LE(at) : data.readUInt16BE(at));
  const first = little ? data.readUInt32LE(4) : data.readUInt32BE(4);
  for (let at = first + 2; at < first + 2 + 12 * u16(first); at += 12) {
    if (u16(at) === ORIENTATION) return u16(at + 8);
  }
  return 1;
}
