/** What identifies one task wherever it is. */
export interface TaskKey {
  readonly frame: string;
  readonly tile: number;
  readonly attempt: number;
}

export function sameTile(a: TaskKey, b: TaskKey): boolean {
  return a.frame === b.frame && a.tile === b.tile;
}
