import { performance } from 'node:perf_hooks';
import { ProgressLine } from '../../terminal/progress-line.js';
import { formatBytes, formatDuration } from '../../terminal/quantities.js';
import { printNote } from '../../terminal/terminal.js';

const BAR_CELLS = 24;
/** Between two looks of a line that is written over. */
const REDRAW_MS = 100;
/** Between two lines that stay, in per cent. */
const LINE_STEP = 10;

export interface PullState {
  readonly bytes: number;
  readonly total: number;
  /** Bytes that were there when this pull began. */
  readonly startBytes: number;
  readonly elapsedMs: number;
}

/** `[######          ] 25 %  48.5 of 194 MiB, 5.20 MiB/s, 28 s left`. */
export function progressBar({ bytes, total, startBytes, elapsedMs }: PullState): string {
  const share = Math.min(1, bytes / total);
  const bar = '#'.repeat(Math.round(share * BAR_CELLS)).padEnd(BAR_CELLS);
  const perMs = elapsedMs > 0 ? (bytes - startBytes) / elapsedMs : 0;
  const rate = perMs > 0 ? `, ${formatBytes(perMs * 1000)}/s, ${formatDuration((total - bytes) / perMs)} left` : '';
  return `[${bar}] ${Math.floor(share * 100)} %  ${formatBytes(bytes)} of ${formatBytes(total)}${rate}`;
}

/** How far a pull is: one line that is written over on a terminal, a line for each tenth elsewhere. */
export class PullProgress {
  readonly #name: string;
  readonly #line = new ProgressLine();
  #startBytes: number | null = null;
  #startMs = 0;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #saidPercent = 0;

  constructor(name: string) {
    this.#name = name;
  }

  show(bytes: number, total: number): void {
    const nowMs = performance.now();
    // Less than before: it was begun anew.
    if (this.#startBytes === null || bytes < this.#startBytes) {
      this.#startBytes = bytes;
      this.#startMs = nowMs;
      this.#saidPercent = Math.floor((100 * bytes) / total / LINE_STEP) * LINE_STEP;
    }
    if (process.stderr.isTTY) {
      if (nowMs - this.#drawnMs < REDRAW_MS) return;
      this.#drawnMs = nowMs;
      const state = { bytes, total, startBytes: this.#startBytes, elapsedMs: nowMs - this.#startMs };
      this.#line.show(`${this.#name} ${progressBar(state)}`);
      return;
    }
    const percent = Math.floor((100 * bytes) / total / LINE_STEP) * LINE_STEP;
    if (percent <= this.#saidPercent) return;
    this.#saidPercent = percent;
    printNote(`${this.#name}: ${percent} %, ${formatBytes(bytes)} of ${formatBytes(total)}`);
  }

  clear(): void {
    this.#line.clear();
  }
}
