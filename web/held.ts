// Streams that are being read.

const streams = /* @__PURE__ */ new Set<ReadableStream>();

/**
 * Reads a stream by `read`, and holds it meanwhile. Chromium may free one to which nothing leads but the
 * promise of its next piece, and that promise then never settles.
 */
export async function held<Stream extends ReadableStream, Value>(
  stream: Stream,
  read: (stream: Stream) => Promise<Value>,
): Promise<Value> {
  streams.add(stream);
  try {
    return await read(stream);
  } finally {
    streams.delete(stream);
  }
}
