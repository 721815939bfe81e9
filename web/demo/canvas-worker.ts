// What pages do without crop64, and how far it is from the picture's own samples. In a worker, so that
// neither the canvas's work nor the comparison holds up the page.

export interface CanvasJob {
  readonly file: Blob;
  readonly region: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** Of the result. */
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
  /** Samples that are not the same. */
  readonly changed: number;
  readonly total: number;
  /** The largest difference, of 255. */
  readonly most: number;
  /** Differences, amplified, and reduced where it is large; black is none. */
  readonly picture: ImageData;
}

interface Works {
  crop(job: CanvasJob): Promise<string>;
  compare(pair: { expected: Samples; made: Samples }): Difference;
}
export type Calls = { [Name in keyof Works]: { name: Name; given: Parameters<Works[Name]>[0] } };
export type Values = { [Name in keyof Works]: Awaited<ReturnType<Works[Name]>> };

// Differences are made plain to see: even the smallest is no longer dark, and where the picture of them
// is reduced, to this many pixels a side, the largest of each cell is what shows.
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
    const picture = new ImageData(Math.ceil(width / cell), Math.ceil(height / cell));
    const distance = (i: number) => Math.abs((a[i] as number) - (b[i] as number)) / unit;
    let changed = 0;
    let most = 0;
    for (let y = 0, from = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, from += step) {
        const to = 4 * (Math.floor(y / cell) * picture.width + Math.floor(x / cell));
        const alpha = step === 4 ? distance(from + 3) : 0;
        changed += alpha > 0 ? 1 : 0;
        most = Math.max(most, alpha);
        for (let i = 0; i < 3; i += 1) {
          const color = distance(from + i);
          changed += color > 0 ? 1 : 0;
          most = Math.max(most, color);
          // Where alpha differs, all three colours show it.
          const light = color + alpha === 0 ? 0 : FLOOR + AMPLIFIED * (color + alpha);
          picture.data[to + i] = Math.max(picture.data[to + i] as number, light);
        }
        picture.data[to + 3] = 255;
      }
    }
    return { changed, total: a.length, most, picture };
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
