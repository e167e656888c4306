import type { SenderCounts, SenderPlan } from '../steady-sender.js';
import type { MemorySample } from './node-sample.js';
import { type Trend, trendsOf, type Watched } from './trend.js';

/**
 * Bounds of a slope over the second half of a run. V8 lets garbage lie until a heap has doubled, for minutes on a busy thread and for
 * an hour on one that allocates little: a half of some minutes may catch so many MiB of that rise and none of the fall.
 */
const BOUNDS: Readonly<Record<Watched, { readonly mibPerMinute: number; readonly swingMib: number }>> = {
  resident: { mibPerMinute: 0.1, swingMib: 8 },
  heap: { mibPerMinute: 0.1, swingMib: 8 },
  native: { mibPerMinute: 0.06, swingMib: 3 },
};
/** Heaps and allocators come to their size in the first half hour. */
const LEAST_MINUTES = 60;
/** The load is below what the cluster can do: little is refused, even where the machine has other work. */
const REFUSED_SHARE = 0.05;

export interface MemoryRun {
  readonly samples: readonly MemorySample[];
  readonly senders: readonly (SenderCounts & { readonly plan: Pick<SenderPlan, 'name'> })[];
}

/** @returns what was not as it has to be under a steady load. */
export function memoryMistakes({ samples, senders }: MemoryRun): string[] {
  const wrong: string[] = [];
  for (const { plan, sent, refused, leftOut, other } of senders) {
    for (const [what, count] of other) wrong.push(`${plan.name}: ${count} pictures came to ${what}`);
    if (refused + leftOut > REFUSED_SHARE * (sent + leftOut)) {
      wrong.push(
        `${plan.name}: ${refused} pictures were refused and ${leftOut} left out of ${sent + leftOut}: send fewer`,
      );
    }
  }
  const failed = samples.at(-1)?.frames.failed ?? 0;
  if (failed > 0) wrong.push(`${failed} frames that were accepted failed`);
  const minutes = ((samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)) / 60_000;
  if (minutes < LEAST_MINUTES - 1) {
    return [
      ...wrong,
      `${minutes.toFixed(1)} minutes are too few to say that memory levels off: ${LEAST_MINUTES} are needed`,
    ];
  }
  return [
    ...wrong,
    ...trendsOf(samples)
      .filter((trend) => trend.mibPerMinute > slopeBound(trend))
      .map(sentence),
  ];
}

/** Returns the largest slope, in MiB a minute, that is no growth. */
export function slopeBound({ what, minutes }: Pick<Trend, 'what' | 'minutes'>): number {
  const { mibPerMinute, swingMib } = BOUNDS[what];
  return mibPerMinute + swingMib / minutes;
}

function sentence(trend: Trend): string {
  const { node, what, mibPerMinute } = trend;
  const bound = slopeBound(trend).toFixed(2);
  return `${what} memory of ${node} grows by ${mibPerMinute.toFixed(2)} MiB a minute, and ${bound} is the bound`;
}
