import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../compute/compute-thread.js';
import { DeepThingsError } from '../errors.js';
import { type DetectionLimits, detect } from '../model/detect.js';
import type { Network } from '../model/network.js';
import type { FrameEnd, FrameRecord } from './frame-record.js';

export interface FinisherParts {
  readonly network: Network;
  readonly compute: ComputeThread;
  readonly limits: DetectionLimits;
  /** Bound on the remaining layers of one frame, those of the frames before it included. */
  readonly timeoutMs: number;
}

/** Finishes the network on a merged frame: the remaining layers, then the head. */
export class Finisher {
  readonly #parts: FinisherParts;

  constructor(parts: FinisherParts) {
    this.#parts = parts;
  }

  /**
   * @param merged output of the fused stack; given away.
   * @throws DeepThingsError when the layers cannot be run or their output is not the head's; `DT_FINISH_TIMEOUT`.
   */
  async finish(record: FrameRecord, merged: Float32Array): Promise<FrameEnd> {
    const { network, compute, limits, timeoutMs } = this.#parts;
    const startedMs = performance.now();
    const { data } = await within(timeoutMs, compute.runRemaining(merged));
    const detections = detect(data, network, record.placement, limits);
    record.remainingMs = performance.now() - startedMs;
    return { kind: 'complete', detections };
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
