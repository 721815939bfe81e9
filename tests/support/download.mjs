// What a page that imports crop64 has to download: its JavaScript, and the wasm.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** The bytes of each file, by name, with gzip -9. */
export function downloadSizes() {
  const sizes = new Map();
  const add = (name) => {
    const file = readFileSync(new URL(`../../dist/${name}`, import.meta.url));
    sizes.set(name, gzipSync(file, { level: 9 }).length);
    return file;
  };
  const follow = (name) => {
    const imports = add(name)
      .toString()
      .matchAll(/\bfrom\s*"\.\/([^"]+)"/g);
    for (const [, imported] of imports) if (!sizes.has(imported)) follow(imported);
  };
  follow('index.js');
  add('crop64.wasm');
  return sizes;
}
