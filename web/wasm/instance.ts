// Instantiates the module: once, shared by all calls, and again after a failure.

import { unlessAborted } from '../abort.js';
import { type ErrorCode, ImageError, outOfMemory, reasonOf } from '../errors.js';
import { checkInit } from '../options.js';
import type { InitOptions } from '../types.js';
import createModule, { type NativeModule, type NativeResponse } from './bindings.js';
import { compile, once, wasmNotLoaded } from './compile.js';

// Wasm memory never shrinks. An instance whose memory has grown beyond this is dropped after its job.
const MAX_KEPT_HEAP_BYTES = 256 * 1024 * 1024;

let settings: InitOptions = {};
// The instance, created by the first call that needs it.
let load = /* @__PURE__ */ once(start);
let hasLoaded = false;

/**
 * Loads the wasm now, from where `options` say. It is optional: without it, the first call loads the wasm
 * from beside the code. An instance that was loaded before is dropped.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  settings = checkInit(options);
  dispose();
  await load();
}

/** Frees the module and its memory. The next call loads it again. */
export function dispose(): void {
  load = once(start);
  hasLoaded = false;
}

/**
 * Resolves when the module has loaded. `run` waits for it as well; this lets a source be read meanwhile.
 * @internal
 */
export function loaded(): Promise<unknown> {
  return load();
}

/**
 * Whether the module has loaded.
 * @internal
 */
export function isLoaded(): boolean {
  return hasLoaded;
}

/**
 * Runs a job on the module and returns its result, or throws its error as an ImageError. An instance that
 * trapped or whose memory has grown large is replaced before the next job.
 * @internal
 */
export async function run<Value>(
  job: (native: NativeModule) => NativeResponse<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const native = await unlessAborted(signal, load());
  signal?.throwIfAborted();
  let response: NativeResponse<Value>;
  try {
    response = job(native);
  } catch (error) {
    if (error instanceof ImageError) {
      throw error; // the job refused its input before it called the module
    }
    dispose();
    throw outOfMemory(error) ?? moduleCrashed(error);
  }
  if (native.heapHighWater() > MAX_KEPT_HEAP_BYTES) {
    dispose();
  }
  if (!response.ok) {
    throw new ImageError(response.code as ErrorCode, response.message, response.details);
  }
  return response.result;
}

function moduleCrashed(error: unknown): ImageError {
  return new ImageError(
    'INTERNAL',
    `The module crashed: ${reasonOf(error)}. Please report it with the image.`,
    {},
    { cause: error },
  );
}

async function start(): Promise<NativeModule> {
  try {
    const native = await instantiate(await compile(settings));
    hasLoaded = true;
    return native;
  } catch (error) {
    throw outOfMemory(error) ?? wasmNotLoaded(error);
  }
}

function instantiate(module: WebAssembly.Module): Promise<NativeModule> {
  return new Promise((resolve, reject) => {
    createModule({
      instantiateWasm(imports, receive) {
        WebAssembly.instantiate(module, imports)
          .then((instance) => receive(instance, module))
          .catch(reject);
        return {};
      },
      print() {},
      printErr() {},
    }).then(resolve, reject);
  });
}
