import type { ClusterState, DeviceState, Frame, Plan } from '../../dashboard/src/contract-types.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import type { ClusterPlan } from '../../server/node/cluster-plan.js';
import { planDocument } from '../../server/node/wire/plan-document.js';
import { chainGraph } from '../geometry/chain-graphs.js';
import { chain, conv } from '../geometry/layer-chains.js';

/** Minutes after a fixed hour, as an ISO time. */
export function minute(minutes: number): string {
  return new Date(Date.UTC(2026, 10, 23, 9, minutes)).toISOString();
}

export function aDevice(device: string, changes: Partial<DeviceState> = {}): DeviceState {
  return {
    device,
    address: `http://127.0.0.1:${8081 + Number(device.slice(1))}`,
    state: 'live',
    pending: 0,
    running: 0,
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    counters: { tilesRun: 0, tilesStolen: 0, tilesGiven: 0, tileMs: 0, resultMs: 0, rssBytes: 0 },
    lastSeenAt: minute(0),
    problem: null,
    ...changes,
  };
}

/** Number `n`, accepted at minute `n`. */
export function aFrame(n: number, changes: Partial<Frame> = {}): Frame {
  const id = `mbx2k0g1-${n}`;
  const path = `/frames/${id}`;
  return {
    id,
    state: 'queued',
    source: 'e0',
    strategy: 'ftp-wst-s',
    createdAt: minute(n),
    endedAt: null,
    picture: { mediaType: 'image/jpeg', width: 768, height: 576, bytes: 163_759, kept: true },
    placement: { left: 0, top: 52, width: 416, height: 312 },
    inputDigest: 'sha256:3',
    tiles: { total: 9, done: 0, byDevice: {} },
    timing: { totalMs: null, fusedMs: null, remainingMs: null },
    detections: null,
    classification: null,
    failure: null,
    links: { self: path, image: `${path}/image`, annotated: `${path}/annotated`, trace: `${path}/trace` },
    ...changes,
  };
}

export function aCompleteFrame(n: number, changes: Partial<Frame> = {}): Frame {
  return aFrame(n, {
    state: 'complete',
    endedAt: minute(n),
    tiles: { total: 9, done: 9, byDevice: { e0: 5, e1: 4 } },
    timing: { totalMs: 214, fusedMs: 161, remainingMs: 22 },
    detections: [],
    ...changes,
  });
}

export function aCluster(devices: readonly DeviceState[] = [aDevice('e0'), aDevice('e1')]): ClusterState {
  return {
    name: 'home',
    role: 'gateway',
    drain: 'serving',
    version: '0.1.0',
    epoch: 'mbx2k0g1',
    strategy: 'ftp-wst',
    overlap: { via: 'peer' },
    model: { name: 'face-detector', digest: 'sha256:1', labels: ['face'], threshold: 0.1 },
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    plan: { grid: '3x3', fusedDepth: 10, digest: 'sha256:2' },
    limits: { queuedFrames: 32, pictureBytes: 20 * 1024 * 1024 },
    devices: [...devices],
    frames: { open: 0, complete: 0, failed: 0, dropped: 0 },
  };
}

/** Three layers, the first two fused, cut into three rows and three columns. */
export function aPlan(): Plan {
  const graph = chainGraph(chain({ channels: 3, height: 24, width: 24 }, [conv(3, 3), conv(3, 3), conv(3, 3)]));
  const plan = planGraph(graph, 2, { rows: 3, columns: 3 });
  const cost = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });
  const network = { graph } as ClusterPlan['network'];
  return planDocument({ network, plan, cost, gang: planGang(graph, () => []), layerGang: null }, 'sha256:2');
}
