// Takes memory away from the module, as a machine does that has no more of it: in this thread, or in a
// worker that is started with `--import` of this file and says as its workerData what to take.
import workerThreads from 'node:worker_threads';

const { grow } = WebAssembly.Memory.prototype;
const { instantiate } = WebAssembly;
const { slice } = Uint8Array.prototype;

/**
 * The module's memory grows to no more than `most` bytes; with `copies` false there is no room for what
 * is copied out of it, and with `starts` false none for an instance. Engines say each of it with a
 * RangeError. Gives what ends it.
 */
export function starve({ most = Number.POSITIVE_INFINITY, copies = true, starts = true }) {
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > most) {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
    }
    return grow.call(this, pages);
  };
  if (!copies) {
    Uint8Array.prototype.slice = () => {
      throw new RangeError('Array buffer allocation failed');
    };
  }
  if (!starts) {
    WebAssembly.instantiate = async () => {
      throw new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory');
    };
  }
  return () => {
    WebAssembly.Memory.prototype.grow = grow;
    WebAssembly.instantiate = instantiate;
    Uint8Array.prototype.slice = slice;
  };
}

const { workerData } = workerThreads;
if (workerData?.starve !== undefined) starve(workerData.starve);
