interface DeclaredNodes {
  readonly gateway: { readonly address: string };
  readonly devices: readonly { readonly address: string }[];
}

/** Names that the declared nodes are reached by. */
export function declaredHosts({ gateway, devices }: DeclaredNodes): readonly string[] {
  return [gateway, ...devices].map(({ address }) => new URL(address).hostname.replace(/^\[|\]$/g, ''));
}

/**
 * Whether an announced address is where a node was declared: the same scheme, host and port. What is announced is where
 * requests are sent to, and the token with them.
 *
 * @param declared of the configuration; its port is 0 for a node that listens on any free one, which no cluster.yaml can
 *   say: then any port of its host will do.
 */
export function isDeclaredAddress(declared: string, announced: string): boolean {
  if (!URL.canParse(announced)) return false;
  const there = new URL(declared);
  const asked = new URL(announced);
  if (there.port === '0') return there.protocol === asked.protocol && there.hostname === asked.hostname;
  return there.origin === asked.origin;
}
