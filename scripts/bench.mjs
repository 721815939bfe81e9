// Compares the package with other libraries: `npm run bench -- [--rounds N] [--job NAME]...` times it,
// and `npm run bench:lossless` finds out what a crop leaves of a picture.
import { build } from './build.mjs';
import { main, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

async function bench(args) {
  const [script, groups, rest] =
    args[0] === 'lossless'
      ? ['bench/lossless.mjs', ['build', 'bench', 'test'], args.slice(1)]
      : ['bench/bench.mjs', ['build', 'bench'], args];
  await setUp(groups);
  await build();
  // In a process of its own: its packages were not there when this one began.
  const { code } = await show(process.execPath, [script, ...rest]);
  if (code !== 0) process.exitCode = 1;
}

await main(import.meta, bench);
