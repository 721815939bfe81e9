// The form: the region as numbers, and the options.

import type { EncodeOptions, ImageInfo } from 'crop64/pool';
import { byId } from './dom.js';
import { asCrop, type Box, boxOf, FIELDS, numbersOf, type Shape } from './region.js';

export interface Controls {
  /** Enables the controls that apply to the image. */
  fit(info: ImageInfo): void;
  /** Disables all controls, and empties the region. */
  disable(): void;
  /** Shows the region's numbers. */
  showRegion(box: Box): void;
  /** Marks only the controls with these names as invalid. */
  mark(names: readonly string[]): void;
  /** The form's values as options for crop64, without defaults. */
  options(): EncodeOptions;
}

const NAMES: Record<Shape, readonly string[]> = {
  size: ['x', 'y', 'width', 'height'],
  edges: ['left', 'top', 'right', 'bottom'],
};

// The attributes of a control whose value is invalid.
const INVALID = { 'aria-invalid': 'true', 'aria-describedby': 'status' };

// Choosing one of these excludes a lossless result.
const LOSSY = new Set(['quality', 'keep', 'width', 'height', 'fit']);

/** `onRegion` is called when the numbers change, `onOptions` when anything else changes. */
export function createControls(onRegion: (box: Box) => void, onOptions: () => void): Controls {
  const form = byId('controls', HTMLFormElement);
  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const numbers = FIELDS.map(input);
  let shape: Shape = 'size';
  let isJpegSource = false;

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

  // Hides the options of the other format.
  function showFormat(): void {
    byId('jpeg', HTMLElement).hidden = !isJpeg();
    byId('png', HTMLElement).hidden = isJpeg();
    byId('keep', HTMLElement).hidden = !isJpegSource;
    const keeps = isJpegSource && input('keep').checked;
    input('quality').disabled = keeps;
    input('qualityShown').value = keeps ? 'source' : input('quality').value;
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
  // A browser may restore the values from before a reload.
  form.reset();
  showFormat();

  function setDisabled(isDisabled: boolean): void {
    for (const fieldset of form.querySelectorAll('fieldset')) {
      fieldset.disabled = isDisabled;
    }
  }

  function mark(names: readonly string[]): void {
    for (const element of form.querySelectorAll('input')) {
      const isInvalid = names.includes(element.name);
      for (const [name, value] of Object.entries(INVALID)) {
        if (isInvalid) {
          element.setAttribute(name, value);
        } else {
          element.removeAttribute(name);
        }
      }
    }
  }

  return {
    fit(info) {
      setDisabled(false);
      isJpegSource = info.format === 'jpeg';
      showFormat();
    },
    disable() {
      setDisabled(true);
      mark([]);
      for (const number of numbers) {
        number.value = '';
      }
    },
    showRegion,
    mark,
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
