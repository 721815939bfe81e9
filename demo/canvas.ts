// Calls canvas-worker.ts, which crops with the browser's canvas.

import type { EncodedImage, EncodeOptions } from 'crop64/pool';
import type { Calls, CanvasJob, Difference, Samples, Values } from './canvas-worker.js';

const worker = new Worker(new URL('./canvas-worker.ts', import.meta.url), { type: 'module' });

// The worker executes one call after the other.
let last: Promise<unknown> = Promise.resolve();

function call<Name extends keyof Calls>(
  name: Name,
  argument: Calls[Name]['argument'],
  transfer: Transferable[] = [],
): Promise<Values[Name]> {
  const reply = last.then(
    () =>
      new Promise<Values[Name]>((resolve, reject) => {
        worker.onmessage = ({ data: { value, error } }) =>
          error === undefined ? resolve(value) : reject(new Error(error));
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage({ name, argument }, transfer);
      }),
  );
  last = reply.catch(() => {});
  return reply;
}

/** Crops with a canvas and returns a data URL. */
export const cropOnCanvas = (job: CanvasJob): Promise<string> => call('crop', job);

/** Compares samples of the same layout and size. `made` is transferred to the worker. */
export function compare(expected: Samples, made: Samples): Promise<Difference> {
  return call('compare', { expected, made }, [made.data.buffer as ArrayBuffer]);
}

/** The canvas job for the same result as crop64's. */
export function canvasJob(file: Blob, result: EncodedImage, options: EncodeOptions): CanvasJob {
  const { region, width, height, format } = result;
  const fit = options.resize?.fit ?? 'cover';
  const quality = 'quality' in options ? options.quality : undefined;
  return {
    file,
    region,
    width,
    height,
    fit: fit === 'contain' || fit === 'fill' ? fit : 'cover',
    type: format === 'jpeg' ? 'image/jpeg' : 'image/png',
    ...(typeof quality === 'number' && { quality: quality / 100 }),
  };
}
