// Headless Chromium, driven by puppeteer-core (the browser is the system's).
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(`Expected Chromium in one of ${places.join(', ')}, or its path in CHROMIUM.`);
  }
  return puppeteer.launch({
    executablePath,
    args: [
      '--no-sandbox', // as root, in a container
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
