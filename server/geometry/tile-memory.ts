import { type MapShape, type Padding, type Region, regionArea, regionHeight, regionWidth, wholeMap } from './region.js';
import type { Segment, SegmentedStage, SegmentNode } from './segments.js';
import { walkBack } from './tile-walk.js';

/** The engine takes F32, whatever travels. */
const BYTES_PER_VALUE = 4;

/**
 * The largest memory for feature maps at any moment while a tile is computed without reuse, in bytes: all values that are still to
 * be read, what a node puts out, and beside a block the padded copy, or the part of it, that is read. Weights and an engine's scratch space are not counted.
 * Paper section V, memory footprint.
 *
 * @param shares of the tile, by output of the stage.
 */
export function tilePeakBytes(stage: SegmentedStage, shares: readonly Region[]): number {
  const { needed, steps } = walkBack(stage, shares);
  const live = new LiveBytes(stage, (value) => bytesOf(needed[value]!, stage.shapes[value]!));
  live.add(0);
  for (const { reads, segment } of steps) {
    const copies = segment.inputs.map(({ map }, i) => {
      const { padding, region } = reads[i]!;
      return paddedBytes(region, padding, stage.shapes[map]!);
    });
    live.runSegment(segment, copies);
  }
  return live.peak;
}

/** The same for a stage on whole maps, where engines pad by themselves. */
export function untiledPeakBytes(stage: SegmentedStage): number {
  const whole = (value: number) => bytesOf(wholeMap(stage.shapes[value]!), stage.shapes[value]!);
  const live = new LiveBytes(stage, whole);
  live.add(0);
  for (const segment of stage.segments) live.runSegment(segment, []);
  return live.peak;
}

/** Bytes of the values that are still to be read. */
class LiveBytes {
  peak = 0;
  readonly #bytesOf: (value: number) => number;
  /** By value: readers that are still to come; a value that is handed over has one more. */
  readonly #readers: number[];
  readonly #there = new Map<number, number>();
  #sum = 0;

  constructor(stage: SegmentedStage, ofValue: (value: number) => number) {
    this.#bytesOf = ofValue;
    this.#readers = new Array(stage.shapes.length).fill(0);
    for (const { nodes } of stage.segments) for (const { from } of nodes) for (const one of from) this.#readers[one]!++;
    for (const output of stage.outputs) this.#readers[output]!++;
  }

  add(value: number, bytes = this.#bytesOf(value)): void {
    this.#sum += bytes - (this.#there.get(value) ?? 0);
    this.#there.set(value, bytes);
    this.peak = Math.max(this.peak, this.#sum);
  }

  /** @param copies bytes of what is read, padded, by input; none where nothing is copied. */
  runSegment({ inputs, nodes }: Segment, copies: readonly number[]): void {
    let copied = 0;
    for (const [i, { map }] of inputs.entries()) {
      const bytes = copies[i];
      // A block that is read as it is needs no copy.
      if (bytes === undefined || bytes === this.#there.get(map)) continue;
      const readHere = nodes.reduce((sum, { from }) => sum + from.filter((one) => one === map).length, 0);
      this.peak = Math.max(this.peak, this.#sum + copied + bytes);
      // Nobody else reads the block: the copy takes its place.
      if (readHere === this.#readers[map] && inputs.filter((one) => one.map === map).length === 1) this.add(map, bytes);
      else copied += bytes;
    }
    this.#sum += copied;
    for (const node of nodes) this.#runNode(node);
    this.#sum -= copied;
  }

  #runNode({ from, isSameCell, to, work }: SegmentNode): void {
    const [only] = from;
    const inPlace = isSameCell && work < 0 && from.length === 1 && to.length === 1 && this.#readers[only!] === 1;
    if (inPlace) this.#release(only!);
    for (const value of to) this.add(value);
    if (!inPlace) for (const value of from) this.#release(value);
  }

  #release(value: number): void {
    this.#readers[value]!--;
    if (this.#readers[value]! > 0) return;
    this.#sum -= this.#there.get(value) ?? 0;
    this.#there.delete(value);
  }
}

function bytesOf(region: Region, { channels }: MapShape): number {
  return channels * regionArea(region) * BYTES_PER_VALUE;
}

function paddedBytes(region: Region, { top, bottom, left, right }: Padding, { channels }: MapShape): number {
  return channels * (regionHeight(region) + top + bottom) * (regionWidth(region) + left + right) * BYTES_PER_VALUE;
}
