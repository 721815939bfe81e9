// Parses the values of options. A value that cannot be parsed is returned as it is, and the library rejects
// it with its own message.

import { UsageError } from './errors.js';

/** A number if the text is a number, otherwise the text. */
export function literal(text: string): unknown {
  return /^-?(\d+(\.\d+)?|Infinity)$/.test(text) ? Number(text) : text;
}

export function lowerCase(text: string): string {
  return text.toLowerCase();
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
};

/** A count with an optional unit: 200k or 200kB is 200 000, 1.5M is 1 500 000, 1KiB is 1024. */
export function count(text: string): unknown {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmg]?i?)b?$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return number === undefined || factor === undefined
    ? literal(text)
    : Math.round(Number(number) * factor);
}

const CROP = 'X,Y,WIDTH,HEIGHT or WIDTHxHEIGHT+X+Y';

/** `X,Y,WIDTH,HEIGHT`, or a geometry as in ImageMagick and X11. */
export function crop(text: string): unknown {
  const geometry = /^(\d+)x(\d+)(?:([+-]\d+)([+-]\d+))?$/i.exec(text);
  if (geometry === null) {
    const [x, y, width, height, unit] = fourNumbers('crop', CROP, text);
    return { x, y, width, height, ...unit };
  }
  const [, width, height, x, y] = geometry;
  if (x === undefined) {
    throw new UsageError(
      `--crop needs a position: ${text}+0+0 is the top left corner. To scale and crop the image to ` +
        `${text}, use --resize ${text}.`,
    );
  }
  return { x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
}

export function box(text: string): unknown {
  const [left, top, right, bottom, unit] = fourNumbers('box', 'LEFT,TOP,RIGHT,BOTTOM', text);
  return { left, top, right, bottom, ...unit };
}

type Four = [number, number, number, number, { unit?: '%' }];

function fourNumbers(name: string, expected: string, text: string): Four {
  const matches = text.split(',').map((item) => /^\s*(-?\d+(?:\.\d+)?)(%?)\s*$/.exec(item));
  const units = new Set(matches.map((match) => match?.[2]));
  if (matches.length !== 4 || matches.includes(null) || units.size > 1) {
    throw new UsageError(
      `Expected ${expected} for --${name}, four numbers, all in pixels or all in percent, but ` +
        `received '${text}'.`,
    );
  }
  const numbers = matches.map((match) => Number(match?.[1]));
  return [...numbers, units.has('%') ? { unit: '%' } : {}] as Four;
}

/** The value of `--resize 50%`. The size depends on the image: see scale.ts. */
export interface Percentage {
  readonly percent: number;
}

export function size(text: string): unknown {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0) {
    return { percent: Number(percent) } satisfies Percentage;
  }
  const [all, width, height] = /^(\d*)x(\d*)$|^\d+$/i.exec(text) ?? [];
  if (all === undefined || all.toLowerCase() === 'x') {
    throw new UsageError(
      `Expected WIDTHxHEIGHT, WIDTH, xHEIGHT or a percentage (50%) for --resize but received ` +
        `'${text}'.`,
    );
  }
  if (width === undefined) {
    return { width: Number(all) };
  }
  return { ...(width && { width: Number(width) }), ...(height && { height: Number(height) }) };
}
