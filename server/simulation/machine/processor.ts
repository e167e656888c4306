import { CpuBudget, type CpuShare } from './cpu-budget.js';
import type { Cancel, Kernel, Suspension } from './kernel.js';

interface Job {
  leftMs: number;
  readonly ended: () => void;
}

/** So many are forgotten together: one by one would take as long as the queue is. */
const MANY_SERVED = 1_000;
/** Serving for so long without a pause ends its precedence. */
const BURST_MS = 20;

/**
 * One core: what serves requests goes first, one after the other, and the rest shares what is left. Who has served for long
 * without a pause gets no more than any other, as a scheduler for time sharing has it.
 */
class Core {
  readonly #kernel: Kernel;
  readonly #budget: CpuBudget;
  #serving: Job[] = [];
  /** Of `serving`, what is done. */
  #served = 0;
  #others: Job[] = [];
  /** CPU time that was spent on requests since there was none to serve. */
  #burstMs = 0;
  /** Since when the present jobs run. */
  #sinceMs = 0;
  #cancel: Cancel | null = null;
  busyMs = 0;

  constructor(kernel: Kernel, budget: CpuBudget) {
    this.#kernel = kernel;
    this.#budget = budget;
  }

  serve(job: Job): void {
    this.#change(() => this.#serving.push(job));
  }

  share(job: Job): void {
    this.#change(() => this.#others.push(job));
  }

  #change(change: () => void): void {
    this.#progress();
    change();
    this.#plan();
  }

  /** Credits what was done since the last change. */
  #progress(): void {
    const { nowMs } = this.#kernel;
    const running = this.#running;
    if (running.length > 0 && nowMs > this.#sinceMs) {
      const done = this.#budget.spend(this.#sinceMs, nowMs);
      this.busyMs += done;
      for (const job of running) job.leftMs -= done / running.length;
      if (running[0] === this.#serving[this.#served]) this.#burstMs += done / running.length;
    }
    this.#sinceMs = nowMs;
  }

  get #running(): readonly Job[] {
    const serving = this.#serving[this.#served];
    if (serving === undefined) return this.#others;
    return this.#burstMs < BURST_MS ? [serving] : [serving, ...this.#others];
  }

  #ended(job: Job): void {
    if (this.#serving[this.#served] !== job) {
      this.#others = this.#others.filter((other) => other !== job);
      return;
    }
    this.#served++;
    if (this.#served === this.#serving.length) this.#burstMs = 0;
    else if (this.#served < MANY_SERVED) return;
    this.#serving = this.#serving.slice(this.#served);
    this.#served = 0;
  }

  #plan(): void {
    this.#cancel?.();
    this.#cancel = null;
    const running = this.#running;
    if (running.length === 0) return;
    const next = running.reduce((least, job) => (job.leftMs < least.leftMs ? job : least));
    const atMs = this.#budget.finish(this.#kernel.nowMs, Math.max(0, next.leftMs) * running.length);
    this.#cancel = this.#kernel.at(atMs, () => {
      this.#progress();
      this.#ended(next);
      this.#plan();
      next.ended();
    });
  }
}

/**
 * A node's processor. With one core the thread that serves requests and the one that computes take turns, and requests
 * go first, since they are short; with more each has its own.
 */
export class Processor {
  readonly #kernel: Kernel;
  readonly #serving: Core;
  readonly #computing: Core;
  readonly #queue: { readonly ms: number; readonly ended: (computeMs: number) => void }[] = [];
  #computes = false;

  /** @param offset of the quota's periods, 0 to 1. */
  constructor(kernel: Kernel, cpu: CpuShare & { readonly cores: number }, offset: number) {
    this.#kernel = kernel;
    this.#serving = new Core(kernel, new CpuBudget(cpu, offset));
    this.#computing = cpu.cores > 1 ? new Core(kernel, new CpuBudget(cpu, offset)) : this.#serving;
  }

  /** CPU time that was used on the core that serves requests. */
  get servingMs(): number {
    return this.#serving.busyMs;
  }

  /** CPU time used. */
  get busyMs(): number {
    return this.#serving.busyMs + (this.#computing === this.#serving ? 0 : this.#computing.busyMs);
  }

  /** Work of the thread that serves requests. */
  serve(ms: number): Suspension<void> {
    return (wake) => {
      if (ms <= 0) wake();
      else this.#serving.serve({ leftMs: ms, ended: wake });
    };
  }

  /** Work of a thread of its own, as decoding a picture. */
  background(ms: number): Suspension<void> {
    return (wake) => {
      if (ms <= 0) wake();
      else this.#computing.share({ leftMs: ms, ended: wake });
    };
  }

  /** Work of the thread that computes, one job after the other. @returns what it took from when it began. */
  compute(ms: number): Suspension<number> {
    return (wake) => {
      this.#queue.push({ ms, ended: wake });
      this.#computeNext();
    };
  }

  #computeNext(): void {
    const job = this.#computes ? undefined : this.#queue.shift();
    if (job === undefined) return;
    this.#computes = true;
    const sinceMs = this.#kernel.nowMs;
    this.#computing.share({
      leftMs: job.ms,
      ended: () => {
        this.#computes = false;
        this.#computeNext();
        job.ended(this.#kernel.nowMs - sinceMs);
      },
    });
  }
}
