// The module without the wrapper, for what the public interface does not show: its heap.
import { readFileSync } from 'node:fs';
import createModule from '../build/js/wasm/bindings.js';

const wasm = new WebAssembly.Module(
  readFileSync(new URL(import.meta.resolve('../dist/crop64.wasm'))),
);

/** A new instance, and who hears what it prints. */
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

/** Options for process(); what is left out keeps its default. */
export function nativeOptions({ crop, format = 'raw', channels = 'keep', ...more } = {}) {
  return {
    crop: crop && { edges: crop, percent: false },
    format: format,
    channels: format === 'raw' ? channels : undefined,
    ...more,
  };
}

/** A file's bytes for process(). */
export function nativeFile(data) {
  return { data, kind: 'file' };
}
