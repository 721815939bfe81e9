// A worker, a browser's or Node's, which does one call at a time and can be ended in the middle of it.

import { ImageError, noRoom, reasonOf, unreadable } from '../errors.js';
import { type NodeModules, nodeModule } from '../node-builtins.js';
import { cureOf } from '../wasm/compile.js';
import { type Call, type Reply, unpackReply } from './protocol.js';

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

// A worker answers its first call within milliseconds; a script that is something else never does.
const ANSWER_MS = 60_000;

/**
 * Starts a worker with the wasm; its script is at `workerUrl`, or else beside this file. `started` and the
 * calls reject with what goes wrong.
 */
export function startThread(wasm: Promise<WebAssembly.Module>, workerUrl?: string | URL): Thread {
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
    fail: (error: unknown) =>
      finish(noRoom(error) ?? (hasLoaded ? died(error) : notLoaded(error, workerUrl))),
  };
  try {
    port = (hasWebWorkers() ? openWorker : openNodeWorker)(listener, workerUrl);
  } catch (error) {
    listener.fail(error);
  }

  const start = async () => {
    const call = { name: 'init', args: [{ wasmModule: await wasm }] } as const;
    const reply = exchange(call, []);
    const timer = setTimeout(() => listener.fail('it did not answer within a minute'), ANSWER_MS);
    unpackReply(call, await reply.finally(() => clearTimeout(timer)));
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

// Undefined in a bundle that is no module.
const here: string | undefined = import.meta.url;

const page = () => (globalThis as { location?: Location }).location;

// Where the script is; undefined if that is no valid address.
function addressOf(workerUrl: string | URL | undefined): URL | undefined {
  try {
    return workerUrl === undefined
      ? new URL('./crop64-worker.js', here)
      : new URL(workerUrl, page()?.href);
  } catch {
    return undefined;
  }
}

// A page may only start workers of its own origin.
function isElsewhere({ protocol, origin }: URL): boolean {
  const own = page()?.origin;
  return /^https?:$/.test(protocol) && own !== undefined && own !== origin;
}

function openWorker({ receive, fail }: Listener, workerUrl: string | URL | undefined): Port {
  const worker = startWorker(workerUrl);
  worker.onmessage = ({ data }) => receive(data);
  // Chrome's workers have no onmessageerror.
  worker.addEventListener('messageerror', () => fail('it sent a message that cannot be read'));
  worker.onerror = (event) => {
    event.preventDefault(); // it is told by the calls
    fail(event.message ?? 'it is not there, or a content security policy forbids it');
  };
  return worker;
}

function startWorker(workerUrl: string | URL | undefined): Worker {
  const url = addressOf(workerUrl);
  if (url !== undefined && isElsewhere(url)) {
    return startFromElsewhere(url);
  }
  return workerUrl === undefined
    ? // Bundlers look for just this expression, and bundle what it names.
      new Worker(new URL('./crop64-worker.js', import.meta.url), { type: 'module' })
    : new Worker(url ?? workerUrl, { type: 'module' });
}

// A worker of the page's own origin that runs a script of another one. Not as a module: a failing import
// gives no reason.
function startFromElsewhere(url: URL): Worker {
  const script = `importScripts(${JSON.stringify(url.href)})`;
  const own = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  try {
    return new Worker(own);
  } finally {
    // Once it has been read: some browsers read it after the constructor has returned.
    setTimeout(() => URL.revokeObjectURL(own), 60_000);
  }
}

function openNodeWorker({ receive, fail }: Listener, workerUrl: string | URL | undefined): Port {
  const { Worker } = nodeModule('node:worker_threads') as NodeModules['node:worker_threads'];
  // Not the expression above: a bundler would take it for a second worker. And not the flags of this
  // process: some of them, a worker cannot have.
  const url = new URL(
    workerUrl ?? './crop64-worker.js',
    workerUrl === undefined ? here : undefined,
  );
  const worker = new Worker(url, { execArgv: [] });
  worker.on('message', receive);
  worker.on('messageerror', fail);
  worker.on('error', fail);
  worker.on('exit', (code) => fail(`it ended with code ${code}`));
  return worker as unknown as Port;
}

function died(error: unknown): ImageError {
  return new ImageError('INTERNAL', `The worker died: ${reasonOf(error)}.`, {}, { cause: error });
}

function notLoaded(error: unknown, workerUrl: string | URL | undefined): ImageError {
  const url = addressOf(workerUrl);
  const from = url === undefined ? '' : ` from ${url.href}`;
  return new ImageError(
    'MODULE_LOAD_FAILED',
    `The worker did not load${from}: ${reasonOf(error)}. ${adviceFor(url, workerUrl)}.`,
    url === undefined ? {} : { url: url.href },
    { cause: error },
  );
}

function adviceFor(url: URL | undefined, workerUrl: string | URL | undefined): string {
  if (url !== undefined && isElsewhere(url)) {
    return (
      `A worker of another origin needs a content security policy that allows worker-src blob: and ` +
      `script-src ${url.origin}. Or serve crop64-worker.js from the origin of the page, and say where it ` +
      'is with createPool({ workerUrl })'
    );
  }
  const cure =
    workerUrl === undefined
      ? `${cureOf(url?.href, 'crop64-worker.js')}; or say where it is with createPool({ workerUrl })`
      : 'Check that workerUrl is the address of the file crop64/crop64-worker.js';
  return `${cure}; a content security policy needs worker-src 'self'`;
}
