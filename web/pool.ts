// The interface again, on workers: a call is read where it was made, waits for a worker and is done
// there. Written by hand, for no library does it: workerpool ends a worker to cancel its job, but
// starts it where bundlers do not see it and keeps Node from ending; tinypool and piscina are Node's
// alone; threads is not kept any more; comlink has neither a queue nor a way to cancel.

import { onAbort, unlessAborted } from './abort.js';
import { ImageError, invalid, withIndex } from './errors.js';
import { fileOf, splitName } from './file.js';
import { hasElements, readByBrowser } from './input/canvas.js';
import { bytesOf, gone, type Input, isBlob, tagOf } from './input/input.js';
import { read } from './input/read.js';
import type { Reading } from './input/stream.js';
import { nodeModule } from './node-builtins.js';
import {
  boolean,
  type Checked,
  checkDecode,
  checkEncode,
  checkEncodeAll,
  checkImageData,
  checkProbe,
  NONE,
  number,
  object,
} from './options.js';
import { inOrder } from './pool/map-in-order.js';
import {
  type Call,
  type ErrorMessage,
  type Functions,
  isRead,
  type Material,
  type Reply,
  unpackError,
  unpackReply,
} from './pool/protocol.js';
import { startThread, type Thread } from './pool/worker-handle.js';
import type {
  EncodedImage,
  EncodeOptions,
  InitOptions,
  Source,
  ToFileOptions,
  Web,
} from './types.js';
import { checkInit, compile, once } from './wasm/compile.js';

export { ImageError } from './errors.js';
export type * from './index.js';

/** What `createPool` takes. */
export interface PoolOptions {
  /** The most workers at a time, an integer from 1. Default: one for each core, but at most 4. */
  readonly size?: number | undefined;
  /**
   * Transfers the source's buffer to the worker instead of copying it, if the source spans the whole
   * buffer. The source is detached afterwards. Default: `false`.
   */
  readonly transfer?: boolean | undefined;
  /** Milliseconds after which an idle worker ends, from 0; `Infinity` keeps it. Default: 10 000. */
  readonly idleTimeout?: number | undefined;
  /**
   * The address of `crop64-worker.js`; text may be relative to the page. It may be of another origin, if
   * the page's content security policy allows that. Default: beside the code.
   */
  readonly workerUrl?: string | Web<'URL'> | undefined;
}

/** What `map` takes beside the options of `encode`. */
export interface MapOptions {
  /**
   * `true`: the first source that fails ends the loop with its error. `false`: the loop goes on, and each
   * result is a `MapResult`. Default: `true`.
   */
  readonly stopOnError?: boolean | undefined;
  /**
   * Is called after each source: `done` counts them from 1, failed ones included; `total` is the number of
   * sources, which is known only of an array. Default: nothing is called.
   */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total: number | undefined }) => void)
    | undefined;
}

/** What became of one source, in `map` with `stopOnError: false`: an image or an error. */
export type MapResult<From = Source> = MapSuccess<From> | MapFailure<From>;

interface MapEntry<From> {
  /** Counts the sources from 0. */
  readonly index: number;
  /** The source itself. */
  readonly source: From;
}

/** A source that was encoded. */
export interface MapSuccess<From = Source> extends MapEntry<From> {
  /** What `encode` gives. */
  readonly image: EncodedImage;
  /** There is none. */
  readonly error?: undefined;
}

/** A source that failed. */
export interface MapFailure<From = Source> extends MapEntry<From> {
  /** There is none. */
  readonly image?: undefined;
  /** Why. */
  readonly error: ImageError;
}

// `{ [Symbol.asyncDispose](): Promise<void> }`, unless the project's libraries have no such symbol.
type AsyncDispose = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => Promise<void> }
  : object;

/**
 * The functions of `crop64`, run in workers. An abort ends the job that is running. A worker that dies
 * rejects its job with INTERNAL, one that does not load with MODULE_LOAD_FAILED.
 */
