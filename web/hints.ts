// What to do about values that are often passed in place of a source.

import { tagOf } from './input.js';

// What an object is recognised by, and what to do about it.
const HINTS: readonly [matches: (value: Candidate, tag: string) => boolean, hint: string][] = [
  [({ then }) => typeof then === 'function', 'It is a Promise: await it first.'],
  [
    (_, tag) => tag === 'Blob' || tag === 'File',
    'It is a Blob without arrayBuffer(), as old releases of jsdom have them: pass its bytes.',
  ],
  [
    (_, tag) => tag === 'FileList',
    'It is a FileList: pass one of its files, as in input.files[0].',
  ],
  [({ length }, tag) => tag === 'Array' && length === 0, 'It is an empty array.'],
  [
    ({ 0: first }, tag) => tag === 'Array' && typeof first === 'number',
    'It is an array of numbers: pass Uint8Array.from(array).',
  ],
  [(_, tag) => tag === 'Array', 'It is an array: make one call for each of its entries.'],
  [
    (_, tag) => tag === 'ClipboardEvent',
    'It is an event: pass event.clipboardData.files[0], if there is one.',
  ],
  [
    (_, tag) => tag === 'DragEvent',
    'It is an event: pass event.dataTransfer.files[0], if there is one.',
  ],
  [
    ({ type, target }, tag) =>
      tag.endsWith('Event') || (target !== undefined && typeof type === 'string'),
    'It is an event: pass the file, as in event.target.files[0].',
  ],
  [(_, tag) => tag === 'HTMLInputElement', 'It is an <input>: pass input.files[0].'],
  [(_, tag) => tag === 'DataTransfer', 'It is a DataTransfer: pass its files[0].'],
  [(_, tag) => tag === 'DataTransferItem', 'It is a DataTransferItem: pass item.getAsFile().'],
  [
    (_, tag) => tag === 'ClipboardItem',
    "It is a ClipboardItem: pass await item.getType('image/png').",
  ],
  [
    (_, tag) => tag === 'FormData',
    'It is a FormData: pass one of its files, as in form.get(name).',
  ],
  [
    (_, tag) => tag === 'FileSystemFileHandle',
    'It is a FileSystemFileHandle: pass await handle.getFile().',
  ],
  [
    (_, tag) => tag.endsWith('RenderingContext2D'),
    'It is the context of a canvas: pass context.canvas.',
  ],
  [
    (_, tag) => /^(HTML|SVG).*Element$/.test(tag),
    'It is an element without pixels: pass an <img>, <video> or <canvas>.',
  ],
  [
    ({ jquery }) => jquery !== undefined,
    'It is a jQuery object: pass its first element, as in $image[0].',
  ],
  [({ current }) => current !== undefined, 'It looks like a ref: pass ref.current.'],
  [
    ({ type, data }) => type === 'Buffer' && Array.isArray(data),
    'It is a Buffer that went through JSON: pass Buffer.from(value.data).',
  ],
  [
    ({ buffer }) => ArrayBuffer.isView(buffer),
    'It holds its bytes in buffer, as uploads by multer do: pass its buffer.',
  ],
  [
    ({ data, headers }) => data !== undefined && headers !== undefined,
    'It looks like an answer of an HTTP library: pass its data, as an ArrayBuffer or a Blob.',
  ],
];

type Candidate = Readonly<Record<string, unknown>>;

/** A sentence about a value that is no source; empty if it is not known what it may be. */
export function hintOf(value: unknown): string {
  if (value === undefined || value === null) {
    return 'Check that there is a file: an <input>, a drop or a clipboard may have none.';
  }
  if (typeof value === 'function') {
    return 'It is a function: pass what it returns.';
  }
  if (typeof value !== 'object') {
    return '';
  }
  const tag = tagOf(value);
  return HINTS.find(([matches]) => matches(value as Candidate, tag))?.[1] ?? '';
}
