import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionOf } from '../../scripts/setup/needs.mjs';
import { downloadSizes } from '../../support/download.mjs';

// Releases are built with Emscripten 3.1.6. What others make of the same code is not downloaded, and 3.1.69 makes
// 2 % more of it (docs/decisions/017-toolchains.md): their limit is there to find what grows by mistake.
const RELEASE = '3.1.6';
const LIMIT = 160 * 1024;

test('all that a page downloads is at most 160 KB, and 2 % more with another Emscripten', async () => {
  const limit = (await versionOf('emcc')) === RELEASE ? LIMIT : 1.02 * LIMIT;
  const sizes = downloadSizes();
  const sum = [...sizes.values()].reduce((a, b) => a + b);
  assert.ok(sum <= limit, `${JSON.stringify(Object.fromEntries(sizes))}: ${sum} bytes`);
});
