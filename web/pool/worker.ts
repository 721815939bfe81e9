// The script of a worker: executes the public functions, one call after the other.

import { outOfMemory } from '../errors.js';
import * as crop64 from '../index.js';
import { nodeModule } from '../node-builtins.js';
import {
  buffersOf,
  type Call,
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

// Node's workers have no global postMessage.
const port = (
  typeof postMessage === 'function' ? globalThis : nodeModule('node:worker_threads')?.parentPort
) as Port;

const functions: Record<Call['name'], unknown> = { ...crop64 };

async function execute(call: Call): Promise<Reply> {
  try {
    const perform = functions[call.name] as (...args: unknown[]) => unknown;
    return packResult(await perform(...unpackArguments(call)));
  } catch (error) {
    return packError(error, call);
  }
}

// Every call gets a reply, otherwise the caller would wait forever.
function send(reply: Reply): void {
  try {
    port.postMessage(reply, buffersOf(reply));
  } catch (error) {
    port.postMessage(packError(outOfMemory(error) ?? error), []);
  }
}

port.onmessage = async ({ data: call }) => send(await execute(call));
port.addEventListener('messageerror', () =>
  send(packError(new Error('The worker could not read its message.'))),
);
