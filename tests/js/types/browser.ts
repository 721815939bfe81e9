// What the types allow in a project that has the types of the DOM. Nothing here runs.
import { encode, init, probe, type Source, toBlob, toBytes, toFile, toImageData } from 'crop64';
import * as pool from 'crop64/pool';

declare const bytes: Uint8Array;
declare const sources: [
  Blob,
  File,
  ArrayBuffer,
  SharedArrayBuffer,
  Uint16Array,
  DataView,
  Response,
  Request,
  URL,
  ReadableStream<Uint8Array>,
  AsyncGenerator<Uint8Array>,
  string,
  ImageData,
  ImageBitmap,
  HTMLCanvasElement,
  OffscreenCanvas,
  HTMLImageElement,
  HTMLVideoElement,
  VideoFrame,
];

export async function browser(): Promise<void> {
  for (const source of sources) await toBytes(source);
  const all: Source[] = sources;
  const encoded = await encode(bytes, { signal: new AbortController().signal });
  const blob: Blob = encoded.toBlob();
  const image: ImageData = await toImageData(bytes);
  const { signal } = new AbortController();
  const file: File = await toFile(bytes, { name: 'a.jpg', format: 'jpeg', quality: 80, signal });
  await probe(file, { limits: { bytes: 5 }, signal });
  // Bytes make a Blob, and a body.
  const made = [new Blob([encoded.bytes, await toBytes(bytes)]), new Response(encoded.bytes)];
  console.log(all, blob, image, made, await createImageBitmap(await toBlob(bytes)));
  await init({ wasmUrl: new URL('https://example.com/crop64.wasm') });
  await init({ wasmModule: new WebAssembly.Module(new Uint8Array(8)) });
  // @ts-expect-error: a stream of text
  await toBytes(new ReadableStream<string>());
  // @ts-expect-error
  await toBytes(fetch('photo.png'));
  // @ts-expect-error: an element without pixels
  await toBytes(document.createElement('div'));
  // @ts-expect-error: the controller is no signal
  await encode(bytes, { signal: new AbortController() });
}

export async function pools(): Promise<void> {
  await using own = pool.createPool({ workerUrl: new URL('https://example.com/worker.js') });
  const blob: Blob = await pool.toBlob(bytes);
  async function* some(): AsyncGenerator<File> {}
  for await (const { source, error } of own.map(some(), {}, { stopOnError: false })) {
    const name: string = source.name;
    console.log(name, error?.code, blob);
  }
  for await (const { bytes } of own.map(sources)) console.log(bytes);
}
