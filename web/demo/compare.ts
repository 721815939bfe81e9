// The panel that does the same job with the browser's canvas, and shows what that changed.

import type { EncodedImage, EncodeOptions, ImageInfo } from 'crop64/pool';
import { canvasJob, compare, cropOnCanvas } from './canvas.js';
import type { Difference, Samples } from './canvas-worker.js';
import { byId, make, say } from './dom.js';
import type { Picture } from './picture.js';
import { pool } from './pool.js';
import type { Outcome } from './result.js';
import { bytes, count, messageOf, milliseconds, percent } from './words.js';

// A browser decodes the whole picture, four bytes a pixel: beyond this it is not done unasked.
const MOST_PIXELS = 40e6;
// Three copies of a result's samples are compared.
const MOST_COMPARED = 12e6;

interface Job {
  readonly picture: Picture;
  readonly outcome: Outcome;
  readonly options: EncodeOptions;
}

interface Side {
  readonly title: string;
  readonly milliseconds: number;
  readonly characters: number;
  readonly byteLength: number;
  readonly difference: Difference | undefined;
  readonly lost: readonly string[];
}

/** Gives the function that tells the panel of a new result. It is done while the panel is in view. */
export function createComparison(): (job: Job) => void {
  const section = byId('compare', HTMLElement);
  const panel = byId('comparison', HTMLElement);
  const line = byId('compare-status', HTMLElement);
  const button = byId('compare-run', HTMLButtonElement);
  let job: Job | undefined;
  let isWaiting = false;
  let isInView = false;
  let isRunning = false;

  async function run(): Promise<void> {
    if (isRunning) {
      return;
    }
    isRunning = true;
    while (isWaiting && job !== undefined) {
      isWaiting = false;
      const current = job;
      say(line, 'The canvas is at work …');
      try {
        const sides = await bothSides(current);
        panel.replaceChildren(...sides.map(drawSide));
        panel.hidden = false;
        say(line, inWords(sides, current));
      } catch (error) {
        panel.hidden = true;
        say(line, `The canvas did not do it: ${messageOf(error)}`, 'error');
      }
    }
    isRunning = false;
  }

  function consider(): void {
    if (job === undefined || !isWaiting) {
      return;
    }
    const { width, height } = job.picture.info;
    const isLarge = width * height > MOST_PIXELS;
    button.hidden = !isLarge;
    if (isLarge) {
      panel.hidden = true;
      const memory = bytes(width * height * 4);
      say(line, `The browser would decode the whole picture first, into ${memory} of memory.`);
    } else if (isInView) {
      run();
    }
  }

  new IntersectionObserver(([entry]) => {
    isInView = entry?.isIntersecting === true;
    consider();
  }).observe(section);

  button.addEventListener('click', () => {
    isWaiting = true;
    run();
  });

  return (next) => {
    job = next;
    isWaiting = true;
    consider();
  };
}

async function bothSides({ picture, outcome, options }: Job): Promise<[Side, Side]> {
  const { file, info } = picture;
  const { image } = outcome;
  const started = performance.now();
  const dataUrl = await cropOnCanvas(canvasJob(file, image, options));
  const time = performance.now() - started;
  const ours = { title: 'crop64', milliseconds: outcome.milliseconds, ...sizes(outcome.dataUrl) };
  const theirs = { title: 'Canvas', milliseconds: time, ...sizes(dataUrl) };
  const drawn = await pool.toBytes(dataUrl);
  const differences = await differencesOf(picture, image, drawn, options);
  const infos = await Promise.all([pool.probe(image), pool.probe(drawn)]);
  const [kept, rounded] = differences;
  return [
    { ...ours, difference: kept, lost: losses(info, infos[0], kept, image.lossless, options) },
    { ...theirs, difference: rounded, lost: losses(info, infos[1], rounded, false, options) },
  ];
}

function sizes(dataUrl: string) {
  const characters = dataUrl.length;
  const text = characters - dataUrl.indexOf(',') - 1;
  const padding = dataUrl.endsWith('==') ? 2 : dataUrl.endsWith('=') ? 1 : 0;
  return { characters, byteLength: (text / 4) * 3 - padding };
}

