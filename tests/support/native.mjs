// The module without the wrapper, for what the public interface does not show: its heap.
import { readFileSync } from 'node:fs';
import createModule from '../../build/js/crop64-module.js';

const wasm = new WebAssembly.Module(
  readFileSync(new URL('../../dist/crop64.wasm', import.meta.url)),
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

/** Options for process() as web/options.ts makes them, with these in place of the defaults. */
export function nativeOptions(native, { crop, format = 'raw', channels = 'keep', ...more } = {}) {
  const edges = crop ?? { left: 0, top: 0, right: 100, bottom: 100 };
  return {
    autoOrient: true,
    rotate: 0,
    flip: native.Flip.none,
    crop: { edges, percent: crop === undefined },
    outside: native.Outside.error,
    background: { r: 0, g: 0, b: 0, alpha: 0 },
    resize: undefined,
    truncated: native.Truncated.error,
    limits: { pixels: 2 ** 29, bytes: 1e18, memory: 2 ** 30 },
    format: native.Format[format],
    metadata: undefined,
    lossless: false,
    quality: undefined,
    progressive: undefined,
    optimizeCoding: undefined,
    chromaSubsampling: undefined,
    compressionLevel: undefined,
    keepPalette: undefined,
    channels: format === 'raw' ? native.Channels[channels] : undefined,
    bitDepth: undefined,
    maxBytes: undefined,
    ...more,
  };
}

/** A file's bytes for process(). */
export function nativeFile(native, data) {
  const nothing = { width: 0, height: 0, channels: native.Channels.RGBA, bitDepth: 8 };
  return { data, displayP3: false, iccProfile: undefined, kind: native.Kind.file, ...nothing };
}
