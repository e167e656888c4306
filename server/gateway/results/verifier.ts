import type { ComputeThread } from '../../compute/compute-thread.js';
import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { bandsOf } from '../../geometry/gang/bands.js';
import { gangBlocks } from '../../geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import { wholeMap } from '../../geometry/region.js';
import { cutTile } from '../../geometry/reuse/tile-cut.js';
import { cropRegion } from '../../tensor/planes.js';

export interface VerifierParts<Compute> {
  /** Makes what computes parts of a frame, of a thread and the letterboxed picture, `[3, height, width]`. */
  readonly computeWith: (thread: ComputeThread, input: Uint8Array) => Compute;
  /** What every node's model has to be. */
  readonly modelDigest: string;
  /** Starts a thread with the layers. */
  readonly start: () => Promise<ComputeThread>;
  /** Bound on one judgement, loading the layers included. */
  readonly timeoutMs: number;
}

/** Computes a tile of a frame by itself: its share of each output of the plan, `[channels, height, width]`. */
export type ComputeTile = (tile: number) => Promise<readonly Float32Array[]>;

/** Computes tiles by themselves. */
export function tileComputer(plan: FtpPlan): (thread: ComputeThread, input: Uint8Array) => ComputeTile {
  const map = plan.maps[0]!;
  return (thread, input) => async (tile) => {
    const region = cutTile(plan, tile, {}).input;
    const cut = cropRegion(input, map.channels, wholeMap(map), region);
    return (await thread.runTile({ tileId: tile, offers: {}, input: cut, strips: [], keepIn: null })).outputs;
  };
}

/** Computes the maps that a gang hands over, `[channels, height, width]` each. */
export type ComputeWhole = () => Promise<readonly Float32Array[]>;

/** Computes frames of a gang as a gang of one. @param plan that of stages. */
export function wholeComputer(plan: GangPlan): (thread: ComputeThread, input: Uint8Array) => ComputeWhole {
  const bands = bandsOf([1]);
  const [member] = gangBlocks(plan, bands);
  const map = plan.stage.maps[0]!;
  const job = { plan: 'stages' as const, key: 'audit', bands, member: 0, strips: [], boxesAbove: null };
  return (thread, picture) => async () => {
    let input: Uint8Array | null = cropRegion(picture, map.channels, wholeMap(map), member!.input);
    let outputs: readonly Float32Array[] | null = null;
    for (const _ of member!.stages) {
      ({ outputs } = await thread.runBlock({ ...job, input }));
      input = null;
    }
    return outputs!;
  };
}

/**
 * Computes parts of frames on the gateway, which has not the layers for them otherwise: they are loaded for one judgement, and freed after
 * it. One at a time.
 */
export class Verifier<Compute> {
  readonly #parts: VerifierParts<Compute>;
  #last: Promise<unknown> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(parts: VerifierParts<Compute>) {
    this.#parts = parts;
  }

  /**
   * @param input letterboxed picture of the frame, `[3, height, width]`.
   * @param isWanted asked when its turn has come.
   * @returns null when it was not wanted any more.
   * @throws DeepThingsError when the layers cannot be loaded or run; `DT_VERIFY_TIMEOUT`; `DT_VERIFY_STOPPED`.
   */
  verifier<T>(input: Uint8Array, isWanted: () => boolean, work: (compute: Compute) => Promise<T>): Promise<T | null> {
    const turn = this.#last.then(() => (isWanted() ? this.#verifier(input, work) : null));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Ends what is under way, and begins nothing more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#last;
  }

  async #verifier<T>(input: Uint8Array, work: (compute: Compute) => Promise<T>): Promise<T> {
    const { computeWith, modelDigest, start, timeoutMs } = this.#parts;
    const stopped = () => new DeepThingsError('DT_VERIFY_STOPPED', 'the gateway is stopped');
    if (this.#stop.signal.aborted) throw stopped();
    let timer: NodeJS.Timeout | undefined;
    let give: () => void = () => {};
    const ended = new Promise<never>((_resolve, reject) => {
      give = () => reject(stopped());
      this.#stop.signal.addEventListener('abort', give, { once: true });
      timer = setTimeout(() => {
        reject(new DeepThingsError('DT_VERIFY_TIMEOUT', `the gateway did not compute it within ${timeoutMs / 1000} s`));
      }, timeoutMs);
    });
    ended.catch(() => {});
    // Loading is not cut short: the thread is closed once it is there.
    const thread = await start();
    try {
      if (thread.modelDigest !== modelDigest) {
        throw new DeepThingsError(
          'DT_MODEL_CHANGED',
          "the model's files are no longer those that the gateway started with",
        );
      }
      return await Promise.race([work(computeWith(thread, input)), ended]);
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', give);
      await thread.close();
    }
  }
}
