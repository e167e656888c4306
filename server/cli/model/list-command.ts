import { existsSync } from 'node:fs';
import { weightsFileBytes } from '../../model/darknet-weights.js';
import { macsOf, parametersOf, totalOf } from '../../model/layer-facts.js';
import type { Network } from '../../model/network.js';
import { BUILT_IN_MODELS, builtInNetwork, DEFAULT_MODEL, type WeightsOrigin } from '../../model/registry.js';
import { formatBytes } from '../quantities.js';
import { printLine } from '../terminal.js';
import { type Column, textTable } from '../text-table.js';

const HEADER_BYTES = 20;

const COLUMNS: readonly Column[] = [
  { title: 'name', style: 'bold' },
  { title: 'input', align: 'right' },
  { title: 'layers', align: 'right' },
  { title: 'labels', align: 'right' },
  { title: 'parameters', align: 'right' },
  { title: 'GMAC', align: 'right' },
  { title: 'weights' },
];

/** `deepthings model list`. */
export async function runModelList({ json }: { readonly json?: boolean }): Promise<void> {
  const models = Object.entries(BUILT_IN_MODELS).map(([name, { weights }]) => {
    const network = builtInNetwork(name);
    const { width, height } = network.input;
    return {
      name,
      input: { width, height },
      layers: network.layers.length,
      labels: network.labels,
      parameters: totalOf(network, parametersOf),
      macs: totalOf(network, macsOf),
      weights: describeWeights(weights, network),
    };
  });
  if (json) {
    printLine(JSON.stringify(models, null, 2));
    return;
  }
  const rows = models.map(({ name, input, layers, labels, parameters, macs, weights }) => [
    name,
    `${input.width}x${input.height}`,
    String(layers),
    String(labels.length),
    parameters.toLocaleString('en'),
    (macs / 1e9).toFixed(2),
    weights.text,
  ]);
  printLine(textTable(COLUMNS, rows));
  printLine(`\n${HINTS}`);
}

const HINTS = `${DEFAULT_MODEL} works as it is. The others need their weights: download them, and write in cluster.yaml
  model: { name: yolov2-tiny, weights: yolov2-tiny.weights }
or weights: synthetic to measure speed without them.`;

function describeWeights(origin: WeightsOrigin, network: Network) {
  if (origin.kind === 'face-api-package') {
    return {
      origin: 'npm package @vladmandic/face-api',
      present: true,
      text: 'there (npm package @vladmandic/face-api)',
    };
  }
  const bytes = origin.byteLength ?? weightsFileBytes(network, HEADER_BYTES);
  const present = existsSync(origin.file);
  const text = present ? `there (./${origin.file})` : `${formatBytes(bytes)} from ${origin.urls[0]}`;
  return { origin: origin.urls[0]!, file: origin.file, bytes, present, text };
}
