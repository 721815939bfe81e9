// A Blob that is decoded while it is being read, and read no further than it has to be.

import { unlessAborted } from '../abort.js';
import type { Checked } from '../options.js';
import type { Source } from '../types.js';
import type { NativeForms, NativeModule } from '../wasm/bindings.js';
import { isLoaded, run } from '../wasm/instance.js';
import { isBlob } from './input.js';
import { openStreams } from './stream.js';

// What is read at a time.
const PIECE_BYTES = 512 * 1024;

const TYPES = ['image/jpeg', 'image/png'];

/**
 * Whether that may gain something. What the Blob really holds, the module will find out. While the module
 * is loading, there is time to read all of a Blob.
 */
export function mayArrive(source: Source): source is Blob {
  return (
    isLoaded() && isBlob(source) && TYPES.includes(source.type) && source.size > 2 * PIECE_BYTES
  );
}

/**
 * Does the jobs on a Blob while it is being read. Undefined where nothing was gained, or it can't be
 * read in this way: it is then to be read as a whole, and if anything is wrong that will show.
 */
export async function processArriving<Form extends keyof NativeForms>(
  blob: Blob,
  options: Checked,
  form: Form,
): Promise<NativeForms[Form][] | undefined> {
  const arrived = await readInto(blob, options).catch(() => undefined);
  if (arrived === undefined) {
    return undefined;
  }
  const { native, handle } = arrived;
  return run<NativeForms[Form][] | undefined>((current) => {
    if (current === native && !options.signal?.aborted) {
      return native.finishJob(handle, form);
    }
    native.closeJob(handle);
    return { ok: true, result: undefined };
  });
}

interface Arrived {
  readonly native: NativeModule;
  readonly handle: number;
}

// Reads as much of a Blob as its jobs need into the module.
async function readInto(blob: Blob, options: Checked): Promise<Arrived | undefined> {
  const stream = blob.stream();
  const reader = stream.getReader({ mode: 'byob' });
  openStreams.add(stream);
  let native: NativeModule | undefined;
  let handle = 0;
  const take = (current: NativeModule, piece: Uint8Array) => {
    native ??= current;
    if (current !== native) {
      return undefined; // the instance that has the pieces before was replaced
    }
    if (handle !== 0) {
      return native.feedJob(handle, piece);
    }
    handle = native.openJob(blob.size, options.jobs, piece);
    return handle === 0 ? undefined : false;
  };
  try {
    let piece = new Uint8Array(PIECE_BYTES);
    for (;;) {
      const read = reader.read(new Uint8Array(piece.buffer));
      const { value } = await unlessAborted(options.signal, read);
      if (!value?.length) {
        return undefined;
      }
      piece = value;
      const isEnough = await run((current) => ({ ok: true, result: take(current, piece) }));
      if (isEnough === undefined || native === undefined) {
        return undefined;
      }
      if (isEnough) {
        const arrived = { native, handle };
        handle = 0;
        return arrived;
      }
    }
  } finally {
    openStreams.delete(stream);
    reader.cancel().catch(() => {});
    if (handle !== 0) {
      native?.closeJob(handle);
    }
  }
}
