import { createClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { threadCpuSeconds } from '../compute/system-thread.js';
import { type ProcessThreads, threadsOf } from '../evaluation/measure/cpu-profile.js';
import { fittedLine } from '../evaluation/statistics/fitted-line.js';
import { median } from '../evaluation/statistics/statistics.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { bandsOf } from '../geometry/gang/bands.js';
import { gangBlocks } from '../geometry/gang/gang-blocks.js';
import { type GangPlan, planGang } from '../geometry/gang/gang-plan.js';
import { planLayerGang } from '../geometry/gang/layer-gang.js';
import { formatGrid, tileCount } from '../geometry/grid.js';
import { outputsBytes } from '../geometry/plan-cost.js';
import { wholeMap } from '../geometry/region.js';
import { cutTile } from '../geometry/reuse/tile-cut.js';
import { describeModel } from '../model-files/describe-model.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import { type CostModel, msOf, slowerBy, stageMs, tileMs, withSlowerLayers } from '../simulation/cost-model.js';
import type { CalibrationOrder } from './calibration-process.js';
import { plansOf } from './engine-costs.js';
import { type MeasuredClient, withCluster } from './measured-cluster.js';

const GRIDS = ['2x2', '3x3', '5x5'];
/** So many frames V8 has to see before most of what runs often is compiled. */
const WARM_UP = 5;
const FRAMES = 6;
const MIB = 2 ** 20;
const BYTES_PER_VALUE = 4;

/** CPU time of a frame, in milliseconds; null where the system does not tell threads apart. */
interface FrameMs {
  /** Of the thread that computes layers. */
  readonly compute: number | null;
  /** Of the gateway's thread that computes the remaining ones. */
  readonly remaining: number | null;
  /** Of the device's process, and of the client that asks. */
  readonly all: number;
}

type NodeOrder = CalibrationOrder & { readonly picture: Buffer };

/**
 * Measures whole frames on a device that is alone with its gateway, where layers run beside a thread that serves, and with
 * colder caches than by themselves: how much longer they take there, in tiles and one by one, and what of a frame is
 * explained by nothing that was measured before, for each frame and for each tile.
 *
 * @param costs as they are when nothing else runs.
 */
export async function measureNode(
  order: NodeOrder,
  costs: CostModel,
  onStep: (what: string) => void,
): Promise<CostModel> {
  const network = await describeModel(order.model);
  const plans = plansOf(network.graph, order.depth, GRIDS).filter(({ tiles }) => tiles.length > 1);
  if (plans.length === 0) return costs;
  const frames: { plan: FtpPlan; expectedMs: number; ms: FrameMs }[] = [];
  for (const plan of plans) {
    onStep(`whole frames, ${formatGrid(plan.grid)}`);
    frames.push({ plan, expectedMs: layersInTilesMs(costs, plan), ms: await frameMs(order, plan, 'ftp-wst') });
  }
  const here = withSlowerLayers(costs, slowdown(frames.map(({ expectedMs, ms }) => [ms.compute, expectedMs])));

  const { plan } = frames[0]!;
  onStep('whole frames, undivided');
  const gang = planGang(network.graph, () => []);
  const stages = await slowdownInBlocks({ order, plan, costs: here }, 'whole', gang);
  let layers = 1;
  if (plan.chain !== null) {
    onStep('whole frames, layer by layer');
    layers = Math.max(1, await slowdownInBlocks({ order, plan, costs: here }, 'modnn', planLayerGang(plan.chain)));
  }

  const remainingMs = msOf(costs.remaining, plan.remainingMacs);
  const onGateway = slowdown(frames.map(({ ms }) => [ms.remaining, remainingMs]));
  const remaining = slowerBy(onGateway, costs.remaining);

  const pictureMs = explainedPictureMs(order, costs);
  const rest = frames.map(({ plan, expectedMs, ms: { all, compute } }) => ({
    amount: tileCount(plan.grid),
    ms: Math.max(0, all - (compute ?? expectedMs) - pictureMs - resultsMs(costs, plan)),
  }));
  const { fixedMs, msPerAmount } = fittedLine(rest);
  return { ...here, inBlocks: { stages, layers }, remaining, frameMs: fixedMs, tileMs: here.tileMs + msPerAmount };
}

/** How many times what was expected it took, median; 1 where that is not known. */
function slowdown(pairs: readonly (readonly [ms: number | null, expectedMs: number])[]): number {
  const ratios = pairs.flatMap(([ms, expectedMs]) => (ms === null || expectedMs === 0 ? [] : [ms / expectedMs]));
  return ratios.length > 0 ? median(ratios) : 1;
}

/** Median of several frames, after some that warm up. */
function frameMs(
  { depth, engine, model, picture }: NodeOrder,
  { grid }: FtpPlan,
  strategy: StrategyName,
): Promise<FrameMs> {
  const sections = {
    model,
    engine: { name: engine },
    partition: { grid: formatGrid(grid), fusedDepth: depth },
    schedule: { strategy, heartbeat: { intervalMs: 5000, lostAfterMs: 60_000 } },
  };
  return withCluster(sections, 'device', async (client, { config, gatewayPid }) => {
    const device = await deviceThreads(config.devices[0]!.address);
    const gateway = await threadsOf(client, gatewayPid);
    for (let frame = 0; frame < WARM_UP; frame++) await submit(client, picture);
    const samples: { all: number; compute: number; remaining: number }[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const before = process.cpuUsage();
      const computeBefore = computeMs(device);
      const remainingBefore = computeMs(gateway);
      await submit(client, picture);
      const { system, user } = process.cpuUsage(before);
      samples.push({
        all: (system + user) / 1000,
        compute: computeMs(device) - computeBefore,
        remaining: computeMs(gateway) - remainingBefore,
      });
    }
    return {
      compute: device === null ? null : median(samples.map(({ compute }) => compute)),
      remaining: gateway === null ? null : median(samples.map(({ remaining }) => remaining)),
      all: median(samples.map(({ all }) => all)),
    };
  });
}

/** Of the device, which runs in this process. */
async function deviceThreads(address: string): Promise<ProcessThreads | null> {
  const { transport, close } = createUndiciTransport();
  try {
    return await threadsOf(createClient({ baseUrl: address, transport }), process.pid);
  } finally {
    await close();
  }
}

function computeMs(threads: ProcessThreads | null): number {
  return threads === null ? 0 : 1000 * (threadCpuSeconds(threads.compute, threads.process) ?? 0);
}

async function submit(client: MeasuredClient, picture: Buffer): Promise<void> {
  await client.call('submitFrame', {
    query: { wait: 240 },
    body: { mediaType: 'image/jpeg', bytes: picture },
    timeoutMs: 250_000,
  });
}

function layersInTilesMs(costs: CostModel, plan: FtpPlan): number {
  return plan.tiles.reduce((sum, { tileId }) => sum + tileMs(costs, plan, cutTile(plan, tileId)), 0);
}

interface InTiles {
  readonly order: NodeOrder;
  readonly plan: FtpPlan;
  /** Of what layers take in tiles. */
  readonly costs: CostModel;
}

/** Returns how many times what is expected layers take where one device has a gang's frame to itself. */
async function slowdownInBlocks({ costs, order, plan }: InTiles, strategy: StrategyName, gang: GangPlan) {
  const { compute } = await frameMs(order, plan, strategy);
  const [whole] = gangBlocks(gang, bandsOf([1]));
  const name = strategyNamed(strategy).gang!.plan;
  const expectedMs = whole!.stages.reduce((sum, { steps }) => sum + stageMs(costs, name, gang.stage.maps, steps), 0);
  return slowdown([[compute, expectedMs]]);
}

/** The picture that comes in, and is letterboxed. */
function explainedPictureMs({ picture }: NodeOrder, { letterboxMs, request }: CostModel): number {
  return letterboxMs + request.serverMs + request.clientMs + (2 * picture.byteLength * request.msPerMiB) / MIB;
}

/** Tiles' outputs, on their way to the gateway. */
function resultsMs({ request }: CostModel, plan: FtpPlan): number {
  const { maps, outputs } = plan;
  const bytes = outputsBytes(
    plan,
    outputs.map((map) => wholeMap(maps[map]!)),
    BYTES_PER_VALUE,
  );
  return plan.tiles.length * request.clientMs + (bytes * request.msPerMiB) / MIB;
}
