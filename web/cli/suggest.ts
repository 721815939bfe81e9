// "Did you mean": suggestions for unknown options.

import { nearest } from '../spelling.js';

// Names in other programs.
const FOREIGN_NAMES: Readonly<Record<string, string>> = {
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

/** The option that is closest to an unknown one, with two hyphens; `undefined` if none is close. */
export function suggest(unknown: string, names: readonly string[]): string | undefined {
  // The library's names are in camel case.
  const name = unknown.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
  if (Object.hasOwn(FOREIGN_NAMES, name)) {
    return FOREIGN_NAMES[name];
  }
  const suggestion = nearest(name, names);
  return suggestion && `--${suggestion}`;
}
