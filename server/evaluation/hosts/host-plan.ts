/**
 * Test hosts on one Linux machine: each a network namespace with one link to a switch, which is a bridge in a namespace of
 * its own. Nothing is added to the machine's own network.
 *
 *     client ── switch ══ gateway      ══ shaped at both ends (tbf)
 *                 ╠══════ e0           ── as fast as the machine
 *                 ╚══════ e1 …
 */

/** A command line, the program first. */
export type Command = readonly string[];

/** What a host may use. */
export interface HostLimits {
  /** Node on it: `gateway`, or a device's id. */
  readonly id: string;
  /** Share of one core. */
  readonly cpuCores: number;
  /** Null: as much as the machine has. */
  readonly memoryBytes: number | null;
}

export interface TestHost extends HostLimits {
  /** Its network namespace and its control group. */
  readonly name: string;
  readonly address: string;
}

/** Where a node is asked from: outside of all quotas. */
export interface ClientHost {
  readonly name: string;
  readonly address: string;
}

export interface HostPlan {
  /** Process that makes them. */
  readonly ownerPid: number;
  readonly hosts: readonly TestHost[];
  readonly client: ClientHost;
  readonly switchName: string;
  /** Every namespace. */
  readonly names: readonly string[];
  /** Makes namespaces, links and shaping, in this order. */
  readonly up: readonly Command[];
}

export interface HostPlanOptions {
  /** Whose hosts these are: their names carry it, so that what a killed process left can be told from what is in use. */
  readonly ownerPid: number;
  readonly hosts: readonly HostLimits[];
  /** Bits a second, at both ends of every node's link; null leaves them as fast as the machine. */
  readonly linkBitsPerSecond: number | null;
}

/** RFC 2544 sets 198.18.0.0/15 aside for measuring; it exists in these namespaces only. */
const NETWORK = '198.18.0';
const PREFIX_BITS = 24;
const FIRST_HOST = 10;
const CLIENT_HOST = 2;
/** What the network has room for. */
export const MOST_HOSTS = 200;

const NAME = /^deepthings-(\d+)-[a-z0-9]+$/;

/** By its name who made it can be told, and what is left over of whom is gone. */
export function groupName(ownerPid: number, what: string): string {
  return `deepthings-${ownerPid}-${what}`;
}

export function planHosts({ ownerPid, hosts, linkBitsPerSecond }: HostPlanOptions): HostPlan {
  const nameOf = (id: string) => groupName(ownerPid, id);
  const switchName = nameOf('switch');
  const client = { name: nameOf('client'), address: `${NETWORK}.${CLIENT_HOST}` };
  const placed = hosts.map((host, i) => ({ ...host, name: nameOf(host.id), address: `${NETWORK}.${FIRST_HOST + i}` }));
  const up = [
    ['ip', 'netns', 'add', switchName],
    ['ip', '-n', switchName, 'link', 'add', 'name', 'bridge', 'type', 'bridge'],
    ['ip', '-n', switchName, 'link', 'set', 'bridge', 'addrgenmode', 'none', 'up'],
    ...linkUp(switchName, 'client', client, null),
    ...placed.flatMap((host) => linkUp(switchName, host.id, host, linkBitsPerSecond)),
  ];
  const names = [...placed.map(({ name }) => name), client.name, switchName];
  return { ownerPid, hosts: placed, client, switchName, names, up };
}

export function removeNamespace(name: string): Command {
  return ['ip', 'netns', 'delete', name];
}

/** The process that made a namespace or a control group of this name; null when it is none of ours. */
export function ownerOf(name: string): number | null {
  const match = NAME.exec(name);
  return match === null ? null : Number(match[1]);
}

/** A host's namespace with `eth0` in it, and the other end of the link at the switch, which has the host's id for a name. */
function linkUp(switchName: string, port: string, host: ClientHost, bitsPerSecond: number | null): readonly Command[] {
  const inSwitch = ['ip', '-n', switchName, 'link'];
  const inHost = ['ip', '-n', host.name];
  return [
    ['ip', 'netns', 'add', host.name],
    [...inSwitch, 'add', 'name', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.name],
    // No IPv6 addresses: their announcements would be counted with the nodes' bytes.
    [...inHost, 'link', 'set', 'eth0', 'addrgenmode', 'none'],
    [...inHost, 'address', 'add', `${host.address}/${PREFIX_BITS}`, 'dev', 'eth0'],
    [...inHost, 'link', 'set', 'eth0', 'up'],
    [...inHost, 'link', 'set', 'lo', 'up'],
    [...inSwitch, 'set', port, 'master', 'bridge', 'addrgenmode', 'none', 'up'],
    ...(bitsPerSecond === null
      ? []
      : [shape(host.name, 'eth0', bitsPerSecond), shape(switchName, port, bitsPerSecond)]),
  ];
}

/** Longest that a packet waits in a link's queue before it is dropped. */
const QUEUE_MS = 200;
const LEAST_BURST_BYTES = 32 * 1024;
/** tbf cannot keep a rate whose bytes in one timer tick exceed the burst (tc-tbf(8)); 250 ticks a second are the fewest. */
const TICKS_PER_SECOND = 250;

function shape(namespace: string, device: string, bitsPerSecond: number): Command {
  const burst = Math.max(LEAST_BURST_BYTES, Math.ceil(bitsPerSecond / 8 / TICKS_PER_SECOND));
  return [
    ...['tc', '-n', namespace, 'qdisc', 'add', 'dev', device, 'root', 'tbf'],
    ...['rate', `${bitsPerSecond}bit`, 'burst', `${burst}b`, 'latency', `${QUEUE_MS}ms`],
  ];
}
