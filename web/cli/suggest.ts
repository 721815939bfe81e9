// "Did you mean": the option that an unknown one was meant for.

import { nearest } from '../spelling.js';

// What other programs call it.
const ELSEWHERE: Readonly<Record<string, string>> = {
  size: '--resize',
  scale: '--resize 50%',
  thumbnail: '--resize 200x200',
  extract: '--crop',
  gravity: '--position',
  filter: '--kernel',
  strip: '--metadata none',
  type: '--format',
  out: '--output',
  overwrite: '--force',
  silent: '--quiet',
  autorotate: '--no-auto-orient',
};

/** The option that an unknown one was meant for, with two hyphens; `undefined` if none is near. */
export function suggest(unknown: string, names: readonly string[]): string | undefined {
  // The interface's own names are in camel case.
  const name = unknown.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
  if (Object.hasOwn(ELSEWHERE, name)) {
    return ELSEWHERE[name];
  }
  const meant = nearest(name, names);
  return meant && `--${meant}`;
}
