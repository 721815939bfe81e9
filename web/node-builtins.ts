// Node's own modules without an import, which bundlers would follow. Deno and Bun have them too.

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
 * `undefined` in a browser, and in Node before 20.16.
 * @internal
 */
export function nodeModule<Name extends keyof NodeModules>(
  name: Name,
): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}
