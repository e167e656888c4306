import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import { wholeMap } from '../../server/geometry/region.js';
import { wireSizes } from '../../server/node/wire/wire-sizes.js';
import { onlyComputing } from '../../server/simulation/cost-model.js';
import type { SimulationSettings } from '../../server/simulation/simulation-settings.js';

export const FREE_NETWORK = { medium: 'switched', bytesPerMs: Number.POSITIVE_INFINITY, latencyMs: 0 } as const;
export const WHOLE_CORE = { share: 1, periodMs: 0, cores: 1 };
/** A power of two, so that times are exact. */
export const MACS_PER_MS = 2 ** 22;

/** Gangs that compute the plan's stage, without exchange in between. */
function gangsOf({ chain, stage }: FtpPlan): SimulationSettings['gangs'] {
  const gang = planGang(stage.graph, () => []);
  return { gang, layerGang: chain && planLayerGang(chain), remainingMacs: 0, boxesAbove: 0.5 };
}

/** Equal devices, one source, nothing costs anything but multiply-accumulates, and nothing is done ahead. */
export function bareSettings(plan: FtpPlan, devices: number, changes: Partial<SimulationSettings> = {}) {
  const ids = Array.from({ length: devices }, (_, index) => `e${index}`);
  const transmitted = wholeMap(plan.maps[0]!);
  const settings: SimulationSettings = {
    plan,
    gangs: gangsOf(plan),
    sizes: wireSizes({ plan, digest: `sha256:${'0'.repeat(64)}`, fill: [0, 0, 0] }, 'f32', '0'.repeat(64), transmitted),
    transmitted,
    costs: onlyComputing(MACS_PER_MS),
    network: FREE_NETWORK,
    gateway: { id: 'gateway', address: 'http://gateway', cpu: WHOLE_CORE },
    devices: ids.map((id) => ({ id, address: `http://${id}`, cpu: WHOLE_CORE, speed: null })),
    strategy: 'ftp-wst-s',
    order: 'adaptive',
    prefetch: 0,
    steal: { waitMs: 20_000, pollMs: 100 },
    overlap: { via: 'peer', policy: 'always', allSides: false },
    bytesPerValue: 4,
    strips: { timeoutMs: 500, circuit: { failures: 1, firstMs: 4_000, mostMs: 15_000 } },
    ledger: {
      ...{ framesPerSource: 2, lostAfterMs: 3_500, leaseFactor: 3, leaseFloorMs: 2_000, leaseWaitingMs: 10_000 },
      ...{ missingMs: 2_500, restoreMs: 1_500, retryMs: 250, attempts: 4, frameTimeoutMs: 60_000 },
    },
    heartbeatMs: 1_000,
    aheadMs: null,
    queueLimit: 10_000,
    remainingMacs: 0,
    arrivals: { kind: 'one-by-one', sources: ['e0'], frames: 1, pictureBytes: 100_000 },
    warmUp: 0,
    seed: 1,
  };
  return { ...settings, ...changes };
}
