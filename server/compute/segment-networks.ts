import type { InferenceEngine, LoadedNetwork } from '../engine/inference-engine.js';
import { segmentGraph } from '../geometry/segment-graph.js';
import type { SegmentedStage } from '../geometry/segments.js';

/** @returns the engine's networks by segment, for blocks of any size. */
export async function loadSegments(engine: InferenceEngine, stage: SegmentedStage): Promise<readonly LoadedNetwork[]> {
  const networks: LoadedNetwork[] = [];
  for (const segment of stage.segments) {
    networks.push(await engine.loadGraph(segmentGraph(stage, segment), { anySize: true }));
  }
  return networks;
}
