import type { InferenceEngine, Tensor } from '../engine/inference-engine.js';
import type { SegmentedStage } from '../geometry/segments.js';
import { restOf } from '../geometry/stage.js';
import type { Graph } from '../graph/graph.js';
import type { GraphOutputs } from './messages.js';

/** The part of the graph behind the fused one, up to what the head reads. */
export interface RemainingGraph {
  /**
   * @param maps what the devices hand over, whole, in the order of the plan's outputs: `[channels, height, width]` each.
   * @returns the graph's outputs; a map that is one of them already is among them as it is.
   */
  run(maps: readonly Float32Array[]): Promise<GraphOutputs>;
  release(): Promise<void>;
}

/**
 * Loads what is behind a stage.
 *
 * @param constants of the plan's graph; not kept, so that the plan may have them without their bytes.
 */
export async function loadRemainingGraph(
  engine: InferenceEngine,
  stage: SegmentedStage,
  constants: Graph['constants'] = stage.graph.constants,
): Promise<RemainingGraph> {
  const { maps: shapes, outputs } = stage;
  const { inputs } = restOf(stage);
  const rest = restOf({ ...stage, graph: { ...stage.graph, constants } });
  const network = rest.nodes.length === 0 ? null : await engine.loadGraph(rest);
  return {
    async run(maps) {
      const given = new Map(
        outputs.map((map, i): [string, Tensor] => {
          const { channels, height, width } = shapes[map]!;
          return [stage.mapNames[map]!, { shape: [1, channels, height, width], data: maps[i]! }];
        }),
      );
      const computed = (await network?.run(new Map(inputs.map((name) => [name, given.get(name)!])))) ?? given;
      return stage.graph.outputs.map((name) => ({ name, ...(computed.get(name) ?? given.get(name))! }));
    },
    release: async () => network?.release(),
  };
}
