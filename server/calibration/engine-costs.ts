import { roomForStrips } from '../compute/kept-strips.js';
import { loadRemainingGraph } from '../compute/remaining-graph.js';
import { loadTileExecutor, type Normalise, type TileJob } from '../compute/tile-executor.js';
import type { InferenceEngine, Tensor } from '../engine/inference-engine.js';
import { fittedLine, type Sample } from '../evaluation/statistics/fitted-line.js';
import { type FusedDepth, planGraph } from '../geometry/choose-cut.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { type Grid, parseGrid } from '../geometry/grid.js';
import { paddedRegion } from '../geometry/region.js';
import { SIDES } from '../geometry/reuse/neighbours.js';
import { cutTile, type TileCut } from '../geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile } from '../geometry/reuse/tile-offer.js';
import { segmentGraph } from '../geometry/segment-graph.js';
import type { TileStep } from '../geometry/tile-walk.js';
import type { Graph } from '../graph/graph.js';
import type { LoadedModel } from '../model-files/load-model.js';
import { assembledBytes, type CostModel, onlyComputing, tileMs } from '../simulation/cost-model.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { regionShape, valuesOf } from '../tensor/planes.js';
import { leastCpuMs } from './cpu-time.js';

type EngineCosts = Pick<CostModel, 'engine' | 'segments' | 'tileMs' | 'assemblyMsPerMiB' | 'remaining'>;

/** Tiles of these are as large as blocks in use are. */
const GRIDS = ['2x2', '3x3', '5x5', '8x8'];
const TIMES = 5;
const MIB = 2 ** 20;

/**
 * Measures the fused layers segment by segment on blocks of several sizes, whole tiles with and without reuse, and the
 * layers behind.
 */
export async function measureEngine(
  engine: InferenceEngine,
  { graph, network: { preprocessing } }: LoadedModel,
  depth: FusedDepth,
  onStep: (what: string) => void,
): Promise<EngineCosts> {
  const plans = plansOf(graph, depth, GRIDS);
  const { stage } = plans[0]!;
  const measured: { nodes: readonly string[]; samples: Sample[] }[] = [];
  for (const segment of stage.segments) {
    const nodes = segment.nodes.map(({ node }) => node.name);
    onStep(`${nodes[0]} to ${nodes.at(-1)}`);
    const network = await engine.loadGraph(segmentGraph(stage, segment), { anySize: true });
    const samples: Sample[] = [];
    for (const plan of plans) {
      const step = cutTile(plan, middleTile(plan)).steps.find((one) => one.segment.index === segment.index);
      if (step === undefined) continue;
      const inputs = constantInputs(plan, step);
      samples.push({ amount: step.macs, ms: await leastCpuMs(TIMES, () => network.run(inputs)) });
    }
    await network.release();
    measured.push({ nodes, samples });
  }
  const speedOf = (samples: readonly Sample[], otherwise: number) => {
    const { fixedMs, msPerAmount } = fittedLine(samples);
    return { callMs: fixedMs, macsPerMs: msPerAmount > 0 ? 1 / msPerAmount : otherwise };
  };
  const all = measured.flatMap(({ samples }) => samples).filter(({ amount }) => amount > 0);
  const macsOfAll = all.reduce((sum, { amount }) => sum + amount, 0);
  const mean = macsOfAll / all.reduce((sum, { ms }) => sum + ms, 0);
  const costs = {
    engine: speedOf(all, mean),
    segments: measured.map(({ nodes, samples }) => ({ nodes, ...speedOf(samples, mean) })),
  };
  onStep('whole tiles');
  const normalise: Normalise = (bytes, shape) => normaliseBytes(bytes, shape, preprocessing);
  const handling = await tileHandling(engine, normalise, plans, costs);
  onStep('the remaining layers');
  return { ...costs, ...handling, remaining: await remainingSpeed(engine, plans[0]!, mean) };
}

