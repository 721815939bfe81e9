// Finds the wasm and compiles it.

import { ImageError, invalid, reasonOf } from '../errors.js';
import { type NodeModules, nodeModule } from '../node-builtins.js';
import { object } from '../options.js';
import type { InitOptions } from '../types.js';
import { ownWasm } from './url.js';

/** Errors: INVALID_ARGUMENT. */
export function checkInit(options: InitOptions): InitOptions {
  const names = ['wasmUrl', 'wasmBinary', 'wasmModule'];
  const all = Object.entries(object(options, 'options', names));
  const given = all.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length > 1) {
    throw invalid(`at most one of ${names.join(', ')}`, 'options', given.join(' and '));
  }
  return options;
}

/** Errors: MODULE_LOAD_FAILED. */
export async function compile(options: InitOptions): Promise<WebAssembly.Module> {
  try {
    return await find(options);
  } catch (error) {
    throw notLoaded(error);
  }
}

/** What kept the wasm from loading, as an ImageError. */
export function notLoaded(error: unknown): ImageError {
  if (error instanceof ImageError) {
    return error;
  }
  const reason = reasonOf(error);
  const isForbidden = /\bCSP\b|security policy/i.test(reason);
  return loadFailed(
    isForbidden ? needs(reason, "script-src 'wasm-unsafe-eval'") : reason,
    {},
    error,
  );
}

// What browsers say of a policy names no directive, or 'unsafe-eval', which allows much more.
const needs = (reason: string, directive: string) =>
  `${reason} (a content security policy needs ${directive})`;

/** Does `work` when it is first asked for, and again only after it failed. */
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
  const address = new URL(wasmUrl, location?.href);
  return address.protocol === 'file:' ? compileFile(address) : compileResponse(address);
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

/**
 * What reads file: URLs.
 * @internal
 */
export function nodeFileSystem(): NodeModules['node:fs/promises'] {
  const files = nodeModule('node:fs/promises');
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
    const reason = needs(reasonOf(error), `connect-src ${url.origin}`);
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
    `The wasm did not load${from}: ${reason}. ${cureOf(details.url, 'crop64.wasm')}; or say where ` +
      'it is with init({ wasmUrl }).',
    details,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * What to do about a file of the package that was not found: bundlers move code.
 * @internal
 */
export function cureOf(url: string | undefined, file: string): string {
  return url?.includes('/.vite/')
    ? "Vite before 8 needs optimizeDeps: { exclude: ['crop64'] } in its configuration"
    : `If your bundler did not copy ${file}, copy node_modules/crop64/dist/${file} next to the bundle, ` +
        'which has to be an ES module';
}
