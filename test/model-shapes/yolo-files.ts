import { type FileMap, NetworkFile, type NetworkOptions } from './network-file.js';

/** Bins of the distribution of a side. */
export const BINS = 16;
export const STRIDES: readonly number[] = [8, 16, 32];
export const CLASSES: readonly string[] = ['person', 'bicycle', 'dog', 'giraffe'];

/** The layers of a detector before its head. */
interface Body {
  /** @returns the maps of strides 8, 16 and 32. */
  levels(file: NetworkFile, width: number): readonly FileMap[];
  /** Of the boxes' branch. */
  readonly groups: number;
}

/** YOLOv8n (ultralytics, `yolov8.yaml`), narrower. */
export const YOLOV8: Body = { levels: yolov8Levels, groups: 1 };
/** GELAN-c with ADown, as YOLOv9-c is once it is converted for use (WongKinYiu/yolov9, `gelan-c.yaml`), narrower. */
export const YOLOV9: Body = { levels: gelanLevels, groups: 4 };

export interface YoloOptions extends NetworkOptions {
  /** Channels after the first convolution; YOLOv8n has 16, YOLOv9-c 64. */
  readonly channels: number;
  /** Of the classes' logits: chosen so that a few boxes exceed the threshold. */
  readonly bias: number;
}

export interface YoloFile {
  readonly bytes: Uint8Array;
  /** The same file with the maps of the levels as outputs as well: 4 x 16 bins and the classes' logits. */
  readonly withLevels: Uint8Array;
  readonly levels: readonly string[];
}

/** A detector's file of random weights, as `yolo export format=onnx` writes it: one output `[1, 4 + classes, rows]`. */
export function yoloFile({ groups, levels: levelsOf }: Body, { bias, channels, ...options }: YoloOptions): YoloFile {
  const file = new NetworkFile(options);
  const levels = levelsOf(file, channels).map((map) => headOf(file, map, { bias, groups, inner: 4 * channels }));
  const output = decoded(file, levels);
  const metadata = {
    names: `{${CLASSES.map((name, i) => `${i}: '${name}'`).join(', ')}}`,
    task: 'detect',
  };
  const names = levels.map(({ name }) => name);
  const written = (outputs: readonly string[]) =>
    file.finish(
      outputs.map((name) => ({ name })),
      metadata,
    );
  return { bytes: written([output]), withLevels: written([output, ...names]), levels: names };
}

function silu(file: NetworkFile, from: FileMap, channels: number, kernel = 1, stride = 1, groups = 1): FileMap {
  // Of large numbers SiLU leaves half, as the spread of weights expects; of small ones less, layer by layer.
  const gain = from === file.picture ? 30 : 1;
  return file.silu(file.conv(from, channels, kernel, { gain, groups, stride }));
}

function yolov8Levels(file: NetworkFile, width: number): readonly FileMap[] {
  const [w2, w4, w8, w16] = [2, 4, 8, 16].map((times) => times * width) as [number, number, number, number];
  const stem = silu(file, silu(file, file.picture, width, 3, 2), w2, 3, 2);
  const fine = c2f(file, silu(file, c2f(file, stem, w2, 1, true), w4, 3, 2), w4, 2, true);
  const middle = c2f(file, silu(file, fine, w8, 3, 2), w8, 2, true);
  const coarse = sppf(file, c2f(file, silu(file, middle, w16, 3, 2), w16, 1, true));
  const middleDown = c2f(file, file.concat([file.twice(coarse), middle]), w8, 1, false);
  const p3 = c2f(file, file.concat([file.twice(middleDown), fine]), w4, 1, false);
  const p4 = c2f(file, file.concat([silu(file, p3, w4, 3, 2), middleDown]), w8, 1, false);
  const p5 = c2f(file, file.concat([silu(file, p4, w8, 3, 2), coarse]), w16, 1, false);
  return [p3, p4, p5];
}

function c2f(file: NetworkFile, from: FileMap, channels: number, count: number, isResidual: boolean): FileMap {
  const parts: FileMap[] = [...file.chunk(silu(file, from, channels))];
  for (let i = 0; i < count; i++) parts.push(bottleneck(file, parts.at(-1)!, isResidual));
  return silu(file, file.concat(parts), channels);
}

