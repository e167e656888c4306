import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Normalise } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { fuseStage, planFtp } from '../../server/geometry/ftp-plan.js';
import { tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { conv, floats, node, sketchGraph } from '../graph/test-graphs.js';
import { propertyRuns } from '../support/property-runs.js';
import { genes, grow } from './arbitrary-graphs.js';
import { randomPicture } from './arbitrary-networks.js';
import { compareTiled } from './tiled-graph.js';

/** To between -0.5 and 0.5. */
const normalise: Normalise = (bytes) => Float32Array.from(bytes, (byte) => byte / 255 - 0.5);

function isShrinking(graph: Graph, { inputs, operator, outputs }: Graph['nodes'][number]): boolean {
  const widthOf = (name: string) => graph.values.get(name)!.shape[3]!;
  return operator === 'Resize' && widthOf(outputs[0]!) < widthOf(inputs[0]!);
}

// On tfjs a handful of cases, in tiles against the whole on onnxruntime.
describe.each([
  { name: 'onnxruntime', backend: null, runs: 500 },
  { name: 'tfjs', backend: 'wasm', runs: 60 },
])('a stage in tiles on $name', ({ backend, name: engineName, runs }) => {
  let engine: InferenceEngine;
  let reference: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine(engineName, { threads: 1, backend });
    reference = await createEngine('onnxruntime', { threads: 1 });
  });

  it('gives what it gives whole, whatever the graph, the cut, the grid, the order, the offers and the strips lost', async () => {
    const operators = new Map<string, number>();
    let [reused, several] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          codes: genes,
          height: fc.integer({ min: 5, max: 17 }),
          width: fc.integer({ min: 5, max: 17 }),
          cutAt: fc.nat(1_000),
          rows: fc.integer({ min: 1, max: 4 }),
          columns: fc.integer({ min: 1, max: 4 }),
          seed: fc.nat(1_000),
          order: fc.infiniteStream(fc.nat(1_000)),
          missing: fc.constantFrom(0, 0, 3, 2, 1),
          lost: fc.constantFrom(0, 0, 0.15, 0.5),
        }),
        async ({ codes, columns, cutAt, height, lost, missing, order: numbers, rows, seed, width }) => {
          const graph = grow([1, 4, height, width], codes, seed);
          const { cuts, local } = tileable(graph);
          fc.pre(cuts.length > 0);
          const cut = cuts[cutAt % 3 === 0 ? cuts.length - 1 : cutAt % cuts.length]!;
          for (const one of local.slice(0, cut.nodes)) {
            const kind = isShrinking(graph, one) ? 'smaller Resize' : one.operator;
            operators.set(kind, (operators.get(kind) ?? 0) + 1);
          }
          const shapes = cut.values.map((name) => graph.values.get(name)!.shape);
          // As fine as the largest of the maps that are handed over: tiles may have no share of the others.
          const grid = {
            rows: Math.min(rows, Math.max(...shapes.map((shape) => shape[2]!))),
            columns: Math.min(columns, Math.max(...shapes.map((shape) => shape[3]!))),
          };
          const plan = planFtp(fuseStage(graph, local, cut), grid);
          const left = plan.tiles.map(({ tileId }) => tileId);
          const order = plan.tiles.map(() => left.splice(numbers.next().value! % left.length, 1)[0]!);
          const random = seededRandom(seed + 1);
          const { maps, outputs, strips } = await compareTiled(engine, {
            reference,
            ...{ plan, order, normalise, picture: randomPicture(4 * height * width, seed) },
            // Of the offers all are seen, two thirds, half, or none.
            isSeen: () => missing === 0 || (missing > 1 && random() * missing > 1),
            isLost: () => random() < lost,
            isFromBefore: () => random() < 0.5,
          });
          reused += strips;
          several += plan.outputs.length > 1 ? 1 : 0;
          expect(maps.map(({ name }) => name)).toEqual(cut.values);
          expect(outputs.map(({ name }) => name)).toEqual(graph.outputs);
          for (const { difference, name } of maps) {
            expect(difference, name).toBeLessThanOrEqual(TOLERANCE.f32);
          }
          for (const { difference, name } of outputs) {
            expect(difference, name).toBeLessThanOrEqual(TOLERANCE.f32);
          }
        },
      ),
      { numRuns: propertyRuns(runs) },
    );
    if (runs < 500) return;
    expect(reused).toBeGreaterThan(100);
    expect(several).toBeGreaterThan(10);
    // Each operator was there.
    expect(operators.get('smaller Resize')).toBeGreaterThan(0);
    expect([...operators.keys()]).toEqual(
      expect.arrayContaining(
        'Conv MaxPool AveragePool Add Concat Resize ConvTranspose Split Slice Pad Mul SpaceToDepth ReduceMean'.split(
          ' ',
        ),
      ),
    );
  });

  it.each([1, 2, 3])(
    'pads behind a transposed convolution, whose blocks reach beyond the map, in %i rows',
    async (rows) => {
      const kernel = floats(
        Array.from({ length: 36 }, (_, i) => Math.sin(i)),
        [2, 2, 3, 3],
      );
      const window = { kernel_shape: { integers: [3, 3] }, pads: { integers: [1, 1, 1, 1] } };
      const graph = sketchGraph(
        [1, 2, 6, 6],
        [node('ConvTranspose', ['x', kernel], 'a', window), node('Conv', ['a', kernel], 'b', window)],
      );
      const picture = randomPicture(2 * 6 * 6, 1);
      const plan = planGraph(graph, ['b'], { rows, columns: 1 });
      const { maps } = await compareTiled(engine, {
        reference,
        plan,
        picture,
        normalise,
        isSeen: () => true,
      });
      expect(maps[0]!.difference).toBeLessThanOrEqual(TOLERANCE.f32);
    },
  );

  it('takes all that a call reads from one strip', async () => {
    const double = { mode: { text: 'nearest' }, coordinate_transformation_mode: { text: 'asymmetric' } };
    const graph = sketchGraph(
      [1, 2, 2, 4],
      [
        conv('x', 'a', [2, 2, 1]),
        node('Resize', ['a', '', floats([1, 1, 2, 2])], 'b', { ...double, nearest_mode: { text: 'floor' } }),
        node('Sigmoid', ['a'], 'c'),
      ],
      ['b', 'c'],
    );
    // Two tiles each need one and the same row of a.
    const plan = planGraph(graph, ['b', 'c'], { rows: 4, columns: 1 });
    const picture = randomPicture(2 * 2 * 4, 1);
    const { maps, strips } = await compareTiled(engine, {
      reference,
      plan,
      picture,
      normalise,
      isSeen: () => true,
    });
    expect(strips).toBe(2);
    for (const { difference } of maps) expect(difference).toBeLessThanOrEqual(TOLERANCE.f32);
  });
});
