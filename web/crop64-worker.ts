// What a worker of the pool runs: the interface, one call after the other.

import * as crop64 from './index.js';
import {
  type Call,
  memoryOf,
  packError,
  packResult,
  type Reply,
  unpackArguments,
} from './message.js';
import { nodeModule } from './node.js';

interface Port {
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

port.onmessage = async ({ data: call }) => {
  const reply = await answer(call);
  port.postMessage(reply, memoryOf(reply));
};
