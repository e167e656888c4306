import type { Schemas } from '../../../client/client.js';
import type { GangChoice, SpareDevice } from '../../scheduling/ledger/ledger-effects.js';

/** Devices that a reason names; the others are counted. */
const MOST_NAMED = 3;

/** Returns the number of devices that compute a frame together, and the reason for it, as the API shows them. */
export function gangChoice(choice: GangChoice, members: number): Schemas['GangChoice'] {
  const { arriving = 0, bound, idle, predictedMs, spare = [], waiting } = choice;
  const coming = arriving === 0 ? '' : `, ${arriving} more ${arriving === 1 ? 'was' : 'were'} arriving`;
  const frames = `${waiting === 1 ? 'one frame waited' : `${waiting} frames waited`}${coming}`;
  const devices = idle === 1 ? 'one device was idle' : `${idle} devices were idle`;
  const compute = members === 1 ? 'one device computes it' : `${members} devices compute it together`;
  const reason = `${frames} and ${devices}: ${compute} (${Math.round(predictedMs)} ms expected)${spareText(spare)}${gatewayText(choice)}${boundText(choice)}`;
  return {
    ...{ members, waiting, idle, predictedMs },
    ...(arriving > 0 && { arriving }),
    ...bound,
    ...(spare.length > 0 && { spare: [...spare] }),
    reason,
  };
}

function spareText(spare: readonly SpareDevice[]): string {
  const slow = spare.filter(({ helps }) => !helps);
  const named = slow.slice(0, MOST_NAMED).map(({ device, withMs }) => `${device} (${Math.round(withMs)} ms with it)`);
  const others = slow.length > MOST_NAMED ? [`${slow.length - MOST_NAMED} more`] : [];
  const without = slow.length === 0 ? '' : `; without ${[...named, ...others].join(', ')}`;
  const kept = spare.length - slow.length;
  if (kept === 0) return without;
  return `${without}; ${kept === 1 ? 'one device stays' : `${kept} devices stay`} free for the next frames`;
}

function gatewayText({ gatewayMost }: GangChoice): string {
  if (gatewayMost === undefined) return '';
  return `; the gateway was busy, so at most ${gatewayMost === 1 ? 'one device' : `${gatewayMost} devices`}`;
}

function boundText({ bound, predictedMs }: GangChoice): string {
  if (bound === undefined) return '';
  const { leftMs, withinMs } = bound;
  const left = `${Math.round(leftMs)} of its ${withinMs} ms were left`;
  if (leftMs <= 0) return `; its ${withinMs} ms were over, so it counted as a frame without a bound`;
  return predictedMs <= leftMs ? `; ${left}` : `; ${left}, which no gang was expected to keep`;
}
