// Checks of single values. Each returns the value, or throws INVALID_ARGUMENT with its name.

import { ImageError, invalid, show } from '../errors.js';
import { nearest } from '../spelling.js';

/** A plain object whose values have not been checked. */
export type Given = Readonly<Record<string, unknown>>;

/** The limit that no value exceeds. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * A plain object that has no keys but `keys`. `name` is `'options'`, or the option whose value this is.
 * `expected` describes the object in the message.
 */
export function object(
  value: unknown,
  name: string,
  keys: readonly string[],
  expected = 'an object',
): Given {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(expected, name, value);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw unknownOption(unknown, name === 'options' ? '' : `${name}.`, keys);
  }
  return value as Given;
}

function unknownOption(key: string, path: string, keys: readonly string[]): ImageError {
  const suggestion = nearest(key, keys);
  const advice =
    suggestion === undefined
      ? `. Known options: ${keys.map((known) => path + known).join(', ')}.`
      : `: did you mean '${path}${suggestion}'?`;
  const name = path + key;
  return new ImageError('INVALID_ARGUMENT', `Unknown option ${show(name)}${advice}`, { name });
}

export function boolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') {
    throw invalid('true or false', name, value);
  }
  return value;
}

export function oneOf<const Value extends string | number | boolean>(
  value: unknown,
  name: string,
  values: readonly Value[],
): Value {
  if (!values.includes(value as Value)) {
    throw invalid(`one of ${values.map(show).join(', ')}`, name, value);
  }
  return value as Value;
}

/** A number from `min` to `max`, both included. NaN is refused. */
export function number(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw invalid(`a number from ${min} to ${max}`, name, value);
  }
  return value;
}

/** An integer from `min` to `max`, both included. */
export function integer(value: unknown, name: string, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalid(`an integer from ${min} to ${max}`, name, value);
  }
  return value as number;
}
