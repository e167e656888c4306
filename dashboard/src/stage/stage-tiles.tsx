import { useDeviceLook } from '../components/devices-context.js';
import type { Plan } from '../contract-types.js';
import { isReusing, type TileLife, type TileLives, victimOf } from '../state/tile-life.js';
import { type Placed, type Rectangle, tileArea } from './stage-geometry.js';
import { TileBadge, type TileMark } from './tile-badge.js';

type PlanStage = Plan['stages'][number];

interface StageTilesProps {
  readonly stage: PlanStage;
  readonly frame: Placed;
  readonly lives: TileLives;
  /** Input pixels in one pixel of the screen. */
  readonly unit: number;
}

/** The grid over the picture, each tile in the colour and with the letter of the device that has it. */
export function StageTiles({ stage, frame, lives, unit }: StageTilesProps) {
  return (
    <g class="stage-tiles">
      {stage.tiles.map(({ tile, row, column, macs }) => (
        <StageTile
          key={tile}
          tile={tile}
          area={tileArea(stage, row, column, frame)}
          life={lives[tile]}
          wholeMacs={macs}
          unit={unit}
        />
      ))}
    </g>
  );
}

interface StageTileProps {
  readonly tile: number;
  readonly area: Rectangle;
  readonly life: TileLife | undefined;
  readonly wholeMacs: number;
  readonly unit: number;
}

function StageTile({ tile, area, life, wholeMacs, unit }: StageTileProps) {
  const lookOf = useDeviceLook();
  const { x, y, width, height } = area;
  if (life === undefined) {
    return (
      <g class="stage-tile waiting">
        <rect class="area" x={x} y={y} width={width} height={height} />
      </g>
    );
  }
  const { colourClass, letter } = lookOf(life.device);
  const marks = marksOf(life, wholeMacs);
  const small = Math.min(width, height) / unit;
  const badge = Math.max(11, Math.min(18, small / 4)) * unit;
  const text = Math.max(11, Math.min(30, small / 2.6)) * unit;
  return (
    <g
      class={`stage-tile ${colourClass} ${life.state}`}
      data-tile={tile}
      data-device={life.device}
      data-state={life.state}
    >
      <title>{describeTile(tile, life, wholeMacs)}</title>
      <rect class="area" x={x} y={y} width={width} height={height} />
      <text class="letter" x={x + width / 2} y={y + height / 2 + text * 0.36} font-size={text}>
        {letter}
      </text>
      {marks.map((mark, index) => (
        <TileBadge
          key={mark}
          mark={mark}
          size={badge}
          x={x + width - (index + 1) * (badge + 2 * unit) - unit}
          y={y + 3 * unit}
        />
      ))}
    </g>
  );
}

/** What of a tile the page shows by badges. */
export function marksOf(life: TileLife, wholeMacs: number | undefined): readonly TileMark[] {
  return [
    ...(life.retried ? (['retried'] as const) : []),
    ...(isReusing(life, wholeMacs) ? (['reused'] as const) : []),
    ...(victimOf(life) !== null ? (['stolen'] as const) : []),
  ];
}

/** The same in words. */
export function describeTile(tile: number, life: TileLife, wholeMacs: number | undefined): string {
  const victim = victimOf(life);
  return [
    `Tile ${tile}: ${STATE[life.state]} ${life.device}`,
    ...(victim === null ? [] : [`stolen from ${victim}`]),
    ...(isReusing(life, wholeMacs) ? ['reused overlap of its neighbours'] : []),
    ...(life.retried ? [`attempt ${life.attempt}`] : []),
  ].join(', ');
}

const STATE = {
  queued: 'queued on',
  assigned: 'taken by',
  running: 'running on',
  done: 'done by',
} as const;
