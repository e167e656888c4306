import type { Tensor } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import {
  isEmptyRegion,
  isSameRegion,
  type Padding,
  paddedRegion,
  type Region,
  regionHeight,
  regionWidth,
  shapeText,
} from '../geometry/region.js';
import type { SegmentedStage } from '../geometry/segments.js';
import type { SegmentRead, TileStep } from '../geometry/tile-walk.js';
import { placeRegion, regionShape } from '../tensor/planes.js';
import type { KeptStrip } from './kept-strips.js';

/** Values of a region of a map, `[channels, height, width]`. */
export interface MapBlock {
  readonly region: Region;
  readonly data: Float32Array;
}

/** A region of a map, and a block that contains it. */
interface Part {
  readonly region: Region;
  readonly from: MapBlock;
}

/** Memory of a padded block. */
interface PaddedMemory {
  readonly data: Float32Array;
  /** Its shape and its padding on each side. */
  readonly layout: readonly number[];
}

/**
 * The maps of the tile that is being computed, each in parts that cover what the tile has of it exactly once: the block that the
 * engine put out, and strips. The parts go straight to their places on the padded blocks that the engine gets: in many small tiles
 * copying costs as much as computing.
 */
export class TileMaps {
  readonly #stage: SegmentedStage;
  readonly #parts: Part[][];
  /** By map: steps of the tile that are still to read it. */
  readonly #readers: number[];
  readonly #isOutput: readonly boolean[];
  /** By input of every segment; used again for each tile: fresh memory costs more than what is computed on it in a small tile. */
  readonly #blocks = new Map<string, PaddedMemory>();
  #kept: readonly KeptStrip[] = [];

  constructor(stage: SegmentedStage) {
    this.#stage = stage;
    this.#parts = stage.maps.map(() => []);
    this.#readers = stage.maps.map(() => 0);
    this.#isOutput = stage.maps.map((_, map) => stage.outputs.includes(map));
  }

  /** @param kept receives what the tile keeps for its neighbours, once it is there. */
  begin(steps: readonly TileStep[], kept: readonly KeptStrip[]): void {
    this.clear();
    this.#kept = kept;
    for (const { segment } of steps) for (const { map } of segment.inputs) this.#readers[map]!++;
  }

  /** Takes a part of a map. The parts of one map cover what the tile has of it exactly once. */
  add(map: number, region: Region, from: MapBlock): void {
    this.#parts[map]!.push({ region, from });
    const { channels } = this.#stage.maps[map]!;
    for (const kept of this.#kept) {
      if (kept.map !== map) continue;
      const common = commonRegion(kept.region, region);
      if (common !== null) placeRegion<Float32Array>(kept.data, channels, kept.region, from.data, from.region, common);
    }
  }

  /**
   * Takes what the engine put out for a step.
   *
   * @throws DeepThingsError `DT_ENGINE_RUN` when it has another size than the step says.
   */
  addOutputs({ segment, writes }: TileStep, outputs: ReadonlyMap<string, Tensor>): void {
    const { graph, mapNames, maps } = this.#stage;
    for (const { block, map, region } of writes) {
      const { data, shape } = outputs.get(mapNames[map]!)!;
      const expected = regionShape(maps[map]!.channels, block);
      const [, channels, height, width] = shape as [number, number, number, number];
      if (channels !== expected.channels || height !== expected.height || width !== expected.width) {
        const detail = `expected ${mapNames[map]} of ${shapeText(expected)}, got [${shape.slice(1).join(', ')}]`;
        throw new DeepThingsError('DT_ENGINE_RUN', `${graph.name}, segment ${segment.index}: ${detail}`);
      }
      this.add(map, region, { data: data as Float32Array, region: block });
    }
  }