// How far both are from the samples that the picture itself has there.
async function differencesOf(
  { file, info }: Picture,
  image: EncodedImage,
  drawn: Uint8Array,
  options: EncodeOptions,
): Promise<(Difference | undefined)[]> {
  if (image.width * image.height > MOST_COMPARED) {
    return [undefined, undefined];
  }
  // A JPEG has no alpha: what was transparent is white.
  const layout = {
    channels: image.format === 'jpeg' ? 'RGB' : 'RGBA',
    bitDepth: info.bitDepth === 16 ? 16 : 8,
    background: '#ffffff',
  } as const;
  const resize = options.resize && { resize: options.resize };
  const expected = await pool.decode(file, { crop: image.region, ...resize, ...layout });
  const differences: Difference[] = [];
  for (const source of [image, drawn]) {
    const made = await pool.decode(source, layout);
    differences.push(await compare(expected as Samples, made as Samples));
  }
  return differences;
}

// What the picture had and the file that was made of it has not.
function losses(
  was: ImageInfo,
  is: ImageInfo,
  difference: Difference | undefined,
  lossless: boolean,
  options: EncodeOptions,
): string[] {
  const changed = difference !== undefined && difference.changed > 0;
  const isPng = is.format === 'png';
  const said = [
    [was.format === 'jpeg' && is.format === 'jpeg' && !lossless, 'encoded anew'],
    [options.resize !== undefined, 'resized'],
    [was.hasIccProfile && !is.hasIccProfile, 'the colour profile is gone'],
    [isPng && was.isPalette && !is.isPalette, 'the palette became RGBA'],
    [isPng && was.bitDepth === 16 && is.bitDepth < 16, '16 bits became 8'],
    [isPng && was.channels === 'GRAY' && is.channels !== 'GRAY', 'grey became colour'],
    [isPng && !was.hasAlpha && is.hasAlpha, 'an alpha channel was added'],
    [isPng && was.hasAlpha && changed, 'colours were rounded by multiplying them with alpha'],
    [was.hasAlpha && !isPng, 'transparency became white'],
    [was.density !== undefined && is.density === undefined, 'the density is gone'],
    [options.metadata === 'all' && was.hasExif && !is.hasExif, 'the Exif data is gone'],
  ] as const;
  return said.filter(([is]) => is).map(([, text]) => text);
}

function drawSide(side: Side): HTMLElement {
  const { title, difference, lost } = side;
  const rows: [string, string][] = [
    ['Time', milliseconds(side.milliseconds)],
    ['File', bytes(side.byteLength)],
    ['Data URL', `${count(side.characters)} characters`],
  ];
  const picture = make('div');
  picture.className = 'difference';
  if (difference === undefined) {
    picture.append(make('p', 'Too large to be compared here.'));
  } else {
    const { changed, total, most } = difference;
    const share = changed === 0 ? '' : ` of ${count(total)} (${percent(changed / total)})`;
    rows.push(['Samples changed', `${count(changed)}${share}`]);
    rows.push(['Largest change', changed === 0 ? 'none' : `${Math.round(most)} of 255`]);
    picture.append(canvasWith(difference, `${title}: ${count(changed)} samples changed`));
    if (changed === 0) {
      const words = make('p', 'Every sample is the same.');
      words.className = 'same';
      picture.append(words);
    }
  }
  const list = make(
    'dl',
    ...rows.map(([name, value]) => make('div', make('dt', name), make('dd', value))),
  );
  list.className = 'facts';
  const rest = lost.length === 0 ? 'Nothing else was lost.' : `${sentence(lost)}.`;
  const article = make('article', make('h3', title), picture, list, make('p', rest));
  article.dataset.exact = String(difference?.changed === 0);
  return article;
}

const sentence = (parts: readonly string[]) => {
  const text = parts.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function canvasWith({ picture }: Difference, label: string): HTMLCanvasElement {
  const canvas = make('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
  return canvas;
}

function inWords([ours, theirs]: [Side, Side], { options, outcome }: Job): string {
  if (options.resize !== undefined) {
    return 'Resized: the canvas has filters of its own, so that no sample can be the same.';
  }
  const [kept, changed] = [ours.difference?.changed, theirs.difference?.changed];
  if (kept === undefined || changed === undefined) {
    return '';
  }
  const tell = (many: number, { byteLength }: Side) =>
    `${many === 0 ? 'no sample' : `${count(many)} samples`}, in ${bytes(byteLength)}`;
  const why = kept > 0 && outcome.image.format === 'jpeg' ? ` ${reason(options)}` : '';
  return `The canvas changed ${tell(changed, theirs)}; crop64 ${tell(kept, ours)}.${why}`;
}

// Why a JPEG of crop64 looks different.
function reason({ lossless }: EncodeOptions): string {
  return lossless
    ? 'Every coefficient is there; where it is cut, a decoder smooths colours without their neighbours.'
    : '“Lossless” would keep every coefficient.';
}
