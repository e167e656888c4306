/** A table of a page, for people. */
export interface Table {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A column of words. */
export function left(title: string): TableColumn {
  return { title, align: 'left' };
}

/** A column of numbers. */
export function right(title: string): TableColumn {
  return { title, align: 'right' };
}

/** Returns the numbers of the columns that have something in a row: `–` and the empty text are nothing. */
export function filledColumns({ columns, rows }: Pick<Table, 'columns' | 'rows'>): readonly number[] {
  return columns.map((_, index) => index).filter((index) => rows.some((row) => !/^–?$/.test(row[index]!)));
}
