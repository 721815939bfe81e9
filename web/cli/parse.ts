// Takes the arguments apart.

import { parseArgs } from 'node:util';
import { WrongUse } from './errors.js';
import type { Flag } from './flag.js';
import { suggest } from './suggest.js';

/** The options that were given: their text, or `true`. */
export type Given = Readonly<Record<string, string | true | undefined>>;

type Flags = Readonly<Record<string, Flag>>;

/**
 * Splits arguments into options and the rest. The argument after an option that takes a value is that
 * value, also if it begins with a hyphen (`--rotate -90`), unless it is an option itself. Of an option
 * that is given twice the last value holds. Throws `WrongUse`.
 */
export function parse(
  args: readonly string[],
  flags: Flags,
): { values: Given; positionals: string[] } {
  const options = Object.entries(flags).map(([name, { value, short }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) },
  ]);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    allowPositionals: true,
    strict: false, // Node's own messages explain its syntax, and -90 is no value for it
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      const { rawName, value, inlineValue } = token;
      const name = rawName === '-V' ? 'version' : token.name; // a second short name
      const typed = args[token.index] as string;
      if (!Object.hasOwn(flags, name) || isOneHyphen(typed, flags)) {
        throw unknown(isOneHyphen(typed, flags) ? (typed.split('=')[0] as string) : rawName, flags);
      }
      const expected = flags[name]?.value;
      if (expected === undefined && value !== undefined) {
        throw new WrongUse(`Expected no value for ${rawName} but received '${value}'.`);
      }
      if (expected !== undefined) {
        const isMissing = value === undefined || (!inlineValue && isFlag(value, flags));
        if (isMissing) {
          const received = value === undefined ? 'nothing' : `the option ${value}`;
          throw new WrongUse(`Expected ${expected} for ${rawName} but received ${received}.`);
        }
      }
      values[name] = value ?? true;
    }
  }
  return { values, positionals };
}

// `-resize`, as ImageMagick has it, which would be -r, -e, ...; and `-output` would be -o utput.
function isOneHyphen(typed: string, flags: Flags): boolean {
  const name = /^-([a-z][a-z0-9-]+)(=.*)?$/.exec(typed)?.[1];
  return name !== undefined && Object.hasOwn(flags, name);
}

function isFlag(text: string, flags: Flags): boolean {
  const name = /^--([^=]+)/.exec(text)?.[1];
  const shorts = Object.values(flags).flatMap(({ short }) => (short ? [`-${short}`] : []));
  return (name !== undefined && Object.hasOwn(flags, name)) || shorts.includes(text);
}

function unknown(typed: string, flags: Flags): WrongUse {
  const meant = suggest(typed.replace(/^-+/, ''), Object.keys(flags));
  const hint = meant === undefined ? '.' : `: did you mean ${meant}?`;
  return new WrongUse(`Unknown option ${typed}${hint}`);
}
