import type { Schemas } from '../../../client/client.js';
import type { GangChoice } from '../../scheduling/ledger/ledger-effects.js';

/** Returns the number of devices that compute a frame together, and the reason for it, as the API shows them. */
export function gangChoice(choice: GangChoice, members: number): Schemas['GangChoice'] {
  const { bound, idle, predictedMs, waiting } = choice;
  const frames = waiting === 1 ? 'one frame waited' : `${waiting} frames waited`;
  const devices = idle === 1 ? 'one device was idle' : `${idle} devices were idle`;
  const compute = members === 1 ? 'one device computes it' : `${members} devices compute it together`;
  const reason = `${frames} and ${devices}: ${compute}, in ${Math.round(predictedMs)} ms as predicted${boundText(choice)}`;
  return { members, waiting, idle, predictedMs, ...bound, reason };
}

function boundText({ bound, predictedMs }: GangChoice): string {
  if (bound === undefined) return '';
  const { leftMs, withinMs } = bound;
  const left = `${Math.round(leftMs)} of its ${withinMs} ms were left`;
  if (leftMs <= 0) return `; its ${withinMs} ms were over, so it counted as a frame without a bound`;
  return predictedMs <= leftMs ? `; ${left}` : `; ${left}, which no gang was expected to keep`;
}
