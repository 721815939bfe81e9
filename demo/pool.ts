// The workers that do all of crop64's work on this page.

import { createPool } from 'crop64/pool';

// One for what the page is asked for, and one that is left when that one is ended in its work.
const SIZE = 2;

// They stay: the page works without a network, too.
export const pool = createPool({ size: SIZE, idleTimeout: Number.POSITIVE_INFINITY });

/** Starts all workers: nothing is fetched for them any more. */
export async function warmUp(): Promise<void> {
  const pixel = { data: new Uint8Array(1), width: 1, height: 1, channels: 'GRAY' } as const;
  await Promise.all(Array.from({ length: SIZE }, () => pool.probe(pixel)));
}
