import type { Sample } from './samples.js';
import type { SenderCounts, SenderPlan } from './steady-sender.js';

const MIB = 2 ** 20;
/** Between the middle and the last third of a run. */
const RSS_GROWTH = { share: 0.06, bytes: 8 * MIB };
/** Queues move up and down: their mean may differ by this much of the larger one. */
const HELD_GROWTH = { share: 0.3, least: 8 };
/** Of its pictures, one who asks for less than a fair share gets at least so many through. */
const MODEST_SHARE = 0.75;

export interface SoakFacts {
  readonly samples: readonly Sample[];
  /** Frames that may be open at once. */
  readonly queuedFrames: number;
  readonly senders: readonly (SenderCounts & {
    readonly plan: Pick<SenderPlan, 'name' | 'perSecond'>;
    /** Whether it sends less than its fair share of what the cluster can do. */
    readonly isModest: boolean;
  })[];
}

/** @returns what was not as it has to be under overload. */
export function overloadMistakes({ samples, queuedFrames, senders }: SoakFacts): string[] {
  const wrong: string[] = [];
  const fullest = Math.max(...samples.map(({ openFrames }) => openFrames));
  if (fullest > queuedFrames) wrong.push(`${fullest} frames were open, and ${queuedFrames} may be`);
  for (const { plan, sent, accepted, refused, isModest, other } of senders) {
    for (const [what, count] of other) wrong.push(`${plan.name}: ${count} pictures came to ${what}`);
    if (isModest && accepted < MODEST_SHARE * sent) {
      wrong.push(`${plan.name} asks for little, and got only ${accepted} of ${sent} pictures through`);
    }
    if (!isModest && refused === 0) wrong.push(`${plan.name} asks for too much, and nothing was refused`);
  }
  const failed = samples.at(-1)!.ended.failed;
  if (failed > 0) wrong.push(`${failed} frames that were accepted failed`);
  return [...wrong, ...growthUnderLoad(samples)];
}

/** What is more in the last third of a run than in the middle one; the first is for warming up. */
export function growthUnderLoad(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  if (third === 0) return ['the run was too short to see anything grow'];
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const wrong: string[] = [];
  for (const node of samples[0]!.rss.keys()) {
    const [was, is] = [middle, last].map((some) => median(some.map(({ rss }) => rss.get(node)!))) as [number, number];
    if (is > was * (1 + RSS_GROWTH.share) + RSS_GROWTH.bytes) {
      wrong.push(`memory of ${node} has grown from ${mib(was)} to ${mib(is)} MiB`);
    }
  }
  for (const what of samples[0]!.held.keys()) {
    const [was, is] = [middle, last].map((some) => mean(some.map(({ held }) => held.get(what) ?? 0))) as [
      number,
      number,
    ];
    const least = what.includes('bytes') ? MIB : HELD_GROWTH.least;
    if (is > was * (1 + HELD_GROWTH.share) + least) {
      wrong.push(`${what} has grown from ${was.toFixed(1)} to ${is.toFixed(1)} in the mean`);
    }
  }
  return wrong;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
