import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { tileable } from '../../server/graph/cuts.js';
import type { Graph, GraphConstant } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { floats, integers, sketchGraph } from '../graph/test-graphs.js';
import { propertyRuns } from '../support/property-runs.js';
import { compareTiled, mapOf } from './tiled-graph.js';

type Sketch = Parameters<typeof sketchGraph>[1][number];

/** Two numbers choose each node: which operator on which of the values that are there. */
const genes = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { minLength: 3, maxLength: 14 });

/** Grows a graph of maps: residual and joined branches, several scales, strides, dilation, uneven padding, several outputs. */
function grow(input: readonly number[], codes: readonly (readonly [number, number])[], seed: number): Graph {
  const random = seededRandom(seed);
  const weights = (shape: readonly number[]): GraphConstant => {
    const count = shape.reduce((product, size) => product * size, 1);
    return floats(
      Array.from({ length: count }, () => random() - 0.5),
      shape,
    );
  };
  const sketches: Sketch[] = [];
  let graph = sketchGraph(input, [{ operator: 'Identity', inputs: ['x'], outputs: ['v'] }]);
  let named = 0;
  const attempt = (made: readonly Sketch[]) => {
    try {
      const next = sketchGraph(input, [...sketches, ...made]);
      const isSmall = [...next.values.values()].every(
        ({ shape }) => shape[2]! <= 40 && shape[3]! <= 40 && shape[1]! <= 24,
      );
      if (!isSmall) return;
      sketches.push(...made);
      graph = next;
    } catch {
      // The operator does not fit these values.
    }
  };
  attempt([{ operator: 'Identity', inputs: ['x'], outputs: ['v'] }]);
  for (const [code, pick] of codes) {
    const names = [...graph.values.keys()].slice(1);
    const from = names[names.length - 1 - (pick % Math.min(3, names.length))]!;
    const other = names[Math.floor(pick / 3) % names.length]!;
    const to = `n${named++}`;
    attempt(sketchOf(code, { from, other, to, channels: graph.values.get(from)!.shape[1]!, weights }));
  }
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const loose = [...graph.values.keys()].filter((name) => name !== 'x' && !read.has(name));
  return { ...graph, nodes: inAnyOrder(graph, random), outputs: loose };
}

/** Another of the orders in which each node comes after those whose outputs it reads. */
function inAnyOrder({ inputs, nodes, constants }: Graph, random: () => number): Graph['nodes'] {
  const there = new Set(['', ...inputs, ...constants.keys()]);
  const left = [...nodes];
  return nodes.map(() => {
    const ready = left.filter((node) => node.inputs.every((name) => there.has(name)));
    const next = ready[Math.floor(random() * ready.length)]!;
    left.splice(left.indexOf(next), 1);
    for (const name of next.outputs) there.add(name);
    return next;
  });
}

interface Choice {
  readonly from: string;
  readonly other: string;
  readonly to: string;
  readonly channels: number;
  readonly weights: (shape: readonly number[]) => GraphConstant;
}

/** Factors of rows and columns. */
const RESIZED = [
  [2, 2],
  [0.5, 0.5],
  [0.25, 0.5],
  [1, 0.5],
  [3, 0.5],
];

