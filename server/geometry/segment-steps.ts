import { backProject, inputRegion } from './back-projection.js';
import { type FtpPlan, tileOf } from './ftp-plan.js';
import type { LayerGeometry } from './layer.js';
import { macsOfRegions } from './layer-macs.js';
import type { MapShape, Padding, Region } from './region.js';
import { BoundedAnswers, remembered } from './remembered.js';
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
  /** What each layer of the segment computes, first to last; the last is `output`. */
  readonly computes: readonly Region[];
  /** Multiply-accumulates. */
  readonly macs: number;
}

/** Steps of one segment that are remembered; then all are forgotten. */
const REMEMBERED_STEPS = 4096;

/** By layers and by segment: who decides what to reuse asks for the same steps again and again, frame after frame. */
const known = new WeakMap<readonly LayerGeometry[], BoundedAnswers<number, SegmentStep>[]>();

/**
 * How to compute any region of a segment's output. Padding occurs at the segment's first layer only, by the way
 * segments are cut.
 *
 * @param layers of the whole fused stack, as `segment` counts them.
 * @param output on map `segment.endLayer`; an empty one gives an empty input and no padding.
 */
export function segmentStep(layers: readonly LayerGeometry[], segment: Segment, output: Region): SegmentStep {
  const bySegment = remembered(known, layers, () => []);
  bySegment[segment.index] ??= new BoundedAnswers(REMEMBERED_STEPS);
  const key = keyOf(layers[segment.endLayer - 1]!.output, output);
  return remembered(bySegment[segment.index]!, key, () => newStep(layers, segment, output));
}

/** Another number for each region of a map. */
function keyOf({ width, height }: MapShape, { x0, x1, y0, y1 }: Region): number {
  return ((x0 * (width + 1) + x1) * (height + 1) + y0) * (height + 1) + y1;
}

function newStep(layers: readonly LayerGeometry[], segment: Segment, output: Region): SegmentStep {
  const own = layers.slice(segment.firstLayer, segment.endLayer);
  const regions = backProject(own, output);
  const { region, padding } = inputRegion(own[0]!, regions[1]!);
  const computes = Object.freeze(regions.slice(1));
  return Object.freeze({
    segment,
    input: region,
    padding,
    output: computes.at(-1)!,
    computes,
    macs: macsOfRegions(own, regions),
  });
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
