// What a page that imports crop64 has to download: its JavaScript, and the wasm.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** The bytes of each file, by name, with gzip -9. */
export function downloadSizes() {
  const read = (name) => readFileSync(new URL(`../dist/${name}`, import.meta.url));
  // An entry is one file: what it imported from beside it would have to be counted, too.
  assert.doesNotMatch(read('index.js').toString(), /\b(from|import)\s*\(?["']\.{1,2}\//);
  const sizeOf = (name) => gzipSync(read(name), { level: 9 }).length;
  return new Map(['index.js', 'crop64.wasm'].map((name) => [name, sizeOf(name)]));
}
