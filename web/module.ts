// Finds the wasm and starts it: once, shared by all calls, and again after a failure.

import createModule, { type NativeModule, type NativeResponse } from './crop64-module.js';
import { type ErrorCode, ImageError, invalid, reasonOf } from './errors.js';
import type { InitOptions } from './types.js';

// Wasm memory never shrinks. An instance that has grown beyond this is let go after its job.
const KEPT_HEAP_BYTES = 256 * 1024 * 1024;

let settings: InitOptions = {};
let loading: Promise<NativeModule> | undefined;

/**
 * Loads the module now, and says where it is to come from. Optional: without it the first call loads
 * it from beside this file. What was loaded before is let go.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  settings = checkInit(options);
  loading = undefined;
  await load();
}

/** Frees the module and its memory. The next call makes a new one. */
export function dispose(): void {
  loading = undefined;
}

/**
 * The module, started by whichever call comes first. A failed start is not remembered.
 * @internal
 */
export function load(): Promise<NativeModule> {
  if (loading === undefined) {
    const attempt = start(settings);
    loading = attempt;
    attempt.catch(() => {
      if (loading === attempt) {
        loading = undefined;
      }
    });
  }
  return loading;
}

/**
 * Runs a job on the module and turns its answer into a value or an ImageError. An instance that has
 * trapped or grown large is replaced without the caller's doing.
 * @internal
 */
export async function run<Value>(
  job: (native: NativeModule) => NativeResponse<Value>,
  throwIfAborted?: () => void,
): Promise<Value> {
  const native = await load();
  throwIfAborted?.();
  let response: NativeResponse<Value>;
  try {
    response = job(native);
  } catch (error) {
    dispose();
    throw new ImageError(
      'INTERNAL',
      `The module stopped: ${reasonOf(error)}. Please report it with the picture.`,
      {},
      { cause: error },
    );
  }
  if (native.heapHighWater() > KEPT_HEAP_BYTES) {
    dispose();
  }
  if (!response.ok) {
    throw new ImageError(response.code as ErrorCode, response.message, response.details);
  }
  return response.result;
}

function checkInit(options: InitOptions): InitOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid('an object', 'init', options);
  }
  const names = ['wasmUrl', 'wasmBinary', 'wasmModule'];
  const given = Object.keys(options).filter(
    (name) => options[name as keyof InitOptions] !== undefined,
  );
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw invalid(`one of ${names.join(', ')}`, 'init', unknown);
  }
  if (given.length > 1) {
    throw invalid(`at most one of ${names.join(', ')}`, 'init', given.join(' and '));
  }
  return options;
}

async function start(options: InitOptions): Promise<NativeModule> {
  try {
    const module = await compile(options);
    return await instantiate(module);
  } catch (error) {
    throw error instanceof ImageError ? error : loadFailed(reasonOf(error), {}, error);
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

async function compile({
  wasmUrl,
  wasmBinary,
  wasmModule,
}: InitOptions): Promise<WebAssembly.Module> {
  if (wasmModule !== undefined) {
    return wasmModule;
  }
  if (wasmBinary !== undefined) {
    return WebAssembly.compile(wasmBinary as BufferSource);
  }
  // Bundlers look for just this expression, and serve the file that it names.
  const url = wasmUrl ?? new URL('./crop64.wasm', import.meta.url);
  const address = new URL(url, import.meta.url);
  return address.protocol === 'file:' ? compileFile(address) : compileResponse(address);
}

async function compileFile(url: URL): Promise<WebAssembly.Module> {
  const { readFile } = nodeFileSystem();
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readFile(url);
  } catch (error) {
    throw loadFailed(reasonOf(error), { url: url.href }, error);
  }
  return WebAssembly.compile(bytes);
}

interface FileSystem {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Node's file system without an import, which bundlers would follow. Deno and Bun have it too.
 * @internal
 */
export function nodeFileSystem(): FileSystem {
  const node = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process;
  const files = node?.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined;
  if (files === undefined) {
    throw new ImageError(
      'SOURCE_UNREADABLE',
      'Expected a runtime that reads file: URLs (Node 20.16 or newer, Deno, Bun). Pass the bytes.',
    );
  }
  return files;
}

async function compileResponse(url: URL): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw loadFailed(reasonOf(error), { url: url.href }, error);
  }
  const mimeType = response.headers.get('content-type') ?? '';
  const details = { url: url.href, status: response.status, mimeType };
  if (!response.ok) {
    throw loadFailed(`the server answered ${response.status}`, details);
  }
  if (mimeType.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isWasm = String.fromCharCode(...bytes.subarray(0, 4)) === '\0asm';
  if (!isWasm) {
    throw loadFailed(`the server sent '${mimeType}' instead of application/wasm`, details);
  }
  return WebAssembly.compile(bytes);
}

function loadFailed(
  reason: string,
  details: { url?: string; status?: number; mimeType?: string },
  cause?: unknown,
): ImageError {
  const from = details.url === undefined ? '' : ` from ${details.url}`;
  return new ImageError(
    'MODULE_LOAD_FAILED',
    `The wasm did not load${from}: ${reason}. ` +
      "In Vite's dev server add optimizeDeps: { exclude: ['crop64'] }; elsewhere serve " +
      "'crop64/wasm' yourself and call init({ wasmUrl }).",
    details,
    cause === undefined ? undefined : { cause },
  );
}
