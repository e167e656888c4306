import { beforeEach, describe, expect, it } from 'vitest';
import type { GraphOutputs } from '../../../server/compute/messages.js';
import { DeepThingsError } from '../../../server/errors.js';
import type { FrameFinisher } from '../../../server/gateway/dispatch/frame-finisher.js';
import type { LedgerRuntime } from '../../../server/gateway/dispatch/ledger-runtime.js';
import { RemainingLayers, type RemainingLayersParts } from '../../../server/gateway/dispatch/remaining-layers.js';
import type { FrameRecord } from '../../../server/gateway/frames/frame-record.js';
import { RemainingCheck } from '../../../server/gateway/results/remaining-check.js';
import { EventLog } from '../../../server/node/observe/event-log.js';
import { createMetrics } from '../../../server/node/observe/metrics.js';
import type { LedgerEvent } from '../../../server/scheduling/ledger/ledger-events.js';
import { silent } from '../../support/test-cluster.js';
import { record as newRecord } from '../frame-records.js';

const outputsOf = (...values: number[]): GraphOutputs => [
  { name: 'out', shape: [values.length], data: Float32Array.from(values) },
];
const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
const telemetry = { log: silent, metrics, events: new EventLog('epoch', 10), nowMs: () => performance.now() };
const END = { kind: 'complete', detections: [], classification: null } as const;

let record: FrameRecord;
let told: LedgerEvent[];
let completed: GraphOutputs[];
/** What the gateway itself computes. */
let own: GraphOutputs;
let answer: (signal: AbortSignal) => Promise<GraphOutputs>;
beforeEach(() => {
  record = newRecord('f-1');
  told = [];
  completed = [];
  own = outputsOf(1, 2);
  answer = async () => outputsOf(1, 2);
});

function layers(fraction = 0, bounds = { factor: 4, floorMs: 1_000, mostMs: 5_000 }) {
  const parts: RemainingLayersParts = {
    results: {
      pool: { mapsOf: () => [] } as unknown as RemainingLayersParts['results']['pool'],
      headRunner: {} as RemainingLayersParts['results']['headRunner'],
      remaining: new RemainingCheck({ fraction, tolerance: 0.01, secret: new Uint8Array(32) }),
    },
    dispatcher: {
      remaining: async (_record, _maps, _device, signal) => ({ outputs: await answer(signal), computeMs: 1 }),
    },
    finisher: {
      begin: () => {},
      finish: async (frame: FrameRecord, see: (outputs: GraphOutputs) => void) => {
        see(own);
        frame.end = END;
      },
      complete: (_frame: FrameRecord, outputs: GraphOutputs) => completed.push(outputs),
    } as unknown as FrameFinisher,
    ledger: { apply: (event: LedgerEvent) => told.push(event) } as unknown as LedgerRuntime,
    bounds,
    telemetry,
  };
  return new RemainingLayers(parts);
}

const onDevice = { kind: 'finish', frame: 'f-1', device: 'e1' } as const;
const onGateway = { kind: 'finish', frame: 'f-1' } as const;
const returned = (failed: boolean) => ({
  kind: 'remaining-returned',
  frame: 'f-1',
  generation: 1,
  device: 'e1',
  failed,
});
const outcomes = () => record.trace.remaining.document().map(({ device, outcome }) => `${device} ${outcome}`);

describe('remaining layers on a device', () => {
  it('end the frame', async () => {
    await layers().finish(record, onDevice);
    expect(completed).toEqual([outputsOf(1, 2)]);
    expect([told, outcomes()]).toEqual([[], ['e1 computed']]);
  });

  it('go back to the ledger when the device refuses them or sends something else', async () => {
    answer = async () => {
      throw new DeepThingsError('DT_RESULT_BODY', 'expected the output "out"');
    };
    const remaining = layers();
    await remaining.finish(record, onDevice);
    expect([completed, told]).toEqual([[], [returned(true)]]);
    await remaining.finish(record, onGateway);
    expect(told, 'a device that sends nonsense may have another version').toEqual([returned(true)]);
    expect(outcomes()).toEqual(['e1 failed', 'gateway computed']);
  });

  it('go back to the ledger after a bounded time', async () => {
    answer = (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await layers(0, { factor: 4, floorMs: 5, mostMs: 20 }).finish(record, onDevice);
    expect(told).toEqual([returned(true)]);
  });

  it('are given up when the ledger gives them to the gateway, or the run is over', async () => {
    answer = (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const remaining = layers();
    const asked = remaining.finish(record, onDevice);
    await remaining.finish(record, onGateway);
    await asked;
    expect([told, completed, outcomes()]).toEqual([[], [], ['e1 given-up', 'gateway computed']]);
    const again = remaining.finish(record, onDevice);
    remaining.drop('f-1');
    await again;
    expect([told, completed]).toEqual([[], []]);
  });

  it('that are not finite prove the device wrong where the gateway’s are', async () => {
    answer = async () => outputsOf(1, Number.NaN);
    const remaining = layers();
    await remaining.finish(record, onDevice);
    expect(told).toEqual([returned(true)]);
    await remaining.finish(record, onGateway);
    const finding = { kind: 'wrong', devices: [{ device: 'e1', detail: expect.stringContaining('remaining layers') }] };
    expect(told[1]).toEqual({ kind: 'audit-judged', frame: 'f-1', part: 0, attempt: 0, finding });
    remaining.drop('f-1');
  });

  it('are checked by the gateway where audits say so', async () => {
    const remaining = layers(1);
    await remaining.finish(record, onDevice);
    expect([told, completed]).toEqual([[returned(false)], []]);
    await remaining.finish(record, onGateway);
    expect(told, 'they agree').toHaveLength(1);
    remaining.drop('f-1');
    record = newRecord('f-1');
    answer = async () => outputsOf(1, 9);
    await remaining.finish(record, onDevice);
    await remaining.finish(record, onGateway);
    expect(told.at(-1)).toMatchObject({ kind: 'audit-judged', finding: { kind: 'wrong' } });
  });

  it('have less time once it is known what they take', async () => {
    const remaining = layers(0, { factor: 1, floorMs: 5, mostMs: 60_000 });
    await remaining.finish(record, onDevice);
    answer = (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const startedMs = performance.now();
    await remaining.finish(newRecord('f-1'), onDevice);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });
});
