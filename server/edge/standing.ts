import { RequestsUnderWay } from '../node/draining.js';
import { Drain } from './drain.js';
import { EdgeStatus, type EdgeStatusParts } from './edge-status.js';
import { Registrar } from './registrar.js';

/** How a device stands with its gateway: what it says of itself, whether the gateway takes it, and whether it is drained. */
export interface Standing {
  readonly status: EdgeStatus;
  readonly registrar: Registrar;
  readonly drain: Drain;
  /** Requests whose answers other nodes need: a device that ends waits for them. */
  readonly underWay: RequestsUnderWay;
}

export function createStanding(parts: EdgeStatusParts): Standing {
  const { config, edge, frames, tasks } = parts;
  const { board, stealer } = tasks;
  const listed = () => tasks.listed();
  const { intervalMs: heartbeatMs } = config.schedule.heartbeat;
  const status = new EdgeStatus(parts);
  const registrar = new Registrar({ edge, status, board, listed, frames, heartbeatMs });
  registrar.onTried((isTakenAgain) => {
    if (isTakenAgain) stealer.retryNow();
  });
  const underWay = new RequestsUnderWay();
  const drain = new Drain({ edge, board, stealer, registrar, frames, underWay });
  return { status, registrar, drain, underWay };
}
