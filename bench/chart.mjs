// Draws the charts of a run: for each job a bar for each contender, as long as its median, with a line from
// quartile to quartile. docs/performance.svg has the highlights, bench/results/chart.svg has everything.
// `node bench/chart.mjs FILE.json` draws both again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root } from '../scripts/setup/run.mjs';
import { chartHighlights } from './highlights.mjs';

const WIDTH = 860;
const NAMES = 170; // the column of names
const VALUES = 90; // the room for a number after the longest bar
const ROW = 22;
const BAR = 14;
const TITLE = 34;
const GAP = 20;
const TOP = 96;

// GitHub shows an SVG in the reader's own colours, which only a media query can tell.
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .heading { font-size: 17px; font-weight: 600; }
  .title { font-size: 14px; font-weight: 600; }
  .note, .other { fill: #59636e; }
  .own { font-weight: 600; }
  .other-bar { fill: #9aa4b0; }
  .own-bar { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .note, .other { fill: #9198a1; }
    .other-bar { fill: #656c76; }
    .own-bar { fill: #4493f8; }
    .spread { stroke: #f0f6fc; }
    .back { fill: #0d1117; }
  }`;

const escaped = (text) => text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);

const text = (x, y, content, kind = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escaped(content)}</text>`;

const printed = (title) => title.replaceAll('->', '\u2192').replaceAll(' x ', ' \u00d7 ');

const number = (value) => (value < 1 ? value.toFixed(2) : value.toFixed(value < 10 ? 1 : 0));

function panel({ title, rows }, top) {
  const longest = Math.max(...rows.map(({ upper }) => upper));
  const at = (milliseconds) =>
    Number((NAMES + ((WIDTH - NAMES - VALUES) * milliseconds) / longest).toFixed(1));
  const sorted = rows.toSorted((a, b) => a.median - b.median);
  const lines = sorted.map(({ contender, lower, median, upper }, i) => {
    const y = top + TITLE + i * ROW;
    const middle = y + BAR / 2;
    const own = contender.startsWith('crop64') ? 'own' : 'other';
    return [
      text(NAMES - 10, middle + 4.5, contender, own, 'end'),
      `<rect x="${NAMES}" y="${y}" width="${(at(median) - NAMES).toFixed(1)}" height="${BAR}" rx="2" class="${own}-bar"/>`,
      `<path d="M${at(lower)} ${middle}H${at(upper)}" class="spread"/>`,
      text(at(upper) + 8, middle + 4.5, `${number(median)} ms`, own),
    ].join('');
  });
  return [text(0, top + 16, printed(title), 'title'), ...lines].join('\n');
}

const heightOf = ({ rows }) => TITLE + rows.length * ROW + GAP;

// The SVG of a summary (see report.mjs).
function chart({ date, machine, rounds, jobs }, note) {
  let top = TOP;
  const panels = jobs.map((job) => {
    const drawn = panel(job, top);
    top += heightOf(job);
    return drawn;
  });
  const margin = 20;
  const size = { width: WIDTH + 2 * margin, height: top + 2 * margin - GAP };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-label="Time that crop64 and other libraries take for each job">
<style>${style}
</style>
<rect x="${-margin}" y="${-margin}" width="100%" height="100%" class="back"/>
${text(0, 16, 'Time for a job (shorter is better)', 'heading')}
${text(0, 38, `Medians of ${rounds} interleaved rounds. The line across a bar's end connects the quartiles.`, 'note')}
${text(0, 56, note, 'note')}
${text(0, 74, `${machine.cpu}, ${date.slice(0, 10)}`, 'note')}
${panels.join('\n')}
</svg>
`;
}

/** Writes both charts of a summary. */
export function writeCharts(summary) {
  const write = (path, content) => writeFileSync(join(root, path), content);
  write(
    'docs/performance.svg',
    chart(chartHighlights(summary), 'In Node, one thread each and no cache.'),
  );
  const note =
    'In Node, one thread each. Chromium: its canvas and toBase64. Native C: the same job with libjpeg-turbo and libpng.';
  write('bench/results/chart.svg', chart(summary, note));
}

await main(import.meta, ([file]) => writeCharts(JSON.parse(readFileSync(file, 'utf8'))));
