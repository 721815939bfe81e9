// The job of the page as JavaScript and as a command.

import type { EncodeOptions } from 'crop64/pool';

/** A call of `toDataURL` with these options. */
export function javascript(options: EncodeOptions): string {
  const lines = Object.entries(options).map(([name, value]) => `  ${name}: ${literal(value)},`);
  return [
    "import { toDataURL } from 'crop64/pool';",
    '',
    'const dataUrl = await toDataURL(file, {',
    ...lines,
    '});',
  ].join('\n');
}

function literal(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value}'`;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return `{ ${fields.join(', ')} }`;
}

/**
 * A command with these options that writes the file `output`. Most data URLs are too long for a terminal.
 */
export function command(name: string, options: EncodeOptions, output: string): string {
  const { crop, resize, ...rest } = options;
  const words = ['npx crop64', quoted(name)];
  if (crop !== undefined) {
    words.push('left' in crop ? '--box' : '--crop', Object.values(crop).join(','));
  }
  if (resize !== undefined) {
    const { width = '', height = '', fit } = resize;
    words.push('--resize', `${width}x${height}`, ...(fit === undefined ? [] : ['--fit', fit]));
  }
  for (const [option, value] of Object.entries(rest)) {
    const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    words.push(flag, ...(value === true ? [] : [String(value)]));
  }
  return [...words, '--output', quoted(output)].join(' ');
}

// Quoted for a shell. A name may start with a dash.
function quoted(name: string): string {
  const path = name.startsWith('-') ? `./${name}` : name;
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
