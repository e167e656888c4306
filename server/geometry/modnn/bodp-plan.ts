import { DeepThingsError } from '../../errors.js';
import { regionBytes } from '../plan-cost.js';
import {
  EMPTY_REGION,
  intersectRegions,
  isEmptyRegion,
  type MapShape,
  type Padding,
  type Region,
  regionArea,
  wholeMap,
} from '../region.js';
import { inputRegion } from './back-projection.js';
import type { LayerGeometry } from './layer.js';
import type { LayerChain } from './layer-chain.js';

/**
 * MoDNN's biased one-dimensional partition (BODP): every map is cut into horizontal slices, one for each device, which
 * computes its rows of every map and keeps them; only the rows that a window reaches beyond its slice travel, through
 * the gateway, after each layer (paper section V.A, [16]). Plain frozen data.
 *
 *     map l        map l + 1
 *     +-------+    +-------+
 *     | s0    |    | s0    |   the window of s0's last row reaches into s1:
 *     | - - - | \  |       |   `borderRows` of s0, which s1 has in its `publishedRows`
 *     +-------+  > +-------+
 *     | s1    | /  | s1    |
 *     +-------+    +-------+
 */
export interface BodpPlan extends LayerChain {
  /** Number of slices. */
  readonly slices: number;
  /**
   * `owned[map][slice]`: the rows of that map, in full width, which the slice keeps. Those of one map cover it exactly
   * once, in the order of slices; `EMPTY_REGION` where a slice has none. Map 0 is the picture.
   */
  readonly owned: readonly (readonly Region[])[];
}

/** What a slice computes of a layer, and what of: `input` of map `layer`, padded, gives `output` of map `layer + 1`. */
export interface SliceStep {
  readonly input: Region;
  /** Zeros for a convolution, minus infinity for max pooling. */
  readonly padding: Padding;
  readonly output: Region;
}

/** Rows that another slice owns. */
export interface BorderRows {
  readonly owner: number;
  /** Never empty. */
  readonly region: Region;
}

/** How wide values are when they travel: U8 = 1, F16 = 2, F32 = 4. */
export interface BodpWidths {
  readonly inputBytesPerValue: number;
  readonly mapBytesPerValue: number;
}

/** Bytes of values that go through the gateway for one frame. */
export interface BodpBytes {
  /** The letterboxed picture, source to gateway. */
  readonly frame: number;
  /** What the slices need of the picture, gateway to devices. */
  readonly input: number;
  /** Border rows of maps 1 to depth - 1: up once from their owner, down to each slice that needs them. */
  readonly overlap: number;
  /** The slices of the deepest map, devices to gateway. */
  readonly result: number;
}

/**
 * Cuts a chain of layers into slices. The rows of the deepest map are shared out by relative speed (the bias of
 * BODP); where slices meet is then carried up through the strides, so that pooling windows with K = S never cross it
 * and only halo rows travel.
 *
 * @param shares relative speeds, one for each slice, in any unit. A slice whose share comes to less than a row of the
 * deepest map may get none: it then computes nothing and needs nothing, of any map.
 * @throws DeepThingsError `DT_PLAN_SHARES` for no shares and for one that is not above 0.
 */
export function planBodp(chain: LayerChain, shares: readonly number[]): BodpPlan {
  const total = checkedTotal(shares);
  let boundaries = sharedBoundaries(chain.maps[chain.depth]!.height, shares, total);
  const owned = [ownedRows(chain.maps[chain.depth]!, boundaries)];
  for (const layer of chain.layers.toReversed()) {
    boundaries = boundaries.map((boundary) => boundaryAbove(layer, boundary));
    owned.push(ownedRows(layer.input, boundaries));
  }
  return Object.freeze({ ...chain, slices: shares.length, owned: Object.freeze(owned.reverse()) });
}

/**
 * How a slice computes its rows of map `layer + 1`. A slice without such rows needs nothing.
 *
 * @throws DeepThingsError `DT_SLICE_UNKNOWN` when the plan has no such layer or slice.
 */
export function sliceStep(plan: BodpPlan, layer: number, slice: number): SliceStep {
  checkIndex('layer', layer, 0, plan.depth - 1);
  checkSlice(plan, slice);
  const output = plan.owned[layer + 1]![slice]!;
  const { region, padding } = inputRegion(plan.layers[layer]!, output);
  return Object.freeze({ input: region, padding, output });
}

/**
 * The rows of map `layer` that a slice needs for layer `layer` and does not own, by owner from the top. An owner need
 * not be a neighbour: a halo may be higher than the slices beside it.
 *
 * @param layer from 1: layer 0's whole input comes from the gateway, which has the picture.
 * @throws DeepThingsError `DT_SLICE_UNKNOWN` when the plan has no such layer or slice.
 */
export function borderRows(plan: BodpPlan, layer: number, slice: number): readonly BorderRows[] {
  checkIndex('layer', layer, 1, plan.depth - 1);
  const { input } = sliceStep(plan, layer, slice);
  return Object.freeze(
    plan.owned[layer]!.flatMap((owned, owner) => {
      const region = owner === slice ? EMPTY_REGION : intersectRegions(input, owned);
      return isEmptyRegion(region) ? [] : [Object.freeze({ owner, region: Object.freeze(region) })];
    }),
  );
}

