import { loadClusterConfig } from '../../config/load.js';
import { recogniseHead } from '../../heads/recognise/recognise-head.js';
import type { Network } from '../../model/network.js';
import { describeModel } from '../../model-files/describe-model.js';
import { isOnnxPath, type ReadOnnxFile, readOnnxFile } from '../../model-files/onnx-file.js';
import { planCluster } from '../../node/cluster-plan.js';
import { printJson, printLine, printWarning } from '../terminal/terminal.js';
import { describeGraph, type InspectedModel, inspectionOf } from './describe-graph.js';
import { parseSize } from './onnx/input-size.js';

export interface InspectOptions {
  readonly config: string;
  readonly cfg?: string;
  readonly size?: string;
  readonly json?: boolean;
}

/** `deepthings model inspect`. */
export async function runModelInspect(name: string | undefined, options: InspectOptions): Promise<void> {
  const model = await findModel(name, options);
  if (options.json) printJson(inspectionOf(model));
  else printLine(describeGraph(model));
}

async function findModel(name: string | undefined, { cfg, config, size }: InspectOptions): Promise<InspectedModel> {
  const wanted = size === undefined ? {} : parseSize(size);
  // A file may be looked at although its head is not known.
  if (isOnnxPath(name)) return ofFile(await readOnnxFile(name, { size: wanted }));
  if (name !== undefined || cfg !== undefined)
    return ofNetwork(await describeModel({ name, cfg, ...wanted }, printWarning));
  const cluster = await loadClusterConfig(config);
  if (size !== undefined) return ofNetwork(await describeModel({ ...cluster.model, ...wanted }));
  const { network, plan } = await planCluster(cluster);
  return { ...ofNetwork(network), stageEnd: plan.stage.nodes.at(-1)!.node.name };
}

function ofNetwork({ graph, head, labels }: Network): InspectedModel {
  return { graph, heads: head === null ? [] : [{ family: head, labels }] };
}

/** The heads that the outputs of an ONNX file may be. */
export function ofFile({ graph, metadata, takesBytes }: Omit<ReadOnnxFile, 'digest'>): InspectedModel {
  const [, , height, width] = graph.values.get(graph.inputs[0]!)!.shape as [number, number, number, number];
  const outputs = graph.outputs.map((output) => ({ name: output, ...graph.values.get(output)! }));
  return { graph, heads: recogniseHead(outputs, { height, width, takesBytes }, metadata) };
}
