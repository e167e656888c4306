import { EventHeap, type Timed } from './event-heap.js';
import type { Cancel, Kernel, Suspension } from './kernel.js';

interface Flow extends Timed {
  readonly ended: () => void;
}

/**
 * Something that carries bytes at a rate which it shares evenly among those who send. Flows are kept by the amount of
 * bytes at which each is through if all had begun together, so that one more costs no look at the others.
 */
export class FairLink {
  readonly #kernel: Kernel;
  readonly #bytesPerMs: number;
  /** Bytes that a flow has got which was there from the beginning. */
  #level = 0;
  #sinceMs = 0;
  #number = 0;
  readonly #flows = new EventHeap<Flow>();
  #next: Flow | undefined;
  #cancel: Cancel | null = null;
  busyMs = 0;
  bytes = 0;

  constructor(kernel: Kernel, bytesPerMs: number) {
    this.#kernel = kernel;
    this.#bytesPerMs = bytesPerMs;
  }

  carry(bytes: number): Suspension<void> {
    return (wake) => {
      this.bytes += bytes;
      if (bytes <= 0 || this.#bytesPerMs === Number.POSITIVE_INFINITY) {
        wake();
        return;
      }
      this.#progress();
      this.#put({ atMs: this.#level + bytes, phase: 0, number: ++this.#number, ended: wake });
      this.#plan();
    };
  }

  #put(flow: Flow): void {
    this.#flows.push(flow);
    if (this.#next !== undefined) this.#flows.push(this.#next);
    this.#next = this.#flows.pop();
  }

  get #count(): number {
    return this.#flows.size + (this.#next === undefined ? 0 : 1);
  }

  #progress(): void {
    const { nowMs } = this.#kernel;
    const count = this.#count;
    if (count > 0) {
      this.#level += ((nowMs - this.#sinceMs) * this.#bytesPerMs) / count;
      this.busyMs += nowMs - this.#sinceMs;
    }
    this.#sinceMs = nowMs;
  }

  #plan(): void {
    this.#cancel?.();
    this.#cancel = null;
    const next = this.#next;
    if (next === undefined) return;
    const leftMs = (Math.max(0, next.atMs - this.#level) * this.#count) / this.#bytesPerMs;
    this.#cancel = this.#kernel.at(this.#kernel.nowMs + leftMs, () => {
      this.#progress();
      this.#level = Math.max(this.#level, next.atMs);
      this.#next = this.#flows.pop();
      this.#plan();
      next.ended();
    });
  }
}
