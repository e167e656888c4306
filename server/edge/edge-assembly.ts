import type { ComputeThread } from '../compute/compute-thread.js';
import { systemThread } from '../compute/system-thread.js';
import type { ClusterConfig, DeviceConfig } from '../config/cluster-config.js';
import { GATEWAY_ID } from '../config/defaults.js';
import { schemeOf } from '../config/tls-config.js';
import { wholeMap } from '../geometry/region.js';
import { type ClusterPlan, taskQueueLimit } from '../node/cluster-plan.js';
import { ConditionWaiters } from '../node/condition-waiters.js';
import { RequestsUnderWay } from '../node/draining.js';
import { FrameScopes } from '../node/frame-scopes.js';
import { appOptions } from '../node/http/app-options.js';
import { type ListenAddress, listen } from '../node/http/listen.js';
import { createNodeApp } from '../node/http/node-app.js';
import { EventLog } from '../node/observe/event-log.js';
import type { Logger } from '../node/observe/logger.js';
import { createMetrics } from '../node/observe/metrics.js';
import { createPeerClients } from '../node/peers/peer-clients.js';
import { RefusedCallers } from '../node/problems/refused-callers.js';
import { onceOnly, type RunningNode } from '../node/running-node.js';
import type { OpenedTls } from '../node/tls/node-tls.js';
import type { ClusterToken } from '../node/tokens.js';
import { planDigest } from '../node/wire/plan-digest.js';
import { StripPool } from '../node/wire/strip-pool.js';
import { ComputeSpeed } from '../scheduling/device/compute-speed.js';
import { MedianWindow } from '../scheduling/device/median-window.js';
import { TaskBoard } from '../scheduling/device/task-board.js';
import { tilePicker } from '../scheduling/order/tile-picker.js';
import { LinkRates } from '../scheduling/policy/link-rates.js';
import { FetchPolicy } from '../scheduling/reuse/fetch-policy.js';
import { ReuseBook } from '../scheduling/reuse/reuse-book.js';
import { taskReuse } from '../scheduling/reuse/task-reuse.js';
import type { Holder } from '../scheduling/reuse/tile-reuse.js';
import { BYTES_PER_MAP_VALUE } from '../tensor/map-tensor.js';
import { Drain } from './drain.js';
import { edgeHandlers } from './edge-handlers.js';
import { EdgeStatus } from './edge-status.js';
import { FrameIntake } from './frame-intake.js';
import { FrameGenerations } from './frames/frame-generations.js';
import { Outcomes } from './frames/outcomes.js';
import { OwnFrames } from './frames/own-frames.js';
import { Registrar } from './registrar.js';
import type { EdgeTask } from './tasks/edge-task.js';
import { Executor } from './tasks/executor.js';
import { handBack } from './tasks/hand-back.js';
import { OfferKeeper } from './tasks/offer-keeper.js';
import { PushedTasks } from './tasks/pushed-tasks.js';
import { ResultSender } from './tasks/result-sender.js';
import { SliceRunner } from './tasks/slice-runner.js';
import type { SliceTask } from './tasks/slice-task.js';
import { Stealer } from './tasks/stealer.js';
import { StripBuffers } from './tasks/strip-buffers.js';
import { StripFetcher } from './tasks/strip-fetcher.js';
import { TilePreparer } from './tasks/tile-preparer.js';

/** Memory for strips that waits to be used again: about what a frame of YOLOv2 leaves behind on one of three devices. */
const MOST_IDLE_STRIP_BYTES = 8 * 2 ** 20;
/** What results that are on their way get when the node stops. */
const STOP_GRACE_MS = 500;

/** What the parts of a device are told. */
export interface NodeOptions {
  readonly config: ClusterConfig;
  readonly device: string;
  /** The cluster's token; null when there is none. */
  readonly token: ClusterToken | null;
  readonly log: Logger;
}

/** What a device stands on, opened and loaded. */
export interface Environment {
  readonly node: DeviceConfig;
  readonly at: ListenAddress;
  readonly tls: OpenedTls | null;
  readonly clusterPlan: ClusterPlan;
  readonly compute: ComputeThread;
}

