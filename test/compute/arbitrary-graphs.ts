import fc from 'fast-check';
import type { Graph, GraphConstant } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { floats, integers, sketchGraph } from '../graph/test-graphs.js';

type Sketch = Parameters<typeof sketchGraph>[1][number];

/** Two numbers choose each node: which operator on which of the values that are there. */
export const genes = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { minLength: 3, maxLength: 14 });

/** Grows a graph of maps: residual and joined branches, several scales, strides, dilation, uneven padding, several outputs. */
export function grow(input: readonly number[], codes: readonly (readonly [number, number])[], seed: number): Graph {
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
