// The pool of workers for all of crop64's jobs on this page.

import { createPool } from 'crop64/pool';

// Two workers: one for the current job, and one that remains when an abort ends the other.
const SIZE = 2;

// Idle workers are kept, so that the page works offline.
export const pool = createPool({ size: SIZE, idleTimeout: Number.POSITIVE_INFINITY });

/** Starts all workers, so that nothing is fetched for them later. */
export async function warmUp(): Promise<void> {
  const pixel = { data: new Uint8Array(1), width: 1, height: 1, channels: 'GRAY' } as const;
  await Promise.all(Array.from({ length: SIZE }, () => pool.probe(pixel)));
}
