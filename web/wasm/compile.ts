// Finds the wasm file and compiles it.

import { ImageError, reasonOf } from '../errors.js';
import { nodeFileSystem } from '../node-builtins.js';
import type { InitOptions } from '../types.js';
import { ownWasm } from './url.js';

/**
 * Compiles the wasm that `options` name, or else the package's own. Throws MODULE_LOAD_FAILED.
 */
export async function compile(options: InitOptions): Promise<WebAssembly.Module> {
  try {
    return await find(options);
  } catch (error) {
    throw wasmNotLoaded(error);
  }
}

/** The error for a wasm that did not load, with `error` as its cause. An ImageError is returned as it is. */
export function wasmNotLoaded(error: unknown): ImageError {
  if (error instanceof ImageError) {
    return error;
  }
  const reason = reasonOf(error);
  const isForbidden = /\bCSP\b|security policy/i.test(reason);
  return loadFailed(
    isForbidden ? withPolicy(reason, "script-src 'wasm-unsafe-eval'") : reason,
    {},
    error,
  );
}

// Browsers' own messages name no directive, or 'unsafe-eval', which allows much more.
const withPolicy = (reason: string, directive: string) =>
  `${reason} (a content security policy needs ${directive})`;

/** Calls `work` once and shares its result. After a failure, the next call tries again. */
export function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let attempt: Promise<Value> | undefined;
  return () => {
    attempt ??= work().catch((error) => {
      attempt = undefined;
      throw error;
    });
    return attempt;
  };
}

async function find(options: InitOptions): Promise<WebAssembly.Module> {
  const isGiven = Object.values(options).some((value) => value !== undefined);
  const { wasmUrl = '', wasmBinary, wasmModule } = isGiven ? options : ownWasm();
  if (wasmModule !== undefined) {
    return wasmModule;
  }
  if (wasmBinary !== undefined) {
    return WebAssembly.compile(wasmBinary as BufferSource);
  }
  const { location } = globalThis as { location?: Location };
  const url = new URL(wasmUrl, location?.href);
  return url.protocol === 'file:' ? compileFile(url) : compileResponse(url);
}

async function compileFile(url: URL): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await nodeFileSystem().readFile(url);
  } catch (error) {
    throw loadFailed(reasonOf(error), { url: url.href }, error);
  }
  return WebAssembly.compile(bytes);
}

async function compileResponse(url: URL): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const reason = withPolicy(reasonOf(error), `connect-src ${url.origin}`);
    throw loadFailed(reason, { url: url.href }, error);
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
    `The wasm did not load${from}: ${reason}. ${bundlerAdvice(details.url, 'crop64.wasm')}; or set its ` +
      'URL with init({ wasmUrl }).',
    details,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * What to do if a file of the package was not found at `url`: bundlers move code and leave files behind.
 * @internal
 */
export function bundlerAdvice(url: string | undefined, file: string): string {
  return url?.includes('/.vite/')
    ? "Vite before 8 needs optimizeDeps: { exclude: ['crop64'] } in its configuration"
    : `If your bundler did not copy ${file}, copy node_modules/crop64/dist/${file} next to the bundle, ` +
        'which must be an ES module';
}
