import type { ClusterConfig } from '../../config/cluster-config.js';
import { gangDevices } from '../../config/gateway-member.js';
import { loadClusterConfig } from '../../config/load.js';
import { formatGrid } from '../../geometry/grid.js';
import { type Region, shapeText } from '../../geometry/region.js';
import type { Graph, GraphNode } from '../../graph/graph.js';
import { isSameCell, reachOf } from '../../graph/reach.js';
import { loadModel } from '../../model-files/load-model.js';
import { type ClusterPlan, planCluster } from '../../node/cluster-plan.js';
import { planDigest } from '../../node/wire/plan-digest.js';
import { planDocument } from '../../node/wire/plan-document.js';
import { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import { isPaperStrategy } from '../../scheduling/strategies/strategy.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatBytes, formatMacs } from '../terminal/quantities.js';
import { paint, plainText, printJson, printLine } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';
import { gangPlanText } from './gang-plan-text.js';

export interface PlanOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** `deepthings plan`. */
export async function runPlan({ config: file, json }: PlanOptions): Promise<void> {
  const config = await loadClusterConfig(file);
  const progress = new ProgressLine();
  const clusterPlan = await planCluster(config, (text) => progress.show(text));
  progress.clear();
  if (json) {
    const document = planDocument(clusterPlan, await digestOf(config, clusterPlan));
    const gang = { ...document.gang, predictedMs: expectedMs(config, clusterPlan) };
    printJson({ ...document, gang, cost: clusterPlan.cost });
    return;
  }
  const { strategy } = config.schedule;
  if (!isPaperStrategy(strategy)) {
    const described = { gang: clusterPlan.gang, predictedMs: expectedMs(config, clusterPlan), maps: config.wire.maps };
    printLine(gangPlanText(described, strategy, `cluster ${config.name} of ${file}`));
    const { grid, stage } = clusterPlan.plan;
    printLine(
      `\nFrames that ask for a strategy of tiles are cut into ${formatGrid(grid)} tiles up to ${plainText(stage.nodes.at(-1)!.node.name)}.`,
    );
    return;
  }
  printLine(planHeader(config, clusterPlan));
  printLine(`\n${segmentTable(clusterPlan)}`);
  printLine(`\n${tileTable(clusterPlan)}`);
  printLine(`\n${planTotals(clusterPlan)}`);
}

/** What gangs are expected to take before anything was measured, as the gateway has it: by number of devices, from 1. */
function expectedMs(config: ClusterConfig, plans: ClusterPlan): readonly number[] {
  const devices = gangDevices(config);
  const speedsOf = (ids: readonly string[]) => ids.map((id) => devices.find((one) => one.id === id)?.speed ?? 1);
  const ids = devices.length === 0 ? [config.gateway.id] : devices.map(({ id }) => id);
  return new GangRounds({ plans, speedsOf }).forecast(ids).sizesMs;
}

/** The digest that the nodes have: it takes the weights' origin, not the weights. */
async function digestOf({ model }: ClusterConfig, { gang, plan }: ClusterPlan): Promise<string> {
  const { digest } = await loadModel(model, () => new Set<string>());
  return planDigest(digest, plan, gang);
}

function planHeader({ file, name }: ClusterConfig, { plan }: ClusterPlan): string {
  const { rows, columns } = plan.grid;
  const { graph, macs, nodes } = plan.stage;
  const share = Math.round((100 * macs) / Math.max(1, macs + plan.remainingMacs));
  const title = paint(
    process.stdout,
    'bold',
    `${plainText(graph.name)}: fused up to ${plainText(nodes.at(-1)!.node.name)} (${share} % of the work)`,
  );
  const outputs = plan.outputs.map((map) => shapeText(plan.maps[map]!)).join(', ');
  return (
    `${title}, cut into ${formatGrid(plan.grid)} tiles (${rows} rows, ${columns} columns); ` +
    `cluster ${name} of ${file}\n` +
    `input ${shapeText(plan.maps[0]!)}, output of the fused layers ${outputs} (channels, height, width)`
  );
}

function segmentTable({ plan: { maps, stage } }: ClusterPlan): string {
  const rows = stage.segments.map(({ index, inputs, nodes, writes }) => [
    String(index),
    [...new Set(inputs.map(({ map }) => map))].join(', '),
    plainText(nodes.map(({ node }) => layerText(stage.graph, node)).join(', ')),
    writes.join(', '),
    writes.map((map) => shapeText(maps[map]!)).join(', '),
  ]);
  const columns = [right('segment'), right('reads map'), { title: 'what it runs' }, right('writes map')];
  return textTable([...columns, { title: 'output' }], rows);
}

function layerText(graph: Graph, node: GraphNode): string {
  const reach = reachOf(graph, node);
  if (reach.kind !== 'local' || isSameCell(reach)) return node.operator;
  const { columns, rows } = reach;
  if (rows.kind === 'whole' || columns.kind === 'whole') return node.operator;
  return `${node.operator} ${rows.kernel}x${columns.kernel}${rows.stride === 1 ? '' : `/${rows.stride}`}`;
}

const TILE_COLUMNS: readonly Column[] = [
  right('tile'),
  right('row'),
  right('column'),
  right('input x'),
  right('input y'),
  right('output x'),
  right('output y'),
  right('computation'),
  right('input size'),
  right('output size'),
  right('memory'),
];

function tileTable({ plan, cost }: ClusterPlan): string {
  const rows = plan.tiles.map(({ tileId, row, column, regions, shares }, index) => {
    const { macs, inputBytes, outputBytes, peakBytes } = cost.tiles[index]!;
    return [
      String(tileId),
      String(row),
      String(column),
      ...rangesOf(regions[0]!),
      ...rangesOf(shares[0]!),
      formatMacs(macs),
      formatBytes(inputBytes),
      formatBytes(outputBytes),
      formatBytes(peakBytes),
    ];
  });
  return textTable(TILE_COLUMNS, rows);
}

/** Half-open, as everywhere: `0:143` are the columns 0 to 142. */
function rangesOf({ x0, x1, y0, y1 }: Region): [x: string, y: string] {
  return [`${x0}:${x1}`, `${y0}:${y1}`];
}

function planTotals({ cost }: ClusterPlan): string {
  const { macs, neededMacs, inputBytes, outputBytes, frameBytes, peakBytes, untiledPeakBytes } = cost;
  const ratio = (part: number, whole: number) => `${(part / whole).toFixed(2)} times`;
  return textTable(
    [{ title: 'without reuse' }, right('all tiles'), right('untiled'), { title: '' }],
    [
      ['computation', formatMacs(macs), formatMacs(neededMacs), ratio(macs, neededMacs)],
      ['input', formatBytes(inputBytes), formatBytes(frameBytes), ratio(inputBytes, frameBytes)],
      ['output', formatBytes(outputBytes), formatBytes(outputBytes), ratio(1, 1)],
      [
        'memory (largest tile)',
        formatBytes(peakBytes),
        formatBytes(untiledPeakBytes),
        ratio(peakBytes, untiledPeakBytes),
      ],
    ],
  );
}
