import { useDeviceLook } from '../components/devices-context.js';
import type { Frame, Plan } from '../contract-types.js';
import { capitalised } from '../format.js';
import { type PartName, partNameOf } from '../state/frame-parts.js';
import { isReusing, type TileLife, type TileLives, victimOf } from '../state/tile-life.js';
import { type PartCell, partCells } from './stage-geometry.js';
import { TileBadge, type TileMark } from './tile-badge.js';

type PlanStage = Plan['stages'][number];

interface StageTilesProps {
  readonly stage: PlanStage;
  readonly frame: Frame;
  readonly lives: TileLives;
  /** Input pixels in one pixel of the screen. */
  readonly unit: number;
}

/** The tiles or blocks over the picture, each in the colour and with the letter of the device that has it. */
export function StageTiles({ stage, frame, lives, unit }: StageTilesProps) {
  return (
    <g class="stage-tiles">
      {partCells(stage, frame).map((cell) => (
        <StageTile key={cell.part} cell={cell} name={partNameOf(frame.strategy)} life={lives[cell.part]} unit={unit} />
      ))}
    </g>
  );
}

interface StageTileProps {
  readonly cell: PartCell;
  readonly name: PartName;
  readonly life: TileLife | undefined;
  readonly unit: number;
}

function StageTile({ cell: { area, part, wholeMacs }, name, life, unit }: StageTileProps) {
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
  const marks = marksOf(name, life, wholeMacs);
  const small = Math.min(width, height) / unit;
  const badge = Math.max(11, Math.min(18, small / 4)) * unit;
  const text = Math.max(11, Math.min(30, small / 2.6)) * unit;
  return (
    <g
      class={`stage-tile ${colourClass} ${life.state}`}
      data-tile={part}
      data-device={life.device}
      data-state={life.state}
    >
      <title>{describePart(name, part, life, wholeMacs)}</title>
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

/** Returns what of a part the page shows by badges. Every block takes strips of its neighbours, so that has none. */
export function marksOf(name: PartName, life: TileLife, wholeMacs: number | undefined): readonly TileMark[] {
  return [
    ...(life.retried ? (['retried'] as const) : []),
    ...(name === 'tile' && isReusing(life, wholeMacs) ? (['reused'] as const) : []),
    ...(victimOf(life) !== null ? (['stolen'] as const) : []),
  ];
}

/** The same in words. */
export function describePart(name: PartName, part: number, life: TileLife, wholeMacs: number | undefined): string {
  const victim = victimOf(life);
  return [
    `${capitalised(name)} ${part}: ${STATE[life.state]} ${life.device}`,
    ...(victim === null ? [] : [`stolen from ${victim}`]),
    ...(name === 'tile' && isReusing(life, wholeMacs) ? ['reused overlap of its neighbours'] : []),
    ...(life.retried ? [`attempt ${life.attempt}`] : []),
  ].join(', ');
}

const STATE = {
  queued: 'queued on',
  assigned: 'taken by',
  running: 'running on',
  done: 'done by',
} as const;
