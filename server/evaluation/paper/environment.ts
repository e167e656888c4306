import type { NetworkModel } from '../../simulation/machine/network.js';

/** What a cluster runs on. */
export interface Environment {
  /** Of each device, as a share of one core. */
  readonly cpu: number;
  /** Above 1: the gateway serves and computes on cores of their own. */
  readonly gatewayCpu: number;
  readonly linkMbps: number;
  readonly medium: NetworkModel['medium'];
  /** One way. */
  readonly latencyMs: number;
  /** In which processor shares are given out; 0: the core is as it is. */
  readonly cpuPeriodMs: number;
}

const testHosts = (cpu: number, linkMbps: number): Environment =>
  Object.freeze({ cpu, gatewayCpu: cpu, linkMbps, medium: 'switched', latencyMs: 0.1, cpuPeriodMs: 20 });

/** Test hosts of this machine that the figures are measured on. */
export const QUARTER_CORE = testHosts(0.25, 50);

/** Slower ones with faster links, where computing is nearly all that counts. */
export const TWENTIETH_CORE = testHosts(0.05, 100);
