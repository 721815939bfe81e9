// Translates the library's messages: replaces the names of its options by those of the command line.

import type { ImageFlag } from './flag.js';

type Flags = Readonly<Record<string, ImageFlag>>;

const VALUES = `'[^']*'(?:(?:, | or )'[^']*')*|true|false|-?\\d+`;

/**
 * A message with the names of options replaced by flags: `outOfBounds: 'clamp'` becomes `--out-of-bounds
 * clamp`, `limits.memory` becomes `--limit-memory`. If several flags set the same option, one of `given`,
 * the flags of the command, is preferred.
 */
export function withFlags(message: string, flags: Flags, given: readonly string[] = []): string {
  const paths = Object.values(flags).flatMap(({ to }) => [to, to.split('.')[0] as string]);
  const names = [...new Set(paths)].sort((a, b) => b.length - a.length).join('|');
  const name = `(?<name>(?:${names.replaceAll('.', '\\.')})(?:\\.\\w+)?)`;
  const flagOf = (path: string, value?: string) => flagFor(path, flags, given, value);
  const swap = (text: string, pattern: string, replace: (name: string, value: string) => string) =>
    text.replace(new RegExp(pattern, 'g'), (...match) => {
      const { name, value = '' } = match.at(-1) as { name: string; value?: string };
      return replace(name, value);
    });
  const withValue = (name: string, value: string) => {
    const isSwitch = value === 'true' || value === 'false';
    return isSwitch ? flagOf(name, value) : `${flagOf(name)} ${value.replaceAll("'", '')}`;
  };
  let text = message
    .replace(/`?toBytes\(\)`? or `?toBlob\(\)`?/, '--output FILE')
    .replace(/percent with `?unit: '%'`?/, 'percent (25%,25%,50%,50%)');
  // name: 'value'; format 'png'; `name`; names that are not English words; for name but received.
  text = swap(text, `\`?\\b${name}: (?<value>${VALUES})\`?`, withValue);
  text = swap(text, `\\b${name} (?<value>'[^']*')`, withValue);
  text = swap(text, `\`${name}\``, (name) => flagOf(name));
  text = swap(text, `(?<![-\\w.'/])${name}(?![-\\w])`, (name) =>
    /[A-Z.]/.test(name) ? flagOf(name) : name,
  );
  for (const word of ['for', 'no', 'without']) {
    const end = '(?= but|,|\\.$|\\. | together| for another)';
    text = swap(text, `\\b${word} ${name}${end}`, (name) => `${word} ${flagOf(name)}`);
  }
  return text;
}

// The flag for an option: the one that sets this value; else one of `given`; else that of the outer option
// (--crop for `crop.width`).
function flagFor(path: string, flags: Flags, given: readonly string[], value?: string): string {
  const setting = (to: string) => Object.keys(flags).filter((name) => flags[name]?.to === to);
  const candidates = setting(path);
  if (value !== undefined) {
    const setsValue = (name: string) =>
      flags[name]?.value === undefined && String(flags[name]?.read('')) === value;
    const found = candidates.find(setsValue);
    return found === undefined ? `${path}: ${value}` : `--${found}`;
  }
  const all = [...candidates, ...setting(path.split('.')[0] as string)];
  const found = all.find((name) => given.includes(name)) ?? all[0];
  return found === undefined ? path : `--${found}`;
}
