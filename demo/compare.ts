// The panel that does the same job with the browser's canvas and shows the pixels that each changed.

import type { EncodedImage, EncodeOptions, ImageInfo } from 'crop64/pool';
import { canvasJob, compare, cropOnCanvas } from './canvas.js';
import type { Difference, Samples } from './canvas-worker.js';
import { byId, make, say } from './dom.js';
import { bytes, count, messageOf, milliseconds, percent } from './format-values.js';
import { formatName, isDecodedByBrowser, type SourceImage } from './image.js';
import { pool } from './pool.js';
import type { Outcome } from './result.js';

// A browser decodes the whole image, with four bytes a pixel. A larger one is decoded only on request.
const MAX_PIXELS = 40e6;
// Comparing needs three copies of a result's pixels.
const MAX_COMPARED_PIXELS = 12e6;

interface Side {
  readonly title: string;
  readonly milliseconds: number;
  readonly characters: number;
  readonly byteLength: number;
  readonly difference: Difference | undefined;
  readonly lost: readonly string[];
}

export interface Comparison {
  /** Compares a new result, as soon as the panel is in view. */
  show(outcome: Outcome): void;
  /** Shows nothing, and drops a comparison that is running. */
  clear(): void;
}

export function createComparison(): Comparison {
  const section = byId('compare', HTMLElement);
  const panel = byId('comparison', HTMLElement);
  const line = byId('compare-status', HTMLElement);
  const button = byId('compare-run', HTMLButtonElement);
  let outcome: Outcome | undefined;
  let isWaiting = false;
  let isInView = false;
  let isRunning = false;

  async function run(): Promise<void> {
    if (isRunning) {
      return;
    }
    isRunning = true;
    while (isWaiting && outcome !== undefined) {
      isWaiting = false;
      const current = outcome;
      // A newer result of the same image is compared next.
      const isCurrent = () => outcome?.image === current.image;
      say(line, 'The canvas is working …');
      try {
        const sides = await bothSides(current);
        if (isCurrent()) {
          panel.replaceChildren(...sides.map(drawSide));
          panel.hidden = false;
          say(line, inWords(sides, current));
        }
      } catch (error) {
        if (isCurrent()) {
          panel.hidden = true;
          say(line, `The canvas failed: ${messageOf(error)}`, 'error');
        }
      }
    }
    isRunning = false;
  }

  function runIfVisible(): void {
    if (outcome === undefined || !isWaiting) {
      return;
    }
    const { width, height } = outcome.image.info;
    const isLarge = width * height > MAX_PIXELS;
    button.hidden = !isLarge;
    if (isLarge) {
      panel.hidden = true;
      const memory = bytes(width * height * 4);
      say(line, `The browser would decode the whole image first, into ${memory} of memory.`);
    } else if (isInView) {
      run();
    }
  }

  new IntersectionObserver(([entry]) => {
    isInView = entry?.isIntersecting === true;
    runIfVisible();
  }).observe(section);

  button.addEventListener('click', () => {
    isWaiting = true;
    run();
  });

  return {
    show(next) {
      outcome = next;
      isWaiting = true;
      runIfVisible();
    },
    clear() {
      outcome = undefined;
      isWaiting = false;
      panel.hidden = button.hidden = true;
      say(line, '');
    },
  };
}

async function bothSides(outcome: Outcome): Promise<[Side, Side]> {
  const { image, result, options } = outcome;
  const started = performance.now();
  const dataUrl = await cropOnCanvas(canvasJob(image.file, result, options));
  const time = performance.now() - started;
  const ours = { title: 'crop64', milliseconds: outcome.milliseconds, ...sizes(outcome.dataUrl) };
  const theirs = { title: 'Canvas', milliseconds: time, ...sizes(dataUrl) };
  const drawn = await pool.toBytes(dataUrl);
  const [kept, rounded] = await differencesOf(image, result, drawn, options);
  const infos = await Promise.all([pool.probe(result), pool.probe(drawn)]);
  return [
    { ...ours, difference: kept, lost: losses(image, infos[0], kept, result.lossless, options) },
    { ...theirs, difference: rounded, lost: losses(image, infos[1], rounded, false, options) },
  ];
}

function sizes(dataUrl: string) {
  const characters = dataUrl.length;
  const text = characters - dataUrl.indexOf(',') - 1;
  const padding = dataUrl.endsWith('==') ? 2 : dataUrl.endsWith('=') ? 1 : 0;
  return { characters, byteLength: (text / 4) * 3 - padding };
}

