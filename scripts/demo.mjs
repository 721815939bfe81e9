// The demo page. `npm run demo` builds and serves it (`npm run demo -- 8080`: on that port), and
// `npm run demo:build` leaves it in build/demo: static files that work under any path.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, npmProgram } from './build.mjs';
import { main, root, run, step } from './setup/run.mjs';

const config = join(root, 'demo/vite.config.js');
// Files for the page's folder that Vite does not bundle.
const publicFolder = join(root, 'build/demo-public');

/** Builds the page with the library that is in dist/. */
export async function buildDemo() {
  const { writeSamples } = await import('../demo/samples.mjs');
  rmSync(publicFolder, { recursive: true, force: true });
  mkdirSync(publicFolder, { recursive: true });
  await writeSamples(join(publicFolder, 'samples'));
  copyFileSync(join(root, 'THIRD-PARTY-NOTICES'), join(publicFolder, 'THIRD-PARTY-NOTICES.txt'));
  await run(npmProgram('vite'), ['build', '--config', config]);
}

/** Serves the built page. */
export async function serveDemo(port = 4164) {
  const { preview } = await import('vite');
  const server = await preview({ configFile: config, preview: { port } });
  console.log(`The demo page is at ${server.resolvedUrls.local[0]}`);
}

async function demo([argument]) {
  await build();
  await step('Demo page', buildDemo);
  if (argument !== 'build') await serveDemo(argument && Number(argument));
}

await main(import.meta, demo);
