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

/** Settles as `work` does, or at once with `signal.reason`. */
export async function unlessAborted<Value>(
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
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
