/** Bytes at one port of the switch, as the kernel counts them: with the headers of IP and Ethernet. */
export interface PortBytes {
  readonly fromHost: number;
  readonly toHost: number;
}

export type LinkCounters = ReadonlyMap<string, PortBytes>;

interface ListedLink {
  readonly ifname: string;
  readonly stats64?: { readonly rx: { readonly bytes: number }; readonly tx: { readonly bytes: number } };
}

/** Reads `ip -s -j link show`; a port is named after its host. */
export function parseLinkCounters(json: string): LinkCounters {
  const links = JSON.parse(json) as readonly ListedLink[];
  return new Map(
    links.flatMap(({ ifname, stats64 }): [string, PortBytes][] =>
      stats64 === undefined ? [] : [[ifname, { fromHost: stats64.rx.bytes, toHost: stats64.tx.bytes }]],
    ),
  );
}

/**
 * What the nodes sent to each other between two readings: all that they sent, less what went to the client, which none but
 * nodes send to.
 */
export function bytesBetweenNodes(before: LinkCounters, after: LinkCounters, nodes: readonly string[]): number {
  const grown = (port: string, way: keyof PortBytes) => (after.get(port)?.[way] ?? 0) - (before.get(port)?.[way] ?? 0);
  return nodes.reduce((sum, node) => sum + grown(node, 'fromHost'), 0) - grown('client', 'toHost');
}
