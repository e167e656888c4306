import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { formatGrid } from '../../geometry/grid.js';
import type { LayerGeometry } from '../../geometry/layer.js';
import { type Region, shapeText } from '../../geometry/region.js';
import { loadModel } from '../../model/model-source.js';
import { type ClusterPlan, planCluster } from '../../node/cluster-plan.js';
import { planDigest } from '../../node/wire/plan-digest.js';
import { planDocument } from '../../node/wire/plan-document.js';
import { formatBytes, formatMacs } from '../terminal/quantities.js';
import { paint, printJson, printLine } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';

export interface PlanOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** `deepthings plan`. */
export async function runPlan({ config: file, json }: PlanOptions): Promise<void> {
  const config = await loadClusterConfig(file);
  const clusterPlan = planCluster(config);
  if (json) {
    const document = planDocument(clusterPlan, await digestOf(config));
    printJson({ ...document, cost: clusterPlan.cost });
    return;
  }
  printLine(planHeader(config, clusterPlan));
  printLine(`\n${segmentTable(clusterPlan)}`);
  printLine(`\n${tileTable(clusterPlan)}`);
  printLine(`\n${planTotals(clusterPlan)}`);
}

/** The digest that the nodes have: it takes the weights' origin, not the weights. */
async function digestOf({ model, partition }: ClusterConfig): Promise<string> {
  const { digest } = await loadModel(model, { start: 0, end: 0 });
  return planDigest({ modelDigest: digest, depth: partition.fusedDepth, grid: partition.grid });
}

function planHeader({ file, name }: ClusterConfig, { network, plan }: ClusterPlan): string {
  const { rows, columns } = plan.grid;
  const title = paint(
    process.stdout,
    'bold',
    `${network.name}: ${plan.depth} of ${network.layers.length} layers fused`,
  );
  return (
    `${title}, cut into ${formatGrid(plan.grid)} tiles (${rows} rows, ${columns} columns); ` +
    `cluster ${name} of ${file}\n` +
    `input ${shapeText(plan.maps[0]!)}, output of the fused layers ${shapeText(plan.maps[plan.depth]!)} ` +
    '(channels, height, width)'
  );
}

function segmentTable({ plan }: ClusterPlan): string {
  const rows = plan.segments.map(({ index, firstLayer, endLayer }) => [
    String(index),
    firstLayer === endLayer - 1 ? String(firstLayer) : `${firstLayer}-${endLayer - 1}`,
    plan.layers.slice(firstLayer, endLayer).map(layerText).join(', '),
    shapeText(plan.maps[firstLayer]!),
    shapeText(plan.maps[endLayer]!),
  ]);
  const columns = [{ title: 'segment', align: 'right' as const }, { title: 'layers' }, { title: 'what they are' }];
  return textTable([...columns, { title: 'input' }, { title: 'output' }], rows);
}

function layerText({ kernel, stride, macsPerCell }: LayerGeometry): string {
  return `${macsPerCell === 0 ? 'maxpool' : 'conv'} ${kernel}x${kernel}${stride === 1 ? '' : `/${stride}`}`;
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
  const rows = plan.tiles.map(({ tileId, row, column, regions }, index) => {
    const { macs, inputBytes, outputBytes, peakBytes } = cost.tiles[index]!;
    return [
      String(tileId),
      String(row),
      String(column),
      ...rangesOf(regions[0]!),
      ...rangesOf(regions[plan.depth]!),
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
