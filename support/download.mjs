// The size of the download for a page that imports crop64: its JavaScript and the wasm.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** A map from file names to bytes after gzip -9. */
export function downloadSizes() {
  const read = (name) => readFileSync(new URL(`../dist/${name}`, import.meta.url));
  // The entry must not import other files, which would have to be counted as well.
  assert.doesNotMatch(read('index.js').toString(), /\b(from|import)\s*\(?["']\.{1,2}\//);
  const sizeOf = (name) => gzipSync(read(name), { level: 9 }).length;
  return new Map(['index.js', 'crop64.wasm'].map((name) => [name, sizeOf(name)]));
}
