import type { Schemas } from '../../../client/client.js';

export interface FrameFilter {
  /** Any of these. */
  readonly states?: readonly string[] | undefined;
  readonly source?: string | undefined;
  readonly before?: string | undefined;
  /** Something of this label was found, or the picture is of this class before all others. */
  readonly label?: string | undefined;
  /** Something was found with this score at least, or the best class has it; of the label, where one is given. */
  readonly minScore?: number | undefined;
  readonly camera?: string | undefined;
  /** The frame has this tag, and may have others. */
  readonly tag?: string | undefined;
  /** Accepted at or after this time, epoch ms. */
  readonly fromMs?: number | undefined;
  /** Accepted before this time, epoch ms. */
  readonly toMs?: number | undefined;
  readonly limit: number;
}

/** What of a frame a filter looks at. */
export interface FilteredFrame {
  readonly state: string;
  readonly source: string;
  readonly camera?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly createdMs: number;
  readonly detections: Schemas['Frame']['detections'];
  readonly classification: Schemas['Frame']['classification'];
}

/** Whether a frame is wanted, apart from where the page begins and ends. */
export function isWanted(frame: FilteredFrame, filter: FrameFilter): boolean {
  const { states, source, label, minScore, camera, tag, fromMs, toMs } = filter;
  return (
    (states === undefined || states.includes(frame.state)) &&
    (source === undefined || frame.source === source) &&
    (camera === undefined || frame.camera === camera) &&
    (tag === undefined || frame.tags?.includes(tag) === true) &&
    (fromMs === undefined || frame.createdMs >= fromMs) &&
    (toMs === undefined || frame.createdMs < toMs) &&
    ((label === undefined && minScore === undefined) || finds(frame, label, minScore ?? 0))
  );
}

/** Whether one detection has the label and the score, or the best class has both. */
function finds({ classification, detections }: FilteredFrame, label: string | undefined, minScore: number): boolean {
  const found = detections ?? classification?.slice(0, 1) ?? [];
  return found.some((one) => (label === undefined || one.label === label) && one.score >= minScore);
}

/** A text that sorts as frames were accepted: ids are the gateway's epoch and a number, both in base 36. */
export function ageOf(id: string): string {
  return id
    .split('-')
    .map((digits) => digits.padStart(16, '0'))
    .join('-');
}
