// Encoded images as Files, with a name that fits their format.

import { ImageError, invalid } from './errors.js';
import { isBlob } from './input/input.js';
import type { EncodedImage, EncodeOptions, Source, ToFileOptions } from './types.js';

// A name with an ending that says a format.
const NAMED =
  /^(.+)\.(jpe?g|jpe|jfif|a?png|bmp|dib|webp|gif|avif|hei[cf]|tiff?|jxl|jp2|ico|psd|qoi|svg|pdf|raw)$/i;

// The usual ending of a MIME subtype or of another ending, if it is not the same text.
const USUAL: Readonly<Record<string, string>> = {
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
  const usual = (ending: string) => USUAL[ending] ?? ending;
  const ending = usual(mimeType.slice(mimeType.indexOf('/') + 1));
  const [, stem = name, given = ''] = NAMED.exec(name) ?? [];
  return usual(given.toLowerCase()) === ending ? name : `${stem}.${ending}`;
}
