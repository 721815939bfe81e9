// The form: the region as numbers, and the options.

import type { EncodeOptions, ImageInfo } from 'crop64/pool';
import { byId } from './dom.js';
import { asCrop, type Box, boxOf, numbersOf, type Shape } from './region.js';

export interface Controls {
  /** Shows what fits the picture. */
  fit(info: ImageInfo): void;
  /** Shows the region's numbers. */
  showRegion(box: Box): void;
  /** What the form says: options for crop64, without what is the default anyway. */
  options(): EncodeOptions;
}

const NAMES: Record<Shape, readonly string[]> = {
  size: ['x', 'y', 'width', 'height'],
  edges: ['left', 'top', 'right', 'bottom'],
};

// Who chooses one of these no longer wants every sample.
const LOSSY = new Set(['quality', 'keep', 'width', 'height', 'fit']);

/** `onRegion` is called when numbers were typed, `onOptions` when anything else changed. */
export function createControls(onRegion: (box: Box) => void, onOptions: () => void): Controls {
  const form = byId('controls', HTMLFormElement);
  const numbers = [...byId('region', HTMLFieldSetElement).querySelectorAll('input')].filter(
    ({ type }) => type === 'number',
  );
  let shape: Shape = 'size';
  let isJpegSource = false;

  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const chosen = (name: string) => (form.elements.namedItem(name) as RadioNodeList).value;
  const typed = (): Box =>
    boxOf(
      numbers.map(({ valueAsNumber }) => valueAsNumber),
      shape,
    );

  function showRegion(box: Box): void {
    const values = numbersOf(box, shape);
    for (const [i, number] of numbers.entries()) {
      number.value = String(values[i]);
    }
  }

  function reshape(next: Shape): void {
    const box = typed();
    shape = next;
    for (const [i, number] of numbers.entries()) {
      const label = number.previousElementSibling as HTMLElement;
      label.textContent = NAMES[shape][i] as string;
    }
    showRegion(box);
  }

  const isJpeg = () => chosen('format') === 'jpeg' || (chosen('format') === 'keep' && isJpegSource);

  // The options of the other format are of no use.
  function showFormat(): void {
    byId('jpeg', HTMLElement).hidden = !isJpeg();
    byId('png', HTMLElement).hidden = isJpeg();
    byId('keep', HTMLElement).hidden = !isJpegSource;
    const keeps = isJpegSource && input('keep').checked;
    input('quality').disabled = keeps;
    input('qualityShown').value = keeps ? 'kept' : input('quality').value;
    input('compressionShown').value = input('compressionLevel').value;
  }

  function fileOptions(): EncodeOptions {
    const format = chosen('format') as 'keep' | 'jpeg' | 'png';
    const keeps = isJpegSource && input('keep').checked;
    const compressionLevel = input('compressionLevel').valueAsNumber;
    return {
      ...(format !== 'keep' && { format }),
      ...(isJpeg() && !keeps && { quality: input('quality').valueAsNumber }),
      ...(!isJpeg() && compressionLevel !== 6 && { compressionLevel }),
    } as EncodeOptions;
  }

  function resize(): Pick<EncodeOptions, 'resize'> {
    const [width, height] = ['width', 'height'].map((name) => input(name).valueAsNumber);
    const hasBoth = !Number.isNaN(width) && !Number.isNaN(height);
    const fit = chosen('fit') as 'cover';
    const size = {
      ...(!Number.isNaN(width) && { width: width as number }),
      ...(!Number.isNaN(height) && { height: height as number }),
      ...(hasBoth && fit !== 'cover' && { fit }),
    };
    return Object.keys(size).length > 0 ? { resize: size } : {};
  }

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', ({ target }) => {
    const { name } = target as HTMLInputElement;
    if (numbers.includes(target as HTMLInputElement)) {
      onRegion(typed());
      return;
    }
    if (name === 'shape') {
      reshape(chosen('shape') as Shape);
    } else if (LOSSY.has(name)) {
      input('lossless').checked = false;
    }
    showFormat();
    onOptions();
  });
  // A browser may have kept what was chosen before a reload.
  form.reset();
  showFormat();

  return {
    fit(info) {
      for (const fieldset of form.querySelectorAll('fieldset')) {
        fieldset.disabled = false;
      }
      isJpegSource = info.format === 'jpeg';
      input('lossless').checked = isJpegSource;
      showFormat();
    },
    showRegion,
    options() {
      const metadata = chosen('metadata') as 'color';
      return {
        crop: asCrop(typed(), shape),
        ...resize(),
        ...fileOptions(),
        ...(input('lossless').checked && { lossless: true }),
        ...(metadata !== 'color' && { metadata }),
      } as EncodeOptions;
    },
  };
}
