import type { FrameRecord } from './frame-record.js';

export interface FrameStoreLimits {
  /** Ended frames kept. */
  readonly keptFrames: number;
  /** Bytes of the pictures of ended frames. */
  readonly keptBytes: number;
}

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

/** Every frame that the gateway knows, in memory: open ones as long as they are open, ended ones within bounds. */
export class FrameStore {
  readonly #limits: FrameStoreLimits;
  /** In the order in which they were accepted. */
  readonly #frames = new Map<string, FrameRecord>();
  readonly #openOf = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #endedCount = 0;
  #endedBytes = 0;
  #complete = 0;
  #failed = 0;

  constructor(limits: FrameStoreLimits) {
    this.#limits = limits;
  }

  get openCount(): number {
    return this.#frames.size - this.#endedCount;
  }

  /** Frames that ended so, since the start. */
  get completeCount(): number {
    return this.#complete;
  }

  get failedCount(): number {
    return this.#failed;
  }

  /** Open frames of one claimant. */
  openOf(claimant: string): number {
    return this.#openOf.get(claimant) ?? 0;
  }

  get(id: string): FrameRecord | undefined {
    return this.#frames.get(id);
  }

  add(record: FrameRecord): void {
    this.#frames.set(record.id, record);
    this.#openOf.set(record.claimant, this.openOf(record.claimant) + 1);
  }

  /** Newest first. */
  list({ before, limit, ...wanted }: FrameFilter): FrameRecord[] {
    const found: FrameRecord[] = [];
    const end = before === undefined ? null : ageOf(before);
    for (const record of [...this.#frames.values()].reverse()) {
      // Compared, not looked for: that frame may have been forgotten since the last page.
      if (end !== null && ageOf(record.id) >= end) continue;
      if (!matches(record, wanted)) continue;
      found.push(record);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** A frame's record says that it has ended: frees what only an open frame needs, and what is beyond the bounds. */
  ended(record: FrameRecord): void {
    record.input = null;
    const others = this.openOf(record.claimant) - 1;
    if (others > 0) this.#openOf.set(record.claimant, others);
    else this.#openOf.delete(record.claimant);
    this.#endedCount++;
    this.#endedBytes += record.picture.bytes.byteLength;
    if (record.state === 'complete') this.#complete++;
    else this.#failed++;
    for (const resolve of this.#waiting.get(record.id) ?? []) resolve();
    this.#waiting.delete(record.id);
    this.#evict();
  }

  /** Forgets an ended frame. */
  remove(record: FrameRecord): void {
    if (!this.#frames.delete(record.id)) return;
    this.#endedCount--;
    this.#endedBytes -= record.picture.bytes.byteLength;
  }

  /** Resolves when the frame has ended, when `ms` have passed, or when the signal is aborted. */
  async waitForEnd(record: FrameRecord, ms: number, signal: AbortSignal): Promise<void> {
    if (record.end !== null || signal.aborted) return;
    const waiting = this.#waiting.get(record.id) ?? new Set();
    this.#waiting.set(record.id, waiting);
    await new Promise<void>((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        waiting.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, ms);
      signal.addEventListener('abort', settle, { once: true });
      waiting.add(settle);
    });
  }

  #evict(): void {
    const { keptFrames, keptBytes } = this.#limits;
    for (const record of this.#frames.values()) {
      if (this.#endedCount <= keptFrames && this.#endedBytes <= keptBytes) return;
      if (record.end !== null) this.remove(record);
    }
  }
}

function matches(record: FrameRecord, wanted: Omit<FrameFilter, 'before' | 'limit'>): boolean {
  const { state, source, label, fromMs, toMs } = wanted;
  return (
    (state === undefined || record.state === state) &&
    (source === undefined || record.source === source) &&
    (fromMs === undefined || record.createdMs >= fromMs) &&
    (toMs === undefined || record.createdMs < toMs) &&
    (label === undefined || finds(record, label))
  );
}

function finds({ end }: FrameRecord, label: string): boolean {
  if (end?.kind !== 'complete') return false;
  return end.detections?.some((detection) => detection.label === label) ?? end.classification?.[0]?.label === label;
}

/** A text that sorts as frames were accepted: ids are the gateway's epoch and a number, both in base 36. */
function ageOf(id: string): string {
  return id
    .split('-')
    .map((digits) => digits.padStart(16, '0'))
    .join('-');
}
