import { beforeEach, describe, expect, it } from 'vitest';
import type { ComputeThread } from '../../../server/compute/compute-thread.js';
import type { FrameRecord } from '../../../server/gateway/frames/frame-record.js';
import { GangAuditor } from '../../../server/gateway/results/gang-auditor.js';
import { ResultsPool } from '../../../server/gateway/results/results-pool.js';
import { Verifier, wholeComputer } from '../../../server/gateway/results/verifier.js';
import { planGang } from '../../../server/geometry/gang/gang-plan.js';
import { GangRounds } from '../../../server/scheduling/gang/gang-rounds.js';
import { valuesOf } from '../../../server/tensor/planes.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { silent } from '../../support/test-cluster.js';

const layers = chain({ channels: 3, height: 12, width: 8 }, [conv(3, 2), conv(3, 2)]);
const plan = planGang(planLayers(layers, 2, { rows: 1, columns: 1 }).stage.graph, () => [1]);
const [map] = plan.stage.outputs;
const shape = plan.stage.maps[map!]!;
const right = () => new Float32Array(valuesOf(shape)).fill(1);
const record = (facts: Partial<FrameRecord> = {}) =>
  ({
    id: 'f-1',
    strategy: 'gang',
    generation: 1,
    input: new Uint8Array(3 * 12 * 8),
    end: null,
    ...facts,
  }) as FrameRecord;

let auditor: GangAuditor;
let gangs: GangRounds;
let blocks: ResultsPool;
let runBlock: () => Promise<object>;
let runs: number;
beforeEach(() => {
  blocks = new ResultsPool({ stage: plan.stage, tiles: [] });
  gangs = new GangRounds({
    plans: { gang: plan, layerGang: null },
    speedsOf: (devices) => devices.map(() => 1),
  });
  runs = 0;
  // The last of two stages gives the maps.
  runBlock = async () => ({ outputs: ++runs % 2 === 0 ? [right()] : null });
  const thread = { modelDigest: 'm', runBlock: () => runBlock(), close: async () => {} };
  const start = async () => thread as unknown as ComputeThread;
  const verifier = new Verifier({ computeWith: wholeComputer(plan), modelDigest: 'm', start, timeoutMs: 50 });
  const settings = { fraction: 0.25, tolerance: 1e-3 };
  auditor = new GangAuditor({ settings, secret: Buffer.alloc(32), blocks, gangs, verifier, log: silent });
});

/** A gang of three has computed these values, a row of four for each. */
function computed(devices: readonly string[], ...values: readonly number[]): void {
  gangs.begin('f-1', 1, devices);
  const data = right();
  const perRow = shape.width;
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / perRow) % shape.height;
    data[i] = values[Math.floor((row * values.length) / shape.height)]!;
  }
  const region = { x0: 0, x1: shape.width, y0: 0, y1: shape.height };
  blocks.placeBlocks('f-1', [{ map: map!, region, data }], plan.stage.outputs);
}

describe('an auditor of gangs', () => {
  it('computes the whole frame, stage after stage, and finds the blocks right', async () => {
    computed(['a', 'b', 'c'], 1, 1.0005, 1);
    expect(await auditor.check(record(), 1)).toEqual({ kind: 'wrong', devices: [] });
    expect(runs).toBe(2);
  });

  it('suspects the members whose blocks are wrong, and blames none', async () => {
    computed(['a', 'b', 'c'], 1, 1.1, 1.7);
    expect(await auditor.check(record(), 1)).toEqual({ kind: 'suspected', devices: ['c', 'b'] });
  });

  it('blames a device that has computed the frame alone', async () => {
    computed(['a'], 1.5);
    const detail = expect.stringMatching(
      /^device a computed something wrong .* its output of block 0 of frame .* deepthings quarantine release a$/,
    );
    expect(await auditor.check(record(), 1)).toEqual({ kind: 'wrong', devices: [{ device: 'a', detail }] });
  });

  it.each<[string, () => Partial<FrameRecord>]>([
    ['the frame has ended', () => ({ end: { kind: 'failed', code: 'DT_FRAME_TIMEOUT', detail: '' } })],
    ['its picture is gone', () => ({ input: null })],
    [
      'the layers cannot be run',
      () => {
        runBlock = async () => {
          throw new Error('no memory');
        };
        return {};
      },
    ],
    [
      'they take too long',
      () => {
        runBlock = () => new Promise(() => {});
        return {};
      },
    ],
    [
      'another gang computes it',
      () => {
        gangs.begin('f-1', 2, ['a']);
        return {};
      },
    ],
  ])('skips it when %s', async (_name, happen) => {
    computed(['a', 'b', 'c'], 1, 2, 1);
    expect(await auditor.check(record(happen()), 1)).toEqual({ kind: 'skipped' });
  });

  it('finds what it finds where the frame is finished meanwhile, whose maps then go to the compute thread', async () => {
    computed(['a'], 1);
    const compute = runBlock;
    runBlock = async () => {
      for (const data of blocks.take('f-1') ?? []) structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
      return compute();
    };
    expect(await auditor.check(record(), 1)).toEqual({ kind: 'wrong', devices: [] });
  });

  it('skips it where the maps are gone before its turn has come', async () => {
    computed(['a'], 1);
    const first = auditor.check(record(), 1);
    blocks.take('f-1');
    expect(await first).toEqual({ kind: 'skipped' });
  });

  it('picks its share of frames, for all members alike, and each that has begun again', () => {
    const picked = Array.from({ length: 400 }, (_, i) => auditor.picks(record({ id: `f-${i}` }), 1));
    const share = picked.filter(Boolean).length / 400;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    const again = { id: `f-${picked.indexOf(false)}`, generation: 2 };
    expect(auditor.picks(record(again), 2)).toBe(true);
    expect(auditor.picks(record({ ...again, strategy: 'modnn' }), 2)).toBe(false);
  });
});
