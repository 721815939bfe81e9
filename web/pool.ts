// The interface again, on workers: a call is read where it was made, waits for a worker and is done
// there. Written by hand, for no library does it: workerpool ends a worker to cancel its job, but
// starts it where bundlers do not see it and keeps Node from ending; tinypool and piscina are Node's
// alone; threads is not kept any more; comlink has neither a queue nor a way to cancel.

import { onAbort, unlessAborted } from './abort.js';
import { hasElements, readByBrowser } from './dom.js';
import { ImageError, invalid } from './errors.js';
import { fileOf, splitName } from './file.js';
import { bytesOf, gone, type Input, isBlob, tagOf } from './input.js';
import {
  type Call,
  type ErrorMessage,
  type Functions,
  isRead,
  type Material,
  type Reply,
  unpackError,
  unpackReply,
} from './message.js';
import { nodeModule } from './node.js';
import {
  type Checked,
  checkDecode,
  checkEncode,
  checkEncodeAll,
  checkImageData,
  checkProbe,
} from './options.js';
import { inOrder } from './ordered.js';
import { read } from './source.js';
import type { Reading } from './stream.js';
import { startThread, type Thread } from './thread.js';
import type { EncodedImage, EncodeOptions, InitOptions, Source, ToFileOptions } from './types.js';
import { checkInit, compile, once } from './wasm.js';

export { ImageError } from './errors.js';
export type * from './index.js';

/** What `createPool` takes. */
export interface PoolOptions {
  /** The most workers at a time, an integer from 1. Default: as many as the machine does at a time. */
  readonly size?: number;
  /**
   * Moves the memory of bytes and pixels to the worker, where they are all that their buffer has,
   * instead of copying it: the source is empty from then on. Default: `false`.
   */
  readonly transfer?: boolean;
}

/** What `map` takes beside the options of `encode`. */
export interface MapOptions {
  /**
   * Is called whenever a result is there: `done` counts them from 1, `total` is the number of sources,
   * which is known of an array alone. Default: nothing is called.
   */
  readonly onProgress?: (progress: { done: number; total: number | undefined }) => void;
}

/**
 * The functions of `crop64`, done by workers, and an abort ends what is running. A worker that dies is
 * INTERNAL to its job, one that does not load MODULE_LOAD_FAILED.
 */
export interface Pool extends Omit<typeof import('./index.js'), 'ImageError'> {
  /**
   * Encodes source after source: the results come in the order of the sources, of which only as many
   * are taken as keep the workers busy. The first error ends it; so does leaving the loop, and then
   * what is still running is ended, too. Errors: those of `encode`; INVALID_ARGUMENT where `sources`
   * cannot be gone through.
   */
  map(
    sources: Iterable<Source> | AsyncIterable<Source>,
    options?: EncodeOptions,
    map?: MapOptions,
  ): AsyncGenerator<EncodedImage, void, undefined>;
  /**
   * Takes no more calls (they are INVALID_ARGUMENT), waits for those that it has, and leaves nothing
   * behind.
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

interface Job {
  readonly call: Call;
  /** Whether nobody else has a use for the source's memory. */
  readonly moves: boolean;
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
  /** What does it now. */
  thread?: Thread | undefined;
}

/**
 * A pool of one's own. Its workers start when they are needed, and stay for what comes. Throws
 * INVALID_ARGUMENT where `size` is no integer from 1.
 */
export function createPool({ size = parallelism(), transfer = false }: PoolOptions = {}): Pool {
  if (!Number.isInteger(size) || size < 1) {
    throw invalid('an integer of at least 1', 'size', size);
  }
  let compiled = once(() => compile({}));
  let isClosed = false;
  const calls = new Set<Promise<unknown>>();
  const queue = new Set<Job>();
  const threads = new Set<Thread>();
  const idle = new Set<Thread>();
  const disposed = new WeakSet<Thread>();

  function checkOpen(): void {
    if (isClosed) {
      throw new ImageError('INVALID_ARGUMENT', 'Expected an open pool but it was closed.');
    }
  }

  function start(): Thread {
    const thread = startThread(compiled());
    threads.add(thread);
    thread.ended.then(() => {
      threads.delete(thread);
      idle.delete(thread);
      next();
    });
    return thread;
  }

  // Gives the jobs that wait to the workers that have none.
  function next(): void {
    for (const job of queue) {
      // The one that worked last: its code is warm.
      const waiting = [...idle].reverse().find((one) => !one.isOver());
      const thread = waiting ?? (threads.size < size ? start() : undefined);
      if (thread === undefined) {
        return;
      }
      idle.delete(thread);
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
      idle.add(thread);
      next();
    }
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
    { onProgress }: MapOptions = {},
  ): AsyncGenerator<EncodedImage, void, undefined> {
    const { signal } = checkEncode(options);
    if (typeof sources === 'string' || !isIterable(sources)) {
      throw invalid('an array, an iterable or an async iterable', 'sources', sources);
    }
    const total = Array.isArray(sources) ? sources.length : undefined;
    let done = 0;
    const encode = async (source: Source, stop: AbortSignal) => {
      const result = await functions.encode(source, { ...options, signal: stop });
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
    for (const thread of idle) {
      idle.delete(thread);
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

  return { ...functions, toFile, map, init, dispose, close };
}

function parallelism(): number {
  const { navigator } = globalThis as { navigator?: Navigator };
  return navigator?.hardwareConcurrency ?? nodeModule('node:os')?.availableParallelism() ?? 1;
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

const pool = createPool();
/** The functions of `crop64`, on a pool that starts by itself. */
export const { decode, dispose, encode, init, probe, toBase64, toBlob, toBytes, toDataURL } = pool;
/** The functions of `crop64`, on a pool that starts by itself. */
export const { encodeAll, toFile, toImageData } = pool;
