import type { OperationHandlers } from '../../node/contract/operations.js';
import { ownDrainHandlers } from '../../node/draining.js';
import { HttpProblem } from '../../node/problems/problem.js';
import type { Standing } from '../standing.js';

/** The handlers of a device for its status and its drain. */
export function standingHandlers({ drain, registrar, status }: Standing): OperationHandlers {
  return {
    register: async (request) => {
      if (request.body.kind !== 'gateway') {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is an edge device; devices register with the gateway');
      }
      registrar.announce();
      return { epoch: request.body.epoch, heartbeatMs: 0, ended: [] };
    },
    getCluster: async () => status.clusterState(registrar, drain.state),
    ...ownDrainHandlers(drain),
  };
}
