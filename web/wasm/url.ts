// Where the wasm is as long as nobody says so. In crop64/inline its bytes are in this file's place
// (scripts/build.mjs).

import type { InitOptions } from '../types.js';

/** @internal */
export function ownWasm(): InitOptions {
  // Bundlers look for just this expression, and serve the file that it names.
  return { wasmUrl: new URL('./crop64.wasm', import.meta.url) };
}
