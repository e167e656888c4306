import { wholeMap } from '../../geometry/region.js';
import type { Logger } from '../../node/observe/logger.js';
import type { GangRound, GangRounds } from '../../scheduling/gang/gang-rounds.js';
import type { AuditFinding } from '../../scheduling/ledger/ledger-state.js';
import { gangBlame, type MemberDeviation } from '../../scheduling/policy/gang-blame.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { cropRegion } from '../../tensor/planes.js';
import { relativeDifferences } from '../../tensor/value-difference.js';
import type { FrameRecord } from '../frames/frame-record.js';
import { isAudited } from './audit-choice.js';
import { quarantineText } from './audit-text.js';
import type { ResultsPool } from './results-pool.js';
import type { ComputeWhole, Verifier } from './verifier.js';

export interface GangAuditorParts {
  /** Of frames that are checked, above 0; and how far blocks may be from the gateway's, as a share of the largest value. */
  readonly settings: { readonly fraction: number; readonly tolerance: number };
  /** Only the gateway knows it. */
  readonly secret: Uint8Array;
  /** The blocks of frames. */
  readonly blocks: ResultsPool;
  readonly gangs: Pick<GangRounds, 'of'>;
  readonly verifier: Verifier<ComputeWhole>;
  readonly log: Logger;
}

/** Checks frames of gangs: the gateway computes some of them itself, and compares each member's block. */
export class GangAuditor {
  readonly #parts: GangAuditorParts;

  constructor(parts: GangAuditorParts) {
    this.#parts = parts;
  }

  /**
   * Returns whether an attempt of a frame is to be checked; always one that has begun again, as something was wrong with it. Frames of
   * MoDNN are not checked: the gateway would need the layers of two plans, and MoDNN is there to be measured.
   */
  picks({ generation, id: frame, strategy }: PickedFrame, attempt: number): boolean {
    const { secret, settings } = this.#parts;
    if (strategyNamed(strategy).gang?.plan !== 'stages') return false;
    return generation > 1 || isAudited(secret, { frame, tile: 0, generation, attempt }, settings.fraction);
  }

  /** Compares the blocks of a frame with what the gateway computes of its picture; never fails. */
  async check(record: FrameRecord, attempt: number): Promise<AuditFinding> {
    const { blocks, gangs, log, verifier } = this.#parts;
    const { generation, id: frame, input } = record;
    const round = gangs.of(frame, attempt);
    if (input === null || round === null) return { kind: 'skipped' };
    try {
      const isWanted = () => record.end === null && record.generation === generation;
      const deviations = await verifier.verifier(input, isWanted, async (compute) => {
        // A copy: the ledger skips a check that takes longer than a lease, and the frame's maps then go to the compute thread.
        const maps = blocks.mapsOf(frame);
        const members = maps && this.#blocksOf(round, maps);
        return members && this.#deviations(round, members, await compute());
      });
      return deviations === null ? { kind: 'skipped' } : this.#finding(frame, deviations);
    } catch (error) {
      log.error({ frame, err: error }, 'the gateway could not compute a frame of a gang that is checked');
      return { kind: 'skipped' };
    }
  }

  /** Ends what is under way, and begins nothing more. */
  async close(): Promise<void> {
    await this.#parts.verifier.close();
  }

  /** Copies of the members' blocks of all maps, by member. */
  #blocksOf({ plans }: GangRound, maps: readonly Float32Array[]): readonly (readonly Float32Array[])[] {
    const { outputs, maps: shapes } = this.#parts.blocks.stage;
    return plans.map((plan) =>
      outputs.map((map, i) => {
        const shape = shapes[map]!;
        return cropRegion(maps[i]!, shape.channels, wholeMap(shape), plan.outputs[i]!);
      }),
    );
  }

  #deviations(round: GangRound, members: readonly (readonly Float32Array[])[], own: readonly Float32Array[]) {
    const right = this.#blocksOf(round, own);
    return round.devices.map(
      (device, member): MemberDeviation => ({
        device,
        deviation: relativeDifferences(members[member]!, right[member]!),
      }),
    );
  }

  #finding(frame: string, members: readonly MemberDeviation[]): AuditFinding {
    const { log, settings } = this.#parts;
    const { tolerance } = settings;
    const blame = gangBlame(members, tolerance);
    switch (blame.kind) {
      case 'right':
        return { kind: 'wrong', devices: [] };
      case 'proven': {
        const { device, deviation } = blame.wrong;
        return {
          kind: 'wrong',
          devices: [{ device, detail: quarantineText({ device, frame, what: 'block 0', deviation, tolerance }) }],
        };
      }
      case 'suspected': {
        const devices = blame.members.map(({ device }) => device);
        log.warn(
          { frame, devices, deviations: blame.members.map(({ deviation }) => deviation) },
          `blocks of ${devices.join(', ')} differ from the gateway's, and strips may have brought the error to them: the frame begins ` +
            'again on one of them alone, which shows whether it is wrong',
        );
        return { kind: 'suspected', devices };
      }
    }
  }
}

type PickedFrame = Pick<FrameRecord, 'id' | 'generation' | 'strategy'>;
