import { roomForStrips } from '../compute/kept-strips.js';
import { loadRemainingLayers } from '../compute/remaining-layers.js';
import { loadTileExecutor, type TileJob } from '../compute/tile-executor.js';
import type { InferenceEngine } from '../engine/inference-engine.js';
import { loadLayers } from '../engine/load-layers.js';
import { fittedLine, type Sample } from '../evaluation/statistics/fitted-line.js';
import { type FtpPlan, planFtp } from '../geometry/ftp-plan.js';
import { parseGrid } from '../geometry/grid.js';
import { SIDES } from '../geometry/reuse/neighbours.js';
import { cutTile, type TileCut } from '../geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile } from '../geometry/reuse/tile-offer.js';
import { segmentSteps } from '../geometry/segment-steps.js';
import { remainingMacs } from '../model/layer-facts.js';
import { fusedGeometry } from '../model/layer-geometry.js';
import type { LoadedModel } from '../model/model-source.js';
import { assembledBytes, type CostModel, onlyComputing, tileMs } from '../simulation/cost-model.js';
import { paddedRegion, regionShape, valuesOf } from '../tensor/planes.js';
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
  { network, weights }: LoadedModel,
  depth: number,
  onStep: (what: string) => void,
): Promise<EngineCosts> {
  const layers = fusedGeometry(network, depth);
  const { height, width } = layers.at(-1)!.output;
  const grids = GRIDS.map(parseGrid).filter(({ rows, columns }) => rows <= height && columns <= width);
  const plans = (grids.length > 0 ? grids : [{ rows: 1, columns: 1 }]).map((grid) => planFtp(layers, depth, grid));
  const measured: { firstLayer: number; endLayer: number; samples: Sample[] }[] = [];
  for (const segment of plans[0]!.segments) {
    const { endLayer, firstLayer, index } = segment;
    onStep(`layers ${firstLayer} to ${endLayer - 1}`);
    const graph = await loadLayers(engine, {
      name: `layers ${firstLayer} to ${endLayer - 1}`,
      ...{ firstLayer, layers: network.layers.slice(firstLayer, endLayer), weights, padding: 'caller' },
    });
    const samples: Sample[] = [];
    for (const plan of plans) {
      const step = segmentSteps(plan, middleTile(plan))[index]!;
      const shape = regionShape(plan.maps[firstLayer]!.channels, paddedRegion(step.input, step.padding));
      const data = new Float32Array(valuesOf(shape)).fill(0.5);
      samples.push({ amount: step.macs, ms: await leastCpuMs(TIMES, () => graph.run({ data, shape })) });
    }
    await graph.release();
    measured.push({ firstLayer, endLayer, samples });
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
    segments: measured.map(({ samples, ...segment }) => ({ ...segment, ...speedOf(samples, mean) })),
  };
  onStep('whole tiles');
  const handling = await tileHandling(engine, { network, weights }, plans, costs);
  onStep('the remaining layers');
  return { ...costs, ...handling, remaining: await remainingSpeed(engine, { network, weights }, depth, mean) };
}

function middleTile({ grid }: FtpPlan): number {
  return Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
}

/** What tiles take beyond the calls of the engine, by how much is put together for these. */
async function tileHandling(
  engine: InferenceEngine,
  { network, weights }: Pick<LoadedModel, 'network' | 'weights'>,
  plans: readonly FtpPlan[],
  costs: Pick<CostModel, 'engine' | 'segments'>,
): Promise<Pick<CostModel, 'tileMs' | 'assemblyMsPerMiB'>> {
  const samples: Sample[] = [];
  for (const plan of plans) {
    const executor = await loadTileExecutor(engine, network, weights, plan);
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
  return { amount: assembledBytes(plan, cut) / MIB, ms: Math.max(0, ms - tileMs(bare, plan, cut)) };
}

async function remainingSpeed(
  engine: InferenceEngine,
  { network, weights }: Pick<LoadedModel, 'network' | 'weights'>,
  depth: number,
  mean: number,
): Promise<CostModel['remaining']> {
  const layers = await loadRemainingLayers(engine, network, weights, depth);
  const { channels, height, width } = network.layers[depth - 1]!.output;
  const ms = await leastCpuMs(3, () => layers.run(new Float32Array(channels * height * width).fill(0.5)));
  await layers.release();
  const macs = remainingMacs(network, depth);
  return macs > 0 && ms > 0 ? { callMs: 0, macsPerMs: macs / ms } : { callMs: ms, macsPerMs: mean };
}
