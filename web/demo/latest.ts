// One thing at a time, and always the newest: what is asked for in between is left out.

// A job that is no longer wanted is ended after so many milliseconds. Most are done sooner, and then
// their results show that the page follows.
const PATIENCE = 1000;

export function latest<Input>(
  work: (input: Input, signal: AbortSignal) => Promise<void>,
): (input: Input) => void {
  let next: { readonly input: Input } | undefined;
  let running: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function start(): Promise<void> {
    while (next !== undefined) {
      const { input } = next;
      next = undefined;
      running = new AbortController();
      await work(input, running.signal);
      clearTimeout(timer);
      timer = undefined;
    }
    running = undefined;
  }

  return (input) => {
    next = { input };
    if (running === undefined) {
      start();
    } else {
      const { signal } = running;
      timer ??= setTimeout(() => signal.aborted || running?.abort(), PATIENCE);
    }
  };
}
