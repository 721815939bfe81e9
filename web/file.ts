// Encoded images as Files, with a name that fits their format.

import { ImageError, invalid } from './errors.js';
import { isBlob } from './input.js';
import type { EncodedImage, EncodeOptions, Source, ToFileOptions } from './types.js';

// The endings of names that say a format; the first is the one that is written.
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png', 'apng'],
  'image/bmp': ['bmp', 'dib'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif'],
  'image/heic': ['heic'],
  'image/heif': ['heif'],
  'image/tiff': ['tif', 'tiff'],
  'image/jxl': ['jxl'],
  'image/jp2': ['jp2'],
  'image/x-icon': ['ico'],
  'image/vnd.adobe.photoshop': ['psd'],
  'image/qoi': ['qoi'],
  'image/svg+xml': ['svg'],
  'application/pdf': ['pdf'],
  'application/octet-stream': ['raw'],
};

/** Takes the name out of the options. Errors: INVALID_ARGUMENT, also if there is no class File. */
export function splitName(options: ToFileOptions = {}): {
  readonly name: string | undefined;
  readonly rest: EncodeOptions;
} {
  if (typeof File === 'undefined') {
    throw new ImageError(
      'INVALID_ARGUMENT',
      'Expected a runtime with the class File (browsers, Node 20, Deno, Bun) for toFile(). Use ' +
        'toBlob().',
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw invalid('an object', 'options', options);
  }
  const { name, ...rest } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw invalid('a text that is not empty', 'name', name);
  }
  return { name, rest: rest as EncodeOptions };
}

/** An encoded image as a File, named by `name` or else as the File that it was made from. */
export function fileOf(
  { bytes, mimeType }: EncodedImage,
  name: string | undefined,
  source: Source,
): File {
  const given = name ?? (isBlob(source) ? (source as Partial<File>).name : undefined);
  return new File([bytes], fittingName(given || 'image', mimeType), { type: mimeType });
}

// An ending that says another format is replaced, and anything else is no ending.
function fittingName(name: string, mimeType: string): string {
  const [, stem = name, ending = ''] = /^(.+)\.([^.]+)$/.exec(name) ?? [];
  const is = (endings: readonly string[] | undefined) => endings?.includes(ending.toLowerCase());
  if (is(ENDINGS[mimeType])) {
    return name;
  }
  const kept = Object.values(ENDINGS).some(is) ? stem : name;
  return `${kept}.${ENDINGS[mimeType]?.[0] ?? 'bin'}`;
}
