// The types of crop64/crop64.wasm; the file itself is compiled from bindings/.

import type { WasmModule } from './types.js';

/**
 * The compiled wasm, for `init({ wasmModule })`. Cloudflare Workers and some bundlers compile a `.wasm` file
 * that is imported; with others, ask for its address instead (Vite: `crop64/crop64.wasm?url`).
 */
declare const wasmModule: WasmModule;
export default wasmModule;
