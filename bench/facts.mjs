// What is counted and not timed: the size of the module, and the memory that a job takes.
import { downloadSizes } from '../tests/support/download.mjs';
import { nativeFile, nativeOptions, startNative } from '../tests/support/native.mjs';
import { limits } from './jobs.mjs';
import { readPicture } from './pictures.mjs';

/** Each of the limits with the `found` number of bytes. */
export async function countAll() {
  const counted = [];
  for (const limit of Object.values(limits)) {
    const found = limit.picture ? await memoryOf(limit) : sum(downloadSizes().values());
    counted.push({ title: limit.title, found, most: limit.most, isMet: found <= limit.most });
  }
  return counted;
}

const sum = (values) => [...values].reduce((a, b) => a + b);

// By the allocator's high-water mark, on a new instance, without the input and the output.
async function memoryOf({ picture, options: { crop, ...options } }) {
  const { bytes } = readPicture(picture);
  const native = await startNative();
  const before = native.heapHighWater();
  const { left, top, width, height } = crop;
  const edges = { left, top, right: left + width, bottom: top + height };
  const input = nativeFile(native, bytes);
  const asked = nativeOptions(native, { crop: edges, ...options });
  const { ok, message, result } = native.process(input, [asked], native.Form.bytes);
  if (!ok) throw new Error(message);
  return native.heapHighWater() - before - bytes.length - result[0].data.length;
}