function bottleneck(file: NetworkFile, from: FileMap, isResidual: boolean): FileMap {
  const inner = silu(file, silu(file, from, from.channels, 3), from.channels, 3);
  return isResidual ? file.add(from, inner) : inner;
}

function sppf(file: NetworkFile, from: FileMap): FileMap {
  const pooled = [silu(file, from, from.channels / 2)];
  for (let i = 0; i < 3; i++) pooled.push(file.maxPool(pooled.at(-1)!, 5, 1, 2));
  return silu(file, file.concat(pooled), from.channels);
}

function gelanLevels(file: NetworkFile, width: number): readonly FileMap[] {
  const [w2, w4, w8] = [2, 4, 8].map((times) => times * width) as [number, number, number];
  const stem = silu(file, silu(file, file.picture, width, 3, 2), w2, 3, 2);
  const fine = elan(file, adown(file, elan(file, stem, w4, w2, width), w4), w8, w4, w2);
  const middle = elan(file, adown(file, fine, w8), w8, w8, w4);
  const coarse = sppelan(file, elan(file, adown(file, middle, w8), w8, w8, w4), w4);
  const middleDown = elan(file, file.concat([file.twice(coarse), middle]), w8, w8, w4);
  const p3 = elan(file, file.concat([file.twice(middleDown), fine]), w4, w4, w2);
  const p4 = elan(file, file.concat([adown(file, p3, w4), middleDown]), w8, w8, w4);
  const p5 = elan(file, file.concat([adown(file, p4, w8), coarse]), w8, w8, w4);
  return [p3, p4, p5];
}

/** RepNCSPELAN4 */
function elan(file: NetworkFile, from: FileMap, channels: number, wide: number, narrow: number): FileMap {
  const parts: FileMap[] = [...file.chunk(silu(file, from, wide))];
  for (let i = 0; i < 2; i++) parts.push(silu(file, csp(file, parts.at(-1)!, narrow), narrow, 3));
  return silu(file, file.concat(parts), channels);
}

/** RepNCSP, its RepConvN a convolution as exporters leave it. */
function csp(file: NetworkFile, from: FileMap, channels: number): FileMap {
  const deep = bottleneck(file, silu(file, from, channels / 2), true);
  return silu(file, file.concat([deep, silu(file, from, channels / 2)]), channels);
}

function adown(file: NetworkFile, from: FileMap, channels: number): FileMap {
  const [convolved, pooled] = file.chunk(file.averagePool(from, 2, 1));
  return file.concat([
    silu(file, convolved, channels / 2, 3, 2),
    silu(file, file.maxPool(pooled, 3, 2, 1), channels / 2),
  ]);
}

function sppelan(file: NetworkFile, from: FileMap, inner: number): FileMap {
  const pooled = [silu(file, from, inner)];
  for (let i = 0; i < 3; i++) pooled.push(file.maxPool(pooled.at(-1)!, 5, 1, 2));
  return silu(file, file.concat(pooled), from.channels);
}

function headOf(
  file: NetworkFile,
  map: FileMap,
  { bias, groups, inner }: { readonly bias: number; readonly groups: number; readonly inner: number },
): FileMap {
  const boxes = silu(file, silu(file, map, inner, 3), inner, 3, 1, groups);
  const classes = silu(file, silu(file, map, inner, 3), inner, 3);
  return file.concat([
    file.conv(boxes, 4 * BINS, 1, { gain: 0.02, groups }),
    file.conv(classes, CLASSES.length, 1, { bias, gain: 0.02 }),
  ]);
}

