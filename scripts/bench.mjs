// Compares the package with other libraries: `npm run bench` times it (bench/bench.mjs has the options),
// `npm run bench -- growth` measures how the cost of a crop grows, `npm run bench -- pool` how responsive a page
// stays, `npm run bench -- --write` does all three and writes bench/results and docs/performance.md, and
// `npm run bench:lossless` compares what a crop keeps of an image.
import { join } from 'node:path';
import { build, buildVariant } from './build.mjs';
import { main, root, show } from './setup/run.mjs';
import { setUp } from './setup.mjs';

const scripts = {
  lossless: 'bench/lossless.mjs',
  growth: 'bench/growth.mjs',
  pool: 'bench/pool.mjs',
};

async function bench(args) {
  const named = Object.hasOwn(scripts, args[0]);
  const runs = named ? [[scripts[args[0]], ...args.slice(1)]] : [['bench/bench.mjs', ...args]];
  if (!named && args.includes('--write')) {
    runs.push([scripts.growth, '--write'], [scripts.pool, '--write']);
  }
  await setUp(
    args[0] === 'lossless' ? ['build', 'bench', 'native', 'oracles'] : ['build', 'bench'],
  );
  await build();
  if (!named) await buildVariant('wasm-scalar', join(root, 'build/bench/without-simd'));
  for (const run of runs) {
    // In a new process: its packages were installed after this one started.
    const { code } = await show(process.execPath, run);
    if (code === 0) continue;
    process.exitCode = 1;
    return;
  }
}

await main(import.meta, bench);
