/** A device whose values differ from those that the gateway computes. */
export interface WrongOutput {
  readonly device: string;
  readonly frame: string;
  /** That its output is of. */
  readonly what: string;
  /** As a share of the largest value, */
  readonly deviation: number;
  /** and how far it may be. */
  readonly tolerance: number;
}

/** Says why a device is in quarantine, and how to get it out. */
export function quarantineText({ device, frame, what, deviation, tolerance }: WrongOutput): string {
  const far = Number.isFinite(deviation)
    ? `by ${share(deviation)} of its largest value`
    : 'and is not even a number everywhere';
  return (
    `device ${device} computed something wrong and gets no more tiles: its output of ${what} of frame ${frame} differs ` +
    `from the gateway's ${far}, ${share(tolerance)} may be. Check its memory, its disk and its model's files, then ` +
    `release it: deepthings quarantine release ${device}`
  );
}

function share(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(2))} %`;
}
