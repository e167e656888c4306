import type { TensorShape } from '../../graph/graph.js';
import { addActivated, addIntegers, addNode, mapName, mapOf, type Place } from './graph-draft.js';
import type { LocalLayer } from './layers.js';
import { biasName, kernelName } from './weight-constants.js';

const NO_BYTES = new Uint8Array(0);

/**
 * Adds a locally connected layer: the windows of its input as columns, each multiplied by the kernel of its cell. There is a Slice for
 * every cell of a window.
 */
export function addLocal(place: Place, layer: LocalLayer): void {
  const { filters, input, output, size } = layer;
  const { index, parts } = place;
  const [cells, window] = [output.height * output.width, input.channels * size * size];
  const [weights, bias] = [kernelName(index), biasName(index)];
  parts.constants
    .set(weights, { ...tensor(cells, filters, window), bytes: NO_BYTES })
    .set(bias, { ...mapOf(output), bytes: NO_BYTES });
  const columns = addColumns(place, layer, cells, window);
  const map = mapName(index + 1);
  const [products, table, turned, sum] = [
    `${map} products`,
    `${map} by cells`,
    `${map} by filters`,
    `${map} without bias`,
  ];
  addNode(place, 'local', { operator: 'MatMul' }, [weights, columns], products!, tensor(cells, filters, 1));
  addReshape(place, 'table', products!, table!, [cells, filters]);
  const turn = { operator: 'Transpose', attributes: { perm: { integers: [1, 0] } } };
  addNode(place, 'local by filters', turn, [table!], turned!, tensor(filters, cells));
  addReshape(place, 'map', turned!, sum!, mapOf(output).shape);
  addActivated(place, layer.activation, 'local bias', { operator: 'Add' }, [sum!, bias]);
}

/** Adds the windows as `[cells, channels * size * size, 1]`, each read plane by plane. */
function addColumns(place: Place, { input, output, size }: LocalLayer, cells: number, window: number): string {
  const map = mapName(place.index);
  const padded = addPadding(place, place.layer as LocalLayer);
  const parts: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) parts.push(addWindowCell(place, padded, [row, column]));
  }
  const [joined, planes, turned, columns] = ['cells', 'planes', 'windows', 'columns'].map((what) => `${map} ${what}`);
  const { height, width } = output;
  const join = { operator: 'Concat', attributes: { axis: { integer: 1 } } };
  addNode(place, 'local cells', join, parts, joined!, tensor(1, size * size * input.channels, height, width));
  addReshape(place, 'planes', joined!, planes!, [size * size, input.channels, cells]);
  const turn = { operator: 'Transpose', attributes: { perm: { integers: [2, 1, 0] } } };
  addNode(place, 'local windows', turn, [planes!], turned!, tensor(cells, input.channels, size * size));
  addReshape(place, 'columns', turned!, columns!, [cells, window, 1]);
  return columns!;
}

/** Adds zeros around the map. @returns the padded map; the map itself where nothing is to be added. */
function addPadding(place: Place, { input, padding }: LocalLayer): string {
  const map = mapName(place.index);
  if (padding === 0) return map;
  const padded = `${map} padded`;
  const pads = addIntegers(place, 'pads', [0, 0, padding, padding, 0, 0, padding, padding]);
  const { channels, height, width } = input;
  const shape = tensor(1, channels, height + 2 * padding, width + 2 * padding);
  addNode(place, 'local padded', { operator: 'Pad' }, [map, pads], padded, shape);
  return padded;
}

/** Adds the map of one cell of all windows. @param cell row and column in the window. */
function addWindowCell(place: Place, padded: string, [row, column]: readonly [number, number]): string {
  const { input, output, stride } = place.layer as LocalLayer;
  const what = `cell ${row} ${column}`;
  const end = (start: number, windows: number) => start + (windows - 1) * stride + 1;
  const ranges = [
    addIntegers(place, `starts ${row} ${column}`, [row, column]),
    addIntegers(place, `ends ${row} ${column}`, [end(row, output.height), end(column, output.width)]),
    addIntegers(place, 'axes', [2, 3]),
    addIntegers(place, 'steps', [stride, stride]),
  ];
  const part = `${mapName(place.index)} ${what}`;
  const shape = tensor(1, input.channels, output.height, output.width);
  addNode(place, `local ${what}`, { operator: 'Slice' }, [padded, ...ranges], part, shape);
  return part;
}

function addReshape(place: Place, what: string, from: string, to: string, shape: readonly number[]): void {
  const dims = addIntegers(place, `${what} shape`, shape);
  addNode(place, `local ${what}`, { operator: 'Reshape' }, [from, dims], to, tensor(...shape));
}

function tensor(...shape: readonly number[]): TensorShape {
  return { type: 'float32', shape };
}
