// The module without its TypeScript wrapper, to measure its heap.
import { readFileSync } from 'node:fs';
import createModule from '../build/js/wasm/bindings.js';

const wasm = new WebAssembly.Module(
  readFileSync(new URL(import.meta.resolve('../dist/crop64.wasm'))),
);

/** A new instance. `print` receives its output. */
export function startNative(print = () => {}) {
  return createModule({
    instantiateWasm(imports, receive) {
      receive(new WebAssembly.Instance(wasm, imports), wasm);
      return {};
    },
    print,
    printErr: print,
  });
}

/** Options for process(). Absent ones have their defaults. */
export function nativeOptions({ crop, format = 'raw', channels = 'keep', ...more } = {}) {
  return {
    crop: crop && { edges: crop, percent: false },
    format: format,
    channels: format === 'raw' ? channels : undefined,
    ...more,
  };
}

/** The input of process() for the bytes of a file. */
export function nativeFile(data) {
  return { data, kind: 'file' };
}
