import { backendsOf, type EngineName, engineLacks } from '../engine/engines.js';
import type { EngineOptions } from '../engine/inference-engine.js';
import { restOf, type Stage } from '../geometry/stage.js';
import type { Graph } from '../graph/graph.js';
import { partOf } from '../graph/part.js';
import { nodesOf } from '../graph/rearrangements.js';
import type { ClusterFile } from './cluster-file.js';
import { CLUSTER_DEFAULTS } from './defaults.js';
import type { Draft } from './draft.js';
import type { ConfigPath } from './source/position.js';

/** What a node computes its layers with; `backend` is null where the engine has no choice of them. */
export interface EngineConfig extends EngineOptions {
  readonly name: EngineName;
}

type GivenEngine = {
  readonly [K in keyof NonNullable<ClusterFile['engine']>]?: NonNullable<ClusterFile['engine']>[K] | undefined;
};

/**
 * @param own the node's section, which goes before the cluster's key by key. A backend holds for the engine that it was
 * written for.
 */
export function resolveEngine(cluster: GivenEngine | undefined, own: GivenEngine | undefined): EngineConfig {
  const clusterName = cluster?.name ?? CLUSTER_DEFAULTS.engine.name;
  const name = own?.name ?? clusterName;
  const backend = own?.backend ?? (name === clusterName ? cluster?.backend : undefined) ?? backendsOf(name)[0] ?? null;
  return { name, backend, threads: own?.threads ?? cluster?.threads ?? CLUSTER_DEFAULTS.engine.threads };
}

/** Checks that each section that names a backend, or threads beside one, fits the engine that it is for. */
export function checkEngines(draft: Draft): void {
  const { engine, gateway, devices } = draft.given;
  checkSection(draft, ['engine'], engine, undefined);
  checkSection(draft, ['gateway', 'engine'], gateway?.engine, engine);
  for (const [index, device] of (devices ?? []).entries()) {
    checkSection(draft, ['devices', index, 'engine'], device?.engine, engine);
  }
}

/** Checks that each node's engine can run what the node runs: a device the fused part of the graph, the gateway the rest. */
export function checkEngineLacks({ given, problems }: Draft, stage: Stage): void {
  const { devices, engine, gateway } = given;
  const nodes = stage.nodes.flatMap(({ node }) => nodesOf(node));
  const fused = partOf(stage.graph, nodes, stage.graph.inputs, stage.values);
  const report = (path: ConfigPath, own: GivenEngine | undefined, graph: Graph) => {
    if (problems.has([...path, 'name']) || problems.has(['engine', 'name'])) return;
    const { name } = resolveEngine(engine, own);
    const [lack] = engineLacks(name, graph);
    if (lack === undefined) return;
    const key = own?.name === undefined ? ['engine', 'name'] : [...path, 'name'];
    const message = `${name} cannot run ${lack.operator} "${lack.node}" of ${graph.name}: ${lack.why}`;
    if (!problems.has(key)) problems.report(key, message, 'write name: onnxruntime');
  };
  report(['gateway', 'engine'], gateway?.engine, restOf(stage));
  for (const [index, device] of (devices ?? []).entries()) report(['devices', index, 'engine'], device?.engine, fused);
}

/** TensorFlow.js computes in one thread with these. */
const SINGLE_THREADED = ['wasm', 'cpu'];

function checkSection(
  { problems }: Draft,
  path: ConfigPath,
  section: GivenEngine | undefined,
  cluster: GivenEngine | undefined,
): void {
  // A name that is wrong itself says nothing of what the backend is for.
  if (section === undefined || problems.has([...path, 'name']) || problems.has(['engine', 'name'])) return;
  const { name, backend } = resolveEngine(cluster, section);
  if (section.backend !== undefined && !backendsOf(name).includes(section.backend)) {
    const message = `${section.backend} is a backend of tfjs, and the engine here is ${name}`;
    problems.report([...path, 'backend'], message, 'write name: tfjs beside it, or remove backend');
    return;
  }
  if (backend !== null && SINGLE_THREADED.includes(backend) && (section.threads ?? 1) > 1) {
    const message = `the backend ${backend} of ${name} computes in one thread, not ${section.threads}`;
    problems.report([...path, 'threads'], message, 'write threads: 1, or backend: node with tfjs-node installed');
  }
}
