// A small benchmark of this device: crop64 and the canvas do the same jobs, in turns.

import type { EncodeOptions } from 'crop64/pool';
import { canvasJob, cropOnCanvas } from './canvas.js';
import { byId, copy, make, say } from './dom.js';
import type { Picture } from './picture.js';
import { pool } from './pool.js';
import { bytes, count, messageOf, milliseconds } from './words.js';

// Each job is done so often, or for so long.
const ROUNDS = 9;
const FEWEST_ROUNDS = 3;
const LONGEST_MS = 3000;

interface Row {
  readonly job: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ourBytes: number;
  readonly theirBytes: number;
}

const HEAD = ['Job', 'crop64', 'Canvas', 'Canvas ÷ crop64', 'crop64’s file', 'Canvas’s file'];

/** `given` tells what is to be measured: the picture and its options. */
export function createMeasurement(
  given: () => { picture: Picture; options: EncodeOptions } | undefined,
): { enable(): void } {
  const button = byId('measure', HTMLButtonElement);
  const copyButton = byId('measure-copy', HTMLButtonElement);
  const line = byId('measure-status', HTMLElement);
  const panel = byId('measured', HTMLElement);
  let text = '';
  panel.tabIndex = 0; // it scrolls where there is less room

  button.addEventListener('click', async () => {
    const what = given();
    if (what === undefined) {
      return;
    }
    button.disabled = true;
    try {
      const rows: Row[] = [];
      for (const [job, options] of jobs(what.options)) {
        say(line, `${job} …`);
        rows.push(await measure(job, what.picture, options));
      }
      const title = about(what.picture);
      text = markdown(title, rows);
      panel.replaceChildren(table(title, rows));
      panel.hidden = copyButton.hidden = false;
      say(line, 'Measured.');
    } catch (error) {
      say(line, messageOf(error), 'error');
    }
    button.disabled = false;
  });
  copyButton.addEventListener('click', () => copy(text, copyButton));

  return {
    enable() {
      button.disabled = false;
    },
  };
}

function jobs(options: EncodeOptions): [name: string, options: EncodeOptions][] {
  const { crop } = options;
  const region = crop && { crop };
  return [
    ['As chosen above', options],
    ['The region as PNG', { ...region, format: 'png' }],
    ['The region as JPEG, 85', { ...region, format: 'jpeg', quality: 85 }],
    ['The whole, 256 wide, as JPEG', { resize: { width: 256 }, format: 'jpeg', quality: 85 }],
  ];
}

async function measure(job: string, { file }: Picture, options: EncodeOptions): Promise<Row> {
  const canvas = canvasJob(file, await pool.encode(file, options), options);
  const contenders = [() => pool.toDataURL(file, options), () => cropOnCanvas(canvas)] as const;
  const times: [number[], number[]] = [[], []];
  const lengths = [0, 0];
  const begun = performance.now();
  const isEnough = (round: number) =>
    round >= ROUNDS || (round >= FEWEST_ROUNDS && performance.now() - begun > LONGEST_MS);
  for (let round = 0; !isEnough(round); round += 1) {
    for (const who of [0, 1] as const) {
      const started = performance.now();
      const dataUrl = await contenders[who]();
      times[who].push(performance.now() - started);
      lengths[who] = Math.floor(((dataUrl.length - dataUrl.indexOf(',') - 1) * 3) / 4);
    }
  }
  const [ours, theirs] = times.map(median) as [number, number];
  const [ourBytes, theirBytes] = lengths as [number, number];
  return { job, ours, theirs, ourBytes, theirBytes };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function about({ file, info }: Picture): string {
  const { width, height, format } = info;
  const cores = navigator.hardwareConcurrency;
  return (
    `${format.toUpperCase()}, ${count(width)} × ${count(height)}, ${bytes(file.size)}; ` +
    `${browser()}, ${cores} ${cores === 1 ? 'core' : 'cores'}`
  );
}

// The browser by the last name of its list, where it is not everybody's.
function browser(): string {
  const names = navigator.userAgent.match(/(?:Firefox|Edg|Chrome|Version|AppleWebKit)\/[\d.]+/g);
  const found = names?.find((name) => !name.startsWith('AppleWebKit')) ?? names?.[0] ?? 'a browser';
  return found.replace('Version/', 'Safari/').replace('Edg/', 'Edge/');
}

const cells = ({ job, ours, theirs, ourBytes, theirBytes }: Row) => [
  job,
  milliseconds(ours),
  milliseconds(theirs),
  (theirs / ours).toFixed(2),
  bytes(ourBytes),
  bytes(theirBytes),
];

function table(title: string, rows: readonly Row[]): HTMLTableElement {
  const heads = HEAD.map((text) => {
    const head = make('th', text);
    head.scope = 'col';
    return head;
  });
  const body = rows.map((row) => {
    const [job, ...rest] = cells(row);
    const head = make('th', job as string);
    head.scope = 'row';
    return make('tr', head, ...rest.map((text) => make('td', text)));
  });
  return make(
    'table',
    make('caption', title),
    make('thead', make('tr', ...heads)),
    make('tbody', ...body),
  );
}

function markdown(title: string, rows: readonly Row[]): string {
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
  const rule = HEAD.map((_, i) => (i === 0 ? '---' : '---:'));
  return [`${title}:`, '', ...[HEAD, rule, ...rows.map(cells)].map(line), ''].join('\n');
}
