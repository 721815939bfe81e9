// A worker of a browser or of Node, which executes one call at a time and can be ended during a call.

import { ImageError, outOfMemory, reasonOf, unreadable } from '../errors.js';
import { type NodeModules, nodeModule } from '../node-builtins.js';
import { bundlerAdvice } from '../wasm/compile.js';
import { type Call, type Reply, unpackReply } from './protocol.js';

export interface WorkerHandle {
  /** Resolves when the worker is ready for calls. Rejects if it does not load. */
  readonly started: Promise<void>;
  /** Executes a call. The buffers in `transfer` are transferred. Rejects if the worker ends. */
  call(call: Call, transfer: ArrayBuffer[]): Promise<Reply>;
  /** Ends the worker immediately. Its current call rejects with `reason`. */
  end(reason: unknown): void;
  /** Resolves when the worker has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Whether the worker has ended or is ending. */
  isEnding(): boolean;
  /** Whether the worker keeps the Node process running. No effect in browsers. */
  keepAlive(on: boolean): void;
}

// What workers of browsers and of Node have in common.
interface Port {
  postMessage(call: Call, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
  // Node only.
  ref?(): void;
  unref?(): void;
}

interface Listener {
  receive(reply: Reply): void;
  fail(error: unknown): void;
}

// A worker replies to `init` within milliseconds. A wrong script never does.
const INIT_TIMEOUT_MS = 60_000;

/**
 * Starts a worker, with its script at `workerUrl` or else next to this file, and sends it the wasm. Does not
 * throw: `started` and the calls reject with the error.
 */
export function startWorker(
  wasm: Promise<WebAssembly.Module>,
  workerUrl?: string | URL,
): WorkerHandle {
  let port: Port | undefined;
  let hasLoaded = false;
  let end: { readonly reason: unknown } | undefined;
  let pending: { resolve(reply: Reply): void; reject(reason: unknown): void } | undefined;
  let whenEnded = (_: unknown) => {};
  const ended = new Promise<void>((resolve) => {
    whenEnded = () => resolve();
  });

  const finish = (reason: unknown) => {
    if (end === undefined) {
      end = { reason };
      pending?.reject(reason);
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
        throw unreadable('The source', error);
      }
      pending = { resolve, reject };
    });
  const listener = {
    receive: (reply: Reply) => {
      hasLoaded = true;
      pending?.resolve(reply);
      pending = undefined; // it would keep the reply in memory
    },
    fail: (error: unknown) =>
      finish(
        outOfMemory(error) ??
          (hasLoaded ? workerCrashed(error) : workerNotLoaded(error, workerUrl)),
      ),
  };
  try {
    port = (hasWebWorkers() ? openWorker : openNodeWorker)(listener, workerUrl);
  } catch (error) {
    listener.fail(error);
  }

  const start = async () => {
    const call = { name: 'init', args: [{ wasmModule: await wasm }] } as const;
    const reply = exchange(call, []);
    const timer = setTimeout(
      () => listener.fail('it did not answer within a minute'),
      INIT_TIMEOUT_MS,
    );
    unpackReply(call, await reply.finally(() => clearTimeout(timer)));
  };
  const started = start();
  started.catch(finish);
  return {
    started,
    call: (call, transfer) => started.then(() => exchange(call, transfer)),
    end: finish,
    ended,
    isEnding: () => end !== undefined,
    keepAlive: (on) => (on ? port?.ref?.() : port?.unref?.()),
  };
}

// Deno's Web Workers keep the process running and have no unref(). It has Node's workers, too.
function hasWebWorkers(): boolean {
  return typeof Worker === 'function' && !('Deno' in globalThis);
}

// Undefined in a bundle that is not a module.
const ownUrl: string | undefined = import.meta.url;

const page = () => (globalThis as { location?: Location }).location;

