import { askedStrategy, type BenchStrategy } from '../measure/bench-strategy.js';

/** What no schedule can beat, of one frame. */
export interface SpeedupLimit {
  /** What the untiled network takes one device, shared out evenly. */
  readonly computeSeconds: number;
  /** What has to cross the busiest link. */
  readonly linkSeconds: number;
  /** The untiled network's time on one device over the larger of both. */
  readonly speedup: number;
}

export interface LimitFacts {
  readonly untiledSeconds: number;
  readonly devices: number;
  readonly linkMbps: number;
  readonly strategy: BenchStrategy;
  /** Bodies of a frame, in bytes. */
  readonly wireBytesPerFrame: Readonly<Record<'frame' | 'input' | 'overlap' | 'result', number>>;
}

export function speedupLimit(facts: LimitFacts): SpeedupLimit {
  const { devices, untiledSeconds } = facts;
  const computeSeconds = untiledSeconds / devices;
  const linkSeconds = busiestLinkSeconds(facts);
  return { computeSeconds, linkSeconds, speedup: untiledSeconds / Math.max(computeSeconds, linkSeconds) };
}

/** What has to cross the busiest link for a frame; no time where links are not shaped. */
export function busiestLinkSeconds({ linkMbps, strategy, wireBytesPerFrame }: SentFacts): number {
  const bits = 8 * busiestLinkBytes({ strategy, wireBytesPerFrame });
  return linkMbps === null ? 0 : bits / (linkMbps * 1e6);
}

/** As a report of test hosts has it. */
interface SentFacts extends Pick<LimitFacts, 'strategy' | 'wireBytesPerFrame'> {
  readonly linkMbps: number | null;
}

/**
 * What one link has to carry in one direction at least. Where devices steal, all results come in at the gateway, and the
 * inputs of what was stolen go out of the frame's only source. Where the gateway shares work out, the picture comes in there
 * with the results and inputs go out. To gangs pictures go out with the tasks, and blocks come in. MoDNN's border rows go both ways: at least half of all in one of them.
 */
function busiestLinkBytes({ strategy, wireBytesPerFrame }: Omit<SentFacts, 'linkMbps'>): number {
  const { frame, input, overlap, result } = wireBytesPerFrame;
  switch (askedStrategy(strategy).strategy) {
    case 'ftp-wst-s':
    case 'ftp-wst':
      return Math.max(result, input);
    case 'ftp-wsh':
      return Math.max(frame + result, input);
    case 'auto':
    case 'gang':
    case 'whole':
      return Math.max(input, result);
    case 'modnn':
      return (frame + input + overlap + result) / 2;
  }
}
