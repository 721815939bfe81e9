// Builds, and runs many jobs through a pool: `npm run soak -- [--jobs N]`.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function soak(args) {
  await setUp(['build', 'oracles']);
  await build();
  // V8 and malloc must keep little unused memory, which would look like a leak or hide one. V8 has a small
  // young generation. glibc's arenas fragment (88 of 93 MB were free after some thousand jobs), so it has one,
  // and allocations of a page or more are mapped separately and unmapped when freed.
  const flags = ['--max-semi-space-size=2', 'tests/support/soak.mjs', ...args];
  const malloc = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '4096' };
  const env = { ...process.env, ...malloc };
  const { code } = await show(process.execPath, flags, { env });
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, soak);
