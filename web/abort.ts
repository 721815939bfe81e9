// Listens to AbortSignals without leaking listeners.

// One listener for each signal: Node warns about a leak if there are more than ten.
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `listener` when `signal` is aborted. Returns a function that removes the listener. */
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
 * A native signal that is aborted when one of `signals` is, until `release` is called. `signal` is
 * undefined if all of `signals` are.
 */
export function combineSignals(...signals: (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal | undefined;
  release(): void;
} {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length === 0) {
    return { signal: undefined, release() {} };
  }
  const controller = new AbortController();
  const removals = given.map((signal) => {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  return {
    signal: controller.signal,
    release() {
      for (const remove of removals) remove();
    },
  };
}

/** Settles like `work`, or rejects with `signal.reason` as soon as `signal` is aborted. */
export async function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  work.catch(() => {}); // after an abort, its result is ignored
  signal?.throwIfAborted();
  let removeListener = () => {};
  const aborted = new Promise<never>((_, reject) => {
    removeListener = onAbort(signal, () => reject(signal?.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    removeListener();
  }
}
