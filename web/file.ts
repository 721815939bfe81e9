// Encoded images as Files whose name has the extension of their format.

import { ImageError, invalid } from './errors.js';
import { isBlob } from './input/input.js';
import type { EncodedImage, EncodeOptions, Source, ToFileOptions } from './types.js';

// A name with the extension of an image format.
const IMAGE_NAME =
  /^(.+)\.(jpe?g|jpe|jfif|a?png|bmp|dib|webp|gif|avif|hei[cf]|tiff?|jxl|jp2|ico|psd|qoi|svg|pdf|raw)$/i;

// The usual extension for a MIME subtype or another extension, if the two differ.
const EXTENSIONS: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  jpe: 'jpg',
  jfif: 'jpg',
  apng: 'png',
  dib: 'bmp',
  tiff: 'tif',
  'svg+xml': 'svg',
  'x-icon': 'ico',
  'vnd.adobe.photoshop': 'psd',
  'octet-stream': 'raw',
};

/** Separates `name` from the other options. Throws INVALID_ARGUMENT, also if the runtime has no class File. */
export function splitName(options: ToFileOptions = {}): {
  readonly name: string | undefined;
  readonly rest: EncodeOptions;
} {
  if (typeof File === 'undefined') {
    throw new ImageError(
      'INVALID_ARGUMENT',
      'toFile() needs the class File (browsers, Node 20, Deno, Bun). Use toBlob().',
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw invalid('an object', 'options', options);
  }
  const { name, ...rest } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw invalid('a string that is not empty', 'name', name);
  }
  return { name, rest: rest as EncodeOptions };
}

/** An encoded image as a File called `name`, or else like `source` if that is a File. */
export function fileOf(
  { bytes, mimeType }: EncodedImage,
  name: string | undefined,
  source: Source,
): File {
  const wanted = name ?? (isBlob(source) ? (source as Partial<File>).name : undefined);
  return new File([bytes], withExtension(wanted || 'image', mimeType), { type: mimeType });
}

// The extension of another image format is replaced. Anything else after a dot belongs to the name.
function withExtension(name: string, mimeType: string): string {
  const extensionOf = (format: string) => EXTENSIONS[format] ?? format;
  const extension = extensionOf(mimeType.slice(mimeType.indexOf('/') + 1));
  const [, stem = name, current = ''] = IMAGE_NAME.exec(name) ?? [];
  return extensionOf(current.toLowerCase()) === extension ? name : `${stem}.${extension}`;
}
