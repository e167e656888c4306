import { useRef } from 'preact/hooks';
import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import type { PlanCost } from '../../../../server/geometry/plan-cost.js';
import { byteSize } from '../../format.js';

/** Tiles beside each other for which numbers still fit into the cells. */
const MOST_WITH_NUMBERS = 6;

interface TilePickerProps {
  readonly plan: FtpPlan;
  readonly cost: PlanCost;
  readonly tile: number;
  readonly onPick: (tile: number) => void;
}

/** The grid; a tile is darker the more memory its feature maps take. Arrow keys go from tile to tile. */
export function TilePicker({ plan, cost, tile, onPick }: TilePickerProps) {
  const box = useRef<HTMLDivElement>(null);
  const { rows, columns } = plan.grid;
  const least = cost.tiles.reduce((smallest, { peakBytes }) => Math.min(smallest, peakBytes), cost.peakBytes);
  const go = (event: KeyboardEvent): void => {
    const target = targetOf(event.key, tile, rows, columns);
    if (target === null) return;
    event.preventDefault();
    onPick(target);
    box.current?.querySelectorAll('button')[target]?.focus();
  };
  return (
    <>
      <div
        ref={box}
        class="tile-picker"
        role="radiogroup"
        aria-label="Tile"
        onKeyDown={go}
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
      >
        {cost.tiles.map(({ tileId, peakBytes }) => {
          const fraction = cost.peakBytes === least ? 0.5 : (peakBytes - least) / (cost.peakBytes - least);
          return (
            // biome-ignore lint/a11y/useSemanticElements: radio inputs cannot be laid out as a map of tiles.
            <button
              key={tileId}
              type="button"
              role="radio"
              aria-checked={tileId === tile}
              aria-label={`Tile ${tileId}, ${byteSize(peakBytes)}`}
              tabIndex={tileId === tile ? 0 : -1}
              class={`cell heat-${Math.round(fraction * 4)}`}
              onClick={() => onPick(tileId)}
            >
              <span class="cell-id">{tileId}</span>
              {columns <= MOST_WITH_NUMBERS && <span class="cell-bytes">{byteSize(peakBytes)}</span>}
            </button>
          );
        })}
      </div>
      <p class="muted">
        Largest feature maps at any moment, F32: from {byteSize(least)} to {byteSize(cost.peakBytes)}. Choose a tile to
        follow it through the maps.
      </p>
    </>
  );
}

function targetOf(key: string, tile: number, rows: number, columns: number): number | null {
  const [row, column] = [Math.floor(tile / columns), tile % columns];
  switch (key) {
    case 'ArrowLeft':
      return column > 0 ? tile - 1 : null;
    case 'ArrowRight':
      return column < columns - 1 ? tile + 1 : null;
    case 'ArrowUp':
      return row > 0 ? tile - columns : null;
    case 'ArrowDown':
      return row < rows - 1 ? tile + columns : null;
    default:
      return null;
  }
}