/** The nodes behind the levels' maps: distances as means of distributions, around anchors, times strides; sigmoid of the classes. */
function decoded(file: NetworkFile, levels: readonly FileMap[]): string {
  const axis = (integer: number) => ({ axis: { integer } });
  const rows = levels.map((map) => file.node('Reshape', [map.name, rowsShape(file, map)]));
  const all = file.node('Concat', rows, axis(2));
  const [boxes, classes] = file.nodes('Split', [all, file.integers([4 * BINS, CLASSES.length])], 2, axis(1));
  const bins = file.node('Reshape', [boxes!, file.integers([1, 4, BINS, -1])]);
  const turned = file.node('Transpose', [bins], { perm: { integers: [0, 2, 1, 3] } });
  const shares = file.node('Softmax', [turned], axis(1));
  const places = file.floats(
    Array.from({ length: BINS }, (_, bin) => bin),
    [1, BINS, 1, 1],
  );
  const means = file.node('Conv', [shares, places], { kernel_shape: { integers: [1, 1] } });
  const distances = file.node('Reshape', [means, file.integers([1, 4, -1])]);
  const slice = (from: number, to: number) =>
    file.node('Slice', [distances, file.integers([from]), file.integers([to]), file.integers([1])]);
  const [anchors, strides] = file.isDynamic ? computedAnchors(file, levels) : constantAnchors(file);
  const [least, most] = [file.node('Sub', [anchors, slice(0, 2)]), file.node('Add', [anchors, slice(2, 4)])];
  const middle = file.node('Div', [file.node('Add', [least, most]), file.floats([2], [])]);
  const corners = file.node('Concat', [middle, file.node('Sub', [most, least])], axis(1));
  return file.node('Concat', [file.node('Mul', [corners, strides]), file.node('Sigmoid', [classes!])], axis(1));
}

/** `[1, channels, -1]`, the 1 asked of the map where sizes are open. */
function rowsShape(file: NetworkFile, { channels, name }: FileMap): string {
  if (!file.isDynamic) return file.integers([1, channels, -1]);
  const batch = file.node('Gather', [file.node('Shape', [name]), file.integers([0])]);
  return file.node('Concat', [batch, file.integers([channels]), file.integers([-1])], { axis: { integer: 0 } });
}

/** `[1, 2, rows]` and `[1, rows]`. */
function constantAnchors(file: NetworkFile): readonly [string, string] {
  const cells = STRIDES.flatMap((stride) => {
    const columns = file.size.width / stride;
    return Array.from({ length: (columns * file.size.height) / stride }, (_, i) => {
      return { x: (i % columns) + 0.5, y: Math.floor(i / columns) + 0.5, stride };
    });
  });
  const places = [...cells.map(({ x }) => x), ...cells.map(({ y }) => y)];
  return [
    file.floats(places, [1, 2, cells.length]),
    file.floats(
      cells.map(({ stride }) => stride),
      [1, cells.length],
    ),
  ];
}

/** The same, computed from the maps' sizes while the model runs, as exporters write it where sizes are open. */
function computedAnchors(file: NetworkFile, levels: readonly FileMap[]): readonly [string, string] {
  const [zero, one] = [file.integers([0], []), file.integers([1], [])];
  const grids = levels.map(({ name }, level) => {
    const shape = file.node('Shape', [name]);
    const [rows, columns] = [2, 3].map((axis) => file.node('Gather', [shape, file.integers([axis], [])]));
    const middles = (size: string) => {
      const places = file.node('Range', [zero, size, one]);
      return file.node('Add', [file.cast(places), file.floats([0.5], [])]);
    };
    const vector = (size: string) => file.node('Unsqueeze', [size, file.integers([0])]);
    const cells = file.node('Concat', [vector(rows!), vector(columns!)], { axis: { integer: 0 } });
    const spread = (middlesOf: string, at: number) => {
      const line = file.node('Unsqueeze', [middlesOf, file.integers([at])]);
      return file.node('Reshape', [file.node('Expand', [line, cells]), file.integers([1, 1, -1])]);
    };
    const places = [spread(middles(columns!), 0), spread(middles(rows!), 1)];
    const stride = file.node('Expand', [file.floats([STRIDES[level]!], [1, 1]), cells]);
    return {
      places: file.node('Concat', places, { axis: { integer: 1 } }),
      stride: file.node('Reshape', [stride, file.integers([1, -1])]),
    };
  });
  return [
    file.node(
      'Concat',
      grids.map(({ places }) => places),
      { axis: { integer: 2 } },
    ),
    file.node(
      'Concat',
      grids.map(({ stride }) => stride),
      { axis: { integer: 1 } },
    ),
  ];
}
