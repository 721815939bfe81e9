// What the browser's tests begin with: the repository on a server, and a browser.
import { after, before } from 'node:test';
import { serve } from './server.mjs';

/**
 * Starts both for the tests of a file, or of a `describe`, and ends them. Gives `server` and `browser`, which
 * are there when the first test runs, and `open`, which gives a new page of the server's.
 */
export function use(launch) {
  const used = {
    async open(path = '/blank.html') {
      await started; // Node does not wait for one hook of a file before it runs the next
      const page = await used.browser.newPage();
      await page.goto(used.server.origin + path);
      return page;
    },
  };
  const start = async () => {
    used.server = await serve();
    used.browser = await launch();
  };
  let started;
  before(() => {
    started = start();
    return started;
  });
  after(async () => {
    await used.browser?.close();
    await used.server?.close();
  });
  return used;
}
