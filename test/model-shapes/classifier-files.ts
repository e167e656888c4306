import { type FileMap, NetworkFile, type NetworkOptions } from './network-file.js';

/** A classifier's layers up to its last map, or to its logits. */
type Body = (file: NetworkFile, channels: number) => string;

export interface ClassifierOptions extends NetworkOptions {
  /** Channels after the first convolution; the networks themselves have 64. */
  readonly channels: number;
}

/** A classifier's file of random weights: one output `[1, 1000]`. Depth and connections are the published network's. */
export function classifierFile(body: Body, { channels, ...options }: ClassifierOptions): Uint8Array {
  const file = new NetworkFile(options);
  return file.finish([{ name: body(file, channels) }]);
}

const CLASSES = 1000;

/** ResNet-50 of torchvision: bottlenecks of 3, 4, 6 and 3; normalisation as nodes of its own. */
export const resNet50: Body = (file, width) => {
  const stem = file.relu(normalisedConv(file, file.picture, width, 7, 2));
  let map = file.maxPool(stem, 3, 2, 1);
  for (const [stage, count] of [3, 4, 6, 3].entries()) {
    for (let i = 0; i < count; i++) map = bottleneck(file, map, width * 2 ** stage, i === 0, stage === 0 ? 1 : 2);
  }
  return connected(file, map);
};

function bottleneck(file: NetworkFile, from: FileMap, inner: number, isFirst: boolean, stride: number): FileMap {
  const step = isFirst ? stride : 1;
  const narrow = file.relu(normalisedConv(file, from, inner, 1));
  const middle = file.relu(normalisedConv(file, narrow, inner, 3, step));
  const wide = normalisedConv(file, middle, 4 * inner, 1);
  return file.relu(file.add(wide, isFirst ? normalisedConv(file, from, 4 * inner, 1, step) : from));
}

/** SqueezeNet 1.1 of torchvision: pools that count windows up, fire modules, a convolution for the classes. */
export const squeezeNet: Body = (file, width) => {
  const unit = width / 4;
  let map = file.relu(file.conv(file.picture, width, 3, { pad: 0, stride: 2 }));
  for (const [pool, squeeze] of [
    [1, 1],
    [0, 1],
    [1, 2],
    [0, 2],
    [1, 3],
    [0, 3],
    [0, 4],
    [0, 4],
  ] as const) {
    if (pool === 1) map = file.maxPool(map, 3, 2, 0, 1);
    map = fire(file, map, squeeze * unit);
  }
  const dropped = { ...map, name: file.node('Dropout', [map.name]) };
  const classes = file.relu(file.conv(dropped, CLASSES, 1));
  const pooled = file.node('GlobalAveragePool', [classes.name]);
  return file.node('Softmax', [file.node('Flatten', [pooled])], { axis: { integer: 1 } });
};

function fire(file: NetworkFile, from: FileMap, channels: number): FileMap {
  const squeezed = file.relu(file.conv(from, channels, 1));
  return file.concat([1, 3].map((kernel) => file.relu(file.conv(squeezed, 4 * channels, kernel))));
}

/** DenseNet-121 of torchvision: blocks of 6, 12, 24 and 16 layers, each of which reads all before it in its block. */
export const denseNet121: Body = (file, width) => {
  const growth = width / 2;
  let map = file.maxPool(file.relu(normalisedConv(file, file.picture, width, 7, 2)), 3, 2, 1);
  for (const [block, count] of [6, 12, 24, 16].entries()) {
    if (block > 0) {
      const halved = file.conv(activated(file, map), map.channels / 2, 1, { bias: 'none' });
      map = file.averagePool(halved, 2, 2);
    }
    for (let i = 0; i < count; i++) {
      const inner = file.conv(activated(file, map), 4 * growth, 1, { bias: 'none' });
      map = file.concat([map, file.conv(activated(file, inner), growth, 3, { bias: 'none' })]);
    }
  }
  return connected(file, activated(file, map));
};

function activated(file: NetworkFile, map: FileMap): FileMap {
  return file.relu(file.batchNormalization(map));
}

function normalisedConv(file: NetworkFile, from: FileMap, channels: number, kernel: number, stride = 1): FileMap {
  return file.batchNormalization(file.conv(from, channels, kernel, { bias: 'none', stride }));
}

/** The mean of each channel, and a number a class. */
function connected(file: NetworkFile, { channels, name }: FileMap): string {
  const mean = file.node('Flatten', [file.node('GlobalAveragePool', [name])], { axis: { integer: 1 } });
  const weights = file.random([CLASSES, channels], Math.sqrt(6 / channels));
  return file.node('Gemm', [mean, weights, file.random([CLASSES], 0.1)], { transB: { integer: 1 } });
}
