// What the types allow in a project that has the types of Node. Nothing here runs.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { encode, init, type Source, toBlob, toBytes, toFile } from 'crop64';
import { createPool } from 'crop64/pool';

declare const streams: [Readable, WebStream, IncomingMessage, ReadableStream<Uint8Array>];

export async function node(): Promise<void> {
  const file: Buffer = await readFile('photo.jpg');
  const sources = [file, new Blob(['']), new Response(), new URL('file:///photo.jpg')];
  for (const source of sources) await toBytes(source);
  const all: Source[] = streams;
  const named: Blob = await toFile(file, { name: 'a.png' });
  const { signal } = new AbortController();
  const blob: Blob = await toBlob(file, { signal });
  const encoded = await encode(file);
  const made = [new Blob([encoded.bytes]), Buffer.from(encoded.bytes), encoded.toBlob().size];
  console.log(blob, made, all, named);
  await init({ wasmUrl: new URL('file:///crop64.wasm') });
  // @ts-expect-error: a promise is not a source
  await toBytes(readFile('photo.jpg'));
  // @ts-expect-error: the controller is no signal
  await encode(file, { signal: new AbortController() });
  await using own = createPool({ workerUrl: new URL('file:///crop64-worker.js') });
  await own.encode(file);
}
