// AbortSignal, where many listen to one and nobody stays behind.

// One listener for each signal: Node warns of more than ten as of a leak.
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `listener` when `signal` is aborted, unless the function that this gives was called before. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) {
    return () => {};
  }
  const all = listeners.get(signal) ?? new Set();
  if (!listeners.has(signal)) {
    listeners.set(signal, all);
    const callAll = () => {
      for (const call of all) call();
    };
    signal.addEventListener('abort', callAll, { once: true });
  }
  all.add(listener);
  return () => all.delete(listener);
}

/**
 * A signal of this runtime that is aborted as soon as one of `signals` is, until `release` is called.
 * Undefined if there are none.
 */
export function follow(...signals: (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal | undefined;
  release(): void;
} {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length === 0) {
    return { signal: undefined, release() {} };
  }
  const controller = new AbortController();
  const offs = given.map((signal) => {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  return {
    signal: controller.signal,
    release() {
      for (const off of offs) off();
    },
  };
}

/** Settles as `work` does, or rejects with `signal.reason` as soon as `signal` is aborted. */
export async function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  work.catch(() => {}); // after an abort, nobody asks how it ended
  signal?.throwIfAborted();
  let off = () => {};
  const aborted = new Promise<never>((_, reject) => {
    off = onAbort(signal, () => reject(signal?.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    off();
  }
}
