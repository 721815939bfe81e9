// Crops with the browser's canvas, and compares results with the pixels of the source. It runs in a worker, so
// that neither blocks the page.

export interface CanvasJob {
  readonly file: Blob;
  readonly region: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** The result's size. */
  readonly width: number;
  readonly height: number;
  /** How the region fills the result. */
  readonly fit: 'cover' | 'contain' | 'fill';
  readonly type: 'image/jpeg' | 'image/png';
  /** From 0 to 1. Default: the browser's. */
  readonly quality?: number;
}

export interface Samples {
  readonly data: Uint8ClampedArray | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly channels: 'RGB' | 'RGBA';
}

export interface Difference {
  /** Pixels with at least one sample that differs. */
  readonly changed: number;
  readonly total: number;
  /** The largest difference of a sample, from 0 to 255. */
  readonly largest: number;
  /** An image of the amplified differences, reduced in size if it is large. Black means equal. */
  readonly image: ImageData;
}

interface Tasks {
  crop(job: CanvasJob): Promise<string>;
  compare(pair: { expected: Samples; made: Samples }): Difference;
}
export type Calls = { [Name in keyof Tasks]: { name: Name; argument: Parameters<Tasks[Name]>[0] } };
export type Values = { [Name in keyof Tasks]: Awaited<ReturnType<Tasks[Name]>> };

// Brightness of a difference: BASE + GAIN * difference, so that the smallest is clearly visible. The image has
// at most MAX_SIDE pixels a side; if it is reduced, a pixel shows the largest difference in a cell.
const BASE = 88;
const GAIN = 12;
const MAX_SIDE = 720;

const tasks: Tasks = {
  async crop({ file, region, width, height, fit, type, quality }) {
    const { left, top, width: w, height: h } = region;
    const bitmap = await createImageBitmap(file, left, top, w, h);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    if (type === 'image/jpeg') {
      context.fillStyle = 'white';
      context.fillRect(0, 0, width, height);
    }
    context.imageSmoothingQuality = 'high';
    const choose = fit === 'cover' ? Math.max : Math.min;
    const scale = choose(width / w, height / h);
    const [x, y] = fit === 'fill' ? [width, height] : [w * scale, h * scale];
    context.drawImage(bitmap, (width - x) / 2, (height - y) / 2, x, y);
    bitmap.close();
    const options = { type, ...(quality !== undefined && { quality }) };
    return readAsDataURL(await canvas.convertToBlob(options));
  },

  compare({ expected, made }) {
    const { width, height, bitDepth, channels } = expected;
    const [a, b] = [expected.data, made.data];
    const step = channels.length;
    const unit = bitDepth === 16 ? 257 : 1;
    const cell = Math.ceil(Math.max(width, height) / MAX_SIDE);
    const image = new ImageData(Math.ceil(width / cell), Math.ceil(height / cell));
    const distance = (i: number) => Math.abs((a[i] as number) - (b[i] as number)) / unit;
    let changed = 0;
    let largest = 0;
    for (let y = 0, from = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, from += step) {
        const to = 4 * (Math.floor(y / cell) * image.width + Math.floor(x / cell));
        const alpha = step === 4 ? distance(from + 3) : 0;
        let difference = alpha;
        for (let i = 0; i < 3; i += 1) {
          const color = distance(from + i);
          difference = Math.max(difference, color);
          // A difference in alpha affects all three colours.
          const light = color + alpha === 0 ? 0 : BASE + GAIN * (color + alpha);
          image.data[to + i] = Math.max(image.data[to + i] as number, light);
        }
        image.data[to + 3] = 255;
        changed += difference > 0 ? 1 : 0;
        largest = Math.max(largest, difference);
      }
    }
    return { changed, total: width * height, largest, image };
  },
};

function readAsDataURL(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

self.onmessage = async ({ data: { name, argument } }: MessageEvent<Calls[keyof Calls]>) => {
  try {
    const value = await (tasks[name] as (argument: unknown) => unknown)(argument);
    self.postMessage({ value });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
