import type { Schemas } from '../../../client/client.js';
import type { GangChoice } from '../../scheduling/ledger/ledger-effects.js';

/** Returns the number of devices that compute a frame together, and the reason for it, as the API shows them. */
export function gangChoice({ idle, predictedMs, waiting }: GangChoice, members: number): Schemas['GangChoice'] {
  const frames = waiting === 1 ? 'one frame waited' : `${waiting} frames waited`;
  const devices = idle === 1 ? 'one device was idle' : `${idle} devices were idle`;
  const compute = members === 1 ? 'one device computes it' : `${members} devices compute it together`;
  const reason = `${frames} and ${devices}: ${compute}, in ${Math.round(predictedMs)} ms as predicted`;
  return { members, waiting, idle, predictedMs, reason };
}
