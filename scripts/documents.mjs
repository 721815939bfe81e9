// Writes tables into pages of docs/, each between <!-- NAME: begin --> and <!-- NAME: end -->.
import { readFileSync, writeFileSync } from 'node:fs';

/** Replaces the table of each NAME in { NAME: content }. */
export function writeTables(page, contents) {
  let text = readFileSync(page, 'utf8');
  for (const [name, content] of Object.entries(contents)) {
    const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
    const [before, rest] = text.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`Expected ${begin} and ${end} in ${page}.`);
    text = `${before}${begin}\n${content}\n${end}${after}`;
  }
  writeFileSync(page, text);
}

/** A table in Markdown. `align` applies to all columns but the first. */
export function markdown(head, rows, align = '--:') {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---${`|${align}`.repeat(head.length - 1)}|`, ...rows.map(line)].join('\n');
}
