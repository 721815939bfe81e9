// The contenders in Chromium: crop64, and what the browser has (page.mjs).
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from '../scripts/setup/run.mjs';
import { launch } from '../tests/browser/chromium.mjs';
import { serve } from '../tests/browser/server.mjs';

// Files come from the HTTP cache the second time, and an isolated page has a clock of 5 microseconds.
const headers = {
  'cache-control': 'max-age=3600',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

// crop64 for first calls, at addresses of their own: Chromium keeps compiled code by address, once a
// page has been open for a while. No page that uses the first stays open.
const places = { first: 'build/bench/first', kept: 'build/bench/kept' };

/**
 * Gives the `version`, `perform(who, job)`, the same as `performFirst` in a new page, and `close`;
 * `performFirstKept(job)` is crop64's where Chromium has kept the compiled code of an earlier visit.
 */
export async function startChromium() {
  for (const place of Object.values(places)) {
    cpSync(join(root, 'dist'), join(root, place), { recursive: true });
  }
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
  const performFirst = async (who, job, place) => {
    const fresh = await open();
    try {
      return await performIn(fresh, who, { ...job, from: `/${place}` });
    } finally {
      await fresh.close();
      await page.bringToFront();
    }
  };
  const visit = async (job) => {
    const visitor = await open();
    await performIn(visitor, 'crop64', { ...job, from: `/${places.kept}` });
    await codeIsKept(browser, `${server.origin}/${places.kept}/crop64.wasm`);
    await visitor.close();
  };
  let visited;
  return {
    version: await browser.version(),
    hasToBase64: await page.evaluate(() => 'toBase64' in Uint8Array.prototype),
    perform: (who, job) => performIn(page, who, job),
    performFirst: (who, job) => performFirst(who, job, places.first),
    async performFirstKept(job) {
      visited ??= visit(job);
      await visited;
      return performFirst('crop64', job, places.kept);
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

// V8 waits until nothing more has been compiled for some time: half a minute or a whole one, as a rule.
async function codeIsKept(browser, url) {
  const option = '--user-data-dir=';
  const argument = browser.process().spawnargs.find((argument) => argument.startsWith(option));
  const folder = join(argument.slice(option.length), 'Default/Code Cache/wasm');
  for (let seconds = 0; seconds < 180; seconds += 1) {
    const files = existsSync(folder) ? readdirSync(folder) : [];
    if (
      files.some((file) => file.endsWith('_0') && readFileSync(join(folder, file)).includes(url))
    ) {
      return;
    }
    await setTimeout(1000);
  }
  console.warn(
    `Chromium has not kept the compiled code of ${url} in 3 minutes: it is not in what follows.`,
  );
}
