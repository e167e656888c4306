import type { EventLog } from './event-log.js';
import type { Logger } from './logger.js';
import type { NodeMetrics } from './metrics.js';

/** Where the parts of a node report what they do, and the clock that they measure it by. */
export interface Telemetry {
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** For watchers. */
  readonly events: EventLog;
  /** Milliseconds of a clock that does not jump. */
  readonly nowMs: () => number;
}
