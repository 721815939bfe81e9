// What files say beside their samples, written by hand, and read back by exiftool.
import { deflateSync } from 'node:zlib';
import { tool } from '../../support/oracle.mjs';
import { chunk, SIGNATURE } from '../../support/png.mjs';

const latin1 = (text) => Buffer.from(text, 'latin1');
const u16 = (value) => Buffer.from([value >> 8, value & 255]);
const u32 = (value) =>
  Buffer.from([value >>> 24, value >> 16, value >> 8, value].map((b) => b & 255));

/** Bytes that no encoder writes by itself, to be looked for in results. */
const secret = (name) => latin1(`<<the whole: ${name}>>`);
const isJpegLike = Buffer.from([0xff, 0xd8, 0xff, 0xdb]);

/** What shows the whole image, by the place that it is in. */
export const secrets = {
  thumbnail: Buffer.concat([isJpegLike, secret('thumbnail')]),
  note: secret('note'),
  photoshop: Buffer.concat([isJpegLike, secret('photoshop')]),
  xmp: latin1('/9j/VGhlIHdob2xl'),
  jfxx: secret('jfxx'),
  flashpix: secret('flashpix'),
  trailing: Buffer.concat([isJpegLike, secret('trailing')]),
  signed: secret('signed'),
};

// A TIFF directory: entries { tag, type, count, value }, the value a number or bytes, which stand
// behind the directory where they do not fit.
function directory(at, entries, next = 0) {
  let behind = at + 2 + entries.length * 12 + 4;
  const parts = [u16(entries.length)];
  const values = [];
  for (const { tag, type, count = 1, value } of entries) {
    const bytes =
      typeof value !== 'number'
        ? value
        : type === 3
          ? Buffer.concat([u16(value), u16(0)])
          : u32(value);
    const fits = bytes.length <= 4;
    const inline = fits ? Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]) : u32(behind);
    parts.push(u16(tag), u16(type), u32(count), inline);
    if (!fits) {
      const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
      values.push(padded);
      behind += padded.length;
    }
  }
  return Buffer.concat([...parts, u32(next), ...values]);
}

const ascii = (tag, text) => ({
  tag,
  type: 2,
  count: text.length + 1,
  value: Buffer.concat([latin1(text), Buffer.alloc(Math.max(1, 4 - text.length))]),
});
const short = (tag, value) => ({ tag, type: 3, value });
const long = (tag, value) => ({ tag, type: 4, value });

/** Exif as a camera writes it, with a place, a maker's note and a thumbnail. */
export function cameraExif(orientation, [width, height]) {
  const degrees = (...values) => Buffer.concat(values.flatMap((value) => [u32(value), u32(1)]));
  const build = (details, gps, thumbnail, image) => {
    const first = directory(
      8,
      [
        long(0x0100, width),
        long(0x0101, height),
        ascii(0x010f, 'Maker'),
        short(0x0112, orientation),
        ascii(0x013b, 'An artist'),
        long(0x8769, details),
        long(0x8825, gps),
      ],
      thumbnail,
    );
    const second = directory(details, [
      { tag: 0x9214, type: 3, count: 4, value: Buffer.concat([10, 20, 30, 40].map(u16)) },
      { tag: 0x927c, type: 7, count: secrets.note.length, value: secrets.note },
      long(0xa002, width),
      long(0xa003, height),
    ]);
    const third = directory(gps, [
      ascii(0x0001, 'N'),
      { tag: 0x0002, type: 5, count: 3, value: degrees(52, 30, 0) },
      ascii(0x0003, 'E'),
      { tag: 0x0004, type: 5, count: 3, value: degrees(13, 24, 0) },
    ]);
    const last = directory(thumbnail, [
      short(0x0103, 6),
      long(0x0201, image),
      long(0x0202, secrets.thumbnail.length),
    ]);
    return [first, second, third, last];
  };
  const lengths = build(0, 0, 0, 0).map((part) => part.length);
  const places = lengths.map((_, i) => 8 + lengths.slice(0, i + 1).reduce((a, b) => a + b));
  const head = Buffer.concat([latin1('MM'), u16(42), u32(8)]);
  return Buffer.concat([head, ...build(...places), secrets.thumbnail]);
}

/** An XMP packet, as Lightroom and phones write them. */
export const xmp = (orientation, [width, height]) =>
  Buffer.from(`<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 tiff:Orientation="${orientation}" tiff:ImageWidth="${width}" exif:PixelXDimension="${width}">
<tiff:ImageLength>${height}</tiff:ImageLength><exif:PixelYDimension>${height}</exif:PixelYDimension>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">All of them</rdf:li></rdf:Alt></dc:rights>
<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:format>JPEG</xmpGImg:format>
<xmpGImg:image>${secrets.xmp}</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`);

const resource = (number, content) =>
  Buffer.concat([
    latin1('8BIM'),
    u16(number),
    u16(0),
    u32(content.length),
    content,
    Buffer.alloc(content.length % 2),
  ]);

/** Photoshop's resources: a caption and a thumbnail. */
export const photoshop = Buffer.concat([
  resource(0x0404, Buffer.concat([Buffer.from([0x1c, 2, 120]), u16(9), latin1('A caption')])),
  resource(0x040c, secrets.photoshop),
]);

/** A segment of a JPEG. */
export const segment = (marker, ...content) => {
  const data = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? latin1(part) : part)),
  );
  return Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data]);
};

/** A profile's segments. */
export function profileSegments(profile, most = 65519) {
  const count = Math.ceil(profile.length / most);
  return Array.from({ length: count }, (_, i) =>
    segment(
      0xe2,
      'ICC_PROFILE\0',
      Buffer.from([i + 1, count]),
      profile.subarray(i * most, (i + 1) * most),
    ),
  );
}

/** The JPEG with these segments behind its first (the JFIF one, where it has one). */
export function withSegments(jpeg, segments) {
  const hasJfif = jpeg[3] === 0xe0;
  const at = hasJfif ? 4 + jpeg.readUInt16BE(4) : 2;
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** The PNG with these chunks before its samples and behind its header, or its palette. */
export function withChunks(png, chunks) {
  const at = SIGNATURE.length + 25;
  return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)]);
}

export const profileChunk = (profile) =>
  chunk('iCCP', Buffer.concat([latin1('ICC profile\0\0'), deflateSync(profile)]));

export const xmpChunk = (packet) =>
  chunk('iTXt', Buffer.concat([latin1('XML:com.adobe.xmp\0\0\0\0\0'), packet]));

export const textChunk = (keyword, text) => chunk('tEXt', latin1(`${keyword}\0${text}`));

/** All tags that exiftool finds, by group and name. */
export function tagsOf(file) {
  const [tags] = JSON.parse(tool('exiftool', ['-j', '-G1', '-a', '-n', '-'], file));
  return tags;
}
