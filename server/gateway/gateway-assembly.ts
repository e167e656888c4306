import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../client/client.js';
import { type ComputeThread, startComputeThread } from '../compute/compute-thread.js';
import { systemThread } from '../compute/system-thread.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { GATEWAY_ID } from '../config/defaults.js';
import { schemeOf } from '../config/tls-config.js';
import { formatGrid } from '../geometry/grid.js';
import type { ClusterPlan } from '../node/cluster-plan.js';
import { CALLS } from '../node/contract/calls.js';
import { RequestsUnderWay } from '../node/draining.js';
import { appOptions } from '../node/http/app-options.js';
import { commonHandlers } from '../node/http/common-handlers.js';
import { type ListenAddress, listen } from '../node/http/listen.js';
import { createNodeApp } from '../node/http/node-app.js';
import { ledgerSettings } from '../node/ledger-settings.js';
import { EventLog } from '../node/observe/event-log.js';
import type { Logger } from '../node/observe/logger.js';
import { createMetrics } from '../node/observe/metrics.js';
import type { CircuitChange } from '../node/peers/peer-circuits.js';
import { createPeerClients, type PeerClients } from '../node/peers/peer-clients.js';
import { RefusedCallers } from '../node/problems/refused-callers.js';
import { onceOnly, type RunningNode } from '../node/running-node.js';
import type { OpenedTls } from '../node/tls/node-tls.js';
import type { ClusterToken } from '../node/tokens.js';
import { VERSION } from '../node/version.js';
import { planDigest } from '../node/wire/plan-digest.js';
import { StripPool } from '../node/wire/strip-pool.js';
import type { LedgerNotice } from '../scheduling/ledger/ledger-events.js';
import { isDashboardPath, serveDashboard } from './api/dashboard-files.js';
import { drainHandlers } from './api/drain-handlers.js';
import { frameHandlers } from './api/frame-handlers.js';
import { overlapHandlers } from './api/overlap-handlers.js';
import { quarantineHandlers } from './api/quarantine-handlers.js';
import { workHandlers } from './api/work-handlers.js';
import type { OpenedArchive } from './archive/open-archive.js';
import { DeathWatch } from './devices/death-watch.js';
import { DeviceBulletin } from './devices/device-bulletin.js';
import { DeviceIdentity } from './devices/device-identity.js';
import { DeviceRegistry } from './devices/device-registry.js';
import { DeviceSpeeds } from './devices/device-speeds.js';
import { ProblemNotices } from './devices/problem-notices.js';
import { Quarantine } from './devices/quarantine.js';
import { VictimDirectory } from './devices/victim-directory.js';
import { FrameRunner } from './dispatch/frame-runner.js';
import { GatewayDrain } from './dispatch/gateway-drain.js';
import { LedgerRuntime } from './dispatch/ledger-runtime.js';
import { NodeDispatcher } from './dispatch/node-dispatcher.js';
import { FrameInputs } from './frames/frame-inputs.js';
import { FrameStore } from './frames/frame-store.js';
import { notReady } from './gateway-readiness.js';
import { FrameAdmission } from './intake/frame-admission.js';
import { FrameRestorer } from './intake/frame-restorer.js';
import { Auditor } from './results/auditor.js';
import { HeadRunner } from './results/head-runner.js';
import { KeptOutputs } from './results/kept-outputs.js';
import { LayerRounds } from './results/layer-rounds.js';
import { ResultsPool } from './results/results-pool.js';
import { TileVerifier } from './results/tile-verifier.js';

/** What the parts of a gateway are told. */
export interface NodeOptions {
  readonly config: ClusterConfig;
  /** The cluster's token; null when there is none. */
  readonly token: ClusterToken | null;
  readonly log: Logger;
}

/** What a gateway stands on, opened and loaded. */
export interface Environment extends OpenedArchive {
  readonly at: ListenAddress;
  readonly tls: OpenedTls | null;
  readonly clusterPlan: ClusterPlan;
  readonly compute: ComputeThread;
}

