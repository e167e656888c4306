import { STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import type { Action, PlannedFault, Submission } from './actions.js';
import { type ClusterShape, drawShape, type Strategy } from './cluster-shape.js';
import { Draws } from './draws.js';
import { FAULTS, type Fault, type FaultName } from './faults.js';

/** All that a run does, and to what. */
export interface ChaosPlan {
  readonly seed: number;
  readonly shape: ClusterShape;
  readonly devices: readonly string[];
  /** In the order of their times. */
  readonly actions: readonly Action[];
}

export const PICTURES = 3;

const LENGTH_MS = 4_000;
const MOST_FAULTS = 6;
const BURSTS = [4, 8] as const;
/** Shortly before frames come, or among them. */
const NEAR_MS = 300;

/**
 * A pure function of its arguments.
 *
 * @param only the faults, and the strategies of clusters and of frames.
 */
export function drawPlan(
  seed: number,
  only: readonly FaultName[],
  strategies: readonly Strategy[] = STRATEGIES,
): ChaosPlan {
  const shape = drawShape(new Draws(seed, 1), strategies);
  const devices = Array.from({ length: shape.devices }, (_, i) => `e${i}`);
  const sources = devices.slice(0, shape.devices - shape.stealOnly);
  const frames = drawSubmissions(new Draws(seed, 2), sources, strategies);
  const faults = drawFaults(new Draws(seed, 3), devices, frames, only);
  const actions = [...frames, ...faults].sort((a, b) => a.atMs - b.atMs);
  return { seed, shape, devices, actions };
}

/** Frames come in bursts, so that there is something to steal, to push and to lose. */
function drawSubmissions(draws: Draws, sources: readonly string[], strategies: readonly Strategy[]): Submission[] {
  const bursts = draws.whole(...BURSTS);
  return Array.from({ length: bursts }, () => {
    const startMs = draws.whole(0, LENGTH_MS);
    return Array.from({ length: draws.whole(1, 5) }, (): Submission => {
      const atDevice = draws.chance(0.3);
      return {
        kind: 'submit',
        atMs: startMs + draws.whole(0, 200),
        to: atDevice ? draws.among(sources) : 'gateway',
        picture: draws.whole(0, PICTURES - 1),
        source: !atDevice && draws.chance(0.5) ? draws.among(sources) : null,
        strategy: !atDevice && draws.chance(0.3) ? draws.among(strategies) : null,
        wait: draws.chance(0.3) ? draws.whole(1, 5) : 0,
      };
    });
  }).flat();
}

function drawFaults(
  draws: Draws,
  devices: readonly string[],
  frames: readonly Submission[],
  only: readonly FaultName[],
): PlannedFault[] {
  const lots = only.flatMap((name) => Array<FaultName>(FAULTS[name].weight).fill(name));
  const faults: PlannedFault[] = [];
  for (let count = lots.length === 0 ? 0 : draws.whole(1, MOST_FAULTS); count > 0; count--) {
    const name = draws.among(lots);
    const fault: Fault = FAULTS[name];
    const nearMs = draws.among(frames).atMs + draws.whole(-NEAR_MS, NEAR_MS);
    const atMs = draws.chance(0.7) ? Math.max(0, nearMs) : draws.whole(0, LENGTH_MS);
    const planned: PlannedFault = { ...fault.draw(draws, devices), atMs, fault: name };
    if (!collides(planned, faults)) faults.push(planned);
  }
  return faults;
}

/** A process is killed, frozen or restarted once at a time, and so is a disk filled. */
function collides(planned: PlannedFault, others: readonly PlannedFault[]): boolean {
  if (planned.kind === 'traffic') return false;
  const kinds = planned.kind === 'full-disk' ? ['full-disk'] : ['kill', 'freeze', 'restart'];
  return others.some((other) => kinds.includes(other.kind) && other.node === planned.node);
}
