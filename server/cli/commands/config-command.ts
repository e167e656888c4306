import { parseNodeAddress } from '../../config/checks/node-address.js';
import type { ClusterConfig, NodeConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { formatGrid, tileCount } from '../../geometry/grid.js';
import { restOf } from '../../geometry/stage.js';
import { weightBytes } from '../../graph/weights.js';
import { planCluster } from '../../node/cluster-plan.js';
import { isLoopback } from '../../node/http/listen.js';
import { certificateSummary } from '../gateway/certificate-summary.js';
import { formatBytes, formatCount } from '../terminal/quantities.js';
import { paint, printLine, printWarning } from '../terminal/terminal.js';

/** `deepthings config check`: what is wrong comes as the ConfigError that loading throws. */
export async function runConfigCheck({ config: file }: { readonly config: string }): Promise<void> {
  const config = await loadClusterConfig(file);
  printLine(`${file} is ${paint(process.stdout, 'green', 'fine')}: ${await summaryOf(config)}`);
  const { lines, remarks } = certificateSummary(config, Date.now());
  const title = config.tls?.mutual ? 'Nodes and clients show certificates' : 'Nodes show certificates';
  if (lines.length > 0) printLine(`${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  for (const remark of [...config.remarks, ...remarks]) printWarning(remark);
  const open = [config.gateway, ...config.devices].filter(({ listen }) => !isLoopback(listen.host));
  if (open.length === 0) return;
  const ids = open.map(({ id }) => id).join(', ');
  printLine(`Other machines can reach ${ids}: start every node with the same DEEPTHINGS_TOKEN in its environment.`);
}

async function summaryOf(config: ClusterConfig): Promise<string> {
  const { devices, gateway, name, partition, schedule } = config;
  const { network, plan } = await planCluster(config);
  const { name: modelName, input } = network;
  const tiles = formatCount(tileCount(partition.grid), 'tile');
  const lines = [
    `cluster ${name}, ${schedule.strategy}`,
    `  model    ${modelName}, input ${input.width}x${input.height}, ${engineText(gateway)}`,
    `  tiles    ${formatCount(plan.stage.layers, 'fused layer')}, ${formatGrid(partition.grid)}: ${tiles}`,
    ...(schedule.remaining === 'any'
      ? [
          `  rest     the gateway or an idle device, which then holds ${formatBytes(weightBytes(network.graph, restOf(plan.stage).nodes))} of weights more`,
        ]
      : []),
    `  gateway  ${placeOf(gateway)}`,
    ...(devices.length === 0 ? ['  devices  none: the gateway computes frames by itself'] : []),
    ...devices.map((device) => {
      const own = engineText(device) === engineText(gateway) ? '' : `, ${engineText(device)}`;
      return `  ${device.id.padEnd(8)} ${placeOf(device)}${own}${device.source ? '' : ', no frames start on it'}`;
    }),
  ];
  return lines.join('\n');
}

function engineText({ engine: { name, backend, threads } }: NodeConfig): string {
  return `${backend === null ? name : `${name} ${backend}`} (${formatCount(threads, 'thread')})`;
}

function placeOf({ address, listen }: NodeConfig): string {
  const parsed = parseNodeAddress(address);
  const same = parsed.kind === 'address' && parsed.host === listen.host && parsed.port === listen.port;
  return same ? address : `${address}, listens on ${listen.host}:${listen.port}`;
}
