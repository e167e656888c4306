import { backProject, inputRegion } from './back-projection.js';
import { type FtpPlan, tileOf } from './ftp-plan.js';
import { macsOfRegions } from './layer.js';
import { BoundedCache, memoize } from './memoize.js';
import type { CacheTable } from './plan-cache.js';
import type { MapShape, Padding, Region } from './region.js';
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

/** By segment index, then by region. */
const STEPS: CacheTable<number, BoundedCache<number, SegmentStep>> = { limit: 1024 };
/** Steps of one segment. */
const MOST_STEPS = 4096;

/**
 * How to compute any region of a segment's output. Padding occurs at the segment's first layer only, by the way
 * segments are cut.
 *
 * @param output on map `segment.endLayer`; an empty one gives an empty input and no padding.
 */
export function segmentStep(plan: FtpPlan, segment: Segment, output: Region): SegmentStep {
  const steps = plan.cache.memoize(STEPS, segment.index, () => new BoundedCache(MOST_STEPS));
  return memoize(steps, keyOf(plan.maps[segment.endLayer]!, output), () => newStep(plan, segment, output));
}

/** Another number for each region of a map. */
function keyOf({ width, height }: MapShape, { x0, x1, y0, y1 }: Region): number {
  return ((x0 * (width + 1) + x1) * (height + 1) + y0) * (height + 1) + y1;
}

function newStep(plan: FtpPlan, segment: Segment, output: Region): SegmentStep {
  const own = plan.layers.slice(segment.firstLayer, segment.endLayer);
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
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile.
 */
export function segmentSteps(plan: FtpPlan, tileId: number): readonly SegmentStep[] {
  const tile = tileOf(plan, tileId);
  return Object.freeze(plan.segments.map((segment) => segmentStep(plan, segment, tile.regions[segment.endLayer]!)));
}
