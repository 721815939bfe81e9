// Starts the module: once, shared by all calls, and again after a failure.

import { unlessAborted } from '../abort.js';
import { type ErrorCode, ImageError, noRoom, reasonOf } from '../errors.js';
import type { InitOptions } from '../types.js';
import createModule, { type NativeModule, type NativeResponse } from './bindings.js';
import { checkInit, compile, notLoaded, once } from './compile.js';

// Wasm memory never shrinks. An instance that has grown beyond this is let go after its job.
const KEPT_HEAP_BYTES = 256 * 1024 * 1024;

let settings: InitOptions = {};
// The module, started by whichever call comes first.
let load = /* @__PURE__ */ once(start);
let isThere = false;

/**
 * Loads the module now, and says where it is to come from. Optional: without it the first call loads
 * it from beside this file. What was loaded before is let go.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  settings = checkInit(options);
  dispose();
  await load();
}

/** Frees the module and its memory. The next call makes a new one. */
export function dispose(): void {
  load = once(start);
  isThere = false;
}

/**
 * Resolves when the module is there, which run() waits for, too: so that a source can be read meanwhile.
 * @internal
 */
export function loaded(): Promise<unknown> {
  return load();
}

/**
 * Whether it is there already.
 * @internal
 */
export function isLoaded(): boolean {
  return isThere;
}

/**
 * Runs a job on the module and turns its answer into a value or an ImageError. An instance that has
 * trapped or grown large is replaced without the caller's doing.
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
      throw error; // a job that refuses its input has not begun
    }
    dispose();
    throw noRoom(error) ?? stopped(error);
  }
  if (native.heapHighWater() > KEPT_HEAP_BYTES) {
    dispose();
  }
  if (!response.ok) {
    throw new ImageError(response.code as ErrorCode, response.message, response.details);
  }
  return response.result;
}

function stopped(error: unknown): ImageError {
  return new ImageError(
    'INTERNAL',
    `The module stopped: ${reasonOf(error)}. Please report it with the picture.`,
    {},
    { cause: error },
  );
}

async function start(): Promise<NativeModule> {
  try {
    const native = await instantiate(await compile(settings));
    isThere = true;
    return native;
  } catch (error) {
    throw noRoom(error) ?? notLoaded(error);
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
