// What was measured, as tables for people and as JSON for later.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/setup/run.mjs';

// On a quiet machine the median lies nearer than this to the minimum.
const quietMargin = 1.2;

export function report(jobs, contenders, rounds) {
  const date = new Date().toISOString();
  const machine = {
    cpu: cpus()[0].model,
    cores: cpus().length,
    node: process.version,
    load: loadavg()[0],
    platform: `${process.platform} ${process.arch}`,
  };
  const versions = Object.fromEntries(contenders.map(({ name, version }) => [name, version]));
  const results = jobs.map(summarise);
  const folder = join(root, 'build/bench');
  const file = join(folder, `${date.replaceAll(':', '-')}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ date, machine, versions, rounds, results }, null, 2));
  tell({ machine, versions, rounds, results });
  console.log(`\nAll times are in ${file}.`);
}

function summarise({ name, title, picture, bytes, bounds, runs }) {
  const medianOf = (contender) => median(runs.find((run) => run.name === contender).times);
  const rows = runs.map(({ name: contender, times, bytes: outputBytes }) => {
    const row = { contender, median: median(times), min: Math.min(...times), outputBytes, times };
    if (contender === 'crop64') return row;
    const ratio = medianOf('crop64') / row.median;
    const bound = bounds[contender];
    return { ...row, ratio, bound, isMet: bound === undefined ? undefined : ratio <= bound };
  });
  return { job: name, title, picture, pictureBytes: bytes.length, rows };
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function tell({ machine, versions, rounds, results }) {
  const { cpu, cores, node, platform, load } = machine;
  console.log(
    `\n${cpu}, ${cores} cores; Node ${node}, ${platform}; load ${load.toFixed(1)}; ${rounds} rounds`,
  );
  console.log(
    Object.entries(versions)
      .map((entry) => entry.join(' '))
      .join('; '),
  );
  for (const { job, title, pictureBytes, rows } of results) {
    console.log(`\n${job}: ${title} (a file of ${(pictureBytes / 1e6).toFixed(1)} MB)`);
    console.log(line(['', 'median ms', 'min ms', 'output KB', 'crop64 / it', 'bound', '']));
    for (const row of rows) console.log(line(cells(row)));
  }
  tellIfBusy(results);
}

function tellIfBusy(results) {
  const isUnsteady = ({ median, min }) => median > quietMargin * min;
  const unsteady = results.flatMap(({ job, rows }) =>
    rows.filter(isUnsteady).map(({ contender }) => `${contender} (${job})`),
  );
  if (unsteady.length === 0) return;
  const percent = Math.round(100 * (quietMargin - 1));
  console.log(
    '\nDo not rely on these ratios: the machine was busy with something else. ' +
      `The median lies more than ${percent} % above the minimum for ${unsteady.join(', ')}.`,
  );
}

function cells({ contender, median, min, outputBytes, ratio, bound, isMet }) {
  const measured = [median.toFixed(1), min.toFixed(1), (outputBytes / 1000).toFixed(0)];
  const limit = bound === undefined ? ['', ''] : [bound.toFixed(1), isMet ? 'met' : 'missed'];
  return [contender, ...measured, ratio?.toFixed(2) ?? '', ...limit];
}

const line = ([first, ...rest]) =>
  (first.padEnd(10) + rest.map((cell) => cell.padStart(12)).join('')).trimEnd();
