import type { ClusterConfig } from '../../config/cluster-config.js';
import { type ClusterPlan, largestTensorBody } from '../cluster-plan.js';
import { declaredHosts } from '../peers/declared-address.js';
import type { ListenAddress } from './listen.js';
import type { NodeAppOptions } from './node-app.js';

/** What a node's server is bound to by its configuration: how large bodies may be, and the names it answers to. */
export function appOptions(
  config: ClusterConfig,
  clusterPlan: ClusterPlan,
  at: ListenAddress,
): Pick<NodeAppOptions, 'pictureBytes' | 'tensorBytes' | 'hosts'> {
  return {
    pictureBytes: config.limits.pictureBytes,
    tensorBytes: largestTensorBody(clusterPlan),
    hosts: [at.host, ...declaredHosts(config)],
  };
}
