import { type ComputeThread, startComputeThread } from '../compute/compute-thread.js';
import { loadSharp } from '../imaging/sharp-library.js';
import { type ClusterPlan, computeStage, planCluster } from '../node/cluster-plan.js';
import { type ListenAddress, requireToken } from '../node/http/listen.js';
import type { RunningNode } from '../node/running-node.js';
import { openNodeTls } from '../node/tls/node-tls.js';
import { openArchive } from './archive/open-archive.js';
import { assemble, type Environment, type NodeOptions } from './gateway-assembly.js';

export interface GatewayOptions extends NodeOptions {
  /** In place of what `cluster.yaml` says; port 0 is any free one. */
  readonly listen?: ListenAddress;
  /** Called when the node cannot go on. */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Starts the gateway: it owns frames, hints victims, merges results and runs the remaining layers (paper section
 * IV.B.2).
 *
 * @throws DeepThingsError when the model or the files of `tls` cannot be loaded, or the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningNode> {
  const { config, log } = options;
  const at = options.listen ?? config.gateway.listen;
  requireToken(at.host, options.token);
  const clusterPlan = await planCluster(config, (text) => log.info(text));
  const tls = openNodeTls(config, config.gateway, log);
  try {
    return await startWith(options, { at, tls, clusterPlan });
  } catch (error) {
    tls?.end();
    throw error;
  }
}

type Prepared = Pick<Environment, 'at' | 'tls' | 'clusterPlan'>;

/** Opens the store and loads the model; whatever fails, nothing stays open. */
async function startWith(options: GatewayOptions, prepared: Prepared): Promise<RunningNode> {
  const { config, log } = options;
  const starting = [openArchive(config, log), startCompute(options, prepared.clusterPlan)] as const;
  const [opened, computing] = await Promise.allSettled(starting);
  if (opened.status === 'rejected' || computing.status === 'rejected') {
    if (opened.status === 'fulfilled') await opened.value.archive.close();
    if (computing.status === 'fulfilled') await computing.value.close();
    throw opened.status === 'rejected' ? opened.reason : (computing as PromiseRejectedResult).reason;
  }
  const compute = computing.value;
  log.info({ engine: compute.engine, model: prepared.clusterPlan.network.name }, 'remaining layers loaded');
  try {
    return await assemble(options, { ...prepared, compute, ...opened.value });
  } catch (error) {
    await opened.value.archive.close();
    await compute.close();
    throw error;
  }
}

async function startCompute(
  { config, log, onFatal }: GatewayOptions,
  clusterPlan: ClusterPlan,
): Promise<ComputeThread> {
  const compute = await startComputeThread(
    {
      model: config.model,
      engine: config.gateway.engine,
      stage: computeStage('remaining', clusterPlan, config),
    },
    (error) => {
      log.fatal({ err: error }, 'the compute thread crashed');
      onFatal?.(error);
    },
  );
  await loadSharp();
  if (compute.remark !== null) log.warn({ engine: compute.engine }, compute.remark);
  return compute;
}
