// The entry of the page: sends opened images and chosen options to crop64's workers and shows the results.

import type { EncodedImage, EncodeOptions, Region } from 'crop64/pool';
import { compare } from './canvas.js';
import { command, javascript } from './code.js';
import { createComparison } from './compare.js';
import { createControls } from './controls.js';
import { byId, copy, say } from './dom.js';
import { whyNoResult, whyNotOpened } from './errors.js';
import { count, messageOf } from './format-values.js';
import { describe, isDecodedByBrowser, readImage, resultName, type SourceImage } from './image.js';
import { latest } from './latest.js';
import { createMeasurement } from './measure.js';
import { pool, warmUp } from './pool.js';
import { type Box, edgesOf, middleOf } from './region.js';
import { createResult } from './result.js';
import { listenForImages } from './source.js';
import { createStage } from './stage.js';

// One status line is about the opened file, the other about the result.
const about = byId('about', HTMLElement);
const status = byId('status', HTMLElement);
const panel = status.parentElement as HTMLElement;
const invitation = status.textContent ?? '';
const code = {
  javascript: byId('javascript', HTMLElement),
  command: byId('command', HTMLElement),
};

// Undefined while an image is being read.
let image: SourceImage | undefined;

const stage = createStage((box) => {
  controls.showRegion(box);
  update();
});
const controls = createControls(
  (box) => {
    stage.place(box);
    update();
  },
  () => update(),
);
const result = createResult();
const comparison = createComparison();
const measurement = createMeasurement(() => image && { image, options: controls.options() });

interface Job {
  readonly image: SourceImage;
  readonly options: EncodeOptions;
}

const perform = latest<Job>(async (job, signal) => {
  setBusy(true);
  try {
    const started = performance.now();
    const made = await pool.encode(job.image.file, { ...job.options, signal });
    const dataUrl = made.toDataURL();
    const outcome = { ...job, result: made, dataUrl, milliseconds: performance.now() - started };
    signal.throwIfAborted();
    result.show(outcome);
    stage.outline(asBox(made.region));
    controls.mark([]);
    say(status, sentence(made, job));
    comparison.show(outcome);
  } catch (error) {
    if (!signal.aborted) {
      const { text, fields } = whyNoResult(error, job.image, job.options);
      result.hide();
      comparison.clear();
      stage.outline(undefined);
      controls.mark(fields);
      say(status, text, 'error');
    }
  } finally {
    // After an abort, the next job resets it.
    if (!signal.aborted) {
      setBusy(false);
    }
  }
});

const open = latest<File>(async (file, signal) => {
  close();
  setBusy(true);
  say(about, `Reading ${file.name} …`);
  say(status, '');
  try {
    const opened = await readImage(file, signal);
    await stage.show(opened);
    image = opened;
    say(about, describe(opened));
    controls.fit(opened.info);
    measurement.enable();
    choose(middleOf(opened.info));
  } catch (error) {
    if (!signal.aborted) {
      close();
      say(about, await whyNotOpened(error, file), 'error');
      setBusy(false);
    }
  }
});

/** Closes the image: removes its result and cancels its job. */
function close(): void {
  image = undefined;
  perform.cancel();
  stage.clear();
  controls.disable();
  result.hide();
  comparison.clear();
  measurement.clear();
  say(status, invitation);
  showCode();
}

function choose(box: Box): void {
  controls.showRegion(box);
  stage.place(box);
  update();
}

function update(): void {
  if (image !== undefined) {
    const job = { image, options: controls.options() };
    showCode(job);
    perform.run(job);
  }
}

const EXAMPLE = { crop: { x: 340, y: 160, width: 684, height: 490 } };

// The command line cannot decode with the browser.
function showCode(job?: Job): void {
  const { options } = job ?? { options: EXAMPLE };
  const name = job?.image.file.name ?? 'photo.jpg';
  const format = job === undefined ? 'jpeg' : formatOf(job);
  code.javascript.textContent = javascript(options);
  code.command.textContent = command(name, options, resultName({ name }, format));
  byId('command-line', HTMLElement).hidden = job !== undefined && isDecodedByBrowser(job.image);
}

function formatOf({ image, options: { format = 'keep' } }: Job): string {
  if (format !== 'keep') {
    return format;
  }
  return image.info.format === 'jpeg' ? 'jpeg' : 'png';
}

function setBusy(isBusy: boolean): void {
  panel.setAttribute('aria-busy', String(isBusy));
}

const asBox = ({ left, top, width, height }: Region): Box => ({ x: left, y: top, width, height });

function sentence(made: EncodedImage, { image, options }: Job): string {
  const { width, height, region } = made;
  const size = (width: number, height: number) => `${count(width)} × ${count(height)}`;
  const position = (left: number, top: number) => `x\u00a0${count(left)}, y\u00a0${count(top)}`;
  const isResized = width !== region.width || height !== region.height;
  const resized = isResized ? `, resized from ${size(region.width, region.height)}` : '';
  const text = `${size(width, height)} pixels${resized}, from ${position(region.left, region.top)}`;
  const { left, top } = edgesOf(options.crop);
  if (Math.round(left) === region.left && Math.round(top) === region.top) {
    return text;
  }
  const { blockSize } = image.info;
  const block = size(blockSize.width, blockSize.height);
  return `${text}, not ${position(left, top)}: lossless JPEG crops start at a block edge (${block} pixels).`;
}

listenForImages(open.run, (text) => {
  say(about, image === undefined ? text : `${text} Still showing ${image.file.name}.`, 'error');
});
byId('reset', HTMLButtonElement).addEventListener('click', () => {
  if (image !== undefined) {
    choose(middleOf(image.info));
  }
});
showCode();
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]')) {
  const name = button.dataset.copies as keyof typeof code;
  button.addEventListener('click', () => copy(code[name].textContent ?? '', button));
}

const black = () =>
  ({ data: new Uint8ClampedArray(3), width: 1, height: 1, bitDepth: 8, channels: 'RGB' }) as const;
Promise.all([warmUp(), compare(black(), black())]).then(
  () => {
    document.documentElement.dataset.ready = 'true';
  },
  (error) => say(about, `crop64 could not be loaded: ${messageOf(error)}`, 'error'),
);
