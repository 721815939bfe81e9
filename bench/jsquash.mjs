// jSquash in Node: it decodes and encodes; cutting is left to its caller.
import { readFileSync } from 'node:fs';
import decodeJpeg, { init as startJpegDecoder } from '@jsquash/jpeg/decode.js';
import encodeJpeg, { init as startJpegEncoder } from '@jsquash/jpeg/encode.js';
import decodePng, { init as startPngDecoder } from '@jsquash/png/decode.js';
import encodePng, { init as startPngEncoder } from '@jsquash/png/encode.js';
import { versionIn } from './versions.mjs';

const codecs = {
  jpeg: { decode: decodeJpeg, encode: encodeJpeg },
  png: { decode: decodePng, encode: encodePng },
};

/** Gives `version`, `decode(file, format)` and `crop(file, box, format, options)`. */
export async function startJSquash() {
  globalThis.ImageData ??= class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  const compiled = (path) =>
    WebAssembly.compile(
      readFileSync(new URL(`node_modules/@jsquash/${path}.wasm`, import.meta.url)),
    );
  const png = await compiled('png/codec/pkg/squoosh_png_bg');
  await startPngDecoder(png);
  await startPngEncoder(png);
  await startJpegDecoder(await compiled('jpeg/codec/dec/mozjpeg_dec'));
  await startJpegEncoder(await compiled('jpeg/codec/enc/mozjpeg_enc'));
  const version = (name) => versionIn(`node_modules/@jsquash/${name}/package.json`);
  const decode = (file, format) => codecs[format].decode(file);
  return {
    version: `png ${version('png')}, jpeg ${version('jpeg')}`,
    decode,
    async crop(file, box, format, options) {
      const part = cut(await decode(file, format), box);
      return Buffer.from(await codecs[format].encode(part, options));
    },
  };
}

function cut(source, { left, top, width, height }) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const from = ((top + y) * source.width + left) * 4;
    data.set(source.data.subarray(from, from + width * 4), y * width * 4);
  }
  return new ImageData(data, width, height);
}
