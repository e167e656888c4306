import { TilesByDevice } from '../components/tiles-by-device.js';
import type { Frame, Plan } from '../contract-types.js';
import { partNameOf } from '../state/frame-parts.js';
import { tileProgress } from '../state/select.js';
import type { TileLives } from '../state/tile-life.js';
import { inputArea, isOnPicture, partCells, pictureArea } from './stage-geometry.js';
import { marksOf } from './stage-tiles.js';
import { TileBadge, type TileMark } from './tile-badge.js';

const MARKS: readonly { readonly mark: TileMark; readonly text: string }[] = [
  { mark: 'stolen', text: 'stolen' },
  { mark: 'reused', text: 'reused overlap' },
  { mark: 'retried', text: 'retried' },
];

interface TileLegendProps {
  readonly frame: Frame;
  readonly plan: Plan | null;
  readonly lives: TileLives;
}

/** How far a frame's parts are, who has done how many, and what the badges upon them mean. */
export function TileLegend({ frame, plan, lives }: TileLegendProps) {
  const { total, done, byDevice } = tileProgress(frame, lives);
  const stage = plan?.stages[0];
  const counts = new Map<TileMark, number>();
  const name = partNameOf(frame.strategy);
  for (const [tile, life] of Object.entries(lives)) {
    for (const mark of marksOf(name, life, stage?.tiles[Number(tile)]?.macs))
      counts.set(mark, (counts.get(mark) ?? 0) + 1);
  }
  const area = pictureArea(frame);
  const hidden =
    stage === undefined || area.width === inputArea(stage, frame).width
      ? 0
      : partCells(stage, frame).filter((cell) => !isOnPicture(cell.area, area)).length;
  return (
    <div class="tile-legend">
      <p>
        <strong>
          {done} of {total}
        </strong>{' '}
        {total === 1 ? name : `${name}s`} done
        {hidden > 0 && <span class="muted"> ({hidden} on the bars beside the picture)</span>}
      </p>
      <TilesByDevice byDevice={byDevice} />
      <ul aria-label={`Marks on ${name}s`}>
        {MARKS.filter(({ mark }) => name === 'tile' || mark === 'retried').map(({ mark, text }) => (
          <li key={mark} class={(counts.get(mark) ?? 0) === 0 ? 'muted' : ''}>
            <TileBadge mark={mark} size={16} /> {text} {counts.get(mark) ?? 0}
          </li>
        ))}
      </ul>
    </div>
  );
}