/** Builds the parts of the device, and starts them. */
export async function assemble(
  { config, device, log, token }: NodeOptions,
  environment: Environment,
): Promise<RunningNode> {
  const { node, at, tls, clusterPlan, compute } = environment;
  const { limits, overlap, partition, schedule, wire } = config;
  const { network, plan } = clusterPlan;
  const digest = planDigest({ modelDigest: compute.modelDigest, depth: plan.depth, grid: partition.grid });
  const wirePlan = { plan, digest, fill: network.preprocessing.fill };
  const metrics = createMetrics({ role: 'edge', node: device });
  metrics.cpu.separate({ main: systemThread(), compute: compute.thread });
  metrics.heap.watchCompute(() => compute.heap());
  const events = new EventLog(Date.now().toString(36), limits.eventsKept);
  const peers = createPeerClients({
    self: device,
    token,
    nodes: [config.gateway, ...config.devices],
    tls,
    metrics,
    log,
  });
  const gateway = peers.client(config.gateway.address);

  const speed = new ComputeSpeed();
  const links = new LinkRates();
  const { maps } = wire;
  const policy = new FetchPolicy({
    plan,
    policy: overlap.policy,
    links,
    speed,
    bytesPerValue: BYTES_PER_MAP_VALUE[maps],
  });
  const book = new ReuseBook(plan, overlap.policy === 'never' ? null : policy);
  const pool = new StripPool(limits.overlapBytes);
  const buffers = new StripBuffers(Math.min(limits.overlapBytes, MOST_IDLE_STRIP_BYTES));
  const dropStrips = (frame: string) => buffers.give(pool.drop(frame));
  const scopes = new FrameScopes();
  const board = new TaskBoard<EdgeTask, SliceTask>(
    taskQueueLimit(config, plan.tiles.length),
    tilePicker(plan, book, schedule.order),
  );
  board.onChange((change) => book.follow(change));
  const ownFrames = new OwnFrames(limits.queuedFrames, 2 * limits.frameTimeoutMs, scopes);
  scopes.onEnd((frame) => board.dropFrame(frame));
  scopes.onEnd((frame) => book.close(frame));
  scopes.onEnd(dropStrips, () => pool.frames);
  const pushed = new PushedTasks(taskQueueLimit(config, plan.tiles.length), scopes);
  const runs = new FrameGenerations(taskQueueLimit(config, plan.tiles.length), scopes);
  runs.onInvalidated((frame, generation) => {
    board.dropBefore(frame, generation);
    book.close(frame);
    dropStrips(frame);
  });
  const outcomes = new Outcomes();
  const tileTimes = new MedianWindow();
  const common = {
    ...{ device, wirePlan, gateway, peers, board, ownFrames, book, pool, buffers, metrics, log },
    ...{ links, speed, maps, policy, runs, scopes },
  };
  const sender = new ResultSender(common);
  const preparer = new TilePreparer({ ...common, overlap, fetcher: new StripFetcher(common) });
  const viaGateway = overlap.via === 'gateway' && overlap.policy !== 'never';
  const holder = (): Holder =>
    viaGateway ? { device: GATEWAY_ID, address: config.gateway.address } : { device, address: status.address };
  const keeper: OfferKeeper = new OfferKeeper({ ...common, holder, viaGateway });
  const slices = new SliceRunner(wirePlan, compute, device);
  scopes.onEnd(
    (frame) => slices.drop(frame),
    () => slices.frames,
  );
  const namesStrips = config.audit.fraction > 0;
  const executor = new Executor({
    ...common,
    ...{ preparer, slices, keeper, compute, sender, tileTimes, events, namesStrips },
  });
  const isIdle = () => board.isIdle;
  const stealer = new Stealer({ ...common, ...schedule.steal, isIdle, prefetch: schedule.prefetch });
  const status: EdgeStatus = new EdgeStatus({
    ...common,
    config,
    network,
    node,
    compute,
    executor,
    sender,
    stealer,
    outcomes,
    tileTimes,
  });
  const registrar = new Registrar({
    ...common,
    identity: () => status.identity(),
    counters: () => status.counters(),
    heartbeatMs: schedule.heartbeat.intervalMs,
    keptFrames: () => scopes.kept,
    onEnded: (frames) => {
      for (const frame of frames) {
        if (ownFrames.get(frame) !== undefined) outcomes.ended(frame);
        scopes.end(frame);
      }
    },
    onSuperseded: (frame, generation) => runs.invalidateBefore(frame, generation),
    drainState: () => drain.state,
    onTaken: () => stealer.retryNow(),
    onTried: () => {
      drain.heard();
      taken.look();
    },
  });
  const underWay = new RequestsUnderWay();
  const taken = new ConditionWaiters();
  const forgetAll = () => {
    scopes.endAll();
    outcomes.release();
  };
  const drain: Drain = new Drain({ ...common, stealer, registrar, underWay, forgetAll });
  const transmitted = (frame: string) => ownFrames.get(frame)?.transmitted ?? wholeMap(plan.maps[0]!);
  const intake = new FrameIntake({
    ...common,
    drain,
    network,
    limits,
    padding: wire.padding,
    strategy: schedule.strategy,
  });

  const app = await createNodeApp({
    role: 'edge',
    handlers: edgeHandlers({
      ...common,
      role: 'edge',
      clusterPlan,
      events,
      notReady: () => (registrar.isTaken ? null : (registrar.problem ?? 'registering with the gateway')),
      devices: new Set(config.devices.map(({ id }) => id)),
      intake,
      pushed,
      outcomes,
      drainOf: drain,
      drainState: () => drain.state,
      underWay,
      registrar,
      taken,
      reuseOf: (task, thief) =>
        taskReuse({ ...common, plan, holder, transmitted, allSides: overlap.allSides }, task, thief),
      forget: (frame) => scopes.end(frame),
      clusterState: () => status.clusterState(registrar, drain.state),
    }),
    token,
    tls,
    log,
    metrics,
    refused: new RefusedCallers({ log, nowMs: () => Date.now() }),
    ...appOptions(config, clusterPlan, at),
  });
  board.onChange(({ pending }) => metrics.pending.set(pending));
  tls?.measure(metrics);
  metrics.holds('tasks', () => board.listed().length);
  metrics.holds('own frames', () => ownFrames.size);
  metrics.holds('booked frames', () => book.size);
  metrics.holds('frames with slices', () => slices.frames.length);
  metrics.holds('bytes of strips', () => pool.bytes);
  const port = await listen(app, at);
  if (at.port === 0) status.address = `${schemeOf(config)}://${at.host}:${port}`;
  log.info({ address: status.address }, `edge device ${device} listens`);
  registrar.start();
  executor.start();
  stealer.start();

  return {
    app,
    address: status.address,
    drain: () => drain.finish(schedule.drain.timeoutMs),
    stop: onceOnly(async () => {
      executor.stop();
      await stealer.stop();
      await handBack(board, device, peers, log);
      await sender.stop(STOP_GRACE_MS);
      await registrar.stop();
      events.close();
      await app.close();
      await compute.close();
      await peers.close();
      tls?.end();
    }),
  };
}
