import type { FastifyInstance } from 'fastify';
import { schemeOf } from '../config/tls-config.js';
import type { OperationHandler } from '../node/contract/operations.js';
import { commonHandlers } from '../node/http/common-handlers.js';
import { listen } from '../node/http/listen.js';
import { appOptions, createNodeApp } from '../node/http/node-app.js';
import { RefusedCallers } from '../node/problems/refused-callers.js';
import { type RunningNode, stopInOrder } from '../node/running-node.js';
import { frameHandlers, outcomeHandlers } from './api/frame-handlers.js';
import { overlapHandlers } from './api/overlap-handlers.js';
import { remainingHandlers } from './api/remaining-handlers.js';
import { standingHandlers } from './api/standing-handlers.js';
import { taskHandlers } from './api/task-handlers.js';
import { isWelcomePath, serveWelcome } from './api/welcome-page.js';
import {
  createEdgeDevice,
  type EdgeDevice,
  type Environment,
  type HostGateway,
  type NodeOptions,
} from './device/edge-device.js';
import { FrameIntake } from './frame-intake.js';
import { createDeviceFrames, type DeviceFrames } from './frames/device-frames.js';
import { FrameInputs } from './frames/frame-inputs.js';
import { PictureSubmission } from './picture-submission.js';
import { createStanding, type Standing } from './standing.js';
import { EdgeTasks } from './tasks/edge-tasks.js';

/** A device in its modules. */
interface Modules {
  readonly edge: EdgeDevice;
  readonly frames: DeviceFrames;
  readonly inputs: FrameInputs;
  readonly tasks: EdgeTasks;
  readonly standing: Standing;
}

/** Builds the modules of the device, and starts them. */
export async function assemble(options: NodeOptions, environment: Environment): Promise<RunningNode> {
  const { config, device, log } = options;
  const { at, compute, tls } = environment;
  const modules = createModules(options, environment);
  const { edge, standing, tasks } = modules;
  const app = await createApp(options, environment, modules);
  const port = await listen(app, at);
  if (at.port === 0) edge.self.address = `${schemeOf(config)}://${at.host}:${port}`;
  const { address } = edge.self;
  log.info({ address }, `edge device ${device} listens`);
  for (const part of [standing.registrar, tasks]) part.start();
  const stops = [
    ...tasks.stops,
    () => standing.registrar.stop(),
    () => edge.events.close(),
    () => app.close(),
    () => compute.close(),
    () => edge.remote.peers.close(),
    () => tls?.end(),
  ];
  return {
    app,
    address,
    drain: () => standing.drain.finish(config.schedule.drain.timeoutMs),
    stop: stopInOrder(stops),
  };
}

function createModules(options: NodeOptions, environment: Environment): Modules {
  const { config } = options;
  const { clusterPlan, compute } = environment;
  const { network, plan } = clusterPlan;
  const { limits, wire } = config;
  const edge = createEdgeDevice(options, environment);
  const frames = createDeviceFrames(config, plan.tiles.length, edge.metrics);
  const inputs = new FrameInputs({ edge, network, limits, padding: wire.padding });
  const tasks = new EdgeTasks({ edge, config, compute, frames, inputs });
  const standing = createStanding({ edge, config, network, compute, tasks, frames });
  return { edge, frames, inputs, tasks, standing };
}

/** A gateway's own device: it has no port, and the gateway hands it what members of gangs send to the gateway's address. */
export interface GatewayMember {
  /** Answers the gateway. */
  readonly app: FastifyInstance;
  /** Takes the strips that other members send. */
  readonly putOverlap: OperationHandler<'putOverlap'>;
  /** Begins to register with the gateway, at its address. */
  start(address: string): void;
  /** Ends it in good order, before the gateway does. */
  stop(): Promise<void>;
}

/** Builds a device in the gateway's process. It computes blocks of gangs only: it sources nothing, and steals nothing. */
export async function assembleMember(
  options: NodeOptions,
  environment: Environment & { readonly host: HostGateway },
): Promise<GatewayMember> {
  const modules = createModules(options, environment);
  const { edge, standing, tasks } = modules;
  const app = await createApp(options, { ...environment, tls: null }, modules);
  const { putOverlap } = overlapHandlers(edge, tasks, standing);
  return {
    app,
    putOverlap: putOverlap!,
    start(address) {
      edge.self.address = address;
      tasks.stealer.hold();
      for (const part of [standing.registrar, tasks]) part.start();
    },
    stop: stopInOrder([
      ...tasks.stops,
      () => standing.registrar.stop(),
      () => edge.events.close(),
      () => app.close(),
      () => edge.remote.peers.close(),
    ]),
  };
}

/** The device's server, with what it answers. */
async function createApp(
  { config, log, token }: NodeOptions,
  { at, clusterPlan, tls }: Environment,
  { edge, frames, inputs, tasks, standing }: Modules,
) {
  const { events, metrics, wirePlan } = edge;
  const { drain, registrar } = standing;
  const { schedule } = config;
  const { board, overlap } = tasks;
  const intake = new FrameIntake({ edge, frames, inputs, board, book: overlap.book, drain });
  const submission = new PictureSubmission({ edge, own: frames.own, drain, intake, strategy: schedule.strategy });
  const notReady = () => (registrar.isTaken ? null : (registrar.problem ?? 'registering with the gateway'));
  const drainState = () => drain.state;
  const app = await createNodeApp({
    role: 'edge',
    handlers: {
      ...commonHandlers({ role: 'edge', clusterPlan, wirePlan, events, metrics, notReady, drainState }),
      ...remainingHandlers(edge, tasks, standing),
      ...taskHandlers({ edge, frames, tasks, standing }),
      ...outcomeHandlers(frames),
      ...overlapHandlers(edge, tasks, standing),
      ...frameHandlers({ edge, frames, standing, intake, submission }),
      ...standingHandlers(standing),
    },
    token,
    tls,
    log,
    metrics,
    refused: new RefusedCallers({ log, nowMs: () => Date.now() }),
    ...appOptions(config, clusterPlan, at),
    openPaths: isWelcomePath,
  });
  serveWelcome(app, config.gateway.address);
  return app;
}
