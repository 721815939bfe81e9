// The content security policy that each entry needs: under it all works, and where a directive is
// missing, the error says which.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as chromium from './chromium.mjs';
import * as firefox from './firefox.mjs';
import { serve } from './server.mjs';

// As SECURITY.md has them. Each is tried alone, with all else forbidden.
const NEEDED = {
  'dist/index.js': {
    'script-src': "'self' 'wasm-unsafe-eval'",
    'connect-src': "'self'",
  },
  'dist/pool.js': {
    'script-src': "'self' 'wasm-unsafe-eval'",
    'connect-src': "'self'",
    'worker-src': "'self'",
  },
  'dist/inline.js': { 'script-src': "'self' 'wasm-unsafe-eval'" },
};

// What is less than that, and what the error then names.
const LACKING = {
  'script-src': ["'self'", /a content security policy needs script-src 'wasm-unsafe-eval'/],
  'connect-src': ["'none'", /a content security policy needs connect-src http:\/\/127\.0\.0\.1/],
  'worker-src': ["'none'", /a content security policy needs worker-src 'self'/],
};

const write = (directives) =>
  Object.entries({ 'default-src': "'none'", ...directives })
    .map((directive) => directive.join(' '))
    .join('; ');

for (const [name, { launch }] of Object.entries({ Chromium: chromium, Firefox: firefox })) {
  describe(`a content security policy in ${name}`, () => {
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(() => browser?.close());

    // Crops where everything, the worker's file too, comes with these directives.
    async function crop(entry, directives) {
      const server = await serve(undefined, { 'content-security-policy': write(directives) });
      const page = await browser.newPage();
      try {
        await page.goto(`${server.origin}/blank.html`);
        return await page.evaluate(async (path) => {
          const { ImageError, toDataURL } = await import(path);
          return toDataURL(new ImageData(3, 5), { crop: { x: 1, y: 1, width: 2, height: 3 } }).then(
            (text) => text.slice(0, 22),
            (error) => [error instanceof ImageError && error.code, error.message],
          );
        }, `/${entry}`);
      } finally {
        await page.close();
        await server.close();
      }
    }

    for (const [entry, needed] of Object.entries(NEEDED)) {
      test(`${entry} works under ${write(needed)}`, async () => {
        assert.equal(await crop(entry, needed), 'data:image/png;base64,');
      });

      for (const directive of Object.keys(needed)) {
        const [less, message] = LACKING[directive];
        test(`${entry} says so under ${directive} ${less}`, async () => {
          const told = await crop(entry, { ...needed, [directive]: less });
          assert.equal(told[0], 'MODULE_LOAD_FAILED');
          assert.match(told[1], message);
        });
      }
    }
  });
}
