// Waiting for something that sends no event.

const { setTimeout: later } = globalThis; // a test may mock it
const LIMIT_MS = 120_000;
const INTERVAL_MS = 2;

/**
 * Resolves once `isTrue()`, or the promise that it returns, is true. Rejects after two minutes and says what
 * was waited for, so that a lost message fails one test instead of stopping all of them.
 */
export async function until(isTrue, what = String(isTrue)) {
  const started = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - started > LIMIT_MS) {
      throw new Error(`Waited two minutes for: ${what}`);
    }
    await new Promise((resolve) => later(resolve, INTERVAL_MS));
  }
}
