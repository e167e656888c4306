/** The gateway's store, which its restarts lose nothing of. */
export function storeSection(folder: string): string {
  return `store: { path: '${folder}' }`;
}
