/** What is special about how a tile was computed. */
export type TileMark = 'stolen' | 'reused' | 'retried';

/** Drawn in a square of 16, stroke only: told apart by shape, not by colour. */
const PATH: Readonly<Record<TileMark, string>> = {
  stolen: 'M3 8 H12 M8.5 4.5 L12 8 L8.5 11.5',
  reused: 'M3 3 H9.5 V9.5 H3 Z M6.5 6.5 H13 V13 H6.5 Z',
  retried: 'M12.5 8 A4.5 4.5 0 1 1 8 3.5 H11 M9 1.5 L11 3.5 L9 5.5',
};

export function TileBadge({ mark, x = 0, y = 0, size }: { mark: TileMark; x?: number; y?: number; size: number }) {
  return (
    <svg class="tile-badge" x={x} y={y} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="3" />
      <path d={PATH[mark]} />
    </svg>
  );
}
