import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComputeThread } from '../../../server/compute/compute-thread.js';
import type { FrameRecord } from '../../../server/gateway/frames/frame-record.js';
import { Auditor } from '../../../server/gateway/results/auditor.js';
import { ResultsPool } from '../../../server/gateway/results/results-pool.js';
import { type ComputeTile, tileComputer, Verifier } from '../../../server/gateway/results/verifier.js';
import type { ResultBody } from '../../../server/node/wire/result-body.js';
import { regionShape, valuesOf } from '../../../server/tensor/planes.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { silent } from '../../support/test-cluster.js';

/** Two tiles, beside each other. */
const plan = planLayers(chain({ channels: 3, height: 4, width: 8 }, [conv(3, 2)]), 1, { rows: 1, columns: 2 });
const values = valuesOf(regionShape(2, plan.tiles[0]!.shares[0]!));
const right = () => new Float32Array(values).fill(1);
const wrong = () => right().fill(1.5, 3, 4);
const input = new Uint8Array(3 * 4 * 8);

const frame = (facts: Partial<FrameRecord> = {}) =>
  ({ id: 'f-1', strategy: 'ftp-wst-s', generation: 1, input, end: null, ...facts }) as FrameRecord;
const result = (facts: Partial<ResultBody>) =>
  ({ frame: 'f-1', tile: 0, attempt: 1, device: 'e0', strips: [], outputs: [right()], ...facts }) as ResultBody;
const dispute = { kind: 'judge', frame: 'f-1', part: 0, attempt: 2, devices: ['e0', 'e1'] } as const;

let pool: ResultsPool;
let threads: { readonly close: ReturnType<typeof vi.fn> }[];
let start: () => Promise<ComputeThread>;
let runTile: () => Promise<{ outputs: readonly Float32Array[] }>;
let auditor: Auditor;
let verifier: Verifier<ComputeTile>;
beforeEach(() => {
  pool = new ResultsPool(plan);
  threads = [];
  runTile = async () => ({ outputs: [right()] });
  start = async () => {
    const thread = { modelDigest: 'm', runTile: () => runTile(), close: vi.fn(async () => {}) };
    threads.push(thread);
    return thread as unknown as ComputeThread;
  };
  verifier = new Verifier({ computeWith: tileComputer(plan), modelDigest: 'm', start: () => start(), timeoutMs: 50 });
  auditor = new Auditor({ fraction: 1, tolerance: 1e-3, secret: Buffer.alloc(32), pool, verifier, log: silent });
});

/** A first result that counts and a second one. */
function differ(record: FrameRecord, first: Partial<ResultBody>, output: Float32Array): void {
  const counts = result(first);
  pool.place('f-1', counts.tile, counts.outputs);
  auditor.accepted(record, counts);
  expect(auditor.agrees({ frame: 'f-1', tile: 0, attempt: 2, outputs: [output] })).toBe(false);
}

const devicesOf = (finding: Awaited<ReturnType<Auditor['find']>>) =>
  finding.kind === 'wrong' ? finding.devices.map(({ device }) => device) : finding.kind;

