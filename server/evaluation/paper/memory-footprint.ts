import { planGraph } from '../../geometry/choose-cut.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { bandsOf } from '../../geometry/gang/bands.js';
import { gangBlocks, type MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { LayerGeometry } from '../../geometry/gang/layer-chain.js';
import { planLayerGang } from '../../geometry/gang/layer-gang.js';
import { parseGrid } from '../../geometry/grid.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { type Region, wholeMap } from '../../geometry/region.js';
import { walkBack } from '../../geometry/tile-walk.js';
import { weightBytes } from '../../graph/weights.js';
import type { Network } from '../../model/network.js';

/** What one way of cutting needs of a device's memory. */
export interface Footprint {
  readonly name: string;
  /** Of each layer: its input and output, as F32, of the tile or slice that needs most. */
  readonly mapBytes: readonly number[];
  /** The largest of these, and the weights of all layers: "the sum of the largest layer data size and the total weight amount". */
  readonly totalBytes: number;
}

export interface MemoryFootprints {
  /** `conv0`, `max1`, … as the paper names them. */
  readonly layers: readonly string[];
  readonly weightBytes: readonly number[];
  readonly original: Footprint;
  /** Rows cut among so many devices, halo rows included. */
  readonly bodp: Footprint;
  /** By grid. */
  readonly ftp: Readonly<Record<string, Footprint>>;
}

export const BODP_SLICES = 4;
const FLOAT_BYTES = 4;

/** Figure 11 as arithmetic: paper section V.A. No program's own memory is in it. */
export function memoryFootprints(network: Network, depth: number, grids: readonly string[]): MemoryFootprints {
  const planOf = (grid: string) => planGraph(network.graph, depth, parseGrid(grid));
  const chain = planOf('1x1').chain!;
  const { layers, stage } = chain;
  const bytesByLayer = stage.segments.map(({ nodes }) =>
    weightBytes(
      stage.graph,
      nodes.map(({ node }) => node),
    ),
  );
  const weights = bytesByLayer.reduce((sum, bytes) => sum + bytes, 0);
  const footprint = (name: string, mapBytes: readonly number[]): Footprint => ({
    ...{ name, mapBytes },
    totalBytes: Math.max(...mapBytes) + weights,
  });
  const whole = layers.map((layer) => layerBytes(layer, wholeMap(layer.input), wholeMap(layer.output)));
  const members = gangBlocks(planLayerGang(chain), bandsOf(Array<number>(BODP_SLICES).fill(1)));
  return {
    layers: layers.map(({ macsPerCell }, index) => `${macsPerCell === 0 ? 'max' : 'conv'}${index}`),
    weightBytes: bytesByLayer,
    original: footprint('original', whole),
    bodp: footprint(
      `BODP-${BODP_SLICES}`,
      layers.map((layer, index) => largestBlock(members, layer, index)),
    ),
    ftp: Object.fromEntries(grids.map((grid) => [grid, footprint(`FTP ${grid}`, tileBytes(planOf(grid)))])),
  };
}

function largestBlock(members: readonly MemberPlan[], layer: LayerGeometry, index: number): number {
  const steps = members.flatMap(({ stages }) => stages[index]!.steps);
  return Math.max(...steps.map(({ reads, writes }) => layerBytes(layer, reads[0]!.region, writes[0]!.region)));
}

function tileBytes({ chain, tiles }: FtpPlan): readonly number[] {
  const { layers, stage } = chain!;
  const held = tiles.map(({ shares }) => walkBack(stage, shares).held);
  return layers.map((layer, index) =>
    Math.max(...held.map((regions) => layerBytes(layer, regions[index]!, regions[index + 1]!))),
  );
}

function layerBytes({ input, output }: LayerGeometry, from: Region, to: Region): number {
  return regionBytes(from, input, FLOAT_BYTES) + regionBytes(to, output, FLOAT_BYTES);
}

/** Mean over layers of how much less a layer needs, its own weights included: section V.A's average reduction. */
export function meanLayerReduction({ original, weightBytes }: MemoryFootprints, cut: Footprint): number {
  const reductions = original.mapBytes.map((bytes, index) => {
    const weights = weightBytes[index]!;
    return 1 - (cut.mapBytes[index]! + weights) / (bytes + weights);
  });
  return reductions.reduce((sum, reduction) => sum + reduction, 0) / reductions.length;
}

export function totalReduction({ original }: MemoryFootprints, cut: Footprint): number {
  return 1 - cut.totalBytes / original.totalBytes;
}
