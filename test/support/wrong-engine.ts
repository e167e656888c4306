import type { ComputeThread } from '../../server/compute/compute-thread.js';
import type { ComputeSetup } from '../../server/compute/messages.js';

type ComputeModule = typeof import('../../server/compute/compute-thread.js');

/** The engine of a gateway that helps gangs. */
export const GATEWAYS = -1;

/** Engines of fused layers in this process, by the order in which they were started: a test cluster's devices come first. */
class Engines {
  /** Those that are wrong in one value of each output, and of what they lend each neighbour: as with a bad memory cell. */
  readonly wrong = new Set<number>();
  /** Those that give one value that is no number, in each output and in what they lend each neighbour. */
  readonly notFinite = new Set<number>();
  /** Tiles that each has run. */
  readonly tilesRun: number[] = [];

  /** Counts from 0 again, and none is wrong. */
  reset(): void {
    this.wrong.clear();
    this.notFinite.clear();
    this.tilesRun.length = 0;
  }

  /** Tiles that others than the first so many engines have run. */
  runBeyond(count: number): number {
    return this.tilesRun.slice(count).reduce((sum, tiles) => sum + tiles, 0);
  }
}

export const engines = new Engines();

/**
 * The module that starts compute threads, with engines that can be made wrong. For the factory of a `vi.mock` of
 * `server/compute/compute-thread.js`.
 */
export function withWrongEngines({ startComputeThread }: ComputeModule): ComputeModule {
  return {
    async startComputeThread(setup: ComputeSetup, onCrash?: (error: Error) => void): Promise<ComputeThread> {
      const thread = await startComputeThread(setup, onCrash);
      const helps = setup.stage.gang?.helps === true;
      if (setup.stage.kind === 'remaining' && !helps) return thread;
      const number = helps ? GATEWAYS : engines.tilesRun.push(0) - 1;
      return {
        ...thread,
        async runTile(job) {
          engines.tilesRun[number]!++;
          const result = await thread.runTile(job);
          const areFinite = !engines.notFinite.has(number);
          if (!engines.wrong.has(number) && areFinite) return result;
          const [output] = result.outputs;
          const most = output!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
          const wrong = areFinite ? 2 * most : Number.NaN;
          if (output!.length > 0) output![0] = wrong;
          if (job.keepIn !== null) new Float32Array(job.keepIn.buffer).fill(wrong);
          return result;
        },
        async runBlock(job) {
          const result = await thread.runBlock(job);
          if (engines.notFinite.has(number)) result.outputs?.[0]?.fill(Number.POSITIVE_INFINITY);
          if (!engines.wrong.has(number)) return result;
          // The first cell of what it hands over, and of each strip.
          for (const values of [...result.owed, ...(result.outputs ?? [])]) {
            if (values.length > 0) values[0] = 2 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          }
          return result;
        },
      };
    },
  };
}
