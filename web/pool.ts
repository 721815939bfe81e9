// The public functions, run on workers. The source of a call is read in the calling thread where a worker
// cannot read it, and the call then waits in a queue for a free worker.

import { unlessAborted } from './abort.js';
import { ImageError, invalid, withIndex } from './errors.js';
import { fileOf, splitName } from './file.js';
import { canCreateElements, decodeWithBrowser } from './input/canvas.js';
import { type Input, tagOf } from './input/input.js';
import { read } from './input/read.js';
import { nodeModule } from './node-builtins.js';
import { boolean, number, object, UNLIMITED } from './options/values.js';
import {
  type Checked,
  checkDecode,
  checkEncode,
  checkEncodeAll,
  checkImageData,
  checkInit,
  checkProbe,
} from './options.js';
import { mapInOrder } from './pool/map-in-order.js';
import {
  type ErrorMessage,
  type Functions,
  isReadSource,
  type SendableSource,
  unpackError,
  unpackReply,
} from './pool/protocol.js';
import { createScheduler } from './pool/scheduler.js';
import { isBorrowed, packCall, sendableSource, withoutSignal } from './pool/send.js';
import type {
  EncodedImage,
  EncodeOptions,
  InitOptions,
  Source,
  ToFileOptions,
  Web,
} from './types.js';
import { compile, once } from './wasm/compile.js';

export { ImageError } from './errors.js';
export type * from './index.js';

/** Options of `createPool`. */
export interface PoolOptions {
  /**
   * The maximum number of workers, an integer from 1.
   *
   * @default the number of cores, at most 4
   */
  readonly size?: number | undefined;
  /**
   * Transfers the source's buffer to the worker instead of copying it, if the source spans the whole
   * buffer. The source is detached afterwards.
   *
   * @default false
   */
  readonly transfer?: boolean | undefined;
  /**
   * Milliseconds after which an idle worker ends, from 0. `Infinity` keeps workers.
   *
   * @default 10_000
   */
  readonly idleTimeout?: number | undefined;
  /**
   * The URL of `crop64-worker.js`. A string may be relative to the page. Another origin is possible if
   * the page's content security policy allows it.
   *
   * @default crop64-worker.js next to the code
   */
  readonly workerUrl?: string | Web<'URL'> | undefined;
}

/** Options of `map`, apart from those of `encode`. */
export interface MapOptions {
  /**
   * `true`: the first source that fails ends the loop with its error. `false`: the loop continues, and
   * each result is a `MapResult`.
   *
   * @default true
   */
  readonly stopOnError?: boolean | undefined;
  /**
   * Called after each source. `done` is the number of finished sources, including failed ones. `total` is
   * the number of all sources if they are an array, otherwise undefined.
   */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total: number | undefined }) => void)
    | undefined;
}

/** The result for one source of `map` with `stopOnError: false`: an image or an error. */
export type MapResult<From = Source> = MapSuccess<From> | MapFailure<From>;

interface MapEntry<From> {
  /** The index of the source, from 0. */
  readonly index: number;
  /** The source. */
  readonly source: From;
}

/** A source that was encoded. */
export interface MapSuccess<From = Source> extends MapEntry<From> {
  /** The result of `encode`. */
  readonly image: EncodedImage;
  /** Not set. */
  readonly error?: undefined;
}

/** A source that failed. */
export interface MapFailure<From = Source> extends MapEntry<From> {
  /** Not set. */
  readonly image?: undefined;
  /** The reason. */
  readonly error: ImageError;
}

// `{ [Symbol.asyncDispose](): Promise<void> }` if the project's libraries declare the symbol.
type AsyncDispose = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => Promise<void> }
  : object;

/**
 * The functions of `crop64`, run in workers. An abort ends a running job. If a worker crashes, its job
 * rejects with INTERNAL; if a worker does not load, with MODULE_LOAD_FAILED.
 */
export interface Pool
  extends Omit<typeof import('./index.js'), 'ImageError' | 'dispose'>,
    AsyncDispose {
  /**
   * Encodes many sources and yields the results in the same order. At most twice `size` sources are
   * processed ahead of the loop. The first source that fails ends the loop; the error's `details.index` and
   * `source` identify it. Leaving the loop ends running jobs.
   *
   * @throws {ImageError} the errors of `encode`; INVALID_ARGUMENT if `sources` is not iterable
   */
  map(
    sources: Iterable<Source> | AsyncIterable<Source>,
    options?: EncodeOptions,
    map?: MapOptions & { readonly stopOnError?: true | undefined },
  ): AsyncGenerator<EncodedImage, void, undefined>;
  /**
   * With `stopOnError: false`, a source that fails yields a result with an `error`, and the loop continues.
   * MODULE_LOAD_FAILED, an abort and errors of the iterable `sources` still end the loop.
   */
  map<From extends Source>(
    sources: Iterable<From> | AsyncIterable<From>,
    options: EncodeOptions | undefined,
    map: MapOptions & { readonly stopOnError: false },
  ): AsyncGenerator<MapResult<From>, void, undefined>;
  /**
   * Waits for pending calls, then ends the workers. Later calls reject with INVALID_ARGUMENT.
   * `await using pool = createPool()` calls this at the end of the block.
   */
  close(): Promise<void>;
}

