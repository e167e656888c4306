import { type ComputeThread, startComputeThread } from '../compute/compute-thread.js';
import type { ClusterConfig, DeviceConfig } from '../config/cluster-config.js';
import { DeepThingsError } from '../errors.js';
import { loadSharp } from '../imaging/sharp-library.js';
import { type ClusterPlan, computeStage, planCluster } from '../node/cluster-plan.js';
import { type ListenAddress, requireToken } from '../node/http/listen.js';
import type { RunningNode } from '../node/running-node.js';
import { openNodeTls } from '../node/tls/node-tls.js';
import type { NodeOptions } from './device/edge-device.js';
import { assemble } from './edge-assembly.js';

export interface EdgeOptions extends NodeOptions {
  /** In place of what `cluster.yaml` says; with port 0 the address that is announced follows from the port got. */
  readonly listen?: ListenAddress;
  /** Called when the node cannot go on. */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Starts an edge device: it sources frames, executes tiles, steals and is stolen from (paper section IV.B.1).
 *
 * @throws DeepThingsError when the model or the files of `tls` cannot be loaded, or the port is taken.
 */
export async function startEdge(options: EdgeOptions): Promise<RunningNode> {
  const { config, log } = options;
  const node = declaredDevice(config, options.device);
  const at = options.listen ?? node.listen;
  requireToken(at.host, options.token);
  const clusterPlan = await planCluster(config, (text) => log.info(text));
  const tls = openNodeTls(config, node, log);
  try {
    const compute = await startCompute(options, node, clusterPlan);
    log.info({ engine: compute.engine, model: clusterPlan.network.name }, 'fused layers loaded');
    if (compute.remark !== null) log.warn({ engine: compute.engine }, compute.remark);
    try {
      return await assemble(options, { node, at, tls, clusterPlan, compute });
    } catch (error) {
      await compute.close();
      throw error;
    }
  } catch (error) {
    tls?.end();
    throw error;
  }
}

async function startCompute(
  { config, log, onFatal }: EdgeOptions,
  node: DeviceConfig,
  clusterPlan: ClusterPlan,
): Promise<ComputeThread> {
  const compute = await startComputeThread(
    {
      model: config.model,
      engine: node.engine,
      stage: computeStage('fused', clusterPlan, config),
    },
    (error) => {
      log.fatal({ err: error }, 'the compute thread crashed');
      onFatal?.(error);
    },
  );
  // Now rather than with the first frame: loading it holds the thread up. A device that only steals goes without.
  if (node.source) await loadSharp();
  return compute;
}

function declaredDevice(config: ClusterConfig, device: string): DeviceConfig {
  const node = config.devices.find(({ id }) => id === device);
  if (node !== undefined) return node;
  const known = config.devices.map(({ id }) => id).join(', ');
  throw new DeepThingsError('DT_DEVICE_UNKNOWN', `${config.file} declares no device "${device}", only ${known}`);
}
