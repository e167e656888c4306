import { bandsOf } from '../../geometry/gang/bands.js';
import { gangBlocks, type MemberPlan } from '../../geometry/gang/gang-blocks.js';
import { type GangPlan, segmentsOf } from '../../geometry/gang/gang-plan.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { totalMacs } from '../../graph/macs.js';
import { BYTES_PER_MAP_VALUE, type MapType } from '../../tensor/map-tensor.js';
import { formatBytes, formatCount, formatDuration, formatMacs } from '../terminal/quantities.js';
import { paint, plainText } from '../terminal/terminal.js';
import { right, textTable } from '../terminal/text-table.js';

/** A gang plan, and the cluster that it is for. */
export interface DescribedGang {
  readonly gang: GangPlan;
  /** As `GET /plan` has them: by number of devices, from 1, before anything was measured. */
  readonly predictedMs: readonly number[];
  /** The format of strips on the wire. */
  readonly maps: MapType;
}

/** Returns the stages of a gang's frames, the blocks of its members, and what gangs of each size are expected to take. */
export function gangPlanText({ gang, maps, predictedMs }: DescribedGang, strategy: string, cluster: string): string {
  const { graph, macs } = gang.stage;
  const share = Math.round((100 * macs) / totalMacs(graph));
  const title = paint(
    process.stdout,
    'bold',
    `${plainText(graph.name)}: ${strategy} shares out ${share} % of the work in ${formatCount(gang.ends.length, 'stage')}`,
  );
  const members = predictedMs.length;
  const plans = gangBlocks(gang, bandsOf(Array.from({ length: members }, () => 1)));
  const parts = [
    `${title}; ${cluster}`,
    stageTable(gang, plans, maps),
    `Blocks of ${members === 1 ? 'the device' : `${members} devices`}, in equal shares; later ones follow what devices took for earlier frames`,
    blockTable(gang, plans, maps),
    'Expected times on a small machine; once frames have been computed, GET /plan has those of the cluster',
    sizeTable(predictedMs),
  ];
  return parts.join('\n\n');
}

function stageTable(gang: GangPlan, plans: readonly MemberPlan[], maps: MapType): string {
  const { segments } = gang.stage;
  const rows = gang.ends.map((_, stage) => {
    const { end, start } = segmentsOf(gang, stage);
    const nodes = segments.slice(start, end).flatMap((segment) => segment.nodes);
    const sent = plans.flatMap((plan) => plan.stages[stage]!.owed);
    return [
      String(stage),
      plainText(nodes[0]!.node.name),
      plainText(nodes.at(-1)!.node.name),
      formatMacs(plans.reduce((sum, plan) => sum + plan.stages[stage]!.macs, 0)),
      formatBytes(stripBytes(gang, sent, maps)),
    ];
  });
  const titles = [right('stage'), { title: 'from' }, { title: 'to' }, right('computation'), right('strips after it')];
  return textTable(titles, rows);
}

function blockTable(gang: GangPlan, plans: readonly MemberPlan[], maps: MapType): string {
  const rows = plans.map(({ input, member, stages }) => {
    const sent = stages.flatMap(({ owed }) => owed);
    const bodies = stages.reduce((sum, stage) => sum + stage.bodies.length, 0);
    return [
      String(member),
      `${input.y0}:${input.y1}`,
      formatMacs(stages.reduce((sum, stage) => sum + stage.macs, 0)),
      formatBytes(stripBytes(gang, sent, maps)),
      String(bodies),
    ];
  });
  return textTable(['member', 'rows of the picture', 'computation', 'strips it sends', 'bodies'].map(right), rows);
}

function stripBytes(gang: GangPlan, strips: MemberPlan['stages'][number]['owed'], maps: MapType): number {
  const width = BYTES_PER_MAP_VALUE[maps];
  return strips.reduce((sum, { map, region }) => sum + regionBytes(region, gang.stage.maps[map]!, width), 0);
}

function sizeTable(predictedMs: readonly number[]): string {
  const rows = predictedMs.map((ms, i) => [String(i + 1), formatDuration(ms), (predictedMs[0]! / ms).toFixed(2)]);
  return textTable(['devices', 'expected', 'times as fast'].map(right), rows);
}
