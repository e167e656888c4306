import { type Materialised, materialise } from './materialised.js';
import type { Stage, StageNode } from './stage.js';

/** Nodes of a stage that run in one engine call. */
export interface GraphSegment {
  readonly index: number;
  /** In topological order. */
  readonly nodes: readonly StageNode[];
  /** Materialised values that it puts out. */
  readonly writes: readonly string[];
}

/** A stage's engine calls, each after those whose outputs it reads. */
export interface SegmentedStage extends Stage {
  readonly materialised: ReadonlySet<string>;
  readonly needOf: Materialised['needOf'];
  readonly segments: readonly GraphSegment[];
}

/** Cuts a stage into segments: nodes that hang together by values which are not materialised. */
export function segmentStage(stage: Stage): SegmentedStage {
  const materialised = materialise(stage);
  const groups = connected(stage, materialised);
  const read = new Set(stage.nodes.flatMap(({ reads }) => reads));
  const segments = groups
    .toSorted((a, b) => materialised.levels.get(a[0]!)! - materialised.levels.get(b[0]!)!)
    .map((nodes, index): GraphSegment => {
      const outputs = nodes.flatMap(({ node }) => node.outputs);
      const isWanted = (name: string) => read.has(name) || stage.values.includes(name);
      return { index, nodes, writes: outputs.filter((name) => materialised.values.has(name) && isWanted(name)) };
    });
  return { ...stage, materialised: materialised.values, needOf: materialised.needOf, segments };
}

function connected({ nodes }: Stage, { values }: Materialised): readonly (readonly StageNode[])[] {
  const group = new Map<string, StageNode[]>();
  const groups = new Set<StageNode[]>();
  for (const one of nodes) {
    const joined = new Set(one.reads.flatMap((name) => (values.has(name) ? [] : [group.get(name)!])));
    const merged = [...[...joined].flat(), one];
    for (const old of joined) groups.delete(old);
    groups.add(merged);
    for (const { node } of merged) for (const name of node.outputs) group.set(name, merged);
  }
  const place = new Map(nodes.map((one, i) => [one, i]));
  return [...groups].map((members) => members.toSorted((a, b) => place.get(a)! - place.get(b)!));
}
