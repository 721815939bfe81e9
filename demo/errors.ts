// Errors in the words of the page. crop64's own messages name options, for programmers.

import type { EncodeOptions, ErrorCode, ImageInfo } from 'crop64/pool';
import { count, messageOf } from './format-values.js';
import type { SourceImage } from './image.js';
import { edgesOf, FIELDS, namedNumbers } from './region.js';

export interface Explanation {
  readonly text: string;
  /** The names of the controls to correct. */
  readonly fields: readonly string[];
}

const codeOf = (error: unknown) => Object(error).code as ErrorCode | undefined;

/** Why a file cannot be opened. */
export async function whyNotOpened(error: unknown, file: File): Promise<string> {
  const { name } = file;
  switch (codeOf(error)) {
    case 'UNSUPPORTED_FORMAT':
      if (file.size === 0) {
        return `${name} is empty: it has no bytes.`;
      }
      return (await isHeic(file))
        ? `${name} is a HEIC image, which this browser cannot decode. Open this page in Safari, or ` +
            'save the image as a JPEG. An iPhone takes JPEGs after Settings → Camera → Formats → ' +
            'Most Compatible.'
        : `${name} is in a format that neither crop64 nor this browser can decode. Open a JPEG or ` +
            'PNG, for example.';
    case 'LIMIT_EXCEEDED':
      return `${name} is too large: decoding it takes more memory than crop64 may use.`;
    case 'SOURCE_UNREADABLE':
      return `${name} could not be read. If it was moved or changed, choose it again.`;
    default:
      return whyFailed(error, name);
  }
}

/** Why a job has no result. */
export function whyNoResult(
  error: unknown,
  image: SourceImage,
  options: EncodeOptions,
): Explanation {
  const { file, info } = image;
  switch (codeOf(error)) {
    case 'CROP_OUT_OF_BOUNDS':
      return outOfBounds(options, info);
    case 'INVALID_ARGUMENT':
      return wrongNumbers(options) ?? { text: messageOf(error), fields: [] };
    case 'LOSSLESS_IMPOSSIBLE':
      return { text: whyLossy(options, info), fields: ['lossless'] };
    case 'LIMIT_EXCEEDED':
      return options.resize === undefined
        ? {
            text: 'This region takes more memory than crop64 may use. Choose a smaller one.',
            fields: FIELDS,
          }
        : {
            text: 'This size takes more memory than crop64 may use. Choose a smaller one.',
            fields: ['width', 'height'],
          };
    default:
      return { text: whyFailed(error, file.name), fields: [] };
  }
}

function whyFailed(error: unknown, name: string): string {
  switch (codeOf(error)) {
    case 'TRUNCATED_IMAGE':
      return `${name} is incomplete: the file ends before its image does.`;
    case 'CORRUPT_IMAGE':
      return `${name} is damaged: its image data cannot be decoded.`;
    case 'OUT_OF_MEMORY':
      return `The browser has too little memory for ${name}. Close other tabs, or choose a smaller region.`;
    case 'MODULE_LOAD_FAILED':
      return 'crop64 could not be loaded. Reload the page.';
    default:
      return `${name}: ${messageOf(error)}`;
  }
}

// HEIC files start with a box of type ftyp and one of these brands.
async function isHeic(file: File): Promise<boolean> {
  const start = await file
    .slice(4, 12)
    .text()
    .catch(() => '');
  return /^ftyp(hei|hev|mif1|msf1)/.test(start);
}

// --- Invalid numbers

function outOfBounds({ crop }: EncodeOptions, { width, height }: ImageInfo): Explanation {
  const { left, top, right, bottom } = edgesOf(crop);
  const names = Object.keys(namedNumbers(crop));
  const isSize = names[0] === 'x';
  const [x, y, toRight, toBottom] = isSize ? ['x', 'y', 'x + width', 'y + height'] : names;
  const beyond = (edge: number, side: number, what: string) =>
    `is ${count(edge)}, but the image is ${count(side)} pixels ${what}`;
  const problems = [
    [left < 0, `${x} is below 0`, ['first']],
    [top < 0, `${y} is below 0`, ['second']],
    [
      right > width,
      `${toRight} ${beyond(right, width, 'wide')}`,
      isSize ? ['first', 'third'] : ['third'],
    ],
    [
      bottom > height,
      `${toBottom} ${beyond(bottom, height, 'high')}`,
      isSize ? ['second', 'fourth'] : ['fourth'],
    ],
  ] as const;
  const found = problems.filter(([is]) => is);
  return {
    text: `The region is not inside the image: ${found.map(([, reason]) => reason).join('; ')}.`,
    fields: found.flatMap(([, , fields]) => fields),
  };
}

function wrongNumbers({ crop, resize = {} }: EncodeOptions): Explanation | undefined {
  const numbers = Object.entries(namedNumbers(crop));
  const missing = numbers.findIndex(([, value]) => Number.isNaN(value));
  if (missing >= 0) {
    const [name] = numbers[missing] as [string, number];
    return { text: `Type a number for ${name}.`, fields: [FIELDS[missing] as string] };
  }
  for (const name of ['width', 'height'] as const) {
    const value = resize[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      return { text: `The new ${name} must be a whole number from 1.`, fields: [name] };
    }
  }
  const { left, top, right, bottom } = edgesOf(crop);
  const fields = [...(right - left < 1 ? ['third'] : []), ...(bottom - top < 1 ? ['fourth'] : [])];
  return fields.length === 0
    ? undefined
    : { text: 'The region is empty: it must be at least 1 pixel wide and high.', fields };
}

function whyLossy({ resize, format, ...rest }: EncodeOptions, info: ImageInfo): string {
  if (resize !== undefined) {
    return 'A lossless result cannot be resized. Empty the new width and height, or turn “Lossless” off.';
  }
  if (format === 'jpeg' && info.format !== 'jpeg') {
    return 'Only a JPEG can become a JPEG without loss. Choose “Keep” or PNG, or turn “Lossless” off.';
  }
  if ('quality' in rest) {
    return 'A lossless JPEG keeps its quality. Choose “Source quality”, or turn “Lossless” off.';
  }
  return 'This image cannot be kept without loss in this format. Turn “Lossless” off.';
}
