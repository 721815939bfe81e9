// Queues calls and runs each on a worker. Workers start when they are needed and end after they have been
// idle for some time.
//
// Written for this package because no library does all of it: workerpool ends a worker to cancel its job, but
// starts workers in a way that bundlers do not see, and keeps Node running; tinypool and piscina are for Node
// only; threads is unmaintained; comlink has neither a queue nor cancellation.

import { onAbort } from '../abort.js';
import type { Call, Reply } from './protocol.js';
import { startWorker, type WorkerHandle } from './worker-handle.js';

export interface SchedulerOptions {
  /** The maximum number of workers, from 1. */
  readonly size: number;
  /** Milliseconds after which an idle worker ends. */
  readonly idleTimeout: number;
  readonly workerUrl: string | URL | undefined;
}

export interface Scheduler {
  /**
   * Runs a call on the next free worker. `prepare` is called when the worker takes it, and returns the
   * message and the buffers to transfer. Rejects if the worker ends, and on an abort, which ends the worker.
   */
  run(prepare: () => [Call, ArrayBuffer[]], signal: AbortSignal | undefined): Promise<Reply>;
  /** Starts a worker before it is needed. Rejects if it does not load. */
  warmUp(): Promise<void>;
  /** Ends every worker after its current job. Later calls start new ones. */
  dispose(): void;
  /** Ends every worker after `finished` settles, and resolves when all have ended. */
  close(finished: Promise<unknown>): Promise<void>;
}

interface Job {
  readonly prepare: () => [Call, ArrayBuffer[]];
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
  /** The worker that runs it now. */
  worker?: WorkerHandle | undefined;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

// Longer timeouts overflow in setTimeout and end immediately.
const MAX_TIMEOUT = 0x7fffffff;

/** `wasm` returns the compiled module for a new worker. */
export function createScheduler(
  { size, idleTimeout, workerUrl }: SchedulerOptions,
  wasm: () => Promise<WebAssembly.Module>,
): Scheduler {
  let isClosed = false;
  const queue = new Set<Job>();
  const workers = new Set<WorkerHandle>();
  // Idle workers, in the order in which they became idle, and the timers that end them.
  const idle = new Map<WorkerHandle, Timer>();
  const disposed = new WeakSet<WorkerHandle>();

  function start(): WorkerHandle {
    const worker = startWorker(wasm(), workerUrl);
    workers.add(worker);
    worker.ended.then(() => {
      workers.delete(worker);
      removeFromIdle(worker);
      assign();
    });
    return worker;
  }

  // Assigns queued jobs to idle workers, and to new ones up to `size`.
  function assign(): void {
    for (const job of queue) {
      // The most recently used worker, whose code is warm.
      const found = [...idle.keys()].reverse().find((worker) => !worker.isEnding());
      const worker = found ?? (workers.size < size ? start() : undefined);
      if (worker === undefined) {
        return;
      }
      removeFromIdle(worker);
      queue.delete(job);
      execute(job, worker);
    }
  }

  async function execute(job: Job, worker: WorkerHandle): Promise<void> {
    job.worker = worker;
    worker.keepAlive(true);
    try {
      job.resolve(await worker.call(...job.prepare()));
    } catch (error) {
      job.reject(error);
    }
    job.worker = undefined;
    release(worker);
  }

  function release(worker: WorkerHandle): void {
    if (disposed.has(worker)) {
      worker.end(undefined);
    } else if (!worker.isEnding()) {
      worker.keepAlive(false);
      idle.set(worker, startTimer(worker));
      assign();
    }
  }

  function startTimer(worker: WorkerHandle): Timer {
    if (idleTimeout > MAX_TIMEOUT) {
      return undefined;
    }
    const timer = setTimeout(() => worker.end(undefined), idleTimeout);
    // In Node, the timer must not keep the process running.
    (timer as { unref?(): void }).unref?.();
    return timer;
  }

  function removeFromIdle(worker: WorkerHandle): void {
    clearTimeout(idle.get(worker));
    idle.delete(worker);
  }

  async function warmUp(): Promise<void> {
    const worker = start();
    await worker.started;
    release(worker);
  }

  async function cancel(job: Job, reason: unknown): Promise<void> {
    queue.delete(job);
    job.reject(reason);
    const { worker } = job;
    worker?.end(reason);
    await worker?.ended;
    const needsReplacement = worker !== undefined && !disposed.has(worker) && !isClosed;
    if (needsReplacement && workers.size < size) {
      warmUp().catch(() => {}); // the next call reports it
    }
  }

  return {
    run(prepare, signal) {
      signal?.throwIfAborted();
      let removeListener = () => {};
      const reply = new Promise<Reply>((resolve, reject) => {
        const job: Job = { prepare, resolve, reject };
        removeListener = onAbort(signal, () => cancel(job, signal?.reason));
        queue.add(job);
        assign();
      });
      return reply.finally(removeListener);
    },
    warmUp,
    dispose() {
      for (const worker of workers) {
        disposed.add(worker);
      }
      for (const worker of idle.keys()) {
        removeFromIdle(worker);
        worker.end(undefined);
      }
    },
    async close(finished) {
      isClosed = true;
      await finished;
      for (const worker of workers) {
        worker.end(undefined);
      }
      await Promise.all(Array.from(workers, ({ ended }) => ended));
    },
  };
}
