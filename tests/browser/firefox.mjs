// Headless Firefox, driven by puppeteer-core over WebDriver BiDi (the browser is the system's).
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

const places = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** Starts it, with these settings of about:config. */
export async function launch(settings = {}) {
  const executablePath = process.env.FIREFOX ?? places.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(`Expected Firefox in one of ${places.join(', ')}, or its path in FIREFOX.`);
  }
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: settings,
  });
}
