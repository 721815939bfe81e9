// What a page that imports crop64 has to download: its JavaScript, and the wasm.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** The bytes of each file, by name, with gzip -9. */
export function downloadSizes() {
  const sizeOf = (name) => {
    const file = readFileSync(new URL(`../../dist/${name}`, import.meta.url));
    return gzipSync(file, { level: 9 }).length;
  };
  return new Map(['index.js', 'crop64.wasm'].map((name) => [name, sizeOf(name)]));
}
