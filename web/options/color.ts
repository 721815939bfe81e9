// Checks a colour and converts it to red, green, blue and alpha.

import { invalid } from '../errors.js';
import { integer, number, object } from './values.js';

const HEX_COLOR = "a colour like '#fff', '#ffff', '#ffffff' or '#ffffffff'";

/** `r`, `g` and `b` are integers from 0 to 255, `alpha` is from 0 to 1. */
export function checkColor(value: unknown, name: string) {
  if (typeof value === 'string') {
    return parseHexColor(value, name);
  }
  const keys = ['r', 'g', 'b', 'alpha'];
  const given = object(value, name, keys, `${HEX_COLOR}, or {r, g, b, alpha}`);
  const channel = (key: string) => integer(given[key], `${name}.${key}`, 0, 255);
  const { alpha = 1 } = given;
  return {
    r: channel('r'),
    g: channel('g'),
    b: channel('b'),
    alpha: number(alpha, `${name}.alpha`, 0, 1),
  };
}

function parseHexColor(text: string, name: string) {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
  if (digits === undefined) {
    throw invalid(HEX_COLOR, name, text);
  }
  const length = digits.length > 4 ? 2 : 1;
  const channel = (index: number) => {
    const hex = digits.slice(index * length, (index + 1) * length) || 'ff';
    return Number.parseInt(hex.padStart(2, hex), 16);
  };
  return { r: channel(0), g: channel(1), b: channel(2), alpha: channel(3) / 255 };
}
