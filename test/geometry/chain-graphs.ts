import { planGraph } from '../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import type { LayerChain } from '../../server/geometry/gang/layer-chain.js';
import type { Grid } from '../../server/geometry/grid.js';
import type { MapShape, Region } from '../../server/geometry/region.js';
import { walkBack } from '../../server/geometry/tile-walk.js';
import type { Attribute, Graph, GraphConstant, GraphNode, TensorShape } from '../../server/graph/graph.js';
import type { TestLayer } from './layer-chains.js';

const NO_BYTES = new Uint8Array(0);

/** The graph of a chain, without weights: node `layer l` reads value `map l` and puts out `map l+1`. */
export function chainGraph(layers: readonly TestLayer[]): Graph {
  const constants = new Map<string, GraphConstant>();
  const nodes = layers.map((layer, index): GraphNode => {
    const { input, kernel, kind, output } = layer;
    const inputs = [`map ${index}`];
    if (kind === 'conv') {
      const shape = [output.channels, input.channels, kernel, kernel];
      constants.set(`weights ${index}`, { type: 'float32', shape, bytes: NO_BYTES });
      inputs.push(`weights ${index}`);
    }
    const operator = kind === 'conv' ? 'Conv' : 'MaxPool';
    return { name: `layer ${index}`, operator, inputs, outputs: [`map ${index + 1}`], attributes: windowOf(layer) };
  });
  const values = new Map([layers[0]!.input, ...layers.map(({ output }) => output)].map(named));
  return { name: 'chain', inputs: ['map 0'], outputs: [`map ${layers.length}`], nodes, values, constants };
}

const named = ({ channels, height, width }: MapShape, map: number): [string, TensorShape] => [
  `map ${map}`,
  { type: 'float32', shape: [1, channels, height, width] },
];

/** Behind the map a layer pads what it declares if it convolves; only what its last window needs if it pools. */
function windowOf(layer: TestLayer): Readonly<Record<string, Attribute>> {
  const { input, kernel, kind, output, padBefore, stride } = layer;
  const needed = (cells: number, windows: number) => Math.max(0, (windows - 1) * stride + kernel - padBefore - cells);
  const [bottom, right] =
    kind === 'conv' ? [padBefore, padBefore] : [needed(input.height, output.height), needed(input.width, output.width)];
  return {
    kernel_shape: { integers: [kernel, kernel] },
    strides: { integers: [stride, stride] },
    pads: { integers: [padBefore, padBefore, bottom, right] },
  };
}

/** A plan of a chain's first `depth` layers, and of no more: nothing is behind its stage. */
export function planLayers(layers: readonly TestLayer[], depth: number, grid: Grid): FtpPlan {
  const graph = chainGraph(layers.slice(0, depth));
  return planGraph(graph, graph.outputs, grid);
}

/** The first `depth` layers as MoDNN computes them. */
export function chainOf(layers: readonly TestLayer[], depth = layers.length): LayerChain {
  return planLayers(layers, depth, { rows: 1, columns: 1 }).chain!;
}

/** What a tile needs of every map of the chain: of the picture, and of each layer's output. */
export function regionsByLayer({ stage, tiles }: FtpPlan, tileId: number): readonly Region[] {
  const needed = walkBack(stage, tiles[tileId]!.shares).needed;
  return [stage.graph.inputs[0]!, ...stage.nodes.map(({ node }) => node.outputs[0]!)].map(
    (name) => needed[stage.numbers.get(name)!]!,
  );
}
