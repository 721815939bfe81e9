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
  /** Differences, amplified; black is none. */
  readonly picture: ImageData;
}

interface Works {
  crop(job: CanvasJob): Promise<string>;
  compare(pair: { expected: Samples; made: Samples }): Difference;
}
export type Calls = { [Name in keyof Works]: { name: Name; given: Parameters<Works[Name]>[0] } };
export type Values = { [Name in keyof Works]: Awaited<ReturnType<Works[Name]>> };

// How differences are made plain to see: even the smallest is no longer dark.
const FLOOR = 64;
const AMPLIFIED = 12;
const shown = (difference: number) => (difference === 0 ? 0 : FLOOR + AMPLIFIED * difference);

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
    const picture = new ImageData(width, height);
    const out = picture.data;
    let changed = 0;
    let most = 0;
    for (let from = 0, to = 0; from < a.length; from += step, to += 4) {
      // Where alpha differs, all three show it.
      const alpha = step === 4 ? Math.abs((a[from + 3] as number) - (b[from + 3] as number)) : 0;
      changed += alpha > 0 ? 1 : 0;
      most = Math.max(most, alpha);
      for (let i = 0; i < 3; i += 1) {
        const difference = Math.abs((a[from + i] as number) - (b[from + i] as number));
        changed += difference > 0 ? 1 : 0;
        most = Math.max(most, difference);
        out[to + i] = shown((difference + alpha) / unit);
      }
      out[to + 3] = 255;
    }
    return { changed, total: a.length, most: most / unit, picture };
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