export interface Pool
  extends Omit<typeof import('./index.js'), 'ImageError' | 'dispose'>,
    AsyncDispose {
  /**
   * Encodes many sources. The results come in the order of the sources, of which at most twice `size` are
   * taken in advance. The first source that fails ends it: the error's `details.index` and `source` say
   * which one. Leaving the loop ends what is still running. Errors: those of `encode`; INVALID_ARGUMENT
   * if `sources` is not iterable.
   */
  map(
    sources: Iterable<Source> | AsyncIterable<Source>,
    options?: EncodeOptions,
    map?: MapOptions & { readonly stopOnError?: true | undefined },
  ): AsyncGenerator<EncodedImage, void, undefined>;
  /**
   * The same with `stopOnError: false`: a source that fails is a result with an `error`, and the others are
   * still encoded. A wasm or a worker that does not load (MODULE_LOAD_FAILED), an abort and an error of
   * `sources` itself still end it.
   */
  map<From extends Source>(
    sources: Iterable<From> | AsyncIterable<From>,
    options: EncodeOptions | undefined,
    map: MapOptions & { readonly stopOnError: false },
  ): AsyncGenerator<MapResult<From>, void, undefined>;
  /**
   * Takes no more calls (they are INVALID_ARGUMENT), waits for those that it has, and ends the workers.
   * `await using pool = createPool()` calls it, too.
   */
  close(): Promise<void>;
}

type Name = keyof Functions;

// What a call's options are: a wrong one is told without a worker.
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

// What setTimeout takes: more is no wait at all.
const LONGEST_TIMEOUT = 0x7fffffff;

interface Job {
  readonly call: Call;
  /** Whether nobody else has a use for the source's memory. */
  readonly moves: boolean;
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
  /** What does it now. */
  thread?: Thread | undefined;
}

const MAP_KEYS = ['stopOnError', 'onProgress'];
const POOL_KEYS = ['size', 'transfer', 'idleTimeout', 'workerUrl'];

/**
 * A pool of one's own. Its workers start when they are needed, and end when they have been idle. Throws
 * INVALID_ARGUMENT if an option is wrong.
 */
export function createPool(options: PoolOptions = {}): Pool {
  return openPool(options).pool;
}

interface OpenPool {
  readonly pool: Pool;
  /** Ends the workers, each after its job; the next call starts new ones. */
  dispose(): void;
}

