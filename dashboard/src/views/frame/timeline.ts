import type { FrameTrace, TileTrace } from '../../contract-types.js';

export type PhaseKind = 'transfer' | 'waiting' | 'overlap' | 'compute';

/** Half-open, in milliseconds since the frame was accepted. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TileBar {
  readonly tile: number;
  readonly device: string;
  readonly phases: readonly Phase[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DeviceLane {
  readonly device: string;
  /** Bars within a row do not overlap. */
  readonly rows: readonly (readonly TileBar[])[];
}

export interface Timeline {
  /** Of the frame's first event to its last, at least. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly devices: readonly DeviceLane[];
}

/**
 * When each device had each tile. A tile's phases are laid backward from the moment when the gateway accepted its output:
 * the nodes' clocks differ, and only the gateway's counts. So the way of the output to the gateway shows as a shift to
 * the right of that length.
 */
export function timelineOf(trace: FrameTrace): Timeline {
  const bars = trace.tiles.flatMap(barOf);
  const devices = [...new Set(bars.map(({ device }) => device))].sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  return {
    fromMs: Math.min(0, ...bars.map(({ fromMs }) => fromMs)),
    toMs: Math.max(1, ...bars.map(({ toMs }) => toMs)),
    devices: devices.map((device) => ({ device, rows: rowsOf(bars.filter((bar) => bar.device === device)) })),
  };
}

function barOf({ tile, device, acceptedAtMs, waitMs, transferMs, overlapMs, computeMs }: TileTrace): TileBar[] {
  if (device === null || acceptedAtMs === null) return [];
  const lengths: readonly (readonly [PhaseKind, number | null])[] = [
    ['transfer', transferMs],
    ['waiting', waitMs],
    ['overlap', overlapMs],
    ['compute', computeMs],
  ];
  const phases: Phase[] = [];
  let toMs = acceptedAtMs;
  for (const [kind, length] of lengths.toReversed()) {
    if (length === null || length <= 0) continue;
    phases.unshift({ kind, fromMs: toMs - length, toMs });
    toMs -= length;
  }
  return [{ tile, device, phases, fromMs: toMs, toMs: acceptedAtMs }];
}

/** As few rows as possible: each bar in the first row that is free when it begins. */
function rowsOf(bars: readonly TileBar[]): readonly (readonly TileBar[])[] {
  const rows: TileBar[][] = [];
  for (const bar of bars.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const free = rows.find((row) => row.at(-1)!.toMs <= bar.fromMs);
    if (free === undefined) rows.push([bar]);
    else free.push(bar);
  }
  return rows;
}
