// The page: what is opened and chosen goes to crop64's workers, and what comes back is shown.

import type { EncodedImage, EncodeOptions, Region } from 'crop64/pool';
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
  panel.setAttribute('aria-busy', 'true');
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
    say(line, sentence(image));
    showComparison({ ...job, outcome });
  } catch (error) {
    if (!signal.aborted) {
      fail(error);
    }
  } finally {
    panel.setAttribute('aria-busy', 'false');
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
  if (picture !== undefined) {
    const options = controls.options();
    showCode(picture.file.name, options);
    perform({ picture, options });
  }
}

function showCode(name: string, options: EncodeOptions): void {
  code.javascript.textContent = javascript(options);
  code.command.textContent = command(name, options);
}

function fail(error: unknown): void {
  result.hide();
  stage.outline(undefined);
  say(line, messageOf(error), 'error');
}

const asBox = ({ left, top, width, height }: Region): Box => ({ x: left, y: top, width, height });

// Where it is from, too: moved without being resized, it is news all the same.
function sentence({ width, height, region }: EncodedImage): string {
  const size = (width: number, height: number) => `${count(width)} × ${count(height)}`;
  const isResized = width !== region.width || height !== region.height;
  const of = isResized ? ` of ${size(region.width, region.height)}` : '';
  return `${size(width, height)} pixels${of}, from ${count(region.left)}, ${count(region.top)}`;
}

listenForPictures(open);
showCode('photo.jpg', { crop: { x: 340, y: 160, width: 684, height: 490 } });
for (const button of document.querySelectorAll<HTMLElement>('[data-copies]')) {
  const name = button.dataset.copies as keyof typeof code;
  button.addEventListener('click', () => copy(code[name].textContent ?? '', button));
}

const black = () =>
  ({ data: new Uint8ClampedArray(3), width: 1, height: 1, bitDepth: 8, channels: 'RGB' }) as const;
Promise.all([warmUp(), compare(black(), black())]).then(() => {
  document.documentElement.dataset.ready = 'true';
}, fail);
