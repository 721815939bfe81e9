// The part of a run that docs/performance.md shows: some jobs, and the libraries that are mostly used for them.

const jobs = [
  'jpeg',
  'first-call',
  'upload',
  'preview',
  'png',
  'screenshot',
  'png-12mp',
  'thumbnail',
  'decode',
  'encode',
];

// Their names in a run, and on the page.
const contenders = {
  'crop64 in Chromium': 'crop64 in Chromium',
  Chromium: 'canvas in Chromium',
  crop64: 'crop64 in Node',
  sharp: 'sharp',
  'wasm-vips': 'wasm-vips',
  Pillow: 'Pillow',
};

/** The names of the columns. */
export const columns = Object.values(contenders);

// The chart is smaller still.
const charted = {
  jobs: ['jpeg', 'first-call', 'png', 'screenshot'],
  contenders: columns.slice(0, 4),
};

/** A summary (see report.mjs) of these jobs and contenders alone, under the names of the page. */
export function highlights(summary) {
  const rename = ({ contender, ...row }) => ({ ...row, contender: contenders[contender] });
  return {
    ...summary,
    versions: Object.fromEntries(
      Object.entries(summary.versions)
        .filter(([name]) => Object.hasOwn(contenders, name))
        .map(([name, version]) => [contenders[name], version]),
    ),
    jobs: jobs
      .map((name) => summary.jobs.find(({ job }) => job === name))
      .map((job) => ({ ...job, rows: job.rows.map(rename).filter((row) => row.contender) })),
  };
}

/** The same for the chart. */
export function chartHighlights(summary) {
  const { jobs, ...rest } = highlights(summary);
  const isCharted = ({ contender }) => charted.contenders.includes(contender);
  return {
    ...rest,
    jobs: jobs
      .filter(({ job }) => charted.jobs.includes(job))
      .map((job) => ({ ...job, rows: job.rows.filter(isCharted) })),
  };
}
