import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import type { DetectionLimits } from '../../heads/detection.js';
import { headMaps } from '../../heads/head-maps.js';
import type { Candidate } from '../../heads/nms.js';
import type { Network } from '../../model/network.js';
import type { FrameScopes } from '../../node/frame-scopes.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { FrameRecord } from '../frames/frame-record.js';

type BoxedFrame = Pick<FrameRecord, 'id' | 'generation' | 'strategy' | 'keepsOutput'>;

export interface GangBoxesParts {
  readonly plan: GangPlan;
  readonly network: Pick<Network, 'head'>;
  readonly limits: DetectionLimits;
  /** Whether this attempt of a frame is checked, for which the gateway needs the members' maps. */
  readonly isAudited: (of: BoxedFrame, attempt: number) => boolean;
  /** Ends what is kept of a frame. */
  readonly runs: FrameScopes;
}

/** The boxes that members of gangs decode from their blocks, by frame and member, until NMS takes them. */
export class GangBoxes {
  readonly #frames = new Map<string, Map<number, readonly Candidate[]>>();
  /** Null where members cannot decode the head. */
  readonly #threshold: number | null;
  readonly #isAudited: GangBoxesParts['isAudited'];

  constructor({ isAudited, limits, network, plan, runs }: GangBoxesParts) {
    this.#isAudited = isAudited;
    this.#threshold = headMaps(plan.stage, network.head) === null ? null : limits.threshold;
    runs.onEnd((frame) => this.#frames.delete(frame));
  }

  /** The score that boxes of an attempt exceed; null where its members send their blocks of the maps. */
  thresholdOf(frame: BoxedFrame, attempt: number): number | null {
    if (strategyNamed(frame.strategy).gang?.plan !== 'stages') return null;
    return frame.keepsOutput || this.#isAudited(frame, attempt) ? null : this.#threshold;
  }

  place(frame: string, member: number, boxes: readonly Candidate[]): void {
    const members = this.#frames.get(frame) ?? new Map<number, readonly Candidate[]>();
    members.set(member, boxes);
    this.#frames.set(frame, members);
  }

  /** The boxes of all members, in their order; null when there are none of this frame. */
  take(frame: string): readonly Candidate[] | null {
    const members = this.#frames.get(frame);
    this.#frames.delete(frame);
    return members === undefined ? null : [...members].sort(([a], [b]) => a - b).flatMap(([, boxes]) => boxes);
  }
}
