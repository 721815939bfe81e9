// Reports what was measured: as JSON, as tables on the terminal, as all tables in bench/results, and as the
// highlights in docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { markdown, writeTables } from '../scripts/documents.mjs';
import { root } from '../scripts/setup/run.mjs';
import { writeCharts } from './chart.mjs';
import { isCrop64 } from './contenders.mjs';
import { columns, highlights } from './highlights.mjs';

/** The page with all tables. */
export const page = join(root, 'bench/results/README.md');

const highlightsPage = join(root, 'docs/performance.md');

// On a quiet machine three in four times lie nearer than this to the minimum.
const quietMargin = 1.25;

/** The quantile `share` of some numbers, between two of them in proportion. */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (numbers) => quantile(numbers, 0.5);

export const machine = () => ({
  cpu: cpus()[0].model,
  cores: cpus().length,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  load: loadavg()[0],
});

/** Writes a summary into build/bench and gives the file's name. */
export function save(name, summary) {
  const folder = join(root, 'build/bench');
  const file = join(folder, `${name}-${summary.date.replaceAll(':', '-')}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(summary, null, 2));
  return file;
}

export function summarise(jobs, contenders, rounds, limits) {
  const versions = Object.fromEntries(contenders.map(({ name, version }) => [name, version]));
  return {
    date: new Date().toISOString(),
    machine: machine(),
    versions,
    rounds,
    jobs: jobs.map(summariseJob),
    limits,
  };
}

function summariseJob({ name, title, bytes, bounds, sizeBounds = {}, runs }) {
  const rows = runs.map(({ name: contender, beside, times, bytes: size }) => ({
    ...{ contender, beside, size },
    ...{ min: Math.min(...times), lower: quantile(times, 0.25) },
    ...{ median: median(times), upper: quantile(times, 0.75), times },
  }));
  const rowOf = (name) => rows.find(({ contender }) => contender === name);
  for (const row of rows) {
    if (!isCrop64(row.contender)) row.ratio = rowOf(row.beside).median / row.median;
  }
  const compare = (what, bounds, ratioOf) =>
    Object.entries(bounds).map(([against, bound]) => {
      const row = rowOf(against);
      const ratio = row && ratioOf(row);
      return {
        what,
        against,
        bound,
        ratio,
        isMet: ratio === undefined ? undefined : ratio <= bound,
      };
    });
  return {
    job: name,
    title,
    pictureBytes: bytes.length,
    rows,
    bounds: [
      ...compare('time', bounds, ({ ratio }) => ratio),
      ...compare('size', sizeBounds, ({ beside, size }) => rowOf(beside).size / size),
    ],
  };
}

// --- The tables

const verdict = (isMet) => (isMet === undefined ? 'not measured' : isMet ? 'met' : 'missed');
const milliseconds = (number) => (number < 1 ? number.toFixed(3) : number.toFixed(1));
const twoDigits = (number) => number?.toFixed(2) ?? '';

const jobHead = ['', 'median ms', 'min', 'quartiles', 'output KB', 'crop64 / it'];
const jobCells = ({ contender, median, min, lower, upper, size, ratio }) => [
  contender,
  milliseconds(median),
  milliseconds(min),
  `${milliseconds(lower)} - ${milliseconds(upper)}`,
  (size / 1000).toFixed(0),
  twoDigits(ratio),
];

const boundHead = ['bound', 'against', 'at most', 'found', ''];
const boundRows = ({ jobs, limits }) => [
  ...jobs.flatMap(({ job, bounds }) =>
    bounds.map(({ what, against, bound, ratio, isMet }) => [
      `${job}, ${what}`,
      against,
      `${bound.toFixed(2)} x`,
      ratio === undefined ? '' : `${twoDigits(ratio)} x`,
      verdict(isMet),
    ]),
  ),
  ...limits.map(({ title, unit, found, most, isMet }) => [
    title,
    unit,
    most.toLocaleString('en'),
    Math.round(found).toLocaleString('en'),
    verdict(isMet),
  ]),
];

const jobTitle = ({ job, title, pictureBytes }) =>
  `${job}: ${title} (a file of ${(pictureBytes / 1e6).toFixed(1)} MB)`;

function setting({ date, machine, rounds, versions }) {
  const { cpu, cores, node, platform, load } = machine;
  const named = Object.entries(versions).map((entry) => entry.join(' '));
  return (
    `${date.slice(0, 10)}; ${cpu}, ${cores} cores, ${platform}, Node ${node}; ${rounds} rounds, ` +
    `load ${load.toFixed(1)}.\n${named.join('; ')}.`
  );
}

// Contenders whose times spread, as they do on a machine that has other work.
function unsteady({ jobs }) {
  return jobs.flatMap(({ job, rows }) =>
    rows
      .filter(({ upper, min }) => upper > quietMargin * min)
      .map(({ contender }) => `${contender} (${job})`),
  );
}

/** A table for the terminal. */
export function plain(head, rows) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = ([first, ...rest]) =>
    [first.padEnd(widths[0]), ...rest.map((cell, i) => cell.padStart(widths[i + 1]))]
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

export function tell(summary) {
  console.log(`\n${setting(summary)}`);
  for (const job of summary.jobs) {
    console.log(`\n${jobTitle(job)}\n${plain(jobHead, job.rows.map(jobCells))}`);
  }
  console.log(`\n${plain(boundHead, boundRows(summary))}`);
  const names = unsteady(summary);
  if (names.length > 0) {
    console.log(
      '\nDo not rely on these figures: the machine was busy with something else. The upper quartile ' +
        `lies more than ${Math.round(100 * (quietMargin - 1))} % above the minimum for ${names.join(', ')}.`,
    );
  }
}

/** Writes bench/results and the highlights in docs/performance.md. */
export function writeDocuments(summary) {
  const tables = summary.jobs.map(
    (job) => `### ${jobTitle(job)}\n\n${markdown(jobHead, job.rows.map(jobCells))}`,
  );
  const names = unsteady(summary);
  const steadiness =
    names.length === 0
      ? 'All times were steady.'
      : `Spread widely, as on a busy machine: ${names.join(', ')}.`;
  writeTables(page, {
    setting: `${setting(summary)}\n${steadiness}`,
    bounds: markdown(boundHead, boundRows(summary)),
    jobs: tables.join('\n\n'),
  });
  writeHighlights(highlights(summary));
  writeCharts(summary);
  console.log('bench/results, docs/performance.md and docs/performance.svg were written.');
}

function writeHighlights(summary) {
  const { jobs } = summary;
  const rows = jobs.map(({ title, rows }) => [
    title,
    ...columns.map((name) => {
      const row = rows.find(({ contender }) => contender === name);
      return row ? milliseconds(row.median) : '';
    }),
  ]);
  const all = jobs.flatMap(({ rows }) => rows).length;
  const spread = unsteady(summary).length;
  const steadiness =
    spread === 0
      ? 'All times were steady.'
      : `The machine was not idle: ${spread} of these ${all} times spread by more than ` +
        `${Math.round(100 * (quietMargin - 1))} %. Trust ratios rather than milliseconds.`;
  writeTables(highlightsPage, {
    table: markdown(['median, milliseconds', ...columns], rows),
    setting: `${setting(summary)}\n${steadiness}`,
  });
}
