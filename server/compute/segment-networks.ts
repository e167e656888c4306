import type { InferenceEngine, LoadedNetwork } from '../engine/inference-engine.js';
import { segmentGraph } from '../geometry/segment-graph.js';
import type { SegmentedStage } from '../geometry/segments.js';
import type { Graph } from '../graph/graph.js';

/**
 * @param constants of the plan's graph; not kept, so that the plan may have them without their bytes.
 * @returns the engine's networks by segment, for blocks of any size.
 */
export async function loadSegments(
  engine: InferenceEngine,
  stage: SegmentedStage,
  constants: Graph['constants'] = stage.graph.constants,
): Promise<readonly LoadedNetwork[]> {
  const networks: LoadedNetwork[] = [];
  // The last layers have most weights, which the engine copies more than once while it loads them: the fewer it has by then the better.
  for (const segment of stage.segments.toReversed()) {
    networks.unshift(
      await engine.loadGraph(segmentGraph({ ...stage, graph: { ...stage.graph, constants } }, segment), {
        anySize: true,
      }),
    );
  }
  return networks;
}
