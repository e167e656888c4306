import { CLUSTER_DEFAULTS, GATEWAY_ID, SIZE_BOUNDS } from '../defaults.js';
import type { Draft } from '../draft.js';
import { checkEngines } from '../node-engine.js';
import { type ConfigPath, formatPath } from '../source/position.js';
import { formatByteSize, parseByteSize } from '../units.js';
import { parseListen, parseNodeAddress, socketOf } from './node-address.js';
import { checkTls } from './tls-check.js';

/** Checks what one key alone cannot show, apart from the model: see `checkModel`. */
export function checkCluster(draft: Draft): void {
  checkHeartbeat(draft);
  checkEngines(draft);
  checkSizes(draft);
  checkIds(draft);
  checkAddresses(draft);
  checkComputes(draft);
  checkTls(draft);
}

/** One lost heartbeat must not make a device lost. */
function checkHeartbeat({ given, problems }: Draft): void {
  const path = ['schedule', 'heartbeat'];
  if (problems.isSpoiled(path)) return;
  const { intervalMs, lostAfterMs } = { ...CLUSTER_DEFAULTS.schedule.heartbeat, ...given.schedule?.heartbeat };
  if (lostAfterMs >= 2 * intervalMs) return;
  const key = given.schedule?.heartbeat?.lostAfterMs === undefined ? 'intervalMs' : 'lostAfterMs';
  problems.report(
    [...path, key],
    `lostAfterMs (${lostAfterMs}) must be at least twice intervalMs (${intervalMs})`,
    `write lostAfterMs: ${2 * intervalMs} or more, or intervalMs: ${Math.floor(lostAfterMs / 2)} or less`,
  );
}

function checkSizes({ given, problems }: Draft): void {
  const { limits, store } = CLUSTER_DEFAULTS;
  const inLimits = (['pictureBytes', 'overlapBytes'] as const).map((key) => ({
    ...{ path: ['limits', key], size: given.limits?.[key], usual: limits[key] },
    ...SIZE_BOUNDS[key],
  }));
  const inStore = { path: ['store', 'bytes'], size: given.store?.bytes, usual: store.bytes, ...SIZE_BOUNDS.storeBytes };
  for (const { path, size, least, most, usual } of [...inLimits, inStore]) {
    if (size === undefined) continue;
    const bytes = parseByteSize(size);
    if (bytes >= least && bytes <= most) continue;
    const message = `must be from ${formatByteSize(least)} to ${formatByteSize(most)}, is ${size}`;
    problems.report(path, message, `write for instance ${usual}`);
  }
}

function checkIds({ given, problems }: Draft): void {
  const owners = new Map<string, ConfigPath>();
  for (const [index, device] of (given.devices ?? []).entries()) {
    const id = device?.id;
    if (id === undefined) continue;
    const path = ['devices', index, 'id'];
    const owner = owners.get(id);
    if (id === GATEWAY_ID) {
      problems.report(path, `${GATEWAY_ID} is the gateway's own id`, 'choose another id');
    } else if (owner !== undefined) {
      problems.report(path, `'${id}' is the id of ${formatPath(owner)} as well`, 'give each device an id of its own');
    } else {
      owners.set(id, ['devices', index]);
    }
  }
}

function checkAddresses(draft: Draft): void {
  const owners = new Map<string, ConfigPath>();
  checkNode(draft, ['gateway'], draft.given.gateway, owners);
  for (const [index, device] of (draft.given.devices ?? []).entries()) {
    checkNode(draft, ['devices', index], device, owners);
  }
}

/** Something has to compute. */
function checkComputes({ given, problems }: Draft): void {
  if (given.gateway?.compute !== false || given.devices?.length !== 0) return;
  problems.report(
    ['gateway', 'compute'],
    'is false, and no devices are declared: nothing computes',
    'remove it, or declare devices',
  );
}

interface GivenNode {
  readonly address?: string | undefined;
  readonly listen?: string | undefined;
}

function checkNode(
  { problems }: Draft,
  path: ConfigPath,
  node: GivenNode | undefined,
  owners: Map<string, ConfigPath>,
): void {
  if (node?.listen !== undefined) {
    const listen = parseListen(node.listen);
    if ('kind' in listen) problems.report([...path, 'listen'], listen.message, listen.remedy);
  }
  if (node?.address === undefined) return;
  const address = parseNodeAddress(node.address);
  if (address.kind === 'bad') {
    problems.report([...path, 'address'], address.message, address.remedy);
    return;
  }
  const socket = socketOf(address);
  const owner = owners.get(socket);
  if (owner === undefined) {
    owners.set(socket, path);
    return;
  }
  const message = `${address.origin} is the address of ${formatPath(owner)} as well`;
  problems.report([...path, 'address'], message, 'give each node a host or a port of its own');
}
