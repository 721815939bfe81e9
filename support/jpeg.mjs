// The segments of a JPEG file.

/** The segments { marker, at, payload } of a JPEG up to its first scan. */
export function segments(jpeg) {
  const found = [];
  const file = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; ; ) {
    const size = file.readUInt16BE(at + 2);
    const marker = file[at + 1];
    found.push({ marker, at, payload: file.subarray(at + 4, at + 2 + size) });
    if (marker === 0xda) return found;
    at += 2 + size;
  }
}