/** A plan for each of these grids that is not finer than the maps. */
export function plansOf(graph: Graph, depth: FusedDepth, grids: readonly string[]): readonly FtpPlan[] {
  const { maps, outputs, stage } = planGraph(graph, depth, { rows: 1, columns: 1 });
  const isFine = ({ columns, rows }: Grid) =>
    outputs.some((map) => maps[map]!.height >= rows) && outputs.some((map) => maps[map]!.width >= columns);
  const fitting = grids.map(parseGrid).filter(isFine);
  return (fitting.length > 0 ? fitting : [{ rows: 1, columns: 1 }]).map((grid) => planGraph(graph, stage.values, grid));
}

function constantInputs({ maps }: FtpPlan, { reads, segment }: TileStep): ReadonlyMap<string, Tensor> {
  return new Map(
    segment.inputs.map(({ map, name }, i) => {
      const { channels, height, width } = regionShape(
        maps[map]!.channels,
        paddedRegion(reads[i]!.region, reads[i]!.padding),
      );
      return [
        name,
        { shape: [1, channels, height, width], data: new Float32Array(channels * height * width).fill(0.5) },
      ];
    }),
  );
}

function middleTile({ grid }: FtpPlan): number {
  return Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
}

/** What tiles take beyond the calls of the engine, by how much is put together for these. */
async function tileHandling(
  engine: InferenceEngine,
  normalise: Normalise,
  plans: readonly FtpPlan[],
  costs: Pick<CostModel, 'engine' | 'segments'>,
): Promise<Pick<CostModel, 'tileMs' | 'assemblyMsPerMiB'>> {
  const samples: Sample[] = [];
  for (const plan of plans) {
    const executor = await loadTileExecutor(engine, plan, normalise);
    const run = async (jobs: readonly TileJob[]) => {
      for (const job of jobs) await executor.run({ ...job, input: job.input.slice() });
    };
    const whole = jobOf(plan, cutTile(plan, 0), {});
    const wholeMs = await leastCpuMs(TIMES, () => run([whole.job]));
    samples.push(beyondCalls(plan, costs, whole.cut, wholeMs));
    if (plan.grid.columns > 1) {
      const offers = offersToTile(plan, 1, (tile) => (tile === 0 ? offersOfTile(plan, whole.cut) : null));
      const reusing = jobOf(plan, cutTile(plan, 1, offers), offers);
      const bothMs = await leastCpuMs(TIMES, () => run([whole.job, reusing.job]));
      samples.push(beyondCalls(plan, costs, reusing.cut, bothMs - wholeMs));
    }
    await executor.release();
  }
  const { fixedMs, msPerAmount } = fittedLine(samples);
  return { tileMs: fixedMs, assemblyMsPerMiB: msPerAmount };
}

function jobOf(plan: FtpPlan, cut: TileCut, offers: TileJob['offers']): { cut: TileCut; job: TileJob } {
  const input = new Uint8Array(valuesOf(regionShape(plan.maps[0]!.channels, cut.input))).fill(127);
  const strips = cut.strips.map(() => 1);
  return { cut, job: { tileId: cut.tileId, offers, input, strips, keepIn: roomForStrips(plan, cut, SIDES) } };
}

function beyondCalls(plan: FtpPlan, costs: Pick<CostModel, 'engine' | 'segments'>, cut: TileCut, ms: number): Sample {
  const bare = { ...onlyComputing(costs.engine.macsPerMs), ...costs };
  return { amount: assembledBytes(plan.maps, cut.steps) / MIB, ms: Math.max(0, ms - tileMs(bare, plan, cut)) };
}

async function remainingSpeed(engine: InferenceEngine, plan: FtpPlan, mean: number): Promise<CostModel['remaining']> {
  const remaining = await loadRemainingGraph(engine, plan.stage);
  const maps = plan.outputs.map((map) => new Float32Array(valuesOf(plan.maps[map]!)).fill(0.5));
  const ms = await leastCpuMs(3, () => remaining.run(maps));
  await remaining.release();
  const macs = plan.remainingMacs;
  return macs > 0 && ms > 0 ? { callMs: 0, macsPerMs: macs / ms } : { callMs: ms, macsPerMs: mean };
}
