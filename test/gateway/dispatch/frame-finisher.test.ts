import { beforeEach, expect, it } from 'vitest';
import { MemoryArchive } from '../../../server/gateway/archive/memory-archive.js';
import { FrameFinisher } from '../../../server/gateway/dispatch/frame-finisher.js';
import { LedgerRuntime } from '../../../server/gateway/dispatch/ledger-runtime.js';
import type { NodeDispatcher } from '../../../server/gateway/dispatch/node-dispatcher.js';
import { createFrames, type GatewayFrames } from '../../../server/gateway/frames/gateway-frames.js';
import type { GangBoxes } from '../../../server/gateway/results/gang-boxes.js';
import type { HeadRunner } from '../../../server/gateway/results/head-runner.js';
import { ResultsPool } from '../../../server/gateway/results/results-pool.js';
import { EventLog } from '../../../server/node/observe/event-log.js';
import { createMetrics } from '../../../server/node/observe/metrics.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { SETTINGS } from '../../scheduling/ledger-run.js';
import { silent } from '../../support/test-cluster.js';
import { record as newRecord } from '../frame-records.js';

const plan = planLayers(chain({ channels: 1, height: 2, width: 2 }, [conv(1, 1)]), 1, { rows: 1, columns: 1 });
const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
const nowMs = () => 0;
const telemetry = { log: silent, metrics, events: new EventLog('epoch', 10), nowMs };
const FOUND = { kind: 'complete', detections: [], classification: null } as const;

let frames: GatewayFrames;
let ledger: LedgerRuntime;
let pool: ResultsPool;
let finisher: FrameFinisher;
let runHead: () => Promise<typeof FOUND>;
let ended: { readonly frame: string; readonly openThen: number }[];
let notified: string[];
beforeEach(() => {
  const config = {
    store: { frames: 3, bytes: 100, ageMs: 3_600_000, keepPictures: true },
    limits: { overlapBytes: 0, keptOutputs: 1 },
  };
  const archive = new MemoryArchive();
  const made = { config, network: {}, archive, telemetry } as unknown as Parameters<typeof createFrames>[0];
  frames = createFrames(made);
  ledger = new LedgerRuntime(SETTINGS, nowMs);
  ledger.connect(() => {});
  pool = new ResultsPool(plan);
  frames.runs.onEnd((frame) => pool.take(frame));
  ended = [];
  frames.runs.onEnd((frame) => ended.push({ frame, openThen: frames.store.openCount }));
  notified = [];
  runHead = async () => FOUND;
  finisher = new FrameFinisher({
    frames,
    results: {
      pool,
      blocks: pool,
      boxes: { take: () => null } as unknown as GangBoxes,
      headRunner: { finish: () => runHead() } as unknown as HeadRunner,
    },
    registry: { mayHaveFrames: () => true },
    dispatcher: { notify: async ({ id }: { id: string }) => void notified.push(id) } as unknown as NodeDispatcher,
    ledger,
    telemetry,
  });
});

async function merged() {
  const record = newRecord('f-1');
  await frames.store.admit(record);
  pool.place('f-1', 0, [new Float32Array(4).fill(7)]);
  return record;
}

it('a frame ends once, and what the parts keep of it with it, when it is no longer open', async () => {
  const record = await merged();
  await finisher.finish(record);
  expect(record).toMatchObject({ state: 'complete', end: FOUND });
  finisher.abort(record, 'DT_FRAME_DELETED', 'too late');
  expect(record.end).toEqual(FOUND);
  expect(ended).toEqual([{ frame: 'f-1', openThen: 0 }]);
  expect(notified).toEqual(['f-1']);
  expect([pool.size, frames.keptOutputs.get('f-1')?.maps]).toEqual([0, [Float32Array.of(7, 7, 7, 7)]]);
  await frames.store.remove('f-1');
  expect(frames.keptOutputs.get('f-1'), 'of a frame that is forgotten').toBeUndefined();
});

it('remaining layers that fail end the frame, but not when the gateway is stopped: it is open for the next life', async () => {
  const record = await merged();
  let fail = (_error: Error): void => {};
  runHead = () => new Promise((_resolve, reject) => (fail = reject));
  const finishing = finisher.finish(record);
  ledger.stop();
  fail(new Error('the thread is closed'));
  await finishing;
  expect([record.end, frames.store.openCount, ended]).toEqual([null, 1, []]);
});

it('a frame that is run again keeps nothing of its run but what it cost, and stays open', async () => {
  const record = await merged();
  let give = (_end: typeof FOUND): void => {};
  runHead = () => new Promise((resolve) => (give = resolve));
  const finishing = finisher.finish(record);
  finisher.rerun(record, { kind: 'rerun', frame: 'f-1', generation: 3 });
  expect([pool.size, frames.keptOutputs.get('f-1')?.maps]).toEqual([0, undefined]);
  expect(ended).toEqual([{ frame: 'f-1', openThen: 1 }]);
  give(FOUND);
  await finishing;
  expect(record).toMatchObject({ state: 'queued', generation: 3, end: null });
});
