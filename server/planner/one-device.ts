import { backProject } from '../geometry/back-projection.js';
import { macsOfRegions } from '../geometry/layer.js';
import { wholeMap } from '../geometry/region.js';
import { segmentsOf } from '../geometry/segments.js';
import { mapBytesOf, remainingMacs, totalOf, weightBytesOf } from '../model/layer-facts.js';
import { fusedGeometry } from '../model/layer-geometry.js';
import type { Network } from '../model/network.js';
import { type CostModel, msOf, type SegmentSpeed } from '../simulation/cost-model.js';

/** The whole network on one device, without a cluster. */
export interface OneDevice {
  /** From the picture to the detections, once it is letterboxed. */
  readonly latencyMs: number;
  readonly framesPerSecond: number;
  /** All weights, and the largest pair of maps. */
  readonly bytes: number;
}

/** @param deepest fused depth whose layers the costs know best. @param share of a core. */
export function oneDevice(model: Network, costs: CostModel, deepest: number, share: number): OneDevice {
  const layers = fusedGeometry(model, deepest);
  const fusedMs = segmentsOf(layers).reduce((sum, { endLayer, firstLayer }) => {
    const inside = layers.slice(firstLayer, endLayer);
    const macs = macsOfRegions(inside, backProject(inside, wholeMap(inside.at(-1)!.output)));
    const exact = costs.segments.find(
      (one: SegmentSpeed) => one.firstLayer === firstLayer && one.endLayer === endLayer,
    );
    return sum + msOf(exact ?? costs.engine, macs);
  }, 0);
  const latencyMs = (fusedMs + msOf(costs.remaining, remainingMacs(model, deepest))) / share;
  const peak = model.layers.reduce((most, layer) => {
    const { channels, height, width } = layer.input;
    return Math.max(most, 4 * channels * height * width + mapBytesOf(layer));
  }, 0);
  return {
    latencyMs,
    framesPerSecond: 1000 / (latencyMs + costs.letterboxMs / share),
    bytes: totalOf(model, weightBytesOf) + peak,
  };
}
