// What a worker of the pool runs: the interface, one call after the other.

import { noRoom } from '../errors.js';
import * as crop64 from '../index.js';
import { nodeModule } from '../node-builtins.js';
import {
  type Call,
  memoryOf,
  packError,
  packResult,
  type Reply,
  unpackArguments,
} from './protocol.js';

interface Port {
  addEventListener(type: 'messageerror', listener: () => void): void;
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(reply: Reply, transfer: ArrayBuffer[]): void;
}

// Node's workers have no postMessage of their own.
const port = (
  typeof postMessage === 'function' ? globalThis : nodeModule('node:worker_threads')?.parentPort
) as Port;

const functions: Record<Call['name'], unknown> = { ...crop64 };

async function answer(call: Call): Promise<Reply> {
  try {
    const perform = functions[call.name] as (...args: unknown[]) => unknown;
    return packResult(await perform(...unpackArguments(call)));
  } catch (error) {
    return packError(error, call);
  }
}

// Every call has a reply, or the one who waits for it would wait for ever.
function reply(made: Reply): void {
  try {
    port.postMessage(made, memoryOf(made));
  } catch (error) {
    port.postMessage(packError(noRoom(error) ?? error), []);
  }
}

port.onmessage = async ({ data: call }) => reply(await answer(call));
port.addEventListener('messageerror', () =>
  reply(packError(new Error('The worker could not read what it was sent.'))),
);
