// Builds, and runs many jobs through a pool: `npm run soak -- [--jobs N]`.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function soak(args) {
  await setUp(['build', 'oracles']);
  await build();
  // V8 and malloc are to keep little that they do not need: it is taken for a leak, or hides one. V8
  // has a short nursery. Of glibc's arenas, most is holes after some thousand jobs (88 of 93 MB were);
  // so there is one, and what has a page or more is mapped by itself, and unmapped when it is freed.
  const flags = ['--max-semi-space-size=2', 'tests/support/soak.mjs', ...args];
  const malloc = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '4096' };
  const env = { ...process.env, ...malloc };
  const { code } = await show(process.execPath, flags, { env });
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, soak);
