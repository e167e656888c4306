/** Bodies by what they carried, as `GET /frames/{id}/trace` counts them. */
export interface FrameBytes {
  picture: number;
  frame: number;
  input: number;
  overlap: number;
  result: number;
  control: number;
}

/** A frame and what it cost; times in milliseconds of simulated time. */
export interface SimulatedFrame {
  readonly frame: string;
  readonly source: string;
  readonly submittedMs: number;
  /** When its source had it. */
  sourcedMs: number | null;
  /** When the fused stack's output was merged. */
  mergedMs: number | null;
  endedMs: number | null;
  state: 'open' | 'complete' | 'failed' | 'dropped';
  /** Why it failed. */
  failure: string | null;
  macs: number;
  /** Tiles (with MoDNN blocks) whose output counted, by device. */
  readonly parts: Map<string, number>;
  /** How often the output of each counted. */
  readonly counted: Map<string, number>;
  readonly bytes: FrameBytes;
}

export function newFrame(frame: string, source: string, submittedMs: number): SimulatedFrame {
  return {
    ...{ frame, source, submittedMs, sourcedMs: null, mergedMs: null, endedMs: null, state: 'open', failure: null },
    macs: 0,
    parts: new Map(),
    counted: new Map(),
    bytes: { picture: 0, frame: 0, input: 0, overlap: 0, result: 0, control: 0 },
  };
}

/** Nothing of a frame counts that was computed so far. */
export function beginAgain(frame: SimulatedFrame): void {
  frame.macs = 0;
  frame.parts.clear();
  frame.counted.clear();
}

/** A result that counted. */
export function countPart(frame: SimulatedFrame, part: string, device: string, macs: number): void {
  frame.macs += macs;
  frame.parts.set(device, (frame.parts.get(device) ?? 0) + 1);
  frame.counted.set(part, (frame.counted.get(part) ?? 0) + 1);
}
