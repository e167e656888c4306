import { expect } from 'vitest';
import { containsRegion, isEmptyRegion, type Region, regionArea } from '../../server/geometry/region.js';
import { SIDES } from '../../server/geometry/reuse/neighbours.js';
import type { Strip, TileCut } from '../../server/geometry/reuse/tile-cut.js';
import type { TileOffers } from '../../server/geometry/reuse/tile-offer.js';
import type { TileStep } from '../../server/geometry/tile-walk.js';
import type { TestLayer } from './layer-chains.js';
import { crop, outside, type Plane, pad, plane, runUnpadded } from './reference-network.js';

/** A block of a map and where it lies. */
interface Block {
  readonly region: Region;
  readonly values: Plane;
}

/**
 * Devices that have nothing but the picture and what finished tiles kept for their neighbours. Checks on the way that
 * whatever a cut counts on is there, and that blocks are put together of it exactly once.
 */
export class ReuseRun {
  readonly #layers: readonly TestLayer[];
  readonly #input: Plane;
  /** By producer, consumer and map. */
  readonly #kept = new Map<string, Block>();

  constructor(layers: readonly TestLayer[], input: Plane) {
    this.#layers = layers;
    this.#input = input;
  }

  /** Runs a tile as cut. Call `keep` before the next one. */
  run(cut: TileCut): { readonly output: Plane; readonly held: ReadonlyMap<number, Block> } {
    const held = new Map<number, Block>();
    let computed: Block = { region: cut.input, values: crop(this.#input, cut.input) };
    for (const step of cut.steps) {
      const { map } = step.segment.inputs[0]!;
      const block = this.#assemble(cut, map, step.reads[0]!.region, computed);
      held.set(map, block);
      const { block: whole, region } = step.writes[0]!;
      // A chain computes just what is needed.
      expect(whole).toEqual(region);
      computed = { region, values: runStep(this.#layers, step, block.values) };
    }
    const used = [...held.keys()];
    expect(cut.strips.every(({ map }) => used.includes(map))).toBe(true);
    return { output: computed.values, held };
  }

  /** Keeps of what a tile held what it offers, and forgets the rest. */
  keep(held: ReadonlyMap<number, Block>, offers: TileOffers): void {
    for (const offer of SIDES.flatMap((side) => offers[side] ?? [])) {
      for (const [map, region] of offer.regions.entries()) {
        if (isEmptyRegion(region)) continue;
        const block = held.get(map)!;
        expect(containsRegion(block.region, region)).toBe(true);
        this.#kept.set(`${offer.producer}>${offer.consumer}@${map}`, { region, values: part(block, region) });
      }
    }
  }

  #assemble({ strips, tileId }: TileCut, map: number, input: Region, computed: Block): Block {
    const pieces = strips.filter((strip) => strip.map === map).map((strip) => this.#fetch(tileId, strip));
    if (!isEmptyRegion(computed.region)) pieces.push(computed);
    // All inside, as many cells as there are, none left out: each exactly once.
    expect(pieces.every(({ region }) => containsRegion(input, region))).toBe(true);
    expect(pieces.reduce((cells, { region }) => cells + regionArea(region), 0)).toBe(regionArea(input));
    const whole = plane(input.y1 - input.y0, input.x1 - input.x0, () => Number.NaN);
    for (const piece of pieces) place(whole, input, piece);
    expect(whole.values.some(Number.isNaN)).toBe(false);
    return { region: input, values: whole };
  }

  #fetch(consumer: number, { map, producer, region }: Strip): Block {
    const kept = this.#kept.get(`${producer}>${consumer}@${map}`);
    expect(kept !== undefined && containsRegion(kept.region, region)).toBe(true);
    return { region, values: part(kept!, region) };
  }
}

/** What a device does for one segment of a chain, given a block that holds exactly the step's input. */
export function runStep(layers: readonly TestLayer[], { reads, segment }: TileStep, input: Plane): Plane {
  const indices = segment.nodes.map(({ node }) => Number(node.name.replace('layer ', '')));
  let block = pad(input, reads[0]!.padding, outside(layers[indices[0]!]!));
  for (const index of indices) {
    const { kernel, stride } = layers[index]!;
    // Windows end where the block ends: nothing was cropped or padded for naught.
    expect([(block.width - kernel) % stride, (block.height - kernel) % stride]).toEqual([0, 0]);
    block = runUnpadded(layers[index]!, index, block);
  }
  return block;
}

function part({ region: { x0, y0 }, values }: Block, region: Region): Plane {
  return crop(values, { x0: region.x0 - x0, x1: region.x1 - x0, y0: region.y0 - y0, y1: region.y1 - y0 });
}

function place(whole: Plane, frame: Region, { region, values }: Block): void {
  for (let y = 0; y < values.height; y++) {
    const row = values.values.subarray(y * values.width, (y + 1) * values.width);
    whole.values.set(row, (region.y0 + y - frame.y0) * whole.width + region.x0 - frame.x0);
  }
}
