import { readFileSync } from 'node:fs';
import { fittedLine, type Sample } from '../../../evaluation/fitted-line.js';
import { planFtp } from '../../../geometry/ftp-plan.js';
import { formatGrid, type Grid, parseGrid, tileCount } from '../../../geometry/grid.js';
import { cutTile } from '../../../geometry/tile-cut.js';
import { samplePhotoPath } from '../../../imaging/sample-photos.js';
import { fusedGeometry } from '../../../model/layer-geometry.js';
import { describeModel } from '../../../model/model-source.js';
import { type CostModel, tileMs } from '../../../simulation/cost-model.js';
import type { CalibrationOrder } from './calibration-process.js';
import { leastCpuMs } from './cpu-time.js';
import { type MeasuredClient, withCluster } from './measured-cluster.js';

const GRIDS = ['2x2', '3x3', '5x5'];
const FRAMES = 4;
const MIB = 2 ** 20;
const BYTES_PER_VALUE = 4;

/**
 * Measures whole frames on a device that is alone with its gateway, in grids of few and of many tiles, and what of that is
 * explained by nothing that was measured before: for each frame, and for each tile.
 */
export async function measureNode(
  order: CalibrationOrder,
  costs: CostModel,
  onStep: (what: string) => void,
): Promise<Pick<CostModel, 'frameMs' | 'tileMs'>> {
  const layers = fusedGeometry(describeModel(order.model), order.depth);
  const { height, width } = layers.at(-1)!.output;
  const grids = GRIDS.map(parseGrid).filter(({ rows, columns }) => rows <= height && columns <= width);
  const samples: Sample[] = [];
  for (const grid of grids) {
    onStep(`whole frames, ${formatGrid(grid)}`);
    const ms = await frameMs(order, grid);
    samples.push({ amount: tileCount(grid), ms: Math.max(0, ms - explainedMs(order, costs, grid)) });
  }
  if (samples.length === 0) return { frameMs: 0, tileMs: costs.tileMs };
  const { fixedMs, msPerAmount } = fittedLine(samples);
  return { frameMs: fixedMs, tileMs: costs.tileMs + msPerAmount };
}

/** Processor time of the device, and of the client that asks. */
function frameMs({ depth, engine, model }: CalibrationOrder, grid: Grid): Promise<number> {
  const sections = {
    model,
    engine: { name: engine },
    partition: { grid: formatGrid(grid), fusedDepth: depth },
    schedule: { strategy: 'ftp-wst', heartbeat: { intervalMs: 5000, lostAfterMs: 60_000 } },
  };
  return withCluster(sections, 'device', async (client) => {
    const ms = await leastCpuMs(1, async () => {
      for (let frame = 0; frame < FRAMES; frame++) await submit(client);
    });
    return ms / FRAMES;
  });
}

async function submit(client: MeasuredClient): Promise<void> {
  await client.call('submitFrame', {
    query: { wait: 240 },
    body: { mediaType: 'image/jpeg', bytes: readFileSync(samplePhotoPath('sample1.jpg')) },
    timeoutMs: 250_000,
  });
}

/** The picture that comes in and is letterboxed, the tiles, and the requests that these take. */
function explainedMs({ depth, model }: CalibrationOrder, costs: CostModel, grid: Grid): number {
  const plan = planFtp(fusedGeometry(describeModel(model), depth), depth, grid);
  const { clientMs, msPerMiB, serverMs } = costs.request;
  const { channels, height, width } = plan.maps.at(-1)!;
  const resultMiB = (channels * height * width * BYTES_PER_VALUE) / MIB;
  const pictureMiB = readFileSync(samplePhotoPath('sample1.jpg')).byteLength / MIB;
  const tiles = plan.tiles.reduce((sum, { tileId }) => sum + tileMs(costs, plan, cutTile(plan, tileId)), 0);
  const results = plan.tiles.length * clientMs + resultMiB * msPerMiB;
  const picture = costs.letterboxMs + serverMs + clientMs + 2 * pictureMiB * msPerMiB;
  return tiles + results + picture;
}
