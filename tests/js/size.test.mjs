import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

test('the module is at most 160 KB to download', () => {
  const sizes = ['crop64.wasm', 'crop64-module.js'].map((name) => {
    const file = readFileSync(new URL(`../../dist/${name}`, import.meta.url));
    return gzipSync(file, { level: 9 }).length;
  });
  const sum = sizes[0] + sizes[1];
  assert.ok(sum <= 160 * 1024, `${sizes.join(' + ')} = ${sum} bytes`);
});