function openPool(options: PoolOptions): OpenPool {
  object(options, 'options', POOL_KEYS);
  const { size = defaultSize(), workerUrl } = options;
  if (!Number.isInteger(size) || size < 1) {
    throw invalid('an integer of at least 1', 'size', size);
  }
  const transfer = boolean(options.transfer, 'transfer') ?? false;
  const idleTimeout = number(options.idleTimeout ?? 10_000, 'idleTimeout', 0, NONE);
  if (
    workerUrl !== undefined &&
    typeof workerUrl !== 'string' &&
    tagOf(Object(workerUrl)) !== 'URL'
  ) {
    throw invalid('a URL or text', 'workerUrl', workerUrl);
  }
  let compiled = once(() => compile({}));
  let isClosed = false;
  const calls = new Set<Promise<unknown>>();
  const queue = new Set<Job>();
  const threads = new Set<Thread>();
  // With the timer that ends each.
  const idle = new Map<Thread, ReturnType<typeof setTimeout> | undefined>();
  const disposed = new WeakSet<Thread>();

  function checkOpen(): void {
    if (isClosed) {
      throw new ImageError('INVALID_ARGUMENT', 'Expected an open pool but it was closed.');
    }
  }

  function start(): Thread {
    const thread = startThread(compiled(), workerUrl);
    threads.add(thread);
    thread.ended.then(() => {
      threads.delete(thread);
      wake(thread);
      next();
    });
    return thread;
  }

  // Gives the jobs that wait to the workers that have none.
  function next(): void {
    for (const job of queue) {
      // The one that worked last: its code is warm.
      const waiting = [...idle.keys()].reverse().find((one) => !one.isOver());
      const thread = waiting ?? (threads.size < size ? start() : undefined);
      if (thread === undefined) {
        return;
      }
      wake(thread);
      queue.delete(job);
      serve(job, thread);
    }
  }

  async function serve(job: Job, thread: Thread): Promise<void> {
    job.thread = thread;
    thread.hold(true);
    try {
      job.resolve(await thread.call(...pack(job)));
    } catch (error) {
      job.reject(error);
    }
    job.thread = undefined;
    release(thread);
  }

  function release(thread: Thread): void {
    if (disposed.has(thread)) {
      thread.end(undefined);
    } else if (!thread.isOver()) {
      thread.hold(false);
      idle.set(thread, timerOf(thread));
      next();
    }
  }

  function timerOf(thread: Thread): ReturnType<typeof setTimeout> | undefined {
    if (idleTimeout > LONGEST_TIMEOUT) {
      return undefined;
    }
    const timer = setTimeout(() => thread.end(undefined), idleTimeout);
    // Node does not wait for it.
    (timer as { unref?(): void }).unref?.();
    return timer;
  }

  function wake(thread: Thread): void {
    clearTimeout(idle.get(thread));
    idle.delete(thread);
  }

  // Starts a worker before it is needed.
  async function warmUp(): Promise<void> {
    const thread = start();
    await thread.started;
    release(thread);
  }

  async function cancel(job: Job, reason: unknown): Promise<void> {
    queue.delete(job);
    job.reject(reason);
    const { thread } = job;
    thread?.end(reason);
    await thread?.ended;
    const isMissed = thread !== undefined && !disposed.has(thread) && !isClosed;
    if (isMissed && threads.size < size) {
      warmUp().catch(() => {}); // the next call tells it
    }
  }

  function run(call: Call, moves: boolean, signal: AbortSignal | undefined): Promise<Reply> {
    signal?.throwIfAborted();
    let off = () => {};
    const reply = new Promise<Reply>((resolve, reject) => {
      const job: Job = { call, moves, resolve, reject };
      off = onAbort(signal, () => cancel(job, signal?.reason));
      queue.add(job);
      next();
    });
    return reply.finally(off);
  }

  async function perform(name: Name, source: Source, options?: object): Promise<unknown> {
    checkOpen();
    const { limits, signal } = checks[name](options as never);
    signal?.throwIfAborted();
    const copied = withoutSignal(options); // now: the caller may change them while the call waits
    const material = await materialOf(source, { limits, signal });
    const moves = transfer || !isBorrowed(material, source);
    const call = { name, args: [material, copied] };
    let reply = await run(call, moves, signal);
    if (reply.source !== undefined && hasElements()) {
      const drawn = await unlessAborted(signal, draw(reply.source, reply.error as ErrorMessage));
      reply = await run({ ...call, args: [drawn, copied] }, true, signal);
    }
    return unpackReply(call, reply);
  }

  // A call that close waits for.
  function waitedFor<Value>(work: Promise<Value>): Promise<Value> {
    const done = () => calls.delete(work);
    calls.add(work);
    work.then(done, done);
    return work;
  }

  const names = Object.keys(checks) as Name[];
  const functionOf = (name: Name) => (source: Source, options?: object) =>
    waitedFor(perform(name, source, options));
  const functions = Object.fromEntries(
    names.map((name) => [name, functionOf(name)]),
  ) as unknown as Functions;
  // Not every runtime sends a File.
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
    const { onProgress } = object(mapOptions, 'options', MAP_KEYS) as MapOptions;
    const stopOnError = boolean(mapOptions.stopOnError, 'stopOnError') ?? true;
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
      checkOpen(); // or each of an endless number of sources would fail
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
          // Whoever prints the error does not want to read the source.
          throw Object.defineProperty(error, 'source', { value: source });
        }
        result = { index, source, error };
      }
      done += 1;
      onProgress?.({ done, total });
      return result;
    };
    // As many again as are worked on: a worker need not wait for who takes the results.
    yield* inOrder(sources, encode, 2 * size, signal);
  }

  async function init(options: InitOptions = {}): Promise<void> {
    checkOpen();
    const settings = checkInit(options);
    dispose();
    compiled = once(() => compile(settings));
    await waitedFor(warmUp());
  }

  function dispose(): void {
    for (const thread of threads) {
      disposed.add(thread);
    }
    for (const thread of idle.keys()) {
      wake(thread);
      thread.end(undefined);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await Promise.allSettled(calls);
    for (const thread of threads) {
      thread.end(undefined);
    }
    await Promise.all(Array.from(threads, ({ ended }) => ended));
  }

  // Not every engine has the symbol.
  const disposer = Symbol.asyncDispose && { [Symbol.asyncDispose]: close };
  return { pool: { ...functions, toFile, map, init, close, ...disposer } as Pool, dispose };
}