type Name = keyof Functions;

// Options are checked in the calling thread, so that an invalid call starts no worker.
const checks: Record<Name, (options?: never) => Checked> = {
  probe: checkProbe,
  decode: checkDecode,
  encode: checkEncode,
  encodeAll: checkEncodeAll,
  toDataURL: checkEncode,
  toBase64: checkEncode,
  toBytes: checkEncode,
  toBlob: checkEncode,
  toImageData: checkImageData,
};

const MAP_KEYS = ['stopOnError', 'onProgress'];
const POOL_KEYS = ['size', 'transfer', 'idleTimeout', 'workerUrl'];

/**
 * Creates a pool of workers. Workers start when they are needed and end after they have been idle.
 *
 * @throws {ImageError} INVALID_ARGUMENT if an option is invalid
 * @example
 * await using pool = createPool({ size: 2 });
 * for await (const image of pool.map(files, { resize: { width: 800 } })) {
 *   await save(image.bytes);
 * }
 */
export function createPool(options: PoolOptions = {}): Pool {
  return openPool(options).pool;
}

interface OpenPool {
  readonly pool: Pool;
  /** Ends every worker after its current job. The next call starts new workers. */
  dispose(): void;
}

function openPool(options: PoolOptions): OpenPool {
  object(options, 'options', POOL_KEYS);
  const { size = defaultSize(), transfer = false, workerUrl } = options;
  if (!Number.isInteger(size) || size < 1) {
    throw invalid('an integer of at least 1', 'size', size);
  }
  boolean(transfer, 'transfer');
  const idleTimeout = number(options.idleTimeout ?? 10_000, 'idleTimeout', 0, UNLIMITED);
  if (
    workerUrl !== undefined &&
    typeof workerUrl !== 'string' &&
    tagOf(Object(workerUrl)) !== 'URL'
  ) {
    throw invalid('a URL or a string', 'workerUrl', workerUrl);
  }
  let compiled = once(() => compile({}));
  const scheduler = createScheduler({ size, idleTimeout, workerUrl }, () => compiled());
  let isClosed = false;
  const pending = new Set<Promise<unknown>>();

  function checkOpen(): void {
    if (isClosed) {
      throw new ImageError('INVALID_ARGUMENT', 'The pool is closed. Create a new one.');
    }
  }

  async function callWorker(name: Name, source: Source, options?: object): Promise<unknown> {
    checkOpen();
    const { limits, signal } = checks[name](options as never);
    signal?.throwIfAborted();
    const copied = withoutSignal(options); // the caller may change them while the call is queued
    const sendable = await sendableSource(source, { limits, signal });
    const transfers = transfer || !isBorrowed(sendable, source);
    const call = { name, args: [sendable, copied] };
    let reply = await scheduler.run(() => packCall(call, transfers), signal);
    if (reply.source !== undefined && canCreateElements()) {
      const drawing = drawInPage(reply.source, reply.error as ErrorMessage);
      const drawn = { ...call, args: [await unlessAborted(signal, drawing), copied] };
      reply = await scheduler.run(() => packCall(drawn, true), signal);
    }
    return unpackReply(call, reply);
  }

  // close() waits for this.
  function addPending<Value>(work: Promise<Value>): Promise<Value> {
    const done = () => pending.delete(work);
    pending.add(work);
    work.then(done, done);
    return work;
  }

  const names = Object.keys(checks) as Name[];
  const functionOf = (name: Name) => (source: Source, options?: object) =>
    addPending(callWorker(name, source, options));
  const functions = Object.fromEntries(
    names.map((name) => [name, functionOf(name)]),
  ) as unknown as Functions;
  // The File is created in the calling thread: not every runtime can send one.
  const toFile = async (source: Source, options?: ToFileOptions) => {
    const { name, rest } = splitName(options);
    return fileOf(await functions.encode(source, rest), name, source);
  };

  async function* map(
    sources: Iterable<Source> | AsyncIterable<Source>,
    options: EncodeOptions = {},
    mapOptions: MapOptions = {},
  ): AsyncGenerator<EncodedImage | MapResult, void, undefined> {
    const { signal } = checkEncode(options);
    object(mapOptions, 'options', MAP_KEYS);
    const { stopOnError = true, onProgress } = mapOptions;
    boolean(stopOnError, 'stopOnError');
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw invalid('a function', 'onProgress', onProgress);
    }
    if (typeof sources === 'string' || !isIterable(sources)) {
      throw invalid('an array, an iterable or an async iterable', 'sources', sources);
    }
    const total = Array.isArray(sources) ? sources.length : undefined;
    let started = 0;
    let done = 0;
    const encode = async (source: Source, stop: AbortSignal) => {
      checkOpen(); // otherwise an endless iterable would never stop
      const index = started;
      started += 1;
      let result: EncodedImage | MapResult;
      try {
        const image = await functions.encode(source, { ...options, signal: stop });
        result = stopOnError ? image : { index, source, image };
      } catch (reason) {
        const error = withIndex(reason, index);
        if (!(error instanceof ImageError)) {
          throw error;
        }
        if (stopOnError || error.code === 'MODULE_LOAD_FAILED') {
          // Not enumerable, so that printing the error does not print the source.
          throw Object.defineProperty(error, 'source', { value: source });
        }
        result = { index, source, error };
      }
      done += 1;
      onProgress?.({ done, total });
      return result;
    };
    // Twice `size`, so that workers stay busy while results are consumed.
    yield* mapInOrder(sources, encode, 2 * size, signal);
  }

  async function init(options: InitOptions = {}): Promise<void> {
    checkOpen();
    const settings = checkInit(options);
    scheduler.dispose();
    compiled = once(() => compile(settings));
    await addPending(scheduler.warmUp());
  }

  async function close(): Promise<void> {
    isClosed = true;
    await scheduler.close(Promise.allSettled(pending));
  }

  // Not every engine has the symbol.
  const disposer = Symbol.asyncDispose && { [Symbol.asyncDispose]: close };
  const pool = { ...functions, toFile, map, init, close, ...disposer } as Pool;
  return { pool, dispose: scheduler.dispose };
}

