import type { ClusterConfig, DeviceConfig } from '../../config/cluster-config.js';
import { DeepThingsError } from '../../errors.js';
import { type Costs, loadCosts, networkName } from '../../evaluation/simulate/calibration.js';
import { type PictureSize, simulationSettingsOf } from '../../evaluation/simulate/simulation-settings-of.js';
import { chooseEnds } from '../../geometry/gang/choose-ends.js';
import { planGang } from '../../geometry/gang/gang-plan.js';
import { planLayerGang } from '../../geometry/gang/layer-gang.js';
import type { Network } from '../../model/network.js';
import type { PlannerEnvironment } from '../../planner/bounds.js';
import type { Candidate } from '../../planner/candidate.js';
import type { Arrivals } from '../../simulation/arrivals.js';
import type { SimulationSettings } from '../../simulation/simulation-settings.js';
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
  readonly sources: readonly string[];
  settingsOf(candidate: Candidate, arrivals: Arrivals): SimulationSettings;
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
  const gang = planGang(model.graph, (stage) => chooseEnds(stage, devices.length));
  const share = Math.min(1, cpu);
  const cores = cpu > 1 ? 2 : 1;
  const fastest = Math.max(...devices.map(({ speed }) => speed ?? 1));
  const shares = devices.map(({ speed }) => (share * (speed ?? 1)) / fastest);
  return {
    config,
    costs,
    environment: { costs: costs.costs, network, shares, gatewayShare: share },
    sources: devices.filter(({ source }) => source).map(({ id }) => id),
    settingsOf({ depth, grid, maps, plan, strategy }, arrivals) {
      const choice = { ...config, partition: { grid, fusedDepth: depth }, wire: { ...config.wire, maps } };
      const cpuOf = (one: number) => ({ share: one, periodMs: 0, cores });
      return simulationSettingsOf(
        choice,
        { network: model, plan, gang, layerGang: plan.chain && planLayerGang(plan.chain) },
        {
          ...{ costs: costs.costs, network, arrivals, strategy, warmUp: 0, seed: SEED },
          ...{ gatewayCpu: cpuOf(share), cpus: shares.map(cpuOf), pictureSize },
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
