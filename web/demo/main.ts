// The page: what is opened and chosen goes to crop64's workers, and what comes back is shown.

import type { EncodeOptions } from 'crop64/pool';
import { compare } from './canvas.js';
import { command, javascript } from './code.js';
import { createComparison } from './compare.js';
import { createControls } from './controls.js';
import { byId, copy, say } from './dom.js';
import { latest } from './latest.js';
import { createMeasurement } from './measure.js';
import { describe, type Picture, readPicture } from './picture.js';
import { pool, warmUp } from './pool.js';
import { type Box, middleOf } from './region.js';
import { createResult } from './result.js';
import { listenForPictures } from './source.js';
import { createStage } from './stage.js';
import { count, messageOf } from './words.js';

const line = byId('status', HTMLElement);
const panel = line.parentElement as HTMLElement;
const code = {
  javascript: byId('javascript', HTMLElement),
  command: byId('command', HTMLElement),
};

let picture: Picture | undefined;

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
const showComparison = createComparison();
const measurement = createMeasurement(() => picture && { picture, options: controls.options() });

const perform = latest<{ picture: Picture; options: EncodeOptions }>(async (job, signal) => {
  const { file } = job.picture;
  panel.ariaBusy = 'true';
  try {
    const started = performance.now();
    const image = await pool.encode(file, { ...job.options, signal });
    const dataUrl = image.toDataURL();
    const outcome = { image, dataUrl, milliseconds: performance.now() - started };
    if (job.picture !== picture) {
      return; // another was opened
    }
    result.show(job.picture, outcome);
    stage.outline(asBox(image.region));
    say(line, sentence(job.options, image));
    showComparison({ ...job, outcome });
  } catch (error) {
    if (!signal.aborted) {
      fail(error);
    }
  } finally {
    panel.ariaBusy = 'false';
  }
});

const open = latest<File>(async (file, signal) => {
  say(line, `Reading ${file.name} …`);
  try {
    const opened = await readPicture(file, signal);
    await stage.show(opened);
    picture = opened;
    const box = middleOf(opened.info);
    byId('about', HTMLElement).textContent = describe(opened);
    controls.fit(opened.info);
    controls.showRegion(box);
    stage.place(box);
    measurement.enable();
    update();
  } catch (error) {
    if (!signal.aborted) {
      fail(error);
    }
  }
});

function update(): void {
  if (picture === undefined) {
    return;
  }
  const options = controls.options();
  code.javascript.textContent = javascript(options);
  code.command.textContent = command(picture.file.name, options);
  perform({ picture, options });
}

function fail(error: unknown): void {
  result.hide();
  stage.outline(undefined);
  say(line, messageOf(error), 'error');
}

type Region = { left: number; top: number; width: number; height: number };

const asBox = ({ left, top, width, height }: Region): Box => ({ x: left, y: top, width, height });

type Size = { width: number; height: number; region: Region };

function sentence({ lossless }: EncodeOptions, { width, height, region }: Size): string {
  const size = `${count(width)} × ${count(height)} pixels`;
  const { left, top } = region;
  return lossless ? `${size}, from ${count(left)}, ${count(top)}` : size;
}

listenForPictures(open);
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]')) {
  const name = button.dataset.copies as keyof typeof code;
  button.addEventListener('click', () => copy(code[name].textContent ?? '', button));
}

const black = () =>
  ({ data: new Uint8ClampedArray(3), width: 1, height: 1, bitDepth: 8, channels: 'RGB' }) as const;
Promise.all([warmUp(), compare(black(), black())]).then(() => {
  document.documentElement.dataset.ready = 'true';
}, fail);
