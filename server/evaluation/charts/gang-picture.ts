import { type Bands, bandsOf, blockOf, memberCount } from '../../geometry/gang/bands.js';
import { gangBlocks, type MemberPlan } from '../../geometry/gang/gang-blocks.js';
import { type GangPlan, segmentsOf } from '../../geometry/gang/gang-plan.js';
import { hullRegion, type MapShape, type Region, regionArea } from '../../geometry/region.js';
import { chartStyle } from './chart-style.js';
import { TONES } from './look.js';
import { element, label } from './svg.js';

const [TOP, SIDE, LEFT, EDGE] = [78, 180, 84, 6];
const [COLUMN, BLOCK_WIDTH, BAR_WIDTH] = [152, 66, 14];
const FOOT_LINES = 5;
/** Of the longest line above the maps. */
const KEY_WIDTH = 720;
const TITLE = 'One frame in a gang: the blocks that members own of each map, and the rows that each member reads next';
const KEY = [
  'Wide: a map, in the blocks that members own. Narrow, one for each member: the rows that it reads next.',
  'Filled parts of a narrow bar are strips, in the colour of their sender. The hollow part the member has itself.',
];

/** A map of the picture: the photograph, or a map that members exchange after a stage. */
interface Column {
  readonly heading: string;
  /** Beneath it. */
  readonly lines: readonly string[];
  readonly map: MapShape;
  /** By member. */
  readonly reads: readonly MemberRows[];
}

interface MemberRows {
  readonly region: Region;
  readonly strips: readonly { readonly from: number; readonly region: Region }[];
}

/** Draws one frame of a gang with equal shares as an SVG file: the letterboxed picture, then a map at the end of each stage. */
export function gangPicture(plan: GangPlan, members: number): string {
  const bands = bandsOf(Array.from({ length: members }, () => 1));
  const blocks = gangBlocks(plan, bands);
  const columns = [
    pictureColumn(plan, blocks),
    ...plan.ends.map((_, stage) => stageColumn(plan, bands, blocks, stage)),
  ];
  const width = Math.max(KEY_WIDTH, LEFT + columns.length * COLUMN);
  const height = TOP + SIDE + 16 * FOOT_LINES + 20;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const names = blocks.map(({ member }) => {
    const { y0, y1 } = blockOf(bands, member, plan.stage.maps[0]!);
    const y = TOP + ((y0 + y1) / 2 / plan.stage.maps[0]!.height) * SIDE + 4;
    return label(`member ${member}`, { x: EDGE, y, class: 'strong' });
  });
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, class: 'chart', role: 'img', 'aria-label': TITLE },
    element('title', {}, TITLE),
    element('style', {}, chartStyle(true)),
    element('rect', { width, height, class: 'back' }),
    ...KEY.map((line, row) => label(line, { x: EDGE, y: 20 + 17 * row })),
    ...names,
    ...columns.map((column, index) => drawColumn(column, bands, LEFT + index * COLUMN)),
  )}\n`;
}

function drawColumn({ heading, lines, map, reads }: Column, bands: Bands, x: number): string {
  const bar = (left: number, width: number, { y0, y1 }: Region, look: string) =>
    element('rect', {
      ...{ x: left, y: TOP + (y0 / map.height) * SIDE, width, height: ((y1 - y0) / map.height) * SIDE },
      class: look,
    });
  const owned = Array.from({ length: memberCount(bands) }, (_, member) =>
    bar(x, BLOCK_WIDTH, blockOf(bands, member, map), `fill-${TONES[member]!}`),
  );
  const read = reads.flatMap(({ region, strips }, member) => {
    const left = x + BLOCK_WIDTH + 8 + member * (BAR_WIDTH + 5);
    return [
      bar(left, BAR_WIDTH, region, `hollow-${TONES[member]!}`),
      ...strips.map((strip) => bar(left + 2, BAR_WIDTH - 4, strip.region, `fill-${TONES[strip.from]!}`)),
    ];
  });
  return element(
    'g',
    {},
    label(heading, { x, y: TOP - 12, class: 'heading' }),
    ...owned,
    ...read,
    ...lines.map((line, row) => label(line, { x, y: TOP + SIDE + 20 + 16 * row, class: 'small soft' })),
  );
}

function pictureColumn({ stage }: GangPlan, blocks: readonly MemberPlan[]): Column {
  const map = stage.maps[0]!;
  const lines = [`${map.height} x ${map.width}, letterboxed`, 'bars overlap: halos,', 'computed twice'];
  return { heading: 'Picture', lines, map, reads: blocks.map(({ input }) => ({ region: input, strips: [] })) };
}

function stageColumn(plan: GangPlan, bands: Bands, blocks: readonly MemberPlan[], stage: number): Column {
  const { maps, outputs } = plan.stage;
  const sent = blocks.flatMap(({ member, stages }) => stages[stage]!.owed.map((strip) => ({ ...strip, from: member })));
  const shown = sent[0]?.map ?? outputs[0]!;
  const map = maps[shown]!;
  const strips = sent.filter((strip) => strip.map === shown);
  const reads = blocks.map(({ member }) => {
    const mine = strips.filter(({ to }) => to === member);
    return {
      region: mine.reduce((all, { region }) => hullRegion(all, region), blockOf(bands, member, map)),
      strips: mine,
    };
  });
  const { end, start } = segmentsOf(plan, stage);
  const layers = plan.stage.segments.slice(start, end).reduce((sum, { nodes }) => sum + nodes.length, 0);
  const size = `${map.channels} x ${map.height} x ${map.width}`;
  return {
    heading: `After stage ${stage}`,
    lines: [`${layers} nodes computed`, size, ...exchangeLines(plan, sent)],
    map,
    reads,
  };
}

function exchangeLines({ stage }: GangPlan, sent: readonly { readonly map: number; readonly region: Region }[]) {
  if (sent.length === 0) {
    const others = stage.outputs.length - 1;
    return [...(others > 0 ? [`and ${others} other maps`] : []), 'boxes to the gateway'];
  }
  const bytes = sent.reduce((sum, { map, region }) => sum + stage.maps[map]!.channels * regionArea(region), 0) * 4;
  const others = new Set(sent.map(({ map }) => map)).size - 1;
  return [
    ...(others > 0 ? [`and ${others} other map${others > 1 ? 's' : ''}`] : []),
    `strips: ${Math.round(bytes / 1024)} KiB (F32)`,
  ];
}
