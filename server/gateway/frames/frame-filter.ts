import type { Schemas } from '../../../client/client.js';

export interface FrameFilter {
  readonly state?: string | undefined;
  readonly source?: string | undefined;
  readonly before?: string | undefined;
  /** Something of this label was found, or the picture is of this class before all others. */
  readonly label?: string | undefined;
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
  readonly createdMs: number;
  readonly detections: Schemas['Frame']['detections'];
  readonly classification: Schemas['Frame']['classification'];
}

/** Whether a frame is wanted, apart from where the page begins and ends. */
export function isWanted(frame: FilteredFrame, { state, source, label, fromMs, toMs }: FrameFilter): boolean {
  return (
    (state === undefined || frame.state === state) &&
    (source === undefined || frame.source === source) &&
    (fromMs === undefined || frame.createdMs >= fromMs) &&
    (toMs === undefined || frame.createdMs < toMs) &&
    (label === undefined || finds(frame, label))
  );
}

function finds({ classification, detections }: FilteredFrame, label: string): boolean {
  return detections?.some((detection) => detection.label === label) ?? classification?.[0]?.label === label;
}

/** A text that sorts as frames were accepted: ids are the gateway's epoch and a number, both in base 36. */
export function ageOf(id: string): string {
  return id
    .split('-')
    .map((digits) => digits.padStart(16, '0'))
    .join('-');
}
