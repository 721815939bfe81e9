// Runs one job at a time. Of the waiting jobs, only the newest is kept.

export interface Latest<Input> {
  /** Runs the job now, or after the running one. Replaces a waiting job. */
  run(input: Input): void;
  /** Drops the waiting job and aborts the running one. */
  cancel(): void;
}

// A running job that a newer one replaces is aborted after this many milliseconds. Most finish sooner, and their
// results keep the page up to date.
const ABORT_DELAY = 1000;

/** `work` must handle its errors. An error that it throws is reported, and the next job runs. */
export function latest<Input>(
  work: (input: Input, signal: AbortSignal) => Promise<void>,
): Latest<Input> {
  let next: { readonly input: Input } | undefined;
  let running: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function start(): Promise<void> {
    while (next !== undefined) {
      const { input } = next;
      next = undefined;
      running = new AbortController();
      try {
        await work(input, running.signal);
      } catch (error) {
        reportError(error);
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    }
    running = undefined;
  }

  return {
    run(input) {
      next = { input };
      if (running === undefined) {
        start();
      } else {
        timer ??= setTimeout(() => running?.abort(), ABORT_DELAY);
      }
    },
    cancel() {
      next = undefined;
      running?.abort();
    },
  };
}
