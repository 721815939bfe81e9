// Parses the arguments.

import { parseArgs } from 'node:util';
import { UsageError } from './errors.js';
import type { Flag } from './flag.js';
import { suggest } from './suggest.js';

/** The given options: their text, or `true` if they take no value. */
export type Given = Readonly<Record<string, string | true | undefined>>;

type Flags = Readonly<Record<string, Flag>>;

/**
 * Splits arguments into options and positionals. The argument after an option that takes a value is its
 * value, even if it starts with a hyphen (`--rotate -90`), unless it is an option. If an option is given
 * twice, the last value is used. Throws `UsageError`.
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
    strict: false, // strict mode rejects -90 as a value, and its messages explain Node's syntax
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      const { rawName, value, inlineValue } = token;
      const name = rawName === '-V' ? 'version' : token.name; // an alias of -v
      const typed = args[token.index] as string;
      if (!Object.hasOwn(flags, name) || isOneHyphen(typed, flags)) {
        throw unknown(isOneHyphen(typed, flags) ? (typed.split('=')[0] as string) : rawName, flags);
      }
      const expected = flags[name]?.value;
      if (expected === undefined && value !== undefined) {
        throw new UsageError(`Expected no value for ${rawName} but received '${value}'.`);
      }
      if (expected !== undefined) {
        const isMissing = value === undefined || (!inlineValue && isFlag(value, flags));
        if (isMissing) {
          const received = value === undefined ? 'nothing' : `the option ${value}`;
          throw new UsageError(`Expected ${expected} for ${rawName} but received ${received}.`);
        }
      }
      values[name] = value ?? true;
    }
  }
  return { values, positionals };
}

// `-resize`, as in ImageMagick, would be parsed as -r -e ..., and `-output` as -o utput.
function isOneHyphen(typed: string, flags: Flags): boolean {
  const name = /^-([a-z][a-z0-9-]+)(=.*)?$/.exec(typed)?.[1];
  return name !== undefined && Object.hasOwn(flags, name);
}

function isFlag(text: string, flags: Flags): boolean {
  const name = /^--([^=]+)/.exec(text)?.[1];
  const shorts = Object.values(flags).flatMap(({ short }) => (short ? [`-${short}`] : []));
  return (name !== undefined && Object.hasOwn(flags, name)) || shorts.includes(text);
}

function unknown(typed: string, flags: Flags): UsageError {
  const suggestion = suggest(typed.replace(/^-+/, ''), Object.keys(flags));
  const hint = suggestion === undefined ? '.' : `: did you mean ${suggestion}?`;
  return new UsageError(`Unknown option ${typed}${hint}`);
}
