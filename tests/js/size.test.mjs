import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadSizes } from '../../support/download.mjs';

test('all that a page downloads is at most 160 KB', () => {
  const sizes = downloadSizes();
  const sum = [...sizes.values()].reduce((a, b) => a + b);
  assert.ok(sum <= 160 * 1024, `${JSON.stringify(Object.fromEntries(sizes))}: ${sum} bytes`);
});
