import type { EdgeDevice } from '../../server/edge/device/edge-device.js';
import type { DeviceFrames } from '../../server/edge/frames/device-frames.js';
import { createDeviceFrames } from '../../server/edge/frames/device-frames.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import { EventLog } from '../../server/node/observe/event-log.js';
import { createMetrics } from '../../server/node/observe/metrics.js';
import type { PeerClient } from '../../server/node/peers/peer-client.js';
import type { PeerClients } from '../../server/node/peers/peer-clients.js';
import { LinkRates } from '../../server/scheduling/policy/link-rates.js';
import { silent } from '../support/test-cluster.js';

export interface TestDeviceOptions {
  readonly plan: FtpPlan;
  readonly digest?: string;
  readonly gateway?: PeerClient;
  readonly clientOf?: (address: string) => PeerClient;
  readonly suspendedUntilMs?: PeerClients['suspendedUntilMs'];
}

/** The device `e0` at `http://e0`, whose other nodes are what the test makes them. */
export function testDevice(options: TestDeviceOptions): EdgeDevice {
  const nobody: PeerClient = { baseUrl: '', call: () => Promise.reject(new Error('nobody is there')) };
  const { plan, digest = 'd', gateway = nobody, clientOf = () => nobody, suspendedUntilMs = () => null } = options;
  const peers = { client: clientOf, suspendedUntilMs, forgive: () => undefined, close: async () => undefined };
  return {
    self: { device: 'e0', address: 'http://e0' },
    wirePlan: { plan, digest, fill: [0, 0, 0], maps: 'f32' },
    gangs: {
      gang: planGang(plan.stage.graph, () => []),
      layerGang: plan.chain === null ? null : planLayerGang(plan.chain),
    },
    remote: { gateway, peers, links: new LinkRates(), devices: new Set(['e0', 'e1']) },
    events: new EventLog('e', 99),
    metrics: createMetrics({ role: 'edge', node: 'e0' }),
    log: silent,
  };
}

/** Frames of a device that may have `queuedFrames` open, without an age. */
export function testFrames({ metrics, wirePlan }: EdgeDevice, queuedFrames = 9): DeviceFrames {
  const limits = { queuedFrames, frameTimeoutMs: 1e9 } as Parameters<typeof createDeviceFrames>[0]['limits'];
  return createDeviceFrames({ limits }, wirePlan.plan.tiles.length, metrics);
}