describe('an auditor', () => {
  it('takes results for the same that differ no more than is allowed', () => {
    pool.place('f-1', 0, [right()]);
    const near = right().fill(1.0009, 0, 1);
    expect(auditor.agrees({ frame: 'f-1', tile: 0, attempt: 2, outputs: [near] })).toBe(true);
    expect(auditor.agrees({ frame: 'f-1', tile: 0, attempt: 2, outputs: [right().fill(1.002, 0, 1)] })).toBe(false);
    expect(auditor.agrees({ frame: 'f-1', tile: 0, attempt: 2, outputs: [right().fill(Number.NaN, 0, 1)] })).toBe(
      false,
    );
  });

  it('finds the first device wrong, the second, or both, and frees what it computed with', async () => {
    for (const [first, second, expected] of [
      [wrong(), right(), ['e0']],
      [right(), wrong(), ['e1']],
      [wrong(), right().fill(9), ['e1', 'e0']],
    ] as const) {
      differ(frame(), { outputs: [first] }, second);
      expect(devicesOf(await auditor.find(frame(), dispute))).toEqual(expected);
      expect(threads.pop()!.close).toHaveBeenCalledOnce();
    }
  });

  it('says what is wrong and how to fix it', async () => {
    differ(frame(), { outputs: [wrong()] }, right());
    const finding = await auditor.find(frame(), dispute);
    expect(finding).toEqual({
      kind: 'wrong',
      devices: [
        {
          device: 'e0',
          detail:
            "device e0 computed something wrong and gets no more tiles: its output of tile 0 of frame f-1 differs from the gateway's " +
            "by 33 % of its largest value, 0.1 % may be. Check its memory, its disk and its model's files, then release it: " +
            'deepthings quarantine release e0',
        },
      ],
    });
  });

  it('blames the device whose strips were wrong, not the one that used them', async () => {
    auditor.accepted(frame(), result({ tile: 1, device: 'e2' }));
    pool.place('f-1', 1, [wrong()]);
    differ(frame(), { outputs: [wrong()], strips: [1] }, right());
    expect(devicesOf(await auditor.find(frame(), dispute))).toEqual(['e2']);
  });

  it('blames nobody where it is not known whose strips they were', async () => {
    differ(frame(), { outputs: [wrong()], strips: null }, right());
    expect(devicesOf(await auditor.find(frame(), dispute))).toBe('unclear');
    auditor.accepted(frame(), result({ tile: 1, device: 'e2' }));
    auditor.repeated('f-1', 1);
    pool.place('f-1', 1, [wrong()]);
    differ(frame(), { outputs: [wrong()], strips: [1] }, right());
    expect(
      devicesOf(await auditor.find(frame(), dispute)),
      'the one that lent them, whatever it may have used',
    ).toEqual(['e2']);
    pool.place('f-1', 1, [right()]);
    differ(frame(), { outputs: [wrong()], strips: [1] }, right());
    expect(devicesOf(await auditor.find(frame(), dispute))).toBe('unclear');
  });

  it('knows that no strips are used where a frame began anew', async () => {
    const record = frame({ generation: 2 });
    differ(record, { outputs: [wrong()], strips: null }, right());
    expect(devicesOf(await auditor.find(record, dispute))).toEqual(['e0']);
  });

  it.each([
    ['cannot load its layers', { start: () => Promise.reject(new Error('no memory')) }, /no memory/],
    ['cannot run them', { runTile: () => Promise.reject(new Error('bad shape')) }, /bad shape/],
    ['takes too long', { runTile: () => new Promise<never>(() => {}) }, /within 0.05 s/],
    ['is stopped', { isStopped: true }, /is stopped/],
  ])('says so where the gateway %s', async (_what, fault, reason) => {
    differ(frame(), { outputs: [wrong()] }, right());
    if ('start' in fault) start = fault.start;
    if ('runTile' in fault) runTile = fault.runTile;
    if ('isStopped' in fault) await verifier.close();
    const finding = await auditor.find(frame(), dispute);
    expect(finding).toMatchObject({ kind: 'impossible', detail: expect.stringMatching(reason) });
    for (const { close } of threads) expect(close).toHaveBeenCalledOnce();
  });

  it('computes nothing for a frame that has ended, or begun anew, before its turn', async () => {
    const record = frame();
    differ(record, { outputs: [wrong()] }, right());
    const finding = auditor.find(record, dispute);
    record.generation = 2;
    expect(await finding).toMatchObject({ kind: 'impossible' });
    expect(threads).toEqual([]);
    expect(await auditor.find(frame(), { ...dispute, attempt: 9 }), 'no such result').toMatchObject({
      kind: 'impossible',
    });
    auditor.drop('f-1');
    expect(auditor.size).toBe(0);
  });

  it('blames nobody by what was merged after the frame began anew', async () => {
    const record = frame();
    auditor.accepted(record, result({ tile: 1, device: 'e2' }));
    pool.place('f-1', 1, [right()]);
    differ(record, { outputs: [wrong()], strips: [1] }, right());
    runTile = async () => {
      record.generation = 2;
      return { outputs: [right()] };
    };
    expect(devicesOf(await auditor.find(record, dispute))).toBe('impossible');
  });
});
