// The pages of the documentation: each code block in them is run by a test, and a page says so when one
// of its blocks was not. That each page has such a test is checked by ../js/docs/pages.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from './fixtures.mjs';

// What is only shown: what a program prints, what a folder looks like.
const SHOWN = 'text';

/** The code blocks of a page: { language, code, tested }. */
export function blocksOf(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks = Array.from(text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm));
  const all = blocks.map(([, language, code]) => ({ language, code, tested: false }));
  return all.filter(({ language }) => language !== SHOWN);
}

/**
 * The tests of a page, by its path in the repository. `body` takes a function that gives the code of
 * the one block of that language which includes that text.
 */
export function describePage(path, body) {
  const blocks = blocksOf(path);
  const block = (language, including) => {
    const found = blocks.filter((b) => b.language === language && b.code.includes(including));
    assert.equal(found.length, 1, `one block of ${language} with ${including}`);
    found[0].tested = true;
    return found[0].code;
  };
  describe(path, () => {
    body(block);
    test('each block was run', () => {
      const forgotten = blocks.filter(({ tested }) => !tested).map(({ code }) => code);
      assert.deepEqual(forgotten, []);
    });
  });
}
