import { beforeAll, describe, expect, it } from 'vitest';
import type { Normalise } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { joinRearrangements } from '../../server/graph/rearrangements.js';
import { randomPicture } from '../compute/arbitrary-networks.js';
import { runGang } from '../compute/gang.js';
import { runWhole } from '../compute/tiled-graph.js';
import { conv, integers, node, sketchGraph } from './test-graphs.js';

const normalise: Normalise = (bytes) => Float32Array.from(bytes, (byte) => byte / 255 - 0.5);

/** Darknet's reorg between two layers, of which the second has most of the work; and a reshape to an output. */
const REORG = sketchGraph(
  [1, 3, 12, 12],
  [
    conv('x', 'a', [8, 3, 3], { pad: 1 }),
    node('Reshape', ['a', integers([1, 2, 12, 2, 12, 2])], 'b'),
    node('Transpose', ['b'], 'c', { perm: { integers: [0, 3, 5, 1, 2, 4] } }),
    node('Reshape', ['c', integers([1, 32, 6, 6])], 'd'),
    conv('d', 'e', [512, 32, 3], { pad: 1 }),
    conv('e', 'f', [16, 512, 3], { pad: 1 }),
    node('Reshape', ['f', integers([1, 16, 36])], 'g'),
  ],
);

describe('rearrangements of whole maps', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });

  it('are one node each, from map to map; a reshape to an output stays as it is', () => {
    const { nodes } = joinRearrangements(REORG);
    expect(nodes.map(({ operator }) => operator)).toEqual(['Conv', 'Rearrange', 'Conv', 'Conv', 'Reshape']);
    expect(nodes[1]).toMatchObject({ outputs: ['d'], parts: REORG.nodes.slice(1, 4) });
    expect(nodes[1]!.inputs.filter((name) => REORG.values.has(name))).toEqual(['a']);
  });

  it('are left where something else reads what is between, or the way leads to an output', () => {
    const [before, order, after] = REORG.nodes.slice(1, 4);
    const read = { ...REORG, outputs: [...REORG.outputs, 'c'] };
    expect(joinRearrangements(read)).toBe(read);
    const moved = { ...REORG, nodes: [REORG.nodes[0]!, before!, order!, { ...after!, operator: 'MatMul' }] };
    expect(joinRearrangements(moved)).toBe(moved);
  });

  it.each([
    [[1], [1]],
    [[1, 1, 1], [1]],
    [[5, 1, 2, 1], [1]],
    [
      [1, 1],
      [2, 1],
    ],
  ])('let a gang go on behind them: rows %j, columns %j', async (rows, columns) => {
    const plan = planGang(REORG, ({ segments }) => segments.map((_, i) => i + 1));
    expect(plan.stage.values).toEqual(['f']);
    const picture = randomPicture(3 * 12 * 12, 7);
    const { merged } = await runGang(engine, { plan, bands: bandsOf(rows, columns), picture, normalise });
    const right = await runWhole(engine, REORG, ['f'], normalise(picture, plan.stage.maps[0]!));
    expect(relativeDifference(merged[0]!, right.get('f')!.data as Float32Array)).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  it('end the gang where little follows', () => {
    const short = { ...REORG, nodes: REORG.nodes.slice(0, 4), outputs: ['d'] };
    expect(planGang(short, () => []).stage.values).toEqual(['a']);
  });
});
