// In a page of Chromium: the jobs, by crop64 and by what the browser has.
const kept = new Map();

// A Blob or, to be made text, its bytes; no more than that is held, for it counts when V8 collects.
async function pictureOf(name, work) {
  const key = `${name} ${work}`;
  if (!kept.has(key)) {
    const answer = await fetch(`/build/bench/pictures/${name}`);
    const bytes = async () => new Uint8Array(await answer.arrayBuffer());
    kept.set(key, await (work === 'base64' ? bytes() : answer.blob()));
  }
  return kept.get(key);
}

// Draws a part of the image, or all of it smaller: decoded by ImageDecoder, which decodes a JPEG at about the size
// that is wanted and is faster than createImageBitmap() and an <img>.
async function draw(blob, { crop, resize }) {
  if (crop) {
    const { left, top, width, height } = crop;
    const bitmap = await createImageBitmap(blob, left, top, width, height);
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas;
  }
  const { width, height } = resize;
  const wanted = { desiredWidth: width, desiredHeight: height };
  const decoder = new ImageDecoder({ data: await blob.arrayBuffer(), type: blob.type, ...wanted });
  const { image } = await decoder.decode();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  image.close();
  decoder.close();
  return canvas;
}

async function encodeOnCanvas(blob, { crop, resize, format, quality }) {
  const canvas = await draw(blob, { crop, resize });
  const type = `image/${format}`;
  const file = await canvas.convertToBlob({ type, quality: quality && quality / 100 });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// What starts each of them, which is nothing the second time, and gives its works.
const starts = {
  async crop64(from) {
    const { toBase64, toDataURL } = await import(`${from}/index.js`);
    return {
      crop: (blob, options) => toDataURL(blob, options),
      base64: (bytes, options) => toBase64(bytes, options),
    };
  },
  browser: () => ({ crop: encodeOnCanvas, base64: (bytes) => bytes.toBase64() }),
};

// The picture is there before the clock starts; crop64 is not, in a fresh page. `from` is its folder.
// What is timed several times in a row is done as often before (as in contenders.mjs).
export async function perform(who, { work, picture, options, times = 1, from = '/dist' }) {
  const source = await pictureOf(picture, work);
  let text;
  const repeat = async () => {
    const { [work]: run } = await starts[who](from);
    for (let i = 0; i < times; i += 1) text = await run(source, options);
  };
  if (times > 1) await repeat();
  const started = performance.now();
  await repeat();
  return { milliseconds: (performance.now() - started) / times, text };
}