// More workers gain little, and each may keep 256 MB.
const MAX_DEFAULT_SIZE = 4;

function defaultSize(): number {
  const { navigator } = globalThis as { navigator?: Navigator };
  const cores =
    navigator?.hardwareConcurrency ?? nodeModule('node:os')?.availableParallelism() ?? 1;
  return Math.min(cores, MAX_DEFAULT_SIZE);
}

function isIterable(value: unknown): boolean {
  const object = Object(value);
  return Symbol.asyncIterator in object || Symbol.iterator in object;
}

// Browsers decode SVG only as an element, and workers have no elements.
async function drawInPage(source: SendableSource, error: ErrorMessage): Promise<Input> {
  const refusal = unpackError(error);
  const input = isReadSource(source)
    ? source
    : await read(source, { limits: {}, signal: undefined });
  return decodeWithBrowser(input, refusal).catch(() => {
    throw refusal; // contains the browser's reason already
  });
}

const defaultPool = openPool({});
/** Like the function of `crop64`, but runs in a worker. */
export const probe: Pool['probe'] = defaultPool.pool.probe;
/** Like the function of `crop64`, but runs in a worker. */
export const decode: Pool['decode'] = defaultPool.pool.decode;
/** Like the function of `crop64`, but runs in a worker. */
export const encode: Pool['encode'] = defaultPool.pool.encode;
/** Like the function of `crop64`, but runs in a worker. */
export const encodeAll: Pool['encodeAll'] = defaultPool.pool.encodeAll;
/** Like the function of `crop64`, but runs in a worker. */
export const toDataURL: Pool['toDataURL'] = defaultPool.pool.toDataURL;
/** Like the function of `crop64`, but runs in a worker. */
export const toBase64: Pool['toBase64'] = defaultPool.pool.toBase64;
/** Like the function of `crop64`, but runs in a worker. */
export const toBytes: Pool['toBytes'] = defaultPool.pool.toBytes;
/** Like the function of `crop64`, but runs in a worker. */
export const toBlob: Pool['toBlob'] = defaultPool.pool.toBlob;
/** Like the function of `crop64`, but runs in a worker. */
export const toFile: Pool['toFile'] = defaultPool.pool.toFile;
/** Like the function of `crop64`, but runs in a worker. */
export const toImageData: Pool['toImageData'] = defaultPool.pool.toImageData;
/** Like `init` of `crop64`: compiles the wasm for all workers, and starts one of them. */
export const init: Pool['init'] = defaultPool.pool.init;
/** Ends every worker after its current job. The next call starts new workers. */
export const dispose: () => void = defaultPool.dispose;