  /** The engine's inputs for a step; what no later step reads is let go. */
  inputsOf({ reads, segment }: TileStep): ReadonlyMap<string, Tensor> {
    const inputs = new Map<string, Tensor>();
    for (const [i, { fill, map, name }] of segment.inputs.entries()) {
      inputs.set(name, this.#paddedBlock(map, reads[i]!, fill, `${segment.index} ${i}`));
    }
    for (const { map } of segment.inputs) {
      this.#readers[map]!--;
      if (this.#readers[map] === 0 && !this.#isOutput[map]) this.#parts[map] = [];
    }
    return inputs;
  }

  /** A region of a map, in memory that can be given away: the map is not read any more. */
  take(map: number, region: Region): Float32Array {
    const [only, ...others] = this.#parts[map]!;
    if (others.length === 0 && only !== undefined && isAll(only.from, region)) return only.from.data;
    return this.copy(map, region);
  }

  /** A copy of a region of a map. */
  copy(map: number, region: Region): Float32Array<ArrayBuffer> {
    const { channels } = this.#stage.maps[map]!;
    const data = new Float32Array(channels * regionHeight(region) * regionWidth(region));
    if (isEmptyRegion(region)) return data;
    for (const part of this.#parts[map]!) placePart(data, channels, region, part);
    return data;
  }

  clear(): void {
    this.#kept = [];
    for (let map = 0; map < this.#parts.length; map++) {
      this.#parts[map] = [];
      this.#readers[map] = 0;
    }
  }

  #paddedBlock(map: number, { padding, region }: SegmentRead, fill: number, place: string): Tensor {
    const { channels } = this.#stage.maps[map]!;
    const around = paddedRegion(region, padding);
    const shape = [1, channels, regionHeight(around), regionWidth(around)];
    const parts = this.#parts[map]!;
    if (parts.length === 1 && isPlain(parts[0]!, around)) return { shape, data: parts[0]!.from.data };
    const data = this.#blockFor(place, shape, padding, fill);
    if (!isEmptyRegion(region)) for (const part of parts) placePart(data, channels, around, part, region);
    return { shape, data };
  }

  /** Memory whose padding has its values; the rest has any. The padding is there already where the block before was alike. */
  #blockFor(place: string, shape: readonly number[], padding: Padding, fill: number): Float32Array {
    const known = this.#blocks.get(place);
    const values = shape.reduce((product, size) => product * size);
    const layout = [...shape, padding.top, padding.bottom, padding.left, padding.right];
    if (known?.layout.every((size, i) => size === layout[i])) return known.data.subarray(0, values);
    const data = known !== undefined && known.data.length >= values ? known.data : new Float32Array(values);
    this.#blocks.set(place, { data, layout });
    const block = data.subarray(0, values);
    if (padding.top + padding.bottom + padding.left + padding.right > 0) block.fill(fill);
    return block;
  }
}

function placePart(
  data: Float32Array,
  channels: number,
  target: Region,
  { from, region }: Part,
  within = target,
): void {
  const common = commonRegion(region, within);
  if (common !== null) placeRegion<Float32Array>(data, channels, target, from.data, from.region, common);
}

/** @returns null when there is none. */
function commonRegion(a: Region, b: Region): Region | null {
  const x0 = Math.max(a.x0, b.x0);
  const x1 = Math.min(a.x1, b.x1);
  const y0 = Math.max(a.y0, b.y0);
  const y1 = Math.min(a.y1, b.y1);
  return x1 <= x0 || y1 <= y0 ? null : { x0, x1, y0, y1 };
}

/**
 * Whether a part is just this region of the map. A block may have cells beyond the map, where padding belongs; and engines take
 * no shared memory, which strips are in.
 */
function isPlain({ from, region }: Part, wanted: Region): boolean {
  return from.data.buffer instanceof ArrayBuffer && isSameRegion(from.region, wanted) && isSameRegion(region, wanted);
}

/** Whether a block is just this region, and the only one on its memory. */
function isAll({ data, region }: MapBlock, wanted: Region): boolean {
  const isOwn = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return isOwn && isSameRegion(region, wanted);
}
