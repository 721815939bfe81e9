// Pages of docs/ whose tables are written by a program, each between <!-- NAME: begin --> and end.
import { readFileSync, writeFileSync } from 'node:fs';

/** Puts each of { NAME: content } in its place. */
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

/** A table in Markdown; the columns after the first are numbers, as a rule. */
export function markdown(head, rows, align = '--:') {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---${`|${align}`.repeat(head.length - 1)}|`, ...rows.map(line)].join('\n');
}
