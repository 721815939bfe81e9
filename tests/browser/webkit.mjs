// WebKitGTK's MiniBrowser (the system's), driven by selenium-webdriver on a screen of its own, with as
// much of puppeteer's interface as tests need.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Builder } from 'selenium-webdriver';
import { DriverService } from 'selenium-webdriver/remote/index.js';

const DRIVER = '/usr/bin/WebKitWebDriver';

/** Gives { version, newPage, close }; a page has goto, evaluate, close, and selenium's driver. */
export async function launch() {
  const screen = await openScreen();
  const service = new DriverService.Builder(process.env.WEBKIT_DRIVER ?? DRIVER)
    .setLoopback(true)
    .setEnvironment({ ...process.env, DISPLAY: screen.name })
    .build();
  const close = async () => {
    await service.kill();
    await screen.close();
  };
  try {
    return await connect(await service.start(), close);
  } catch (error) {
    await close();
    throw error;
  }
}

// An X server, which says the number that it chose once it is ready.
async function openScreen() {
  const size = ['-screen', '0', '1280x1024x24'];
  const server = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', ...size], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`Expected Xvfb to open a screen but it ended with ${code}.`);
  });
  failed.catch(() => {});
  const [number] = await Promise.race([once(server.stdio[3], 'data'), failed]);
  const close = async () => {
    server.kill();
    await failed.catch(() => {});
  };
  return { name: `:${String(number).trim()}`, close };
}

// Without options of its own the driver starts the MiniBrowser that it was built with.
async function connect(address, end) {
  const driver = await new Builder()
    .usingServer(address)
    .withCapabilities({ browserName: 'MiniBrowser' })
    .build();
  await driver.manage().setTimeouts({ script: 120_000 });
  const close = async () => {
    await driver.quit().catch(() => {});
    await end();
  };
  const version = async () => (await driver.getCapabilities()).getBrowserVersion();
  return { version, newPage: () => openPage(driver), close };
}

// A window: a tab behind another is never drawn. WebDriver acts on one at a time: here on the one that
// was opened last.
async function openPage(driver) {
  const [first] = await driver.getAllWindowHandles();
  await driver.switchTo().newWindow('window');
  return {
    goto: (url) => driver.get(url),
    evaluate: (work, ...args) => evaluate(driver, work, args),
    close: async () => {
      await driver.close();
      await driver.switchTo().window(first);
    },
    driver,
  };
}

// Calls a function in the page, and waits for it; arguments and result are JSON.
async function evaluate(driver, work, args) {
  const { value, error } = await driver.executeAsyncScript(
    `
    const [args, done] = arguments;
    const work = async () => (${work})(...args);
    const tell = (error) => done({ error: String(error) + '\\n' + error?.stack });
    work().then((value) => done({ value }), tell);`,
    args,
  );
  if (error !== undefined) throw new Error(error);
  return value;
}
