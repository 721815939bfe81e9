// Advice for values that are often passed instead of a source.

import { tagOf } from './input.js';

const BLOB = 'a Blob without arrayBuffer(): pass its bytes';

// By the object's tag (Object.prototype.toString).
const BY_TAG: Readonly<Record<string, string>> = {
  Blob: BLOB,
  File: BLOB,
  FileList: 'a FileList: pass input.files[0]',
  ClipboardEvent: 'an event: pass event.clipboardData.files[0]',
  DragEvent: 'an event: pass event.dataTransfer.files[0]',
  HTMLInputElement: 'an <input>: pass input.files[0]',
  DataTransfer: 'a DataTransfer: pass its files[0]',
  DataTransferItem: 'a DataTransferItem: pass item.getAsFile()',
  ClipboardItem: "a ClipboardItem: pass await item.getType('image/png')",
  FormData: 'a FormData: pass form.get(name)',
  FileSystemFileHandle: 'a FileSystemFileHandle: pass await handle.getFile()',
  CanvasRenderingContext2D: 'the context of a canvas: pass context.canvas',
};

type Candidate = Readonly<Record<string, unknown>>;

// By other properties of the object.
const BY_SHAPE: readonly [matches: (value: Candidate, tag: string) => boolean, hint: string][] = [
  [({ then }) => typeof then === 'function', 'a Promise: await it first'],
  [({ length }, tag) => tag === 'Array' && length === 0, 'an empty array'],
  [
    ({ 0: first }, tag) => tag === 'Array' && typeof first === 'number',
    'an array of numbers: pass Uint8Array.from(array)',
  ],
  [(_, tag) => tag === 'Array', 'an array: call once for each of its entries'],
  [
    ({ type, target }, tag) =>
      tag.endsWith('Event') || (target !== undefined && typeof type === 'string'),
    'an event: pass the file, as in event.target.files[0]',
  ],
  [
    (_, tag) => /^(HTML|SVG).*Element$/.test(tag),
    'an element without pixels: pass an <img>, <video> or <canvas>',
  ],
  [({ jquery }) => !!jquery, 'a jQuery object: pass its first element, as in $image[0]'],
  [({ current }) => !!current, 'a ref: pass ref.current'],
  [
    ({ type, data }) => type === 'Buffer' && Array.isArray(data),
    'a Buffer from JSON: pass Buffer.from(value.data)',
  ],
  [({ buffer }) => ArrayBuffer.isView(buffer), 'a multer upload: pass its buffer'],
  [({ data, headers }) => !!data && !!headers, 'the response of an HTTP library: pass its data'],
];

/** A sentence about a value that is not a source. Empty if the value is not recognised. */
export function hintOf(value: unknown): string {
  if (value === undefined || value === null) {
    return 'Check that a file was chosen: an <input>, a drop or a clipboard may have none.';
  }
  if (typeof value === 'function') {
    return 'It is a function: pass what it returns.';
  }
  if (typeof value !== 'object') {
    return '';
  }
  const tag = tagOf(value);
  const byTag = Object.hasOwn(BY_TAG, tag) ? BY_TAG[tag] : undefined;
  const hint = byTag ?? BY_SHAPE.find(([matches]) => matches(value as Candidate, tag))?.[1];
  return hint === undefined ? '' : `It looks like ${hint}.`;
}
