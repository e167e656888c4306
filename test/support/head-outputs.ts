import { classifyOutput, detectObjects } from '../../server/heads/decode/decode-head.js';
import type { Detection, DetectionLimits } from '../../server/heads/detection.js';
import type { ClassifierFamily, DetectorFamily } from '../../server/heads/head-family.js';
import type { HeadOutputs } from '../../server/heads/head-output.js';
import type { Placement } from '../../server/heads/placement.js';
import { requireHead } from '../../server/heads/require-head.js';
import type { Network } from '../../server/model/network.js';

/** The one output of a network's graph, as a head reads it. */
export function outputsOf({ graph }: Network, data: Float32Array): HeadOutputs {
  const [name] = graph.outputs;
  return new Map([[name!, { shape: graph.values.get(name!)!.shape, data }]]);
}

/** What a detector finds, by the one output of its graph. */
export function foundIn(
  data: Float32Array,
  network: Network,
  placement: Placement,
  limits: DetectionLimits,
): readonly Detection[] {
  const head = { family: requireHead(network) as DetectorFamily, labels: network.labels };
  return detectObjects(outputsOf(network, data), head, placement, limits);
}

/** The classes that a classifier names, by the one output of its graph. */
export function classesIn(data: Float32Array, network: Network) {
  const head = { family: requireHead(network) as ClassifierFamily, labels: network.labels };
  return classifyOutput(outputsOf(network, data), head);
}
