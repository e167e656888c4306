import { backProject, inputRegion } from './back-projection.js';
import { type FtpPlan, tileOf } from './ftp-plan.js';
import type { LayerGeometry } from './layer.js';
import type { Padding, Region } from './region.js';
import type { Segment } from './segments.js';

/**
 * One call of the engine: crop `input` of map `firstLayer`, put `padding` around it (minus infinity if the segment's
 * first layer is max pooling, else zeros), run the segment's layers without padding of their own: the block that comes
 * out is exactly `output` of map `endLayer`.
 */
export interface SegmentStep {
  readonly segment: Segment;
  /** On map `segment.firstLayer`. */
  readonly input: Region;
  readonly padding: Padding;
  /** On map `segment.endLayer`. */
  readonly output: Region;
}

/**
 * How to compute any region of a segment's output. Padding occurs at the segment's first layer only, by the way
 * segments are cut.
 *
 * @param layers of the whole fused stack, as `segment` counts them.
 * @param output on map `segment.endLayer`; an empty one gives an empty input and no padding.
 */
export function segmentStep(layers: readonly LayerGeometry[], segment: Segment, output: Region): SegmentStep {
  const regions = backProject(layers.slice(segment.firstLayer, segment.endLayer), output);
  const { region, padding } = inputRegion(layers[segment.firstLayer]!, regions[1]!);
  return Object.freeze({ segment, input: region, padding, output: regions.at(-1)! });
}

/**
 * The engine calls that compute one tile without reuse, in order: each one's output region is the next one's input
 * region.
 *
 * @throws DeepThingsError `DT_TILE_UNKNOWN` when the plan has no such tile.
 */
export function segmentSteps(plan: FtpPlan, tileId: number): readonly SegmentStep[] {
  const tile = tileOf(plan, tileId);
  return Object.freeze(
    plan.segments.map((segment) => segmentStep(plan.layers, segment, tile.regions[segment.endLayer]!)),
  );
}
