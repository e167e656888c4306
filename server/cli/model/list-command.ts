import { stat } from 'node:fs/promises';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { isSynthetic } from '../../config/model-spec.js';
import { ConfigError } from '../../config/source/problem.js';
import { weightsFileBytes } from '../../formats/darknet/weights/darknet-weights.js';
import { totalMacs } from '../../graph/macs.js';
import { layersOf, weightBytes } from '../../graph/weights.js';
import { BUILT_IN_MODELS, builtInModel, builtInNetwork, DEFAULT_MODEL } from '../../model/built-in/registry.js';
import { pulledWeightsPath } from '../../model/model-cache.js';
import type { Network } from '../../model/network.js';
import { BUILT_IN_ONNX, builtInOnnx } from '../../model-files/built-in-onnx.js';
import { describeModel } from '../../model-files/describe-model.js';
import { formatBytes } from '../terminal/quantities.js';
import { plainText, printJson, printLine, printNote } from '../terminal/terminal.js';
import { type Column, textTable } from '../terminal/text-table.js';
import { partialBytes } from './pull/partial-file.js';
import { hasWeights } from './pull/pull-weights.js';
import { HEADER_BYTES } from './weights-writing.js';

export interface ListOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Where a model's weights are. */
interface WeightsPlace {
  readonly origin: 'built in' | 'pulled' | 'own' | 'synthetic' | 'missing';
  readonly path?: string;
  readonly bytes?: number;
  /** Of an unfinished pull. */
  readonly fetchedBytes?: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'name', style: 'bold' },
  { title: 'input', align: 'right' },
  { title: 'layers', align: 'right' },
  { title: 'labels', align: 'right' },
  { title: 'parameters', align: 'right' },
  { title: 'GMAC', align: 'right' },
  { title: 'weights' },
];

const HINTS = `${BUILT_IN_ONNX[0]} and ${DEFAULT_MODEL} work as they are. "deepthings model pull yolov2-tiny" fetches the weights of another, and
model: { name: yolov2-tiny } in cluster.yaml uses it; weights: synthetic measures speed without them.`;

/** `deepthings model list`: the models that are known by name, and the one of cluster.yaml where it is another. */
export async function runModelList({ config: file, json }: ListOptions): Promise<void> {
  const used = await readCluster(file);
  const models = await Promise.all([...BUILT_IN_ONNX, ...Object.keys(BUILT_IN_MODELS)].map((name) => entryOf(name)));
  const own = used === null ? null : await ownEntry(used);
  const all = own === null ? models : [...models, own];
  if (json) {
    const documents = all.map(({ network, weights }) => ({
      name: network.name,
      input: { width: network.input.width, height: network.input.height },
      layers: layersOf(network.graph),
      labels: network.labels,
      parameters: weightBytes(network.graph, network.graph.nodes) / 4,
      macs: totalMacs(network.graph),
      weights: { ...weights, present: weights.origin !== 'missing' },
    }));
    printJson(documents);
    return;
  }
  const rows = all.map(({ network, weights }) => [
    network.name,
    `${network.input.width}x${network.input.height}`,
    String(layersOf(network.graph)),
    String(network.labels.length),
    (weightBytes(network.graph, network.graph.nodes) / 4).toLocaleString('en'),
    (totalMacs(network.graph) / 1e9).toFixed(2),
    placeText(network, weights),
  ]);
  printLine(textTable(COLUMNS, rows));
  printLine(`\n${HINTS}`);
}

/** Null when there is no such file, or one that cannot be used, which is said. */
async function readCluster(file: string): Promise<ClusterConfig | null> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  try {
    return await loadClusterConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    printNote(`${plainText(file)} has mistakes ("deepthings config check" names them), so its model is not listed`);
    return null;
  }
}

interface Entry {
  readonly network: Network;
  readonly weights: WeightsPlace;
}

async function entryOf(name: string): Promise<Entry> {
  if (builtInOnnx(name) !== null) return { network: await describeModel({ name }), weights: { origin: 'built in' } };
  const network = builtInNetwork(name);
  if (builtInModel(name).weights.kind !== 'darknet-file') return { network, weights: { origin: 'built in' } };
  const path = pulledWeightsPath(name, process.env);
  const bytes = weightsFileBytes(network, HEADER_BYTES);
  if (path === undefined) return { network, weights: { origin: 'missing', bytes } };
  if (await hasWeights(path, network)) return { network, weights: { origin: 'pulled', path, bytes } };
  return { network, weights: { origin: 'missing', bytes, fetchedBytes: await partialBytes(path) } };
}

/** The cluster's model where it has weights or a cfg of its own. */
async function ownEntry({ model }: ClusterConfig): Promise<Entry | null> {
  const { name, weights } = model;
  const isPulled = name !== undefined && weights === pulledWeightsPath(name, process.env);
  if (weights === undefined || isPulled) return null;
  const network = await describeModel(model);
  return { network, weights: isSynthetic(weights) ? { origin: 'synthetic' } : { origin: 'own', path: weights } };
}

function placeText({ name }: Network, { origin, path, bytes = 0, fetchedBytes = 0 }: WeightsPlace): string {
  switch (origin) {
    case 'built in':
      return 'built in';
    case 'pulled':
      return `pulled: ${path}`;
    case 'own':
      return `your own: ${path}`;
    case 'synthetic':
      return 'synthetic, as cluster.yaml has it';
    case 'missing': {
      const begun = fetchedBytes > 0 ? `${formatBytes(fetchedBytes)} of them are here` : 'not here';
      return `${formatBytes(bytes)}, ${begun}: deepthings model pull ${name}`;
    }
  }
}
