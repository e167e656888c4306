import type { Estimate } from '../../statistics/estimate.js';
import type { Statement, Unit } from '../statements/statement.js';

/** Numbers with their units, as tables have them. */
export function showValue(value: number, unit: Unit): string {
  switch (unit) {
    case '%':
      return `${trimmed(value, 1)} %`;
    case 'x':
      return `${trimmed(value, 2)}x`;
    case 'devices':
      return `${value} devices`;
    default:
      return `${trimmed(value, 2)} ${unit}`;
  }
}

/** With its 95 % confidence interval. */
export function showEstimate(known: Estimate | null, unit: Unit): string {
  if (known === null) return '–';
  const { high, low, value } = known;
  if (low === null || high === null) return showValue(value, unit);
  const decimals = unit === '%' ? 1 : 2;
  return `${showValue(value, unit)} (${trimmed(low, decimals)} to ${trimmed(high, decimals)})`;
}

/** With the digits that the paper has. */
export function showStated({ bound, unit, value }: Statement): string {
  const shown = unit === 'x' ? `${value}x` : `${value} ${unit}`;
  return bound === undefined ? shown : `${bound} ${shown}`;
}

/** How far from what is stated: in points of percentages, else in percent of it. */
export function showDeviation({ unit, value: stated }: Statement, value: number | null): string {
  if (value === null) return '–';
  const sign = (number: number, decimals: number) => `${number >= 0 ? '+' : '−'}${trimmed(Math.abs(number), decimals)}`;
  if (unit === '%') return `${sign(value - stated, 1)} points`;
  if (unit === 'devices') return value === stated ? 'none' : sign(value - stated, 0);
  return `${sign(100 * (value / stated - 1), 1)} %`;
}

function trimmed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text.replace('-', '−');
}
