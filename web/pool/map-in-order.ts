// Many jobs at a time, whose results come in order.

import { onAbort, unlessAborted } from '../abort.js';

/**
 * Does `work` on each item, on at most `ahead` at a time: those that are worked on, and those that are
 * done and not taken yet. The first error, in the items' order, ends it; then, and when nobody takes
 * the rest, the signal that `work` is given is aborted.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  ahead: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result, void, undefined> {
  const stop = new AbortController();
  const off = onAbort(signal, () => stop.abort(signal?.reason));
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const jobs: Promise<Result>[] = [];
  let coming: Promise<IteratorResult<Item>> | undefined;
  let isOver = false;
  try {
    while (!isOver || jobs.length > 0) {
      if (!isOver && jobs.length < ahead) {
        coming ??= Promise.resolve(iterator.next());
      }
      // A result does not wait for an item that is long in coming, nor the other way about.
      const [first] = jobs;
      const isDone = first?.then(() => undefined);
      const either = [coming, isDone].filter((one) => one !== undefined);
      const item = await unlessAborted(signal, Promise.race(either));
      if (item === undefined) {
        jobs.shift();
        yield first as Promise<Result>;
      } else {
        coming = undefined;
        isOver = item.done === true;
        if (!item.done) {
          const job = work(item.value, stop.signal);
          job.catch(() => {}); // it is told in its turn
          jobs.push(job);
        }
      }
    }
  } finally {
    off();
    stop.abort();
    // Not waited for: it may be in the middle of an item that never comes.
    coming?.catch(() => {});
    if (!isOver) {
      (async () => iterator.return?.())().catch(() => {});
    }
  }
}
