// Runs jobs concurrently and yields their results in order.

import { onAbort, unlessAborted } from '../abort.js';

/**
 * Calls `work` for each item and yields the results in the order of the items. At most `concurrency` items
 * are started and not yet consumed. The first error, in order, is thrown. The signal that `work` receives is
 * aborted by `signal`, by an error, and when the consumer leaves the loop.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  concurrency: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result, void, undefined> {
  const stop = new AbortController();
  const removeListener = onAbort(signal, () => stop.abort(signal?.reason));
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const jobs: Promise<Result>[] = [];
  let nextItem: Promise<IteratorResult<Item>> | undefined;
  let isExhausted = false;
  try {
    while (!isExhausted || jobs.length > 0) {
      if (!isExhausted && jobs.length < concurrency) {
        nextItem ??= Promise.resolve(iterator.next());
      }
      // Whichever comes first: the next item or the next result.
      const [first] = jobs;
      const isDone = first?.then(() => undefined);
      const either = [nextItem, isDone].filter((one) => one !== undefined);
      const item = await unlessAborted(signal, Promise.race(either));
      if (item === undefined) {
        jobs.shift();
        yield first as Promise<Result>;
      } else {
        nextItem = undefined;
        isExhausted = item.done === true;
        if (!item.done) {
          const job = work(item.value, stop.signal);
          job.catch(() => {}); // thrown when its turn comes
          jobs.push(job);
        }
      }
    }
  } finally {
    removeListener();
    stop.abort();
    // Not awaited: the iterator may be waiting for an item that never comes.
    nextItem?.catch(() => {});
    if (!isExhausted) {
      (async () => iterator.return?.())().catch(() => {});
    }
  }
}
