// The result panel: the image, and the properties of its file.

import type { EncodedImage, EncodeOptions } from 'crop64/pool';
import { byId, copy, make } from './dom.js';
import { bytes, count, milliseconds, percent } from './format-values.js';
import { isDecodedByBrowser, resultName, type SourceImage } from './image.js';

/** A finished job. */
export interface Outcome {
  readonly image: SourceImage;
  readonly options: EncodeOptions;
  readonly result: EncodedImage;
  readonly dataUrl: string;
  readonly milliseconds: number;
}

// The number of characters shown from the start and the end of a data URL.
const HEAD = 180;
const TAIL = 24;

export function createResult(): { show(outcome: Outcome): void; hide(): void } {
  const panel = byId('result', HTMLElement);
  const shown = byId('shown', HTMLImageElement);
  const button = byId('copy', HTMLButtonElement);
  const write = (id: string, text: string) => {
    byId(id, HTMLElement).textContent = text;
  };
  const link = make('a');
  let dataUrl = '';

  button.addEventListener('click', () => copy(dataUrl, button));
  byId('download', HTMLButtonElement).addEventListener('click', () => link.click());

  return {
    show(outcome) {
      const { image, result, milliseconds: time } = outcome;
      ({ dataUrl } = outcome);
      shown.src = dataUrl;
      write('bytes', `${bytes(result.byteLength)} (${count(result.byteLength)} bytes)`);
      write('characters', `${count(dataUrl.length)} characters`);
      write('time', milliseconds(time));
      write('read', readOf(outcome));
      write('data-url', shortened(dataUrl));
      const verdict = byId('lossless', HTMLElement);
      verdict.textContent = verdictOf(outcome);
      verdict.dataset.lossless = String(result.lossless);
      byId('caveat', HTMLElement).hidden = !(result.lossless && result.format === 'jpeg');
      URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(result.toBlob());
      link.download = resultName(image.file, result.format);
      panel.hidden = false;
    },
    hide() {
      panel.hidden = true;
    },
  };
}

// If the browser decoded the file, crop64 reads its pixels, and `bytesRead` counts those.
function readOf({ image, result }: Outcome): string {
  return isDecodedByBrowser(image)
    ? 'the whole file, by the browser'
    : `${percent(result.bytesRead / image.file.size)} of the file`;
}

function verdictOf({ image, options, result }: Outcome): string {
  const { lossless, format } = result;
  const { info } = image;
  if (lossless) {
    return `Lossless: ${format === 'jpeg' ? 'JPEG blocks were copied' : 'every pixel was kept'}`;
  }
  if (options.resize !== undefined) {
    return 'Not lossless: resized';
  }
  if (options.metadata === 'none' && info.colorSpace !== 'srgb') {
    return 'Not lossless: colours were converted to sRGB';
  }
  if (format === 'jpeg') {
    return info.format === 'jpeg'
      ? 'Not lossless: re-encoded, with small changes'
      : 'Not lossless: encoded as JPEG';
  }
  // The pixels in the file are unknown, only those that the browser decoded.
  return isDecodedByBrowser(image)
    ? 'Every pixel is as the browser decoded it'
    : 'Not lossless: pixels were converted';
}

function shortened(text: string): string {
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}…${text.slice(-TAIL)}`;
}