/**
 * The rows of map `map` that a slice owns and sends to the gateway once it has computed them: what others need for
 * layer `map`, each row once however many need it; of the deepest map all that it owns. From the top, apart from each
 * other, none empty.
 *
 * @param map from 1: nobody computes the picture.
 * @throws DeepThingsError `DT_SLICE_UNKNOWN` when the plan has no such map or slice.
 */
export function publishedRows(plan: BodpPlan, map: number, slice: number): readonly Region[] {
  checkIndex('map', map, 1, plan.depth);
  checkSlice(plan, slice);
  const owned = plan.owned[map]![slice]!;
  if (map === plan.depth) {
    return Object.freeze(isEmptyRegion(owned) ? [] : [owned]);
  }
  const wanted = Array.from({ length: plan.slices }, (_, consumer) =>
    consumer === slice ? EMPTY_REGION : intersectRegions(owned, sliceStep(plan, map, consumer).input),
  );
  return unitedRows(wanted.filter((region) => !isEmptyRegion(region)));
}

/**
 * Multiply-accumulates of a slice's part of a layer. Those of all slices are the layer's, whole: BODP computes nothing
 * twice.
 *
 * @throws DeepThingsError `DT_SLICE_UNKNOWN` when the plan has no such layer or slice.
 */
export function sliceMacs(plan: BodpPlan, layer: number, slice: number): number {
  return sliceMacsOf(plan, layer, sliceStep(plan, layer, slice).output);
}

/** Multiply-accumulates of a layer that computes these rows. */
export function sliceMacsOf({ layers }: LayerChain, layer: number, output: Region): number {
  return layers[layer]!.macsPerCell * regionArea(output);
}

/** What one frame moves, values only, without what the wire puts around them. Paper section V.B, Fig. 12. */
export function bodpBytes(plan: BodpPlan, { inputBytesPerValue, mapBytesPerValue }: BodpWidths): BodpBytes {
  const picture = plan.maps[0]!;
  let input = 0;
  let overlap = 0;
  let result = 0;
  for (let slice = 0; slice < plan.slices; slice++) {
    input += regionBytes(sliceStep(plan, 0, slice).input, picture, inputBytesPerValue);
    for (let map = 1; map < plan.depth; map++) {
      const down = borderRows(plan, map, slice).map(({ region }) => region);
      for (const region of [...publishedRows(plan, map, slice), ...down]) {
        overlap += regionBytes(region, plan.maps[map]!, mapBytesPerValue);
      }
    }
    for (const region of publishedRows(plan, plan.depth, slice)) {
      result += regionBytes(region, plan.maps[plan.depth]!, mapBytesPerValue);
    }
  }
  return Object.freeze({
    frame: regionBytes(wholeMap(picture), picture, inputBytesPerValue),
    input,
    overlap,
    result,
  });
}

function checkedTotal(shares: readonly number[]): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length === 0 || !shares.every((share) => share > 0) || !Number.isFinite(total)) {
    throw new DeepThingsError(
      'DT_PLAN_SHARES',
      `Expected a relative speed above 0 for each device, got [${shares.join(', ')}]. Leave out devices that compute ` +
        'nothing.',
    );
  }
  return total;
}

/** Where slices begin and end, `shares.length + 1` rows from 0 to `height`: rounded sums, so that no row is lost. */
function sharedBoundaries(height: number, shares: readonly number[], total: number): readonly number[] {
  let sum = 0;
  const ends = shares.map((share) => {
    sum += share;
    return Math.round((height * sum) / total);
  });
  return [0, ...ends.slice(0, -1), height];
}

/**
 * The row of a layer's input where slices meet that meet at row `boundary` of its output. The end of the map stays the
 * end, also where the windows leave its last rows over: a slice that has no output there must not own these.
 */
function boundaryAbove(layer: LayerGeometry, boundary: number): number {
  return boundary === layer.output.height ? layer.input.height : Math.min(layer.input.height, boundary * layer.stride);
}

function ownedRows({ width }: MapShape, boundaries: readonly number[]): readonly Region[] {
  return Object.freeze(
    boundaries.slice(1).map((y1, slice) => {
      const y0 = boundaries[slice]!;
      return y0 === y1 ? EMPTY_REGION : Object.freeze({ x0: 0, x1: width, y0, y1 });
    }),
  );
}

/** Rows of one slice that several others need, each row once. All of one layer, so all of the same columns. */
function unitedRows(regions: readonly Region[]): readonly Region[] {
  const united: Region[] = [];
  for (const region of regions.toSorted((a, b) => a.y0 - b.y0)) {
    const last = united.at(-1);
    if (last !== undefined && region.y0 <= last.y1) {
      united[united.length - 1] = { ...last, y1: Math.max(last.y1, region.y1) };
    } else {
      united.push(region);
    }
  }
  return Object.freeze(united.map((region) => Object.freeze(region)));
}

function checkSlice(plan: BodpPlan, slice: number): void {
  checkIndex('slice', slice, 0, plan.slices - 1);
}

function checkIndex(what: 'layer' | 'map' | 'slice', index: number, first: number, last: number): void {
  if (!Number.isSafeInteger(index) || index < first || index > last) {
    throw new DeepThingsError(
      'DT_SLICE_UNKNOWN',
      `Expected a ${what} from ${first} to ${last} of the plan, got ${index}. Two nodes that disagree here run ` +
        'different plans.',
    );
  }
}
