import type { InferenceEngine } from '../../engine/inference-engine.js';
import { DeepThingsError } from '../../errors.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import { isEmptyRegion, type MapRegion } from '../../geometry/region.js';
import type { Graph } from '../../graph/graph.js';
import { regionShape, valuesOf } from '../../tensor/planes.js';
import { loadSegments } from '../segment-networks.js';
import type { Normalise } from '../tile-executor.js';
import { TileMaps } from '../tile-maps.js';

/** A strip with its values, `[channels, height, width]`. */
export interface StripValues extends MapRegion {
  readonly data: Float32Array;
}

/** The results of one gang stage of a member. */
export interface BlockRun {
  /** By the stage's `owed`: the strip's values. */
  readonly owed: readonly Float32Array[];
  /** After the last stage, by output of the plan: the member's block of that map. */
  readonly outputs: readonly Float32Array[] | null;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** A member's part of one frame, from stage to stage; its maps stay here. */
export interface BlockFrame {
  /**
   * Computes the next stage.
   *
   * @param strips what came since the stage before.
   * @throws DeepThingsError `DT_TILE_INPUT` when a strip has another size than its region.
   */
  run(strips: readonly StripValues[]): Promise<BlockRun>;
  /** Frees its maps; a frame whose last stage has run needs it no more. */
  drop(): void;
}

/** Computes blocks of a gang plan. */
export interface BlockExecutor {
  /**
   * Begins a frame.
   *
   * @param input bytes of the member's part of the letterboxed picture, `[3, height, width]`.
   * @throws DeepThingsError `DT_TILE_INPUT` when it has another size.
   */
  begin(member: MemberPlan, input: Uint8Array): BlockFrame;
  release(): Promise<void>;
}

/** @param constants of the plan's graph; not kept, so that the plan may have them without their bytes.*/
export async function loadBlockExecutor(
  engine: InferenceEngine,
  plan: GangPlan,
  normalise: Normalise,
  constants: Graph['constants'] = plan.stage.graph.constants,
): Promise<BlockExecutor> {
  const { stage } = plan;
  const networks = await loadSegments(engine, stage, constants);
  /** Of frames that have ended: their memory is used again. */
  const free: TileMaps[] = [];
  const requireSize = (what: string, values: number, { map, region }: MapRegion) => {
    const wanted = valuesOf(regionShape(stage.maps[map]!.channels, region));
    if (values === wanted) return;
    throw new DeepThingsError('DT_TILE_INPUT', `a block needs ${what} of ${wanted} values, got ${values}`);
  };
  return {
    begin(member, input) {
      requireSize('an input', input.length, { map: 0, region: member.input });
      const maps = free.pop() ?? new TileMaps(stage);
      maps.begin(
        member.stages.flatMap(({ steps }) => steps),
        [],
      );
      if (!isEmptyRegion(member.input)) {
        const data = normalise(input, regionShape(stage.maps[0]!.channels, member.input));
        maps.add(0, member.input, { data, region: member.input });
      }
      let next = 0;
      const drop = () => {
        if (next > member.stages.length) return;
        next = member.stages.length + 1;
        maps.clear();
        free.push(maps);
      };
      return {
        async run(strips) {
          const { macs, owed, steps } = member.stages[next]!;
          for (const { data, map, region } of strips) {
            requireSize(`a strip of map ${map}`, data.length, { map, region });
            maps.add(map, region, { data, region });
          }
          const taken: Float32Array[] = [];
          for (const step of steps) {
            maps.addOutputs(step, await networks[step.segment.index]!.run(maps.inputsOf(step)));
            for (const [i, strip] of owed.entries()) {
              if (step.segment.writes.includes(strip.map)) taken[i] = maps.copy(strip.map, strip.region);
            }
          }
          next++;
          if (next < member.stages.length) return { owed: taken, outputs: null, macs };
          const outputs = stage.outputs.map((map, i) => maps.take(map, member.outputs[i]!));
          drop();
          return { owed: taken, outputs, macs };
        },
        drop,
      };
    },
    async release() {
      for (const network of networks) await network.release();
    },
  };
}
