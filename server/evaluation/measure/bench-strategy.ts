import { STRATEGIES, type StrategyName } from '../../scheduling/strategies/strategy.js';

/** A strategy as a benchmark names it; `gang:3`: gangs of three devices. */
export type BenchStrategy = StrategyName | `gang:${number}`;

/** The query of a frame that is computed so. */
export interface AskedStrategy {
  readonly strategy: StrategyName;
  readonly members?: number;
}

/** As many as the contract lets a frame ask for. */
const SIZED = /^gang:([1-9]|[1-5]\d|6[0-4])$/;

/** Returns null for a text that names no strategy. */
export function benchStrategy(text: string): BenchStrategy | null {
  return SIZED.test(text) ? (text as BenchStrategy) : (STRATEGIES.find((name) => name === text) ?? null);
}

export function askedStrategy(name: BenchStrategy): AskedStrategy {
  const members = SIZED.exec(name)?.[1];
  return members === undefined ? { strategy: name as StrategyName } : { strategy: 'gang', members: Number(members) };
}
