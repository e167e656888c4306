import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import type { ComputeResults, GraphOutputs, RemainingOf } from '../../compute/messages.js';
import { DeepThingsError } from '../../errors.js';
import { classifyOutput, detectionsOf, detectObjects } from '../../heads/decode/decode-head.js';
import type { DetectionLimits } from '../../heads/detection.js';
import type { DetectorFamily, HeadFamily } from '../../heads/head-family.js';
import type { Candidate } from '../../heads/nms.js';
import { requireHead } from '../../heads/require-head.js';
import type { Network } from '../../model/network.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { FrameEnd, FrameRecord } from '../frames/frame-record.js';
import { floatsOf } from './remaining-check.js';

export interface HeadRunnerParts {
  readonly network: Network;
  readonly compute: ComputeThread;
  readonly limits: DetectionLimits;
  /** Bound on the remaining layers of one frame, those of the frames before it included. */
  readonly timeoutMs: number;
}

const NOT_FINITE =
  "the gateway's engine gave values that are not finite (NaN or infinite), of tiles that were all finite: check the weights of " +
  "the remaining layers and the gateway's memory";

/** Finishes the network on a merged frame: the remaining layers, then the head. */
export class HeadRunner {
  readonly #parts: HeadRunnerParts;
  readonly #head: HeadFamily;

  /** @throws DeepThingsError `DT_HEAD_MISSING` when the network puts out nothing that can be decoded. */
  constructor(parts: HeadRunnerParts) {
    this.#parts = parts;
    this.#head = requireHead(parts.network);
  }

  /**
   * @param merged what the devices handed over, by output of the plan; given away.
   * @param of the plan that is meant.
   * @param see shown what the layers put out.
   * @throws DeepThingsError when the layers cannot be run or their output is not the head's; `DT_FINISH_TIMEOUT`.
   */
  finish(
    record: FrameRecord,
    merged: readonly Float32Array[],
    of: RemainingOf,
    see?: (outputs: GraphOutputs) => void,
  ): Promise<FrameEnd> {
    const { compute } = this.#parts;
    return this.#computed(record, () => compute.runRemaining(merged, of), see);
  }

  /**
   * Computes the whole network on a frame's picture.
   *
   * @param input letterboxed, `[3, height, width]`.
   * @throws DeepThingsError as `finish` does.
   */
  computeAll(record: FrameRecord, input: Uint8Array): Promise<FrameEnd> {
    const { compute } = this.#parts;
    return this.#computed(record, () => compute.runWhole(input));
  }

  async #computed(
    record: FrameRecord,
    run: () => Promise<ComputeResults['whole']>,
    see: (outputs: GraphOutputs) => void = () => {},
  ): Promise<FrameEnd> {
    const startedMs = performance.now();
    const { outputs } = await within(this.#parts.timeoutMs, run());
    if (!floatsOf(outputs).every(allFinite)) throw new DeepThingsError('DT_NOT_FINITE', NOT_FINITE);
    see(outputs);
    const end = this.decode(record, outputs);
    record.remainingMs = performance.now() - startedMs;
    return end;
  }

  /**
   * Decodes what the network puts out.
   *
   * @throws DeepThingsError when it is not the head's.
   */
  decode({ placement }: FrameRecord, outputs: GraphOutputs): FrameEnd {
    const { limits, network } = this.#parts;
    const family = this.#head;
    const { labels } = network;
    const named = new Map(outputs.map((output) => [output.name, output]));
    return family.kind === 'classifier'
      ? { kind: 'complete', detections: null, classification: classifyOutput(named, { family, labels }) }
      : {
          kind: 'complete',
          detections: detectObjects(named, { family, labels }, placement, limits),
          classification: null,
        };
  }

  /** Finishes a frame whose boxes its members have decoded. */
  choose(record: FrameRecord, candidates: readonly Candidate[]): FrameEnd {
    const startedMs = performance.now();
    const { limits, network } = this.#parts;
    const family = this.#head as DetectorFamily;
    const detections = detectionsOf(candidates, { family, labels: network.labels }, record.placement, limits);
    record.remainingMs = performance.now() - startedMs;
    return { kind: 'complete', detections, classification: null };
  }
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeepThingsError('DT_FINISH_TIMEOUT', `they did not end within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
