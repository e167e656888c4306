import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { DeepThingsError } from '../../errors.js';
import { parseGrid } from '../../geometry/grid.js';
import { STRATEGIES, type Strategy } from '../../scheduling/strategy.js';

/** `1,2,6`: whole numbers from 1. */
export function parseCounts(text: string): readonly number[] {
  const counts = text.split(',').map(Number);
  if (counts.every((count) => Number.isSafeInteger(count) && count >= 1)) return counts;
  throw new InvalidArgumentError('Expected whole numbers from 1, separated by commas.');
}

export function parseCount(text: string): number {
  const [count, ...more] = parseCounts(text);
  if (more.length === 0) return count!;
  throw new InvalidArgumentError('Expected one whole number.');
}

/** `3x3,5x5`. */
export function parseGrids(text: string): readonly string[] {
  const grids = text.split(',');
  try {
    for (const grid of grids) parseGrid(grid);
    return grids;
  } catch (error) {
    throw new InvalidArgumentError((error as DeepThingsError).message);
  }
}

export function parseStrategies(text: string): readonly Strategy[] {
  return text.split(',').map((name) => {
    const strategy = STRATEGIES.find((known) => known === name);
    if (strategy === undefined) throw new InvalidArgumentError(`Expected some of ${STRATEGIES.join(', ')}.`);
    return strategy;
  });
}

const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };

/** `50mbit`, as tc(8) writes rates; `max` for no limit. @returns bytes a millisecond. */
export function parseLinkRate(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(bit|kbit|mbit|gbit)$/i.exec(text) ?? [];
  const bytesPerMs = (Number(number) * (BITS[unit?.toLowerCase() ?? ''] ?? Number.NaN)) / 8_000;
  if (bytesPerMs > 0) return bytesPerMs;
  throw new InvalidArgumentError('Expected a rate like 50mbit, 1gbit or 300kbit, or max.');
}

/** `0.25`: of one core. */
export function parseCpuShare(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 64) return share;
  throw new InvalidArgumentError('Expected cores, as 0.25 or 2.');
}

export function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() !== '' && amount >= 0 && Number.isFinite(amount)) return amount;
  throw new InvalidArgumentError('Expected a number from 0.');
}

export function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('Expected a whole number.');
}

/** @throws DeepThingsError `DT_USAGE` when it cannot be read or is no JSON. */
export async function readJsonFile(option: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new DeepThingsError('DT_USAGE', `${option} ${file}: ${why}`, { cause });
  }
}
