// In browsers, jobs give the same bytes as in Node (../js/hashes.test.mjs).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jobs, readHashes } from '../support/jobs.mjs';
import { launch as launchChromium } from './chromium.mjs';
import { launch as launchFirefox } from './firefox.mjs';
import { use } from './use.mjs';

// In the page: the SHA-256 of each job's result.
async function hashAll(jobs) {
  const { toBytes } = await import('/dist/index.js');
  const hashes = {};
  for (const { name, source, options } of jobs) {
    const file = await fetch(`/${source}`);
    const digest = await crypto.subtle.digest('SHA-256', await toBytes(file, options));
    const bytes = Array.from(new Uint8Array(digest));
    hashes[name] = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return hashes;
}

for (const [name, launch] of [
  ['Chromium', launchChromium],
  ['Firefox', launchFirefox],
]) {
  describe(`in ${name}`, () => {
    const browser = use(launch);

    test('results have the recorded hashes', async () => {
      const page = await browser.open();
      assert.deepEqual(await page.evaluate(hashAll, jobs), readHashes());
    });
  });
}