// The differences of both results from the source's pixels in that region.
async function differencesOf(
  { file, info }: SourceImage,
  result: EncodedImage,
  drawn: Uint8Array,
  options: EncodeOptions,
): Promise<(Difference | undefined)[]> {
  if (result.width * result.height > MAX_COMPARED_PIXELS) {
    return [undefined, undefined];
  }
  // A JPEG has no alpha: transparent pixels are white.
  const layout = {
    channels: result.format === 'jpeg' ? 'RGB' : 'RGBA',
    bitDepth: info.bitDepth === 16 ? 16 : 8,
    background: '#ffffff',
  } as const;
  const resize = options.resize && { resize: options.resize };
  const expected = await pool.decode(file, { crop: result.region, ...resize, ...layout });
  const differences: Difference[] = [];
  for (const source of [result, drawn]) {
    const made = await pool.decode(source, layout);
    differences.push(await compare(expected as Samples, made as Samples));
  }
  return differences;
}

// The properties of the source that the result does not have.
function losses(
  image: SourceImage,
  is: ImageInfo,
  difference: Difference | undefined,
  lossless: boolean,
  options: EncodeOptions,
): string[] {
  const was = image.info;
  const changed = difference !== undefined && difference.changed > 0;
  const isPng = is.format === 'png';
  const found = [
    [isDecodedByBrowser(image), `metadata of the ${formatName(image)} file is not kept`],
    [was.format === 'jpeg' && is.format === 'jpeg' && !lossless, 're-encoded'],
    [options.resize !== undefined, 'resized'],
    [was.hasIccProfile && !is.hasIccProfile, 'the colour profile was removed'],
    [isPng && was.isPalette && !is.isPalette, 'the palette became RGBA'],
    [isPng && was.bitDepth === 16 && is.bitDepth < 16, '16 bits became 8'],
    [isPng && was.channels === 'GRAY' && is.channels !== 'GRAY', 'grey became colour'],
    [isPng && !was.hasAlpha && is.hasAlpha, 'an alpha channel was added'],
    [isPng && was.hasAlpha && changed, 'colours were rounded by premultiplied alpha'],
    [was.hasAlpha && !isPng, 'transparency became white'],
    [was.density !== undefined && is.density === undefined, 'the density was removed'],
    [options.metadata === 'all' && was.hasExif && !is.hasExif, 'the Exif data was removed'],
  ] as const;
  return found.filter(([is]) => is).map(([, text]) => text);
}

function drawSide(side: Side): HTMLElement {
  const { title, difference, lost } = side;
  const rows: [string, string][] = [
    ['Time', milliseconds(side.milliseconds)],
    ['File', bytes(side.byteLength)],
    ['Data URL', `${count(side.characters)} characters`],
  ];
  const shown = make('div');
  shown.className = 'difference';
  if (difference === undefined) {
    shown.append(make('p', 'Too large to compare here.'));
  } else {
    const { changed, total, largest } = difference;
    const share = changed === 0 ? '' : ` of ${count(total)} (${percent(changed / total)})`;
    rows.push(['Pixels changed', `${count(changed)}${share}`]);
    rows.push(['Largest change', changed === 0 ? 'none' : `${Math.round(largest)} of 255`]);
    shown.append(canvasWith(difference, `${title}: ${count(changed)} pixels changed`));
    if (changed === 0) {
      const words = make('p', 'Every pixel is the same.');
      words.className = 'same';
      shown.append(words);
    }
  }
  const list = make(
    'dl',
    ...rows.map(([name, value]) => make('div', make('dt', name), make('dd', value))),
  );
  list.className = 'facts';
  const rest = lost.length === 0 ? 'Nothing else was lost.' : `${sentence(lost)}.`;
  const article = make('article', make('h3', title), shown, list, make('p', rest));
  article.dataset.exact = String(difference?.changed === 0);
  return article;
}

const sentence = (phrases: readonly string[]) => {
  const text = phrases.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function canvasWith({ image }: Difference, label: string): HTMLCanvasElement {
  const canvas = make('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

function inWords([ours, theirs]: [Side, Side], { image, options, result }: Outcome): string {
  if (options.resize !== undefined) {
    return 'Resized: the canvas uses other filters than crop64, so most pixels differ.';
  }
  const [kept, changed] = [ours.difference?.changed, theirs.difference?.changed];
  if (kept === undefined || changed === undefined) {
    return '';
  }
  const side = (changed: number, { byteLength }: Side) =>
    `${changed === 0 ? 'no pixel' : `${count(changed)} pixels`}, in ${bytes(byteLength)}`;
  const counts = `The canvas changed ${side(changed, theirs)}; crop64 ${side(kept, ours)}.`;
  if (isDecodedByBrowser(image)) {
    return `${counts} Both start from the pixels that the browser decoded.`;
  }
  return kept > 0 && result.format === 'jpeg' ? `${counts} ${reason(options)}` : counts;
}

// Why a JPEG of crop64 decodes to different pixels than its source.
function reason({ lossless }: EncodeOptions): string {
  return lossless
    ? 'Its blocks are the source’s; at the cut edges, a decoder smooths colours without their neighbours.'
    : 'With “Lossless”, the blocks of a JPEG are copied instead.';
}
