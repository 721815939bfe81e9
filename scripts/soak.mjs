// Builds, and runs many jobs through a pool: `npm run soak -- [--jobs N]`.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function soak(args) {
  await setUp(['build', 'test']);
  await build();
  // V8 and malloc are to keep little that they do not need: it is taken for a leak, or hides one.
  const flags = ['--max-semi-space-size=2', 'tests/support/soak.mjs', ...args];
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
  const { code } = await show(process.execPath, flags, { env });
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, soak);
