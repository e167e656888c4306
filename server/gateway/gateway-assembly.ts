import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../compute/compute-thread.js';
import { systemThread } from '../compute/system-thread.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { GATEWAY_ID } from '../config/defaults.js';
import { gangDevices } from '../config/gateway-member.js';
import { schemeOf } from '../config/tls-config.js';
import type { ClusterPlan } from '../node/cluster-plan.js';
import { type ListenAddress, listen } from '../node/http/listen.js';
import { EventLog } from '../node/observe/event-log.js';
import type { Logger } from '../node/observe/logger.js';
import { createMetrics } from '../node/observe/metrics.js';
import type { Telemetry } from '../node/observe/telemetry.js';
import { localTransport } from '../node/peers/local-transport.js';
import { createPeerClients } from '../node/peers/peer-clients.js';
import { type RunningNode, stopInOrder } from '../node/running-node.js';
import type { OpenedTls } from '../node/tls/node-tls.js';
import type { ClusterToken } from '../node/tokens.js';
import { planDigest } from '../node/wire/plan-digest.js';
import type { OpenedArchive } from './archive/open-archive.js';
import type { OpenPeers } from './devices/device-links.js';
import { createGatewayApp } from './gateway-app.js';
import { createModules, type GatewaySelf } from './gateway-modules.js';
import { OwnDevice } from './own-device.js';

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

/** Makes the modules of the gateway, and starts them. */
export async function assemble(options: NodeOptions, environment: Environment): Promise<RunningNode> {
  const { config, token, log } = options;
  const { archive, at, compute, contents, tls } = environment;
  const self = selfOf(options, environment);
  const { telemetry } = self;
  const own = new OwnDevice();
  const openPeers: OpenPeers = (onCircuit) => {
    const nodes = [...config.devices, config.gateway];
    const { metrics } = telemetry;
    const local = (address: string) => own.transportTo(address);
    return createPeerClients({ self: GATEWAY_ID, token, nodes, tls, metrics, log, onCircuit, local });
  };
  const modules = createModules(self, archive, openPeers);
  const { contacts, devices, dispatch, frames, intake, results } = modules;
  tls?.measure(telemetry.metrics);
  const app = await createGatewayApp(self, modules, { at, tls, token, own });
  devices.quarantine.restore(contents.quarantined);
  await dispatch.measurements.restore();
  dispatch.forecasts.update();
  await intake.restorer.restore(contents);
  const port = await listen(app, at);
  const address = at.port === 0 ? `${schemeOf(config)}://${at.host}:${port}` : config.gateway.address;
  log.info({ address }, 'gateway listens');

  for (const part of [dispatch.ledger, devices.bulletin]) part.start();
  await own.start(options, environment, { address, transport: localTransport(app), metrics: telemetry.metrics });
  const ids = config.devices.map(({ id }) => id);
  void contacts.links.announce(ids, self.epoch);
  // First what begins work, then what answers, last what keeps.
  const stops = [
    () => own.stop(),
    () => dispatch.ledger.stop(),
    () => devices.bulletin.stop(),
    () => contacts.deathWatch.stop(),
    () => dispatch.dispatcher.stop(),
    () => devices.victims.close(),
    () => telemetry.events.close(),
    () => app.close(),
    () => results.verifier.close(),
    () => results.gangAuditor?.close(),
    () => compute.close(),
    () => contacts.links.close(),
    () => frames.store.stop(),
    () => dispatch.measurements.stop(),
    () => archive.close(),
    () => tls?.end(),
  ];
  return {
    app,
    address,
    drain: () => intake.drain.finish(config.schedule.drain.timeoutMs),
    stop: stopInOrder(stops),
  };
}

function selfOf({ config, log }: NodeOptions, { at, clusterPlan, compute, contents }: Environment): GatewaySelf {
  const { gateway, limits } = config;
  const { gang, network, plan } = clusterPlan;
  const { epoch } = contents;
  const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
  metrics.cpu.separate({ main: systemThread(), compute: compute.thread });
  metrics.heap.watchCompute(() => compute.heap());
  const events = new EventLog(epoch, limits.eventsKept);
  const telemetry: Telemetry = { log, metrics, events, nowMs: () => performance.now() };
  const digest = planDigest(compute.modelDigest, plan, gang);
  const wirePlan = { plan, digest, fill: network.preprocessing.fill };
  // The address of a gateway on any free port is known once it listens.
  const address = at.port === 0 ? `${schemeOf(config)}://${at.host}:0` : gateway.address;
  const devices = gangDevices({ ...config, gateway: { ...gateway, address } });
  return { config, devices, clusterPlan, wirePlan, epoch, compute, telemetry };
}
