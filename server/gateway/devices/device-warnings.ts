/** What can be wrong with a device that works. */
export type WarningKind = 'not-finite' | 'identity' | 'unreachable' | 'refused';

/** A warning that is not repeated within this time is over. */
const WARNING_LASTS_MS = 60_000;

/** The latest warning of each kind about one device. Times are by the registry's clock. */
export class DeviceWarnings {
  readonly #warnings = new Map<WarningKind, { readonly text: string; readonly atMs: number }>();

  /** @param text null ends the warning. */
  set(kind: WarningKind, text: string | null, nowMs: number): void {
    if (text === null) this.#warnings.delete(kind);
    else this.#warnings.set(kind, { text, atMs: nowMs });
  }

  /**
   * Joins the warnings that are not over.
   *
   * @param isUp a refused caller may have been the device only while the device is not up; every other warning is about a
   *   device that is.
   * @returns null when there are none.
   */
  text(isUp: boolean, nowMs: number): string | null {
    const current = [...this.#warnings].filter(([kind, { atMs }]) => {
      return nowMs - atMs < WARNING_LASTS_MS && (kind === 'refused') !== isUp;
    });
    return current.map(([, { text }]) => text).join('; ') || null;
  }
}
