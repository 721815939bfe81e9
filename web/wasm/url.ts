// The default location of the wasm. In crop64/inline, scripts/build.mjs replaces this file by one that
// contains the bytes.

import type { InitOptions } from '../types.js';

/** @internal */
export function ownWasm(): InitOptions {
  // Bundlers recognise this expression and copy the file that it names.
  return { wasmUrl: new URL('./crop64.wasm', import.meta.url) };
}
