import type { NodeMeters } from './node-meters.js';

/** Whether what devices compute is right. */
export function trustMetrics(meters: NodeMeters) {
  return {
    audits: meters.counter(
      'audits',
      'Tiles that a second device was to run as well, to compare: agreed, disagreed, skipped (none could), undecided',
      'outcome',
    ),
    quarantined: meters.gauge(
      'quarantined',
      '1 for a device that computed something wrong and was not released yet',
      'device',
    ),
    notFinite: meters.counter(
      'not_finite',
      'Results and strips that were refused since not all of their values are finite, by the device or address they came from',
      'from',
    ),
  };
}
