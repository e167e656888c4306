import type { FastifyInstance } from 'fastify';
import type { Schemas } from '../../client/client.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { formatGrid } from '../geometry/grid.js';
import type { OperationHandlers } from '../node/contract/operations.js';
import { commonHandlers } from '../node/http/common-handlers.js';
import type { ListenAddress } from '../node/http/listen.js';
import { appOptions, createNodeApp } from '../node/http/node-app.js';
import type { TlsSource } from '../node/tls/node-tls.js';
import type { ClusterToken } from '../node/tokens.js';
import { VERSION } from '../node/version.js';
import { isDashboardPath, serveDashboard } from './api/dashboard-files.js';
import { deviceHandlers } from './api/device-handlers.js';
import { drainHandlers } from './api/drain-handlers.js';
import { frameHandlers } from './api/frame-handlers.js';
import { overlapHandlers } from './api/overlap-handlers.js';
import { quarantineHandlers } from './api/quarantine-handlers.js';
import { resultHandlers } from './api/result-handlers.js';
import type { GatewayDevices } from './devices/gateway-devices.js';
import type { GatewayModules, GatewaySelf } from './gateway-modules.js';
import { notReady } from './gateway-readiness.js';
import type { OwnDevice } from './own-device.js';

/** Where the gateway is reached, and by whom. */
export interface GatewayDoor {
  readonly at: ListenAddress;
  /** Null: it speaks http. */
  readonly tls: TlsSource | null;
  /** Null: no token is asked for. */
  readonly token: ClusterToken | null;
  /** The gateway's own device, which has no door of its own. */
  readonly own: Pick<OwnDevice, 'putOverlap'>;
}

/** Makes the gateway's server; it does not listen yet. */
export async function createGatewayApp(
  self: GatewaySelf,
  modules: GatewayModules,
  { at, own, tls, token }: GatewayDoor,
): Promise<FastifyInstance> {
  const { clusterPlan, config, telemetry } = self;
  const { log, metrics } = telemetry;
  const app = await createNodeApp({
    role: 'gateway',
    handlers: handlersOf(self, modules, own),
    ...{ token, tls, log, metrics, refused: modules.contacts.refused },
    ...appOptions(config, clusterPlan, at),
    openPaths: isDashboardPath,
  });
  await serveDashboard(app);
  return app;
}

function handlersOf(self: GatewaySelf, modules: GatewayModules, own: GatewayDoor['own']): OperationHandlers {
  const { clusterPlan, config, epoch, telemetry, wirePlan } = self;
  const { contacts, devices, dispatch, frames, intake, results } = modules;
  const { drain } = intake;
  const { finisher, forecasts, ledger, leftOut } = dispatch;
  const { events, metrics, nowMs } = telemetry;
  const { cameraQueue, heartbeat, strategy } = config.schedule;
  const { registry, quarantine } = devices;
  const { links } = contacts;
  const { store } = frames;
  return {
    ...commonHandlers({
      ...{ role: 'gateway', clusterPlan, wirePlan, events, metrics },
      notReady: () => notReady({ registry, gatewayComputes: config.gateway.compute !== false, links, store }),
      drainState: () => drain.state,
      gangsMs: () => ledger.gangsMs,
    }),
    ...drainHandlers({ drain, registry, links }),
    ...quarantineHandlers({ quarantine, registry }),
    ...deviceHandlers({ epoch, heartbeatMs: heartbeat.intervalMs, devices, contacts, ledger, telemetry }),
    ...resultHandlers({ wirePlan, clusterPlan, store, results, devices, ledger, leftOut, forecasts, telemetry }),
    ...overlapHandlers({
      wirePlan,
      maps: config.wire.maps,
      frames,
      devices,
      gangs: { rounds: results.gangs, links, own },
      telemetry,
    }),
    ...frameHandlers({ strategy, cameraQueue, wirePlan, frames, intake, finisher, nowMs }),
    getCluster: async () => clusterState(self, modules),
  };
}

/** Says what computes a frame that comes now. */
function whatComputes(
  { gateway }: Pick<ClusterConfig, 'gateway'>,
  { registry }: Pick<GatewayDevices, 'registry'>,
): NonNullable<Schemas['ClusterState']['computes']> {
  if (registry.anyLive) return gateway.compute === true ? 'devices and gateway' : 'devices';
  return gateway.compute === false ? 'nothing' : 'gateway';
}

function clusterState(
  { clusterPlan, compute, config, epoch, wirePlan }: GatewaySelf,
  { contacts, devices, frames, intake }: GatewayModules,
): Schemas['ClusterState'] {
  const { limits, name, overlap, partition, schedule } = config;
  const { network } = clusterPlan;
  const { store } = frames;
  return {
    name,
    role: 'gateway',
    drain: intake.drain.state,
    version: VERSION,
    epoch,
    strategy: schedule.strategy,
    overlap: { via: overlap.via },
    model: {
      ...{ name: network.name, digest: compute.modelDigest, labels: [...network.labels] },
      threshold: config.model.threshold,
    },
    engine: compute.engine,
    plan: { grid: formatGrid(partition.grid), fusedDepth: wirePlan.plan.stage.layers, digest: wirePlan.digest },
    limits: { queuedFrames: limits.queuedFrames, pictureBytes: limits.pictureBytes },
    computes: whatComputes(config, devices),
    devices: devices.registry.documents(),
    problems: contacts.refused.current(),
    frames: { open: store.openCount, ...store.endedCounts },
  };
}
