/** Codes of `getaddrinfo`: no such name, no address of the wanted kind, no answer of a name server. */
const NAME_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_NONAME',
  'EAI_NODATA',
  'EAI_ADDRFAMILY',
  'EAI_AGAIN',
]);

/**
 * Why the name in an address has no address of a machine, and what to do.
 *
 * @param error of a connection, with its causes.
 * @param address the URL that was asked.
 * @returns null when the name was not the reason.
 */
export function nameFailureText(error: unknown, address: string): string | null {
  const code = nameCodeOf(error);
  if (code === null || !URL.canParse(address)) return null;
  return unknownNameText(new URL(address).hostname, code);
}

/** The same of a host without a URL. */
export function unknownNameText(host: string, code: string): string {
  if (/\.local\.?$/i.test(host)) {
    return (
      `this machine finds no ${host} (${code}): names in .local are found by mDNS, which needs avahi-daemon and ` +
      "libnss-mdns on Debian, and in a container the host's network; or write the machine's IP address, which the router " +
      'should give it for good'
    );
  }
  if (code === 'EAI_AGAIN') return `no name server answers for ${host} (${code}): is this machine's network up?`;
  return `there is no machine called ${host} (${code}): correct the name, or write the machine's IP address`;
}

function nameCodeOf(error: unknown): string | null {
  const { cause, code } = (error ?? {}) as NodeJS.ErrnoException & { cause?: unknown };
  if (code !== undefined && NAME_CODES.has(code)) return code;
  return cause instanceof Error ? nameCodeOf(cause) : null;
}