// More do not pay: each may keep 256 MB.
const MOST_BY_DEFAULT = 4;

function defaultSize(): number {
  const { navigator } = globalThis as { navigator?: Navigator };
  const cores =
    navigator?.hardwareConcurrency ?? nodeModule('node:os')?.availableParallelism() ?? 1;
  return Math.min(cores, MOST_BY_DEFAULT);
}

function isIterable(value: unknown): boolean {
  const object = Object(value);
  return Symbol.asyncIterator in object || Symbol.iterator in object;
}

// A worker has no elements, and an SVG has pixels only as one.
async function draw(source: Material, error: ErrorMessage): Promise<Input> {
  const refusal = unpackError(error);
  const whole = { limits: {}, signal: undefined };
  const input = isRead(source) ? source : await read(source, whole);
  return readByBrowser(input, refusal).catch(() => {
    throw refusal; // it says so already
  });
}

// What only this thread can read is read here, and so is what would keep a worker waiting.
async function materialOf(source: Source, reading: Reading): Promise<Material> {
  const isSent = typeof source === 'string' || (isBlob(source) && isCloneable(source));
  return isSent ? source : read(source, reading);
}

// In Node, a file as a Blob can't be sent, and a Blob of a library arrives as an object without methods.
function isCloneable(blob: Blob): boolean {
  try {
    return isBlob(structuredClone(blob));
  } catch {
    return false;
  }
}

// Whether memory is the caller's: all but bytes and pixels were read into new memory.
function isBorrowed(material: Material, source: Source): boolean {
  const { bytes, data } = Object(source);
  const memory = bytes ?? data ?? source;
  const buffer = ArrayBuffer.isView(memory) ? bytesOf(memory).buffer : memory;
  return !isRead(material) || material.data.buffer === buffer;
}

// Options are plain objects, but for the signal: copied, they can be sent, even where they were a
// proxy. Not by way of JSON, which knows no Infinity.
function withoutSignal<Value>(options: Value): Value {
  if (typeof options !== 'object' || options === null) {
    return options;
  }
  if (Array.isArray(options)) {
    return options.map(withoutSignal) as Value;
  }
  const entries = Object.entries(options).filter(([key]) => key !== 'signal');
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutSignal(value)])) as Value;
}

// A call as it is sent, and the memory that is moved with it.
function pack({ call, moves }: Job): [Call, ArrayBuffer[]] {
  const [source, ...rest] = call.args;
  if (!isRead(source)) {
    return [call, []];
  }
  const { buffer, byteLength } = source.data;
  const isWhole = tagOf(buffer) === 'ArrayBuffer' && buffer.byteLength === byteLength;
  try {
    const data = moves && isWhole ? source.data : new Uint8Array(source.data);
    return [{ ...call, args: [{ ...source, data }, ...rest] }, [data.buffer as ArrayBuffer]];
  } catch (error) {
    throw gone(error);
  }
}

const own = openPool({});
/** As in `crop64`, but in a worker. */
export const probe: Pool['probe'] = own.pool.probe;
/** As in `crop64`, but in a worker. */
export const decode: Pool['decode'] = own.pool.decode;
/** As in `crop64`, but in a worker. */
export const encode: Pool['encode'] = own.pool.encode;
/** As in `crop64`, but in a worker. */
export const encodeAll: Pool['encodeAll'] = own.pool.encodeAll;
/** As in `crop64`, but in a worker. */
export const toDataURL: Pool['toDataURL'] = own.pool.toDataURL;
/** As in `crop64`, but in a worker. */
export const toBase64: Pool['toBase64'] = own.pool.toBase64;
/** As in `crop64`, but in a worker. */
export const toBytes: Pool['toBytes'] = own.pool.toBytes;
/** As in `crop64`, but in a worker. */
export const toBlob: Pool['toBlob'] = own.pool.toBlob;
/** As in `crop64`, but in a worker. */
export const toFile: Pool['toFile'] = own.pool.toFile;
/** As in `crop64`, but in a worker. */
export const toImageData: Pool['toImageData'] = own.pool.toImageData;
/** As in `crop64`: compiles the wasm for all workers, and starts one of them. */
export const init: Pool['init'] = own.pool.init;
/** Ends the workers, each after its job; the next call starts new ones. */
export const dispose: () => void = own.dispose;
