import { join } from 'node:path';
import type { ComputeThread } from '../compute/compute-thread.js';
import type { ClusterConfig, DeviceConfig } from '../config/cluster-config.js';
import type { ClusterPlan } from '../node/cluster-plan.js';
import { ledgerSettings } from '../node/ledger-settings.js';
import type { Telemetry } from '../node/observe/telemetry.js';
import type { WirePlan } from '../node/wire/task-body.js';
import type { FrameArchive } from './archive/frame-archive.js';
import { createContacts, type DeviceContacts } from './devices/device-contacts.js';
import type { OpenPeers } from './devices/device-links.js';
import { createDevices, type GatewayDevices } from './devices/gateway-devices.js';
import { Audits } from './dispatch/audits.js';
import { Deliveries } from './dispatch/deliveries.js';
import { EffectRunner } from './dispatch/effect-runner.js';
import { FrameFinisher } from './dispatch/frame-finisher.js';
import { GangForecasts } from './dispatch/gang-forecasts.js';
import { GangMeasurements } from './dispatch/gang-measurements.js';
import { LedgerRuntime } from './dispatch/ledger-runtime.js';
import { LeftOutDevices } from './dispatch/left-out-devices.js';
import { NodeDispatcher } from './dispatch/node-dispatcher.js';
import { RemainingLayers, type RemainingLayersParts } from './dispatch/remaining-layers.js';
import { WholeFrames } from './dispatch/whole-frames.js';
import { createFrames, type GatewayFrames } from './frames/gateway-frames.js';
import { FrameFactory } from './intake/frame-factory.js';
import { FrameRestorer } from './intake/frame-restorer.js';
import { createIntake, type GatewayIntake } from './intake/gateway-intake.js';
import { createResults, type GatewayResults } from './results/gateway-results.js';

/** In the store's folder. */
const MEASURED_TIMES = 'gang-times.json';

/** What the gateway is: settled before its modules are made. */
export interface GatewaySelf {
  readonly config: ClusterConfig;
  /** That may register: the declared ones, and the gateway's own where it has one. */
  readonly devices: readonly DeviceConfig[];
  readonly clusterPlan: ClusterPlan;
  readonly wirePlan: WirePlan;
  /** Of this life of the gateway. */
  readonly epoch: string;
  /** Has the remaining layers. */
  readonly compute: ComputeThread;
  readonly telemetry: Telemetry;
}

/** How the ledger's decisions are carried out. */
export interface GatewayDispatch {
  readonly ledger: LedgerRuntime;
  readonly dispatcher: NodeDispatcher;
  readonly finisher: FrameFinisher;
  readonly leftOut: LeftOutDevices;
  readonly forecasts: GangForecasts;
  readonly measurements: GangMeasurements;
}

/** What the gateway is made of. */
export interface GatewayModules {
  readonly devices: GatewayDevices;
  readonly contacts: DeviceContacts;
  readonly frames: GatewayFrames;
  readonly results: GatewayResults;
  readonly dispatch: GatewayDispatch;
  readonly intake: GatewayIntake & { readonly restorer: FrameRestorer };
}

/** Makes the modules, each of those before it; none has started when this returns. */
export function createModules(self: GatewaySelf, archive: FrameArchive, openPeers: OpenPeers): GatewayModules {
  const { clusterPlan, compute, config, epoch, telemetry, wirePlan } = self;
  const { network } = clusterPlan;
  const { nowMs } = telemetry;
  const ledger = new LedgerRuntime(ledgerSettings(config), nowMs);
  telemetry.metrics.holds('frames in the ledger', () => ledger.size);
  const identity = { modelDigest: compute.modelDigest, planDigest: wirePlan.digest };
  const devices = createDevices({ devices: self.devices, identity, archive, ledger, telemetry });
  const contacts = createContacts({ openPeers, devices, ledger, telemetry });
  const frames = createFrames({ config, network, archive, telemetry });
  const speedsOf = (of: readonly string[]) => devices.speeds.sharesOf(of);
  const results = createResults({
    config,
    network,
    wirePlan,
    gangs: clusterPlan,
    compute,
    runs: frames.runs,
    speedsOf,
    telemetry,
  });
  const dispatch = createDispatch(self, ledger, { devices, contacts, frames, results });
  const factory = new FrameFactory({
    epoch,
    clusterPlan,
    limits: config.limits,
    keepsOutputs: config.limits.keptOutputs > 0,
    nowMs,
  });
  const { admission, drain } = createIntake({ config, devices, frames, factory, ledger, telemetry });
  const { finisher } = dispatch;
  const restorer = new FrameRestorer({ archive, store: frames.store, factory, ledger, finisher, telemetry });
  return { devices, contacts, frames, results, dispatch, intake: { admission, drain, restorer } };
}

/** What computes remaining layers, with the bounds for devices that do. */
function createRemaining(
  { limits, schedule: { lease } }: ClusterConfig,
  { runs }: Pick<GatewayFrames, 'runs'>,
  parts: Omit<RemainingLayersParts, 'bounds'>,
): RemainingLayers {
  // Half of a frame's time leaves the other half to the gateway.
  const bounds = { factor: lease.factor, floorMs: lease.floorMs, mostMs: limits.frameTimeoutMs / 2 };
  const remaining = new RemainingLayers({ ...parts, bounds });
  runs.onEnd((frame) => remaining.drop(frame));
  return remaining;
}

/** Connects the ledger with what carries out its decisions. */
function createDispatch(
  { config, devices: declared, telemetry, wirePlan }: GatewaySelf,
  ledger: LedgerRuntime,
  { contacts, devices, frames, results }: Pick<GatewayModules, 'contacts' | 'devices' | 'frames' | 'results'>,
): GatewayDispatch {
  const { registry, speeds } = devices;
  const { store } = frames;
  const { auditor, gangAuditor } = results;
  const { links } = contacts;
  const dispatcher = new NodeDispatcher({ wirePlan, wire: config.wire, links, results, telemetry });
  const finisher = new FrameFinisher({ frames, results, registry, dispatcher, ledger, telemetry });
  const deliveries = new Deliveries({ dispatcher, store, results, speeds, ledger, telemetry });
  const audits = new Audits({ auditor, gangAuditor, ledger, metrics: telemetry.metrics });
  const { macs } = wirePlan.plan.stage;
  const { headRunner } = results;
  const whole = new WholeFrames({ frames, headRunner, finisher, macs, ledger, telemetry });
  const remaining = createRemaining(config, frames, { results, dispatcher, finisher, ledger, telemetry });
  const endings = { finisher, remaining, whole };
  const runner = new EffectRunner({ frames, devices, deliveries, audits, endings, telemetry });
  ledger.connect((effect) => runner.carryOut(effect));
  const leftOut = new LeftOutDevices({ registry, ledger, log: telemetry.log });
  const { gangs } = results;
  const { path } = config.store;
  const measurements = new GangMeasurements({
    path: path === null ? null : join(path, MEASURED_TIMES),
    basis: [wirePlan.digest, config.wire.maps],
    ...{ devices: declared, gangs, ledger, telemetry },
  });
  const forecasts = new GangForecasts({ gangs, devices: declared.map(({ id }) => id), ledger, measurements });
  return { ledger, dispatcher, finisher, leftOut, forecasts, measurements };
}
