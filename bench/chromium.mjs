// The contenders in Chromium: crop64, and what the browser has (page.mjs).
import { launch } from '../tests/browser/chromium.mjs';
import { serve } from '../tests/browser/server.mjs';

// Files come from the HTTP cache the second time, and an isolated page has a clock of 5 microseconds.
const headers = {
  'cache-control': 'max-age=3600',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Gives the `version`, `perform(who, job)`, the same as `performFirst` in a new page, and `close`. */
export async function startChromium() {
  const server = await serve(undefined, headers);
  const browser = await launch();
  const open = async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/blank.html`);
    await page.evaluate(async () => {
      globalThis.bench = await import('/bench/page.mjs');
    });
    return page;
  };
  const page = await open();
  const performIn = (page, who, job) =>
    page.evaluate((...given) => bench.perform(...given), who, job);
  return {
    version: await browser.version(),
    hasToBase64: await page.evaluate(() => 'toBase64' in Uint8Array.prototype),
    perform: (who, job) => performIn(page, who, job),
    async performFirst(who, job) {
      const fresh = await open();
      try {
        return await performIn(fresh, who, job);
      } finally {
        await fresh.close();
        await page.bringToFront();
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
