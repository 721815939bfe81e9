// Node's own modules without an import, which bundlers would follow. Deno and Bun have them too.

import { ImageError } from './errors.js';

/** @internal */
export interface NodeModules {
  'node:fs/promises': {
    readFile(
      url: URL,
      options?: { signal: AbortSignal | undefined },
    ): Promise<Uint8Array<ArrayBuffer>>;
  };
  'node:os': { availableParallelism(): number };
  'node:worker_threads': typeof import('node:worker_threads');
}

/**
 * `undefined` in browsers and in Node before 20.16.
 * @internal
 */
export function nodeModule<Name extends keyof NodeModules>(
  name: Name,
): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}

/**
 * Reads `file:` URLs. Throws SOURCE_UNREADABLE if the runtime has no file system.
 * @internal
 */
export function nodeFileSystem(): NodeModules['node:fs/promises'] {
  const files = nodeModule('node:fs/promises');
  if (files === undefined) {
    throw new ImageError(
      'SOURCE_UNREADABLE',
      'This runtime cannot read file: URLs (Node 20.16 or newer, Deno and Bun can). Pass the bytes.',
    );
  }
  return files;
}
