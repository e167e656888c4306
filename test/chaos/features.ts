/** The store of a gateway whose restarts lose nothing; none while there is no such thing. */
export function storeSection(_folder: string): string {
  return '';
}
