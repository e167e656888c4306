import { describe, expect, it } from 'vitest';
import { CpuBudget } from '../../../server/simulation/machine/cpu-budget.js';
import { Kernel, type Suspension } from '../../../server/simulation/machine/kernel.js';
import { Processor } from '../../../server/simulation/machine/processor.js';

const ONE_CORE = { share: 1, periodMs: 0, cores: 1 };

/** When each of these ends that begin at the given times. */
function endsOf(kernel: Kernel, jobs: Record<string, readonly [atMs: number, () => Suspension<unknown>]>) {
  const ends: Record<string, number> = {};
  for (const [name, [atMs, job]] of Object.entries(jobs)) {
    kernel.at(atMs, () =>
      job()(() => {
        ends[name] = kernel.nowMs;
      }),
    );
  }
  kernel.run(() => false, 1e6);
  return ends;
}

describe('a processor', () => {
  it('computes one job after the other, and requests go first', () => {
    const kernel = new Kernel();
    const cpu = new Processor(kernel, ONE_CORE, 0);
    const ends = endsOf(kernel, {
      first: [0, () => cpu.compute(10)],
      second: [0, () => cpu.compute(5)],
      request: [4, () => cpu.serve(3)],
    });
    expect(ends).toEqual({ request: 7, first: 13, second: 18 });
    expect(cpu.busyMs).toBe(18);
  });

  it('tells how long a job took from when it began', () => {
    const kernel = new Kernel();
    const cpu = new Processor(kernel, { ...ONE_CORE, share: 0.5 }, 0);
    const took: number[] = [];
    cpu.compute(10)((ms) => took.push(ms));
    cpu.compute(5)((ms) => took.push(ms));
    kernel.run(() => false, 1e6);
    expect(took).toEqual([20, 10]);
  });

  it('has a core for each with two cores', () => {
    const kernel = new Kernel();
    const cpu = new Processor(kernel, { ...ONE_CORE, cores: 2 }, 0);
    const ends = endsOf(kernel, { job: [0, () => cpu.compute(10)], request: [4, () => cpu.serve(3)] });
    expect(ends).toEqual({ request: 7, job: 10 });
  });

  it('shares what is left between computing and decoding', () => {
    const kernel = new Kernel();
    const cpu = new Processor(kernel, ONE_CORE, 0);
    const ends = endsOf(kernel, { job: [0, () => cpu.compute(10)], picture: [0, () => cpu.background(4)] });
    expect(ends).toEqual({ picture: 8, job: 14 });
  });

  it('computes also while requests never cease', () => {
    const kernel = new Kernel();
    const cpu = new Processor(kernel, ONE_CORE, 0);
    const serveOn = () => cpu.serve(1)(serveOn);
    serveOn();
    serveOn();
    let endMs = Number.NaN;
    cpu.compute(30)(() => {
      endMs = kernel.nowMs;
    });
    kernel.run(() => !Number.isNaN(endMs), 1_000);
    expect(endMs).toBeGreaterThan(60);
    expect(endMs).toBeLessThan(100);
  });
});

describe('a quota', () => {
  it('runs at full speed until the period’s share is used', () => {
    const budget = new CpuBudget({ share: 0.25, periodMs: 20 });
    expect(budget.finish(0, 5)).toBe(5);
    expect(budget.finish(0, 6)).toBe(21);
    expect(budget.spend(0, 10)).toBe(5);
    // Nothing is left of this period.
    expect(budget.finish(10, 1)).toBe(21);
    expect(budget.finish(40, 1)).toBe(41);
  });

  it('comes to its share over time, however it is cut', () => {
    const budget = new CpuBudget({ share: 0.3, periodMs: 20 }, 0.4);
    let done = 0;
    for (let ms = 0; ms < 10_000; ms += 7) done += budget.spend(ms, ms + 7);
    expect(done / 10_000).toBeCloseTo(0.3, 2);
  });

  it('is a slower processor without a period', () => {
    const budget = new CpuBudget({ share: 0.25, periodMs: 0 });
    expect(budget.finish(3, 5)).toBe(23);
    expect(budget.spend(3, 23)).toBe(5);
  });
});