/** Builds the parts of the gateway, and starts them. */
export async function assemble({ config, token, log }: NodeOptions, environment: Environment): Promise<RunningNode> {
  const { archive, at, tls, clusterPlan, compute, contents } = environment;
  const { limits, store: bounds, schedule, partition, model, wire } = config;
  const { network, plan } = clusterPlan;
  const { epoch } = contents;
  const nowMs = () => performance.now();
  const planDigestText = planDigest({ modelDigest: compute.modelDigest, depth: plan.depth, grid: partition.grid });
  const wirePlan = { plan, digest: planDigestText, fill: network.preprocessing.fill };
  const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
  metrics.cpu.separate({ main: systemThread(), compute: compute.thread });
  metrics.heap.watchCompute(() => compute.heap());
  const events = new EventLog(epoch, limits.eventsKept);
  const peers = createPeerClients({
    self: GATEWAY_ID,
    token,
    nodes: [config.gateway, ...config.devices],
    tls,
    metrics,
    log,
    onCircuit: (change) => leaveAlone(change),
  });
  const notices = new ProblemNotices(events, nowMs);
  const registry = new DeviceRegistry(config, { modelDigest: compute.modelDigest, planDigest: planDigestText }, nowMs);
  const refused = new RefusedCallers({
    log,
    nowMs: () => Date.now(),
    onRefused: ({ address, code, device: claimed }, text, isDue) => {
      const device = registry.deviceOfCaller(claimed, address);
      if (device !== null) registry.warn(device, 'refused', text);
      if (isDue) notices.report(code, text);
    },
  });
  const identity = new DeviceIdentity({ peers, registry, notices, log, nowMs });
  const bulletin = new DeviceBulletin(registry, events);
  const victims = new VictimDirectory();
  const store = new FrameStore({ archive, bounds, metrics, log });
  const pool = new ResultsPool(plan);
  const rounds = new LayerRounds(wirePlan, pool);
  const judge = new TileVerifier({
    plan,
    modelDigest: compute.modelDigest,
    start: () =>
      startComputeThread({
        model,
        engine: config.gateway.engine,
        stage: { kind: 'fused', depth: plan.depth, grid: partition.grid },
      }),
    timeoutMs: limits.frameTimeoutMs,
  });
  const { fraction, tolerance } = config.audit;
  const auditor = fraction > 0 ? new Auditor({ fraction, tolerance, secret: randomBytes(32), pool, judge, log }) : null;
  const speeds = new DeviceSpeeds(config.devices);
  const strips = new StripPool(limits.overlapBytes);
  const keptOutputs = new KeptOutputs(limits.keptOutputs);
  const common = {
    epoch,
    wirePlan,
    maps: wire.maps,
    network,
    registry,
    identity,
    refused,
    notices,
    victims,
    store,
    pool,
    auditor,
    rounds,
    speeds,
    strips,
    keptOutputs,
    peers,
    events,
    metrics,
    log,
    nowMs,
  };
  const dispatcher = new NodeDispatcher({ ...common, padding: wire.padding });
  const headRunner = new HeadRunner({ network, compute, limits: model, timeoutMs: limits.frameTimeoutMs });
  const emit = (event: LedgerNotice) => void keeper.apply(event);
  const underWay = new RequestsUnderWay();
  const drain = new GatewayDrain({
    openFrames: () => store.openCount,
    underWay,
    onBegin: () => desk.refuseWaiting(),
    log,
  });
  const quarantine = new Quarantine({ ...common, archive, emit });
  const runner = new FrameRunner({ ...common, dispatcher, headRunner, quarantine, emit, onEnd: () => drain.look() });
  const keeper = new LedgerRuntime(ledgerSettings(config), nowMs, (effect) => runner.carryOut(effect));
  const leaveAlone = ({ address, circuit, untilMs, reason }: CircuitChange) => {
    const device = registry.deviceAt(address);
    if (device === null || circuit !== 'work') return;
    emit({ kind: 'device-suspended', device, untilMs: untilMs ?? 0 });
    const text = untilMs === null ? null : suspensionText(device, address, reason);
    registry.warn(device, 'unreachable', text);
    if (text !== null) notices.report('DT_PEER_SUSPENDED', text);
  };
  const deathWatch = new DeathWatch({
    isUp: (device) => registry.isUp(device) || registry.isRefused(device),
    addressOf: (device) => registry.addressOf(device),
    onDead: (device) => {
      registry.refusedEnded(device);
      emit({ kind: 'device-dead', device });
    },
  });
  const desk = new FrameAdmission({
    ...common,
    plan,
    limits,
    keeper,
  });

  tls?.measure(metrics);
  metrics.holds('open frames', () => store.openCount);
  metrics.holds('pictures that wait for a device', () => desk.waiting);
  metrics.holds('frames in the ledger', () => keeper.size);
  metrics.holds('merged maps', () => pool.size);
  if (auditor !== null) metrics.holds('audited frames', () => auditor.size);
  metrics.holds('layered frames', () => rounds.size);
  metrics.holds('bytes of strips', () => strips.bytes);

  const clusterState = (): Schemas['ClusterState'] => ({
    name: config.name,
    role: 'gateway',
    drain: drain.state,
    version: VERSION,
    epoch,
    strategy: schedule.strategy,
    overlap: { via: config.overlap.via },
    model: { name: network.name, digest: compute.modelDigest, labels: [...network.labels] },
    engine: compute.engine,
    plan: { grid: formatGrid(partition.grid), fusedDepth: partition.fusedDepth, digest: planDigestText },
    limits: { queuedFrames: limits.queuedFrames, pictureBytes: limits.pictureBytes },
    devices: registry.documents(),
    problems: refused.current(),
    frames: { open: store.openCount, complete: store.completeCount, failed: store.failedCount },
  });
  const app = await createNodeApp({
    role: 'gateway',
    handlers: {
      ...commonHandlers({
        ...common,
        role: 'gateway',
        clusterPlan,
        notReady: () => notReady({ registry, peers, store }),
        drainState: () => drain.state,
      }),
      ...drainHandlers({ drain, registry, peers }),
      ...quarantineHandlers({ quarantine, registry }),
      ...workHandlers({ ...common, heartbeatMs: schedule.heartbeat.intervalMs, keeper, deathWatch }),
      ...overlapHandlers(common),
      ...frameHandlers({
        ...common,
        strategy: schedule.strategy,
        desk,
        drain,
        underWay,
        inputs: new FrameInputs(network, store),
        keepPictures: bounds.keepPictures,
        keeper,
        runner,
      }),
      getCluster: async () => clusterState(),
    },
    token,
    tls,
    log,
    metrics,
    refused,
    ...appOptions(config, clusterPlan, at),
    openPaths: isDashboardPath,
  });
  await serveDashboard(app);
  quarantine.restore(contents.quarantined);
  const restorer = new FrameRestorer({ ...common, archive, plan, keepPictures: bounds.keepPictures });
  await restorer.restore(contents, { keeper, end: (record, end) => runner.end(record, end) });
  const port = await listen(app, at);
  const address = at.port === 0 ? `${schemeOf(config)}://${at.host}:${port}` : config.gateway.address;
  log.info({ address }, 'gateway listens');
  keeper.start();
  bulletin.start();
  void announce(config, peers, epoch);

  return {
    app,
    address,
    drain: () => drain.finish(schedule.drain.timeoutMs),
    stop: onceOnly(async () => {
      keeper.stop();
      bulletin.stop();
      deathWatch.stop();
      runner.stop();
      dispatcher.stop();
      victims.close();
      events.close();
      await app.close();
      await judge.close();
      await compute.close();
      await peers.close();
      await store.stop();
      await archive.close();
      tls?.end();
    }),
  };
}

/** Devices that run already register at once instead of at their next try. */
async function announce({ devices }: ClusterConfig, peers: PeerClients, epoch: string): Promise<void> {
  const json = { kind: 'gateway', epoch } as const;
  await Promise.allSettled(devices.map(({ address }) => peers.client(address).call(CALLS.announce, { json })));
}

function suspensionText(device: string, address: string, reason: string | null): string {
  return (
    `device ${device} is suspended for a while: it says that it is there, but what the gateway asks at ${address} keeps ` +
    `failing (${reason ?? 'no answer'}): check that the gateway reaches that address`
  );
}
