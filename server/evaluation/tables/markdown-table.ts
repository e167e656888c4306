import { filledColumns, type Table } from './table.js';

/** A table in Markdown, without its title. Columns without content are left out, and those whose titles are in `leftOut`. */
export function markdownTable(
  { columns, rows }: Pick<Table, 'columns' | 'rows'>,
  leftOut: ReadonlySet<string> = new Set(),
): string {
  const shown = filledColumns({ columns, rows }).filter((index) => !leftOut.has(columns[index]!.title));
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(shown.map((index) => columns[index]!.title)),
    line(shown.map((index) => (columns[index]!.align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(shown.map((index) => row[index]!))),
  ].join('\n');
}
