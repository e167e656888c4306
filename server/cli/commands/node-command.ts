import { once } from 'node:events';
import { type HostPort, parseListen } from '../../config/checks/node-address.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { DeepThingsError } from '../../errors.js';
import { createLogger, type Logger } from '../../node/observe/logger.js';
import type { RunningNode } from '../../node/running-node.js';
import type { TokenSource } from '../../node/tokens.js';
import { EnvironmentTokens } from '../gateway/cluster-token.js';
import { ProcessEnd } from '../process-end.js';
import { EXIT_FAILED } from '../terminal/exit-codes.js';
import { reportError } from '../terminal/report-error.js';

export interface NodeCommandOptions {
  readonly config: string;
  /** `host:port` in place of what cluster.yaml says. */
  readonly listen?: string;
  readonly supervised?: boolean;
}

/** What a node of either role is started with. */
interface NodeSetup {
  readonly config: ClusterConfig;
  readonly token: TokenSource | null;
  readonly log: Logger;
  readonly listen?: HostPort;
  readonly onFatal: () => void;
}

/** `deepthings gateway`. */
export function runGateway(options: NodeCommandOptions): Promise<void> {
  return runNode('gateway', options, async (setup) => {
    const { startGateway } = await import('../../gateway/gateway-node.js');
    return startGateway(setup);
  });
}

/** `deepthings edge <id>`. */
export function runEdge(device: string, options: NodeCommandOptions): Promise<void> {
  return runNode(device, options, async (setup) => {
    const { startEdge } = await import('../../edge/edge-node.js');
    return startEdge({ ...setup, device });
  });
}

/** Runs one node in this process until it is told to stop. */
async function runNode(
  name: string,
  options: NodeCommandOptions,
  start: (setup: NodeSetup) => Promise<RunningNode>,
): Promise<void> {
  const end = new ProcessEnd({ supervised: options.supervised ?? false });
  try {
    end.watch(await startNode(name, options, end, start));
    // "deepthings up" asks from here on whether the node is ready.
    process.send?.('started');
  } catch (error) {
    // What the node had started already must not keep the process.
    process.exit(reportError(error));
  }
}

async function startNode(
  name: string,
  options: NodeCommandOptions,
  end: ProcessEnd,
  start: (setup: NodeSetup) => Promise<RunningNode>,
): Promise<RunningNode> {
  const token = EnvironmentTokens.read();
  const listen = options.listen === undefined ? undefined : listenAddress(options.listen);
  const config = await (options.supervised ? configFromParent() : configFromFile(options.config));
  const log = await createLogger(config.log.level, name);
  end.logTo(log);
  token?.follow(log);
  // "deepthings up" says them once for all nodes.
  if (!options.supervised) for (const remark of config.remarks) log.warn(remark);
  return start({ config, token, log, ...(listen && { listen }), onFatal: () => void end.end(EXIT_FAILED) });
}

async function configFromFile(path: string): Promise<ClusterConfig> {
  const { loadClusterConfig } = await import('../../config/load.js');
  return loadClusterConfig(path);
}

/** "deepthings up" gives its nodes the configuration that it has checked. */
async function configFromParent(): Promise<ClusterConfig> {
  const [config] = (await once(process, 'message')) as [ClusterConfig];
  return config;
}

function listenAddress(text: string): HostPort {
  const listen = parseListen(text);
  if ('kind' in listen) throw new DeepThingsError('DT_USAGE', `--listen ${listen.message}: ${listen.remedy}`);
  return listen;
}
