// What pages do without crop64, and how far the result is from the source's own pixels. In a worker, so
// that neither the canvas nor the comparison blocks the page.

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
  /** From 0 to 1; without it, the browser's own. */
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
  /** The largest difference of a sample, of 255. */
  readonly most: number;
  /** The differences, amplified, and reduced if the image is large. Black is equal. */
  readonly shown: ImageData;
}

interface Works {
  crop(job: CanvasJob): Promise<string>;
  compare(pair: { expected: Samples; made: Samples }): Difference;
}
export type Calls = { [Name in keyof Works]: { name: Name; given: Parameters<Works[Name]>[0] } };
export type Values = { [Name in keyof Works]: Awaited<ReturnType<Works[Name]>> };

// Even the smallest difference is clearly visible. The image of them has at most this many pixels a side:
// if it is reduced, each of its pixels shows the largest difference of a cell.
const FLOOR = 88;
const AMPLIFIED = 12;
const MOST_SHOWN = 720;

const works: Works = {
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
    const cell = Math.ceil(Math.max(width, height) / MOST_SHOWN);
    const shown = new ImageData(Math.ceil(width / cell), Math.ceil(height / cell));
    const distance = (i: number) => Math.abs((a[i] as number) - (b[i] as number)) / unit;
    let changed = 0;
    let most = 0;
    for (let y = 0, from = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, from += step) {
        const to = 4 * (Math.floor(y / cell) * shown.width + Math.floor(x / cell));
        const alpha = step === 4 ? distance(from + 3) : 0;
        let largest = alpha;
        for (let i = 0; i < 3; i += 1) {
          const color = distance(from + i);
          largest = Math.max(largest, color);
          // A difference in alpha shows in all three colours.
          const light = color + alpha === 0 ? 0 : FLOOR + AMPLIFIED * (color + alpha);
          shown.data[to + i] = Math.max(shown.data[to + i] as number, light);
        }
        shown.data[to + 3] = 255;
        changed += largest > 0 ? 1 : 0;
        most = Math.max(most, largest);
      }
    }
    return { changed, total: width * height, most, shown };
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

self.onmessage = async ({ data: { name, given } }: MessageEvent<Calls[keyof Calls]>) => {
  try {
    const value = await (works[name] as (given: unknown) => unknown)(given);
    self.postMessage({ value });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
