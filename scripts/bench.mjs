// Times the package beside other libraries: `npm run bench -- [--rounds N] [--job NAME]...`.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function bench(args) {
  await setUp(['build', 'bench']);
  await build();
  // In a process of its own: its packages were not there when this one began.
  const { code } = await show(process.execPath, ['bench/bench.mjs', ...args]);
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, bench);
