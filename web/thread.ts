// A worker, a browser's or Node's, which does one call at a time and can be ended in the middle of it.

import { ImageError, noRoom, reasonOf, unreadable } from './errors.js';
import { type Call, type Reply, unpackReply } from './message.js';
import { type NodeModules, nodeModule } from './node.js';
import { cureOf } from './wasm.js';

export interface Thread {
  /** Resolves when it can take calls. */
  readonly started: Promise<void>;
  /** Does a call, to which `transfer` is moved. Rejects where the worker ended. */
  call(call: Call, transfer: ArrayBuffer[]): Promise<Reply>;
  /** Ends it at once; what it was doing rejects with `reason`. */
  end(reason: unknown): void;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Whether it was ended, or is about to. */
  isOver(): boolean;
  /** Whether Node is to wait for it. */
  hold(on: boolean): void;
}

// What a browser's worker and Node's have in common.
interface Port {
  postMessage(call: Call, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
  // Not in browsers, where nobody waits for a worker.
  ref?(): void;
  unref?(): void;
}

interface Listener {
  receive(reply: Reply): void;
  fail(error: unknown): void;
}

/** Starts a worker with the wasm. What goes wrong is told by `started` and by its calls. */
export function startThread(wasm: Promise<WebAssembly.Module>): Thread {
  let port: Port | undefined;
  let hasLoaded = false;
  let end: { readonly reason: unknown } | undefined;
  let waiting: { resolve(reply: Reply): void; reject(reason: unknown): void } | undefined;
  let whenEnded = (_: unknown) => {};
  const ended = new Promise<void>((resolve) => {
    whenEnded = () => resolve();
  });

  const finish = (reason: unknown) => {
    if (end === undefined) {
      end = { reason };
      waiting?.reject(reason);
      Promise.resolve(port?.terminate()).then(whenEnded, whenEnded);
    }
  };
  const exchange = (call: Call, transfer: ArrayBuffer[]) =>
    new Promise<Reply>((resolve, reject) => {
      if (end !== undefined) {
        throw end.reason;
      }
      try {
        port?.postMessage(call, transfer);
      } catch (error) {
        throw unreadable('a source that can be sent to a worker', error);
      }
      waiting = { resolve, reject };
    });
  const listener = {
    receive: (reply: Reply) => {
      hasLoaded = true;
      waiting?.resolve(reply);
      waiting = undefined; // it would keep the reply
    },
    fail: (error: unknown) => finish(noRoom(error) ?? (hasLoaded ? died(error) : notLoaded(error))),
  };
  try {
    port = hasWebWorkers() ? openWorker(listener) : openNodeWorker(listener);
  } catch (error) {
    listener.fail(error);
  }

  const start = async () => {
    const call = { name: 'init', args: [{ wasmModule: await wasm }] } as const;
    unpackReply(call, await exchange(call, []));
  };
  const started = start();
  started.catch(finish);
  return {
    started,
    call: (call, transfer) => started.then(() => exchange(call, transfer)),
    end: finish,
    ended,
    isOver: () => end !== undefined,
    hold: (on) => (on ? port?.ref?.() : port?.unref?.()),
  };
}

// Deno's own would keep it running, and can't be told not to.
function hasWebWorkers(): boolean {
  return typeof Worker === 'function' && !('Deno' in globalThis);
}

function openWorker({ receive, fail }: Listener): Port {
  // Bundlers look for just this expression, and bundle what it names.
  const worker = new Worker(new URL('./crop64-worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => receive(data);
  // Chrome's workers have no onmessageerror.
  worker.addEventListener('messageerror', () => fail('it sent a message that cannot be read'));
  worker.onerror = (event) => {
    event.preventDefault(); // it is told by the calls
    fail(event.message ?? 'it is not there, or a content security policy forbids it');
  };
  return worker;
}

// In a bundle that is no module, there is none.
const here: string | undefined = import.meta.url;

function openNodeWorker({ receive, fail }: Listener): Port {
  const { Worker } = nodeModule('node:worker_threads') as NodeModules['node:worker_threads'];
  // Not the expression above: a bundler would take it for a second worker. And not the flags of this
  // process: some of them, a worker cannot have.
  const worker = new Worker(new URL('./crop64-worker.js', here), { execArgv: [] });
  worker.on('message', receive);
  worker.on('messageerror', fail);
  worker.on('error', fail);
  worker.on('exit', (code) => fail(`it ended with code ${code}`));
  return worker as unknown as Port;
}

function died(error: unknown): ImageError {
  return new ImageError('INTERNAL', `The worker died: ${reasonOf(error)}.`, {}, { cause: error });
}

function notLoaded(error: unknown): ImageError {
  const url = here && new URL('./crop64-worker.js', here).href;
  const from = url === undefined ? '' : ` from ${url}`;
  return new ImageError(
    'MODULE_LOAD_FAILED',
    `The worker did not load${from}: ${reasonOf(error)}. ${cureOf(url, 'crop64-worker.js')}; ` +
      "a content security policy needs worker-src 'self'.",
    url === undefined ? {} : { url },
    { cause: error },
  );
}
