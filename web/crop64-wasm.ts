// The types of crop64/crop64.wasm. The file itself is compiled from bindings/.

import type { WasmModule } from './types.js';

/**
 * The compiled wasm, for `init({ wasmModule })`. Cloudflare Workers and some bundlers compile an imported
 * `.wasm` file. With others, import its URL (Vite: `crop64/crop64.wasm?url`) for `init({ wasmUrl })`.
 */
declare const wasmModule: WasmModule;
export default wasmModule;
