// Decodes a Blob while it is being read, and reads no more of it than its jobs need.

import { unlessAborted } from '../abort.js';
import type { Checked } from '../options.js';
import type { Source } from '../types.js';
import type { NativeForms, NativeModule } from '../wasm/bindings.js';
import { isLoaded, run } from '../wasm/instance.js';
import { isBlob } from './input.js';
import { openStreams } from './stream.js';

const PIECE_BYTES = 512 * 1024;

const TYPES = ['image/jpeg', 'image/png'];

/**
 * Whether that may save time. The type is only a hint: the module looks at the bytes. While the module is
 * still loading there is time to read all of a Blob.
 */
export function mayReadInPieces(source: Source): source is Blob {
  return (
    isLoaded() && isBlob(source) && TYPES.includes(source.type) && source.size > 2 * PIECE_BYTES
  );
}

/**
 * Does the jobs on a Blob while it is being read. Returns undefined if this Blob has to be read as a whole,
 * and after any failure: reading it as a whole then reports what is wrong.
 */
export async function processInPieces<Form extends keyof NativeForms>(
  blob: Blob,
  options: Checked,
  form: Form,
): Promise<NativeForms[Form][] | undefined> {
  const job = await readInto(blob, options, form).catch(() => undefined);
  if (job === undefined) {
    return undefined;
  }
  const { native, handle } = job;
  return run<NativeForms[Form][] | undefined>((current) => {
    if (current === native && !options.signal?.aborted) {
      return native.finishJob<Form>(handle);
    }
    native.closeJob(handle);
    return { ok: true, result: undefined };
  });
}

// A job that needs no more of its file.
interface OpenJob {
  readonly native: NativeModule;
  readonly handle: number;
}

// Reads a Blob into the module as far as its jobs need it.
async function readInto(
  blob: Blob,
  options: Checked,
  form: keyof NativeForms,
): Promise<OpenJob | undefined> {
  const stream = blob.stream();
  const reader = stream.getReader({ mode: 'byob' });
  openStreams.add(stream);
  let native: NativeModule | undefined;
  let handle = 0;
  const feed = (current: NativeModule, piece: Uint8Array) => {
    native ??= current;
    if (current !== native) {
      return undefined; // the instance with the earlier pieces was replaced
    }
    if (handle !== 0) {
      return native.feedJob(handle, piece);
    }
    handle = native.openJob(blob.size, options.jobs, form, piece);
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
      const isDone = await run((current) => ({ ok: true, result: feed(current, piece) }));
      if (isDone === undefined || native === undefined) {
        return undefined;
      }
      if (isDone) {
        const job = { native, handle };
        handle = 0;
        return job;
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
