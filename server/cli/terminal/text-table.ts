import { paint, plainText } from './terminal.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly style?: Parameters<typeof paint>[1];
}

/** A column of numbers. */
export function right(title: string): Column {
  return { title, align: 'right' };
}

const GAP = '  ';
const INDENT = '  ';

/** Rows under their titles, columns as wide as they must be; for standard output. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(plainText));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, row[index]!.length), title.length),
  );
  const line = (row: readonly string[], styled: (text: string, column: Column) => string) => {
    const padded = columns.map((column, index) => {
      const text = row[index]!;
      const room = ' '.repeat(widths[index]! - text.length);
      if (column.align === 'right') return room + styled(text, column);
      // Nothing follows the last column.
      return styled(text, column) + (index === columns.length - 1 ? '' : room);
    });
    return (INDENT + padded.join(GAP)).trimEnd();
  };
  const titles = line(
    columns.map(({ title }) => title),
    (text) => paint(process.stdout, 'dim', text),
  );
  const body = cells.map((row) =>
    line(row, (text, { style }) => (style === undefined ? text : paint(process.stdout, style, text))),
  );
  return [titles, ...body].join('\n');
}
