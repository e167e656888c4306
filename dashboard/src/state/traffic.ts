/** What travels on a link between two nodes. */
export type LinkKind = 'picture' | 'task' | 'overlap' | 'result';

/** The gateway's name beside those of devices, which have no capital letters. */
export const GATEWAY = 'GATEWAY';

export interface Link {
  readonly kind: LinkKind;
  readonly from: string;
  readonly to: string;
  /** Bytes a second at `atMs`, smoothed; fades from then on. */
  readonly rate: number;
  readonly atMs: number;
}

/** By kind and both ends: at most as many as pairs of nodes, whatever travels. */
export type Traffic = Readonly<Record<string, Link>>;

/** Smoothing: what passed this long ago counts a third. */
const FADE_MS = 2_000;
/** A link is lit for so long after something has passed. */
export const LIT_MS = 900;

export function carry(
  traffic: Traffic,
  what: Pick<Link, 'kind' | 'from' | 'to'>,
  bytes: number,
  atMs: number,
): Traffic {
  const key = `${what.kind} ${what.from} ${what.to}`;
  const before = traffic[key];
  const rate = (before === undefined ? 0 : rateAt(before, atMs)) + bytes / (FADE_MS / 1000);
  return { ...traffic, [key]: { ...what, rate, atMs } };
}

/** Bytes a second now. */
export function rateAt({ rate, atMs }: Link, nowMs: number): number {
  return rate * Math.exp(-Math.max(0, nowMs - atMs) / FADE_MS);
}

export function isLit({ atMs }: Link, nowMs: number): boolean {
  return nowMs - atMs < LIT_MS;
}