// The URL of the script, or undefined if it is invalid.
function urlOf(workerUrl: string | URL | undefined): URL | undefined {
  try {
    return workerUrl === undefined
      ? new URL('./crop64-worker.js', ownUrl)
      : new URL(workerUrl, page()?.href);
  } catch {
    return undefined;
  }
}

// Pages may only start workers of their own origin.
function isCrossOrigin({ protocol, origin }: URL): boolean {
  const own = page()?.origin;
  return /^https?:$/.test(protocol) && own !== undefined && own !== origin;
}

function openWorker({ receive, fail }: Listener, workerUrl: string | URL | undefined): Port {
  const worker = createWorker(workerUrl);
  worker.onmessage = ({ data }) => receive(data);
  // Chrome's workers have no onmessageerror.
  worker.addEventListener('messageerror', () => fail('it sent a message that cannot be read'));
  worker.onerror = (event) => {
    event.preventDefault(); // the calls report it
    fail(event.message ?? 'the file is missing, or a content security policy forbids it');
  };
  return worker;
}

function createWorker(workerUrl: string | URL | undefined): Worker {
  const url = urlOf(workerUrl);
  if (url !== undefined && isCrossOrigin(url)) {
    return createCrossOriginWorker(url);
  }
  return workerUrl === undefined
    ? // Bundlers recognise this expression and bundle the script.
      new Worker(new URL('./crop64-worker.js', import.meta.url), { type: 'module' })
    : new Worker(url ?? workerUrl, { type: 'module' });
}

// A worker of the page's origin that runs a script of another origin. Not a module worker: its failing import
// would report no reason.
function createCrossOriginWorker(url: URL): Worker {
  const script = `importScripts(${JSON.stringify(url.href)})`;
  const own = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  try {
    return new Worker(own);
  } finally {
    // Later, because some browsers read the script after the constructor has returned.
    setTimeout(() => URL.revokeObjectURL(own), 60_000);
  }
}

function openNodeWorker({ receive, fail }: Listener, workerUrl: string | URL | undefined): Port {
  const { Worker } = nodeModule('node:worker_threads') as NodeModules['node:worker_threads'];
  // Not the expression above: a bundler would bundle a second worker. No execArgv, since workers refuse some
  // of the flags of this process.
  const url = new URL(
    workerUrl ?? './crop64-worker.js',
    workerUrl === undefined ? ownUrl : undefined,
  );
  const worker = new Worker(url, { execArgv: [] });
  worker.on('message', receive);
  worker.on('messageerror', fail);
  worker.on('error', fail);
  worker.on('exit', (code) => fail(`it ended with code ${code}`));
  return worker as unknown as Port;
}

function workerCrashed(error: unknown): ImageError {
  return new ImageError(
    'INTERNAL',
    `The worker crashed: ${reasonOf(error)}.`,
    {},
    { cause: error },
  );
}

function workerNotLoaded(error: unknown, workerUrl: string | URL | undefined): ImageError {
  const url = urlOf(workerUrl);
  const from = url === undefined ? '' : ` from ${url.href}`;
  return new ImageError(
    'MODULE_LOAD_FAILED',
    `The worker did not load${from}: ${reasonOf(error)}. ${adviceFor(url, workerUrl)}.`,
    url === undefined ? {} : { url: url.href },
    { cause: error },
  );
}

function adviceFor(url: URL | undefined, workerUrl: string | URL | undefined): string {
  if (url !== undefined && isCrossOrigin(url)) {
    return (
      `A worker of another origin needs a content security policy with worker-src blob: and script-src ` +
      `${url.origin}. Or serve crop64-worker.js from the page's origin, and set its URL with ` +
      'createPool({ workerUrl })'
    );
  }
  const advice =
    workerUrl === undefined
      ? `${bundlerAdvice(url?.href, 'crop64-worker.js')}; or set its URL with createPool({ workerUrl })`
      : 'Check that workerUrl is the URL of crop64/crop64-worker.js';
  return `${advice}; a content security policy needs worker-src 'self'`;
}
