import { DeepThingsError } from '../../errors.js';
import type { HostLimits } from './host-plan.js';

/** What measuring itself takes, and the kernel: quotas that leave less would compete for the processor. */
export const SPARE_CORES = 0.2;

/**
 * Refuses quotas that the machine cannot give all at once: the hosts would share what there is, and each would be slower
 * than it is said to be.
 *
 * @throws DeepThingsError `DT_USAGE` with the sum and what there is.
 */
export function checkQuotas(hosts: readonly HostLimits[], cores: number): void {
  const wanted = hosts.reduce((sum, { cpuCores }) => sum + cpuCores, 0);
  const room = cores - SPARE_CORES;
  // Sums of decimal fractions miss by a little.
  if (wanted <= room + 1e-9) return;
  const gateway = hosts.filter(({ id }) => id === 'gateway').reduce((sum, { cpuCores }) => sum + cpuCores, 0);
  throw new DeepThingsError(
    'DT_USAGE',
    `the quotas of the gateway (${show(gateway)}) and ${hosts.length - 1} devices (${show(wanted - gateway)}) come to ` +
      `${show(wanted)} cores; this machine has ${cores}, of which ${SPARE_CORES} stay free, so at most ${show(room)}: ` +
      'use fewer devices, or smaller quotas with --cpu and --gateway-cpu',
  );
}

function show(cores: number): string {
  return String(Math.round(cores * 1000) / 1000);
}
