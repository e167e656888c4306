/** Throws what is broken, when it does not hold. */
export function demand(holds: boolean, broken: string): void {
  if (!holds) throw new Error(broken);
}
