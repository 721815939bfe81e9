// "Did you mean": the option that an unknown one was meant for.

import { editDistance } from '../spelling.js';

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

/** The nearest of `names` to one that is unknown, with two hyphens; `undefined` if none is near. */
export function suggest(unknown: string, names: readonly string[]): string | undefined {
  // The interface's own names are in camel case.
  const name = unknown.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  if (names.includes(name)) {
    return `--${name}`;
  }
  const elsewhere = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  const distances = names.map((other) => ({ other, far: editDistance(name, other) }));
  const [nearest] = distances.sort((a, b) => a.far - b.far);
  const isNear = nearest !== undefined && nearest.far <= Math.max(1, Math.floor(name.length / 3));
  return elsewhere ?? (isNear ? `--${nearest.other}` : undefined);
}
