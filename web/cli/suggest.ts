// "Did you mean": the option that an unknown one was meant for.

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
  const distances = names.map((other) => ({ other, far: distance(name, other) }));
  const [nearest] = distances.sort((a, b) => a.far - b.far);
  const isNear = nearest !== undefined && nearest.far <= Math.max(1, Math.floor(name.length / 3));
  return elsewhere ?? (isNear ? `--${nearest.other}` : undefined);
}

// Levenshtein's, with a swap of neighbours as one step.
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const [above, twoAbove] = [rows[i - 1] as number[], rows[i - 2]];
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = twoAbove && isSwap ? (twoAbove[j - 2] as number) + 1 : change;
      row.push(Math.min(change, swap, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}
