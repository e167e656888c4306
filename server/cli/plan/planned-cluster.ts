import type { ClusterConfig, DeviceConfig } from '../../config/cluster-config.js';
import { gangDevices } from '../../config/gateway-member.js';
import { DeepThingsError } from '../../errors.js';
import { type Costs, loadCosts, networkName } from '../../evaluation/simulate/calibration.js';
import { type PictureSize, simulationSettingsOf } from '../../evaluation/simulate/simulation-settings-of.js';
import { planGraph } from '../../geometry/choose-cut.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { chooseEnds } from '../../geometry/gang/choose-ends.js';
import { type GangPlan, planGang } from '../../geometry/gang/gang-plan.js';
import { planLayerGang } from '../../geometry/gang/layer-gang.js';
import { memoize } from '../../geometry/memoize.js';
import type { Network } from '../../model/network.js';
import type { PlannerEnvironment } from '../../planner/bounds.js';
import type { SettingsOf } from '../../planner/prediction.js';
import { oneNumber } from '../bench/list-options.js';
import { rateOf } from '../bench/simulate/simulate-options.js';
import { linkRate } from '../bench/testbed/testbed-options.js';

/** What the command line says of devices and links. */
export interface EnvironmentOptions {
  readonly devices?: string;
  readonly cpu: string;
  readonly link: string;
  readonly medium: 'shared' | 'switched';
  readonly calibration?: string;
}

/** A cluster of `cluster.yaml` to plan for. */
export interface PlannedCluster {
  readonly config: ClusterConfig;
  readonly costs: Costs;
  readonly environment: PlannerEnvironment;
  /** Devices with cameras, at least one. */
  readonly sources: readonly string[];
  /** Names the fastest devices. */
  readonly devicesOf: (count: number) => readonly string[];
  /** Returns the plan of gangs of so many devices. */
  readonly gangOf: (count: number) => GangPlan;
  readonly settingsOf: SettingsOf;
}

const LATENCY_MS = { switched: 0.2, shared: 1.5 };
const SEED = 1;
const MANY = { least: 1, most: 1_000, whole: true };
const CPU = { least: 0.001, most: 64, whole: false };

/** @param pictureSize of what the cameras give; null, when nobody knows: pictures fill the network's input. */
export async function plannedCluster(
  declared: ClusterConfig,
  model: Network,
  options: EnvironmentOptions,
  pictureSize: PictureSize | null = null,
): Promise<PlannedCluster> {
  const { calibration, medium } = options;
  const count = options.devices === undefined ? declared.devices.length : oneNumber('--devices', options.devices, MANY);
  if (count === 0) {
    throw new DeepThingsError(
      'DT_USAGE',
      'cluster.yaml declares no devices to plan for: --devices says how many there would be',
    );
  }
  const cpu = oneNumber('--cpu', options.cpu, CPU);
  const devices = devicesOf(declared, count);
  const config = { ...declared, devices };
  const costs = await loadCosts(calibration ?? null, networkName(model));
  const network = { medium, bytesPerMs: rateOf(linkRate(options.link)), latencyMs: LATENCY_MS[medium] };
  const share = Math.min(1, cpu);
  const cores = cpu > 1 ? 2 : 1;
  const most = Math.max(...devices.map(({ speed }) => speed ?? 1));
  const shares = devices.map(({ speed }) => (share * (speed ?? 1)) / most);
  const cpuOf = (one: number) => ({ share: one, periodMs: 0, cores });
  const placesOf = (fewer: number) =>
    [...devices.keys()]
      .sort((a, b) => shares[b]! - shares[a]!)
      .slice(0, fewer)
      .sort((a, b) => a - b);
  const configOf = (fewer: number) => ({ ...config, devices: placesOf(fewer).map((place) => devices[place]!) });
  const gangs = new Map<number, GangPlan>();
  const gangOf = (fewer: number) =>
    memoize(gangs, fewer, () =>
      planGang(model.graph, (stage) => chooseEnds(stage, gangDevices(configOf(fewer)).length)),
    );
  // Gangs cut nothing in tiles, but frames that ask for them are cut so in the same cluster.
  let tiles: FtpPlan | null = null;
  const tilesOfFile = () => {
    const { fusedDepth, grid } = declared.partition;
    tiles ??= planGraph(model.graph, fusedDepth, grid, count);
    return tiles;
  };
  const cameras = devices.filter(({ source }) => source).map(({ id }) => id);
  return {
    config,
    costs,
    environment: { costs: costs.costs, network, shares, gatewayShare: share },
    sources: cameras.length > 0 ? cameras : devices.map(({ id }) => id),
    devicesOf: (fewer) => placesOf(fewer).map((place) => devices[place]!.id),
    gangOf,
    settingsOf(candidate, arrivals, conditions = {}) {
      const { devices: fewer = count, deviceSpeed = 1, gatewaySpeed = 1, linkSpeed = 1 } = conditions;
      const { maps, strategy } = candidate;
      const plan = candidate.kind === 'fused' ? candidate.plan : tilesOfFile();
      const partition =
        candidate.kind === 'fused' ? { grid: candidate.grid, fusedDepth: candidate.depth } : declared.partition;
      return simulationSettingsOf(
        { ...configOf(fewer), partition, wire: { ...config.wire, maps } },
        { network: model, plan, gang: gangOf(fewer), layerGang: plan.chain && planLayerGang(plan.chain) },
        {
          ...{ costs: costs.costs, arrivals, strategy, warmUp: 0, seed: SEED, pictureSize },
          network: { ...network, bytesPerMs: linkSpeed * network.bytesPerMs },
          gatewayCpu: cpuOf(gatewaySpeed * share),
          cpus: placesOf(fewer).map((place) => cpuOf(deviceSpeed * shares[place]!)),
        },
      );
    },
  };
}

/** As many of the declared devices, or more that are like the last one. */
function devicesOf({ devices, gateway }: ClusterConfig, count: number): readonly DeviceConfig[] {
  const like: DeviceConfig = devices.at(-1) ?? { ...gateway, source: true, speed: null };
  return Array.from({ length: count }, (_, index) => {
    const declared = devices[index];
    if (declared !== undefined) return declared;
    return { ...like, id: `more-${index}`, address: `http://more-${index}` };
  });
}
