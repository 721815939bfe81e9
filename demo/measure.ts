// A small benchmark on this device: crop64 and the canvas do the same jobs in turn.

import type { EncodeOptions } from 'crop64/pool';
import { canvasJob, cropOnCanvas } from './canvas.js';
import { byId, copy, make, say } from './dom.js';
import { whyNoResult } from './errors.js';
import { bytes, count, milliseconds } from './format-values.js';
import { formatName, type SourceImage } from './image.js';
import { pool } from './pool.js';

// Each job is repeated this often, or for this long.
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

export interface Measurement {
  /** Enables the button. */
  enable(): void;
  /** Removes the table, cancels a running measurement and disables the button. */
  clear(): void;
}

/** `given` returns the image and the options to measure. */
export function createMeasurement(
  given: () => { image: SourceImage; options: EncodeOptions } | undefined,
): Measurement {
  const button = byId('measure', HTMLButtonElement);
  const copyButton = byId('measure-copy', HTMLButtonElement);
  const line = byId('measure-status', HTMLElement);
  const panel = byId('measured', HTMLElement);
  let text = '';
  panel.tabIndex = 0; // it scrolls if the window is narrow

  button.addEventListener('click', async () => {
    const what = given();
    if (what === undefined) {
      return;
    }
    button.disabled = true;
    const isCurrent = () => given()?.image === what.image;
    try {
      const rows: Row[] = [];
      for (const [job, options] of jobs(what.options)) {
        say(line, `${job} …`);
        rows.push(await measure(job, what.image, options));
        if (!isCurrent()) {
          return;
        }
      }
      const title = about(what.image);
      text = markdown(title, rows);
      panel.replaceChildren(table(title, rows));
      panel.hidden = copyButton.hidden = false;
      say(line, 'Measured.');
    } catch (error) {
      if (isCurrent()) {
        say(line, whyNoResult(error, what.image, what.options).text, 'error');
      }
    } finally {
      button.disabled = given() === undefined;
    }
  });
  copyButton.addEventListener('click', () => copy(text, copyButton));

  return {
    enable() {
      button.disabled = false;
    },
    clear() {
      button.disabled = panel.hidden = copyButton.hidden = true;
      say(line, '');
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
    ['The whole image as JPEG, 256 wide', { resize: { width: 256 }, format: 'jpeg', quality: 85 }],
  ];
}

async function measure(job: string, { file }: SourceImage, options: EncodeOptions): Promise<Row> {
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

function about(image: SourceImage): string {
  const { file, info } = image;
  const { width, height } = info;
  const cores = navigator.hardwareConcurrency;
  return (
    `${formatName(image)}, ${count(width)} × ${count(height)}, ${bytes(file.size)}; ` +
    `${browser()}, ${cores} ${cores === 1 ? 'core' : 'cores'}`
  );
}

// Browsers list each other's names: the first that is not in every list.
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

// On a phone a row's cells are stacked, each with its heading. Elements that are not laid out as a table
// lose its roles unless they are given.
function table(title: string, rows: readonly Row[]): HTMLTableElement {
  const cell = (name: 'th' | 'td', role: string, text: string, heading = '') => {
    const element = make(name, text);
    element.setAttribute('role', role);
    element.dataset.heading = heading;
    return element;
  };
  const row = (...cells: HTMLElement[]) => {
    const element = make('tr', ...cells);
    element.setAttribute('role', 'row');
    return element;
  };
  const heads = HEAD.map((text) => cell('th', 'columnheader', text));
  const body = rows.map((measured) => {
    const [job = '', ...rest] = cells(measured);
    const values = rest.map((text, i) => cell('td', 'cell', text, HEAD[i + 1]));
    return row(cell('th', 'rowheader', job), ...values);
  });
  const element = make(
    'table',
    make('caption', title),
    make('thead', row(...heads)),
    make('tbody', ...body),
  );
  element.setAttribute('role', 'table');
  return element;
}

function markdown(title: string, rows: readonly Row[]): string {
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
  const rule = HEAD.map((_, i) => (i === 0 ? '---' : '---:'));
  return [`${title}:`, '', ...[HEAD, rule, ...rows.map(cells)].map(line), ''].join('\n');
}
