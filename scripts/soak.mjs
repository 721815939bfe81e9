// Builds, and runs many jobs through a pool: `npm run soak -- [--jobs N]`.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function soak(args) {
  await setUp(['build', 'test']);
  await build();
  const { code } = await show(process.execPath, ['tests/support/soak.mjs', ...args]);
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, soak);
