import type { ClusterConfig } from '../../config/cluster-config.js';
import { totalMacs } from '../../graph/macs.js';
import { headMaps } from '../../heads/head-maps.js';
import { placePicture, transmittedRegion } from '../../heads/placement.js';
import { type ClusterPlan, taskQueueLimit } from '../../node/cluster-plan.js';
import { CALLS, CIRCUITS } from '../../node/contract/calls.js';
import { ledgerSettings } from '../../node/ledger-settings.js';
import { wireSizes } from '../../node/wire/wire-sizes.js';
import { AHEAD_MS } from '../../scheduling/device/device-pace.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { Arrivals } from '../../simulation/arrivals.js';
import type { CostModel } from '../../simulation/cost-model.js';
import type { NetworkModel } from '../../simulation/machine/network.js';
import type { SimulatedNode, SimulationSettings } from '../../simulation/simulation-settings.js';
import { BYTES_PER_MAP_VALUE } from '../../tensor/map-tensor.js';

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What is not said in `cluster.yaml`. */
export interface SimulatedEnvironment {
  readonly costs: CostModel;
  readonly network: NetworkModel;
  readonly gatewayCpu: SimulatedNode['cpu'];
  /** One for each device. */
  readonly cpus: readonly SimulatedNode['cpu'][];
  readonly arrivals: Arrivals;
  /** Pixels of the pictures; null: they fill the network's input. */
  readonly pictureSize: PictureSize | null;
  readonly strategy: StrategyName;
  /** The most devices that compute a frame together; absent: as many as the strategy chooses. */
  readonly members?: number | undefined;
  readonly warmUp: number;
  readonly seed: number;
}

/** Any: only their length counts. */
const DIGEST = '0'.repeat(64);

/** The cluster that a `cluster.yaml` describes, to be simulated. */
export function simulationSettingsOf(
  config: ClusterConfig,
  { gang, layerGang, network: model, plan }: Pick<ClusterPlan, 'network' | 'plan' | 'gang' | 'layerGang'>,
  environment: SimulatedEnvironment,
): SimulationSettings {
  const { arrivals, costs, cpus, gatewayCpu, members, network, pictureSize, seed, strategy, warmUp } = environment;
  const { overlap, schedule, wire } = config;
  const { input, preprocessing } = model;
  const placement =
    pictureSize === null ? null : placePicture(pictureSize.width, pictureSize.height, input, preprocessing.anchor);
  const transmitted = transmittedRegion(input, placement, wire.padding);
  const wirePlan = { plan, digest: `sha256:${DIGEST}`, fill: preprocessing.fill };
  return {
    transmitted,
    ...{ plan, costs, network, strategy, members, arrivals, warmUp, seed },
    sizes: wireSizes(wirePlan, wire.maps, DIGEST, transmitted),
    gateway: { id: config.gateway.id, address: config.gateway.address, cpu: gatewayCpu },
    devices: config.devices.map(({ id, address, speed }, index) => ({ id, address, speed, cpu: cpus[index]! })),
    order: schedule.order,
    prefetch: schedule.prefetch,
    steal: schedule.steal,
    overlap,
    bytesPerValue: BYTES_PER_MAP_VALUE[wire.maps],
    strips: { timeoutMs: CALLS.strips.totalMs, circuit: CIRCUITS.strips },
    // Idle devices of the simulator compute no remaining layers.
    ledger: ledgerSettings({ ...config, schedule: { ...config.schedule, remaining: 'gateway' } }),
    heartbeatMs: schedule.heartbeat.intervalMs,
    aheadMs: AHEAD_MS,
    queueLimit: taskQueueLimit(config, plan.tiles.length),
    remainingMacs: plan.remainingMacs,
    gangs: {
      ...{ gang, layerGang, remainingMacs: totalMacs(model.graph) - gang.stage.macs },
      boxesAbove: headMaps(gang.stage, model.head) === null ? null : config.model.threshold,
    },
  };
}
