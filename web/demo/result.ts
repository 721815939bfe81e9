// The result: the picture made from the data URL, and what is known about it.

import type { EncodedImage } from 'crop64/pool';
import { byId, copy, make } from './dom.js';
import type { Picture } from './picture.js';
import { bytes, count, milliseconds, percent } from './words.js';

export interface Outcome {
  readonly image: EncodedImage;
  readonly dataUrl: string;
  readonly milliseconds: number;
}

const ENDINGS: Record<string, string> = { jpeg: 'jpg', png: 'png', bmp: 'bmp' };

// So much of a data URL's text is shown.
const HEAD = 180;
const TAIL = 24;

export function createResult(): { show(picture: Picture, outcome: Outcome): void; hide(): void } {
  const panel = byId('result', HTMLElement);
  const shown = byId('shown', HTMLImageElement);
  const button = byId('copy', HTMLButtonElement);
  const tell = (id: string, text: string) => {
    byId(id, HTMLElement).textContent = text;
  };
  const link = make('a');
  let dataUrl = '';

  button.addEventListener('click', () => copy(dataUrl, button));
  byId('download', HTMLButtonElement).addEventListener('click', () => link.click());

  return {
    show(picture, outcome) {
      const { image, milliseconds: time } = outcome;
      ({ dataUrl } = outcome);
      shown.src = dataUrl;
      tell('bytes', `${bytes(image.byteLength)} (${count(image.byteLength)} bytes)`);
      tell('characters', `${count(dataUrl.length)} characters`);
      tell('time', milliseconds(time));
      tell('read', `${percent(image.bytesRead / picture.file.size)} of the file`);
      tell('data-url', shortened(dataUrl));
      const verdict = byId('lossless', HTMLElement);
      verdict.textContent = verdictOf(image, picture);
      verdict.dataset.lossless = String(image.lossless);
      byId('caveat', HTMLElement).hidden = !(image.lossless && image.format === 'jpeg');
      URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(image.toBlob());
      link.download = nameOf(picture.file, image);
      panel.hidden = false;
    },
    hide() {
      panel.hidden = true;
    },
  };
}

function verdictOf({ lossless, format }: EncodedImage, { info }: Picture): string {
  if (!lossless) {
    return format === 'jpeg' && info.format === 'jpeg'
      ? 'Encoded anew, with small changes'
      : 'Not lossless: samples were changed';
  }
  const isMoved = format === 'jpeg';
  return `Lossless: every ${isMoved ? 'coefficient' : 'sample'} was kept`;
}

function shortened(text: string): string {
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}…${text.slice(-TAIL)}`;
}

function nameOf({ name }: File, { format }: EncodedImage): string {
  return `${name.replace(/\.\w+$/, '')}-part.${ENDINGS[format] ?? 'bin'}`;
}
