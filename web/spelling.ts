// Suggests a name for a misspelt one.

/**
 * The name that is closest to `word`: the only one that begins with it, or else the one with the fewest
 * edits, at most one for every three letters of `word`. Case is ignored. Undefined if no name is close.
 * @internal
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  if (word.length > 40) {
    return undefined;
  }
  const lower = word.toLowerCase();
  const longer = names.filter((name) => name.toLowerCase().startsWith(lower));
  if (longer.length === 1) {
    return longer[0];
  }
  const distances = names.map((name) => editDistance(lower, name.toLowerCase()));
  const fewest = Math.min(...distances);
  return fewest <= word.length / 3 ? names[distances.indexOf(fewest)] : undefined;
}

/**
 * The number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
 * @internal
 */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const distance = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          distance(i - 1, j) + 1,
          distance(i, j - 1) + 1,
          distance(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          isSwap ? distance(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return distance(a.length, b.length);
}
