import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../compute/compute-thread.js';
import { type DetectionLimits, detect } from '../model/detect.js';
import type { Network } from '../model/network.js';
import type { FrameEnd, FrameRecord } from './frame-record.js';

export interface FinisherParts {
  readonly network: Network;
  readonly compute: ComputeThread;
  readonly limits: DetectionLimits;
}

/** Finishes the network on a merged frame: the remaining layers, then the head. */
export class Finisher {
  readonly #parts: FinisherParts;

  constructor(parts: FinisherParts) {
    this.#parts = parts;
  }

  /**
   * @param merged output of the fused stack; given away.
   * @throws DeepThingsError when the layers cannot be run or their output is not the head's.
   */
  async finish(record: FrameRecord, merged: Float32Array): Promise<FrameEnd> {
    const { network, compute, limits } = this.#parts;
    const startedMs = performance.now();
    const { data } = await compute.runRemaining(merged);
    const detections = detect(data, network, record.placement, limits);
    record.remainingMs = performance.now() - startedMs;
    return { kind: 'complete', detections };
  }
}
