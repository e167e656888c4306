import type { Tensor } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import {
  isEmptyRegion,
  isSameRegion,
  paddedRegion,
  type Region,
  regionHeight,
  regionWidth,
  shapeText,
} from '../geometry/region.js';
import type { SegmentedStage } from '../geometry/segments.js';
import type { SegmentRead, TileStep } from '../geometry/tile-walk.js';
import { ArrayPool } from '../tensor/array-pool.js';
import { freeBuffer } from '../tensor/free-buffer.js';
import { fillPadding, placeRegion, regionShape } from '../tensor/planes.js';
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
  /** Memory of padded blocks. */
  readonly #pool = new ArrayPool();
  /** Memory of what the engine put out. */
  readonly #outputs = new Set<ArrayBufferLike>();
  /** Blocks that the engine reads in the step that runs, and that no later step reads. */
  #spent: Float32Array[] = [];
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
    this.#free();
    for (const { block, map, region } of writes) {
      const { data, shape } = outputs.get(mapNames[map]!)!;
      const expected = regionShape(maps[map]!.channels, block);
      const [, channels, height, width] = shape as [number, number, number, number];
      if (channels !== expected.channels || height !== expected.height || width !== expected.width) {
        const detail = `expected ${mapNames[map]} of ${shapeText(expected)}, got [${shape.slice(1).join(', ')}]`;
        throw new DeepThingsError('DT_ENGINE_RUN', `${graph.name}, segment ${segment.index}: ${detail}`);
      }
      this.#outputs.add(data.buffer);
      this.add(map, region, { data: data as Float32Array, region: block });
    }
  }

  /** The engine's inputs for a step; what no later step reads is let go. */
  inputsOf({ reads, segment }: TileStep): ReadonlyMap<string, Tensor> {
    const inputs = new Map<string, Tensor>();
    for (const [i, { fill, map, name }] of segment.inputs.entries()) {
      inputs.set(name, this.#paddedBlock(map, reads[i]!, fill));
    }
    for (const { map } of segment.inputs) {
      this.#readers[map]!--;
      if (this.#readers[map]! > 0 || this.#isOutput[map]) continue;
      this.#spent.push(...this.#parts[map]!.map(({ from }) => from.data));
      this.#parts[map] = [];
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
    this.#spent = [];
    this.#outputs.clear();
    this.#pool.giveBackAll();
    for (let map = 0; map < this.#parts.length; map++) {
      this.#parts[map] = [];
      this.#readers[map] = 0;
    }
  }

  /** Frees what the step that has run read last. The garbage collector would free it some frames later. */
  #free(): void {
    const read = new Set(this.#parts.flatMap((parts) => parts.map(({ from }) => from.data.buffer)));
    for (const { buffer } of this.#spent) {
      this.#pool.giveBack(buffer);
      if (!this.#outputs.delete(buffer) || read.has(buffer)) continue;
      freeBuffer(buffer);
    }
    this.#spent = [];
  }

  #paddedBlock(map: number, { padding, region }: SegmentRead, fill: number): Tensor {
    const { channels } = this.#stage.maps[map]!;
    const around = paddedRegion(region, padding);
    const [height, width] = [regionHeight(around), regionWidth(around)];
    const shape = [1, channels, height, width];
    const parts = this.#parts[map]!;
    if (parts.length === 1 && isPlain(parts[0]!, around)) return { shape, data: parts[0]!.from.data };
    const data = this.#pool.take(channels * height * width);
    this.#spent.push(data);
    fillPadding(data, { channels, height, width }, padding, fill);
    if (!isEmptyRegion(region)) for (const part of parts) placePart(data, channels, around, part, region);
    return { shape, data };
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