function sketchOf(code: number, { channels, from, other, to, weights }: Choice): readonly Sketch[] {
  const kernel = 1 + (Math.floor(code / 16) % 3);
  const stride = 1 + (Math.floor(code / 48) % 2);
  const dilation = kernel > 1 ? 1 + (Math.floor(code / 96) % 2) : 1;
  const reach = dilation * (kernel - 1);
  const pads = [0, 1, 2, 3].map((i) => (reach === 0 ? 0 : Math.floor(code / (7 * (i + 1))) % (reach + 1)));
  const outputs = 1 + (code % 5);
  const window = {
    kernel_shape: { integers: [kernel, kernel] },
    strides: { integers: [stride, stride] },
    pads: { integers: pads },
  };
  const one = (operator: string, inputs: Sketch['inputs'], attributes = {}): readonly Sketch[] => [
    { operator, inputs, outputs: [to], attributes },
  ];
  switch (code % 16) {
    case 0:
    case 1:
    case 2:
      return one('Conv', [from, weights([outputs, channels, kernel, kernel]), weights([outputs])], {
        ...window,
        dilations: { integers: [dilation, dilation] },
      });
    case 3:
      return one('Conv', [from, weights([channels, 1, kernel, kernel])], { ...window, group: { integer: channels } });
    case 4:
      return one('MaxPool', [from], { ...window, pads: { integers: pads.map((pad) => Math.min(pad, kernel - 1)) } });
    case 5:
      return one('AveragePool', [from], {
        ...window,
        count_include_pad: { integer: 1 },
        pads: { integers: pads.map((pad) => Math.min(pad, kernel - 1)) },
      });
    case 6:
      return [
        { operator: 'Sigmoid', inputs: [from], outputs: [`${to} gate`] },
        { operator: 'Mul', inputs: [from, `${to} gate`], outputs: [to] },
      ];
    case 7:
    case 8:
      if (code % 9 === 0) return one('ReduceMean', [from], { axes: { integers: [1] } });
      return one('Add', [from, kernel === 3 ? weights([channels, 1, 1]) : other]);
    case 9:
      return one('Concat', [from, other], { axis: { integer: 1 } });
    case 10:
      return one('Resize', [from, '', floats([1, 1, 2, 2])], {
        mode: { text: 'nearest' },
        coordinate_transformation_mode: {
          text: ['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'tf_half_pixel_for_nn'][Math.floor(code / 16) % 4]!,
        },
        nearest_mode: {
          text: ['floor', 'round_prefer_floor', 'ceil', 'round_prefer_ceil'][Math.floor(code / 64) % 4]!,
        },
      });
    case 11:
      return one('Resize', [from, '', floats([1, 1, ...RESIZED[Math.floor(code / 16) % RESIZED.length]!])], {
        mode: { text: code % 7 === 0 ? 'nearest' : 'linear' },
        coordinate_transformation_mode: { text: code % 5 === 0 ? 'asymmetric' : 'half_pixel' },
        nearest_mode: { text: ['floor', 'round_prefer_floor', 'ceil', 'round_prefer_ceil'][code % 4]! },
      });
    case 12:
      return one('ConvTranspose', [from, weights([channels, outputs, kernel, kernel])], {
        ...window,
        pads: { integers: pads.map((pad) => Math.min(pad, kernel - 1)) },
      });
    case 13:
      return channels % 2 === 0
        ? [
            {
              operator: 'Split',
              inputs: [from, integers([channels / 2, channels / 2])],
              outputs: [to, `${to} second`],
              attributes: { axis: { integer: 1 } },
            },
          ]
        : one('DepthToSpace', [from], { blocksize: { integer: 2 } });
    case 14:
      return stride === 1
        ? one('SpaceToDepth', [from], { blocksize: { integer: 2 } })
        : one('Slice', [from, integers([kernel - 1, 1]), integers([1_000, 1_000]), integers([2, 3]), integers([2, 1])]);
    default:
      // On rows and columns; on channels, which ends a stage.
      return one('Pad', [from, integers([0, kernel === 3 ? 1 : 0, 1, 2, 0, 0, 0, 1]), floats([-0.5], [])]);
  }
}

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

  it('gives what it gives whole, whatever the graph, the cut, the grid, the order and the offers', async () => {
    const operators = new Map<string, number>();
    let reused = 0;
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
        }),
        async ({ codes, columns, cutAt, height, missing, order: numbers, rows, seed, width }) => {
          const graph = grow([1, 4, height, width], codes, seed);
          const { cuts, local } = tileable(graph);
          fc.pre(cuts.length > 0);
          const cut = cuts[cutAt % 3 === 0 ? cuts.length - 1 : cutAt % cuts.length]!;
          for (const node of local.slice(0, cut.nodes)) {
            const kind = isShrinking(graph, node) ? 'smaller Resize' : node.operator;
            operators.set(kind, (operators.get(kind) ?? 0) + 1);
          }
          const { channels } = mapOf(graph, 'x');
          const random = seededRandom(seed + 1);
          const picture = Float32Array.from({ length: channels * height * width }, () => random() - 0.5);
          const left = Array.from({ length: rows * columns }, (_, id) => id);
          const order = Array.from(
            { length: rows * columns },
            () => left.splice(numbers.next().value! % left.length, 1)[0]!,
          );
          // Of the offers all are there, two thirds, half, or none.
          const isThere = () => missing === 0 || (missing > 1 && numbers.next().value! % missing > 0);
          const tiled = { cut, grid: { rows, columns }, local, picture, order, isThere };
          const { differences, strips } = await compareTiled(engine, graph, tiled, reference);
          reused += strips;
          for (const { difference, largest, name } of differences) {
            expect(difference, name).toBeLessThanOrEqual(Math.max(1e-5 * largest, 1e-6));
          }
        },
      ),
      { numRuns: propertyRuns(runs) },
    );
    if (runs < 500) return;
    expect(reused).toBeGreaterThan(100);
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
});
