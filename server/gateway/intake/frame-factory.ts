import { crc32 } from 'node:zlib';
import { placePicture } from '../../heads/placement.js';
import { letterboxPicture } from '../../imaging/letterbox.js';
import { inspectPicture, type PictureLimits } from '../../imaging/picture-header.js';
import type { ClusterPlan } from '../../node/cluster-plan.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { type Partition, type StrategyName, withBound, withMembers } from '../../scheduling/strategies/strategy.js';
import type { OpenFrame } from '../archive/frame-archive.js';
import { type FrameRecord, newFrameRecord } from '../frames/frame-record.js';
import { FrameTrace } from '../frames/frame-trace.js';

export interface FrameFactoryParts {
  /** Of this life of the gateway; begins the ids of its frames. */
  readonly epoch: string;
  readonly clusterPlan: Pick<ClusterPlan, 'network' | 'plan' | 'gang'>;
  readonly limits: PictureLimits;
  /** Whether outputs of frames are kept, unless a submission says no. */
  readonly keepsOutputs: boolean;
  /** A clock that does not jump. */
  readonly nowMs: () => number;
}

/** A picture that was looked at: what the archive keeps of it, and what the network sees of it. */
export type ReadPicture = Pick<OpenFrame, 'picture' | 'inputDigest' | 'placement'> & {
  readonly bytes: Uint8Array;
  readonly input: Uint8Array | null;
};

/** Makes the records of frames: of pictures that come in, and of those that the archive kept. */
export class FrameFactory {
  readonly #parts: FrameFactoryParts;
  #lastNumber = 0;

  constructor(parts: FrameFactoryParts) {
    this.#parts = parts;
  }

  /**
   * How a strategy cuts the fused stack, and shares the parts out.
   *
   * @param asked bounds on the devices that compute the frame together, and on the time; the strategy's own when absent.
   * @throws HttpProblem `DT_STRATEGY` where it cannot cut this one, forms no gangs of so many devices as are asked for, or takes no bound on the time.
   */
  partition({ members, strategy, withinMs }: Pick<OpenFrame, 'members' | 'strategy' | 'withinMs'>): Partition {
    const { plan } = this.#parts.clusterPlan;
    const refusal = strategyNamed(strategy).refuses(plan);
    if (refusal !== null) throw new HttpProblem('DT_STRATEGY', refusal);
    const partition = strategyNamed(strategy).partition(plan);
    const bounded = members === undefined ? partition : withMembers(partition, members);
    if (bounded === null) {
      throw new HttpProblem(
        'DT_STRATEGY',
        `${strategy} takes no "members": only gangs of several devices do (gang, auto)`,
      );
    }
    const timed = withinMs === undefined ? bounded : withBound(bounded, withinMs);
    if (timed !== null) return timed;
    throw new HttpProblem(
      'DT_STRATEGY',
      `${strategy} takes no "within": only auto chooses devices by it, so leave it out, or use the strategy auto`,
    );
  }

  /**
   * Looks at a picture. For frames of gangs it is not decoded here: their members do that.
   *
   * @throws DeepThingsError of imaging when it is no picture that can be taken.
   */
  async read(bytes: Uint8Array, strategy: StrategyName): Promise<ReadPicture> {
    const { input, preprocessing } = this.#parts.clusterPlan.network;
    const { mediaType, width, height } = await inspectPicture(bytes, this.#parts.limits);
    const picture = { bytes: bytes.byteLength, checksum: crc32(bytes), mediaType, width, height };
    if (isLetterboxed(strategy)) {
      const { data, digest, placement } = await this.letterbox(bytes);
      return { picture, inputDigest: digest, placement, bytes, input: data };
    }
    const placement = placePicture(width, height, input, preprocessing.anchor);
    return { picture, inputDigest: null, placement, bytes, input: null };
  }

  letterbox(bytes: Uint8Array) {
    return letterboxPicture(bytes, this.#parts.clusterPlan.network);
  }

  /**
   * A new frame, under an id of its own.
   *
   * @param output whether what devices hand over may be kept.
   */
  create(
    { bytes, input, ...seen }: ReadPicture,
    facts: Pick<
      OpenFrame,
      'camera' | 'tags' | 'queue' | 'claimant' | 'strategy' | 'members' | 'withinMs' | 'source' | 'request'
    >,
    output = true,
  ): FrameRecord {
    const { clusterPlan, epoch, keepsOutputs, nowMs } = this.#parts;
    const id = `${epoch}-${(++this.#lastNumber).toString(36)}`;
    const trace = this.#trace(facts.strategy, clusterPlan.plan.tiles.length, nowMs());
    const open = { kind: 'open', id, createdMs: Date.now(), restarts: 0, crashes: 0, ...seen, ...facts } as const;
    return newFrameRecord(open, trace, { bytes, input, keepsOutput: keepsOutputs && output });
  }

  /**
   * A frame of an earlier life of the gateway; its picture is still in the archive only.
   *
   * @param ageMs time since it was accepted.
   * @param afterCrash whether the last life ended without being stopped.
   */
  restore(frame: OpenFrame, ageMs: number, afterCrash: boolean): FrameRecord {
    const facts = { ...frame, restarts: frame.restarts + 1, crashes: frame.crashes + (afterCrash ? 1 : 0) };
    const trace = this.#trace(frame.strategy, this.partition(facts).parts, this.#parts.nowMs() - ageMs);
    return newFrameRecord(facts, trace, { bytes: null, input: null, keepsOutput: this.#parts.keepsOutputs });
  }

  #trace(strategy: StrategyName, parts: number, startedMs: number): FrameTrace {
    const { gang, plan } = this.#parts.clusterPlan;
    const { stage } = strategyNamed(strategy).gang?.plan === 'stages' ? gang : plan;
    return new FrameTrace(parts, startedMs, stage.macs);
  }
}

/** Whether the gateway letterboxes the pictures of a strategy's frames when they come. */
export function isLetterboxed(strategy: StrategyName): boolean {
  return strategyNamed(strategy).gang?.carries !== 'picture';
}
