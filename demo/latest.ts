// Runs one job at a time, and of the jobs that wait only the newest.

export interface Latest<Input> {
  /** Runs the job now or, if one is running, after it. Replaces a job that waits. */
  run(input: Input): void;
  /** Drops the job that waits, and aborts the one that is running. */
  cancel(): void;
}

// A job that was replaced is aborted after this many milliseconds. Most finish sooner, and their results
// show that the page keeps up.
const PATIENCE = 1000;

/** `work` has to handle its own errors. One that it throws is reported, and the next job runs. */
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
        timer ??= setTimeout(() => running?.abort(), PATIENCE);
      }
    },
    cancel() {
      next = undefined;
      running?.abort();
    },
  };
}
