/** Host without brackets, as `listen()` takes it. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface NodeAddress extends HostPort {
  readonly kind: 'address';
  /** Scheme, host and port, without a slash at the end: `http://127.0.0.1:8080`. */
  readonly origin: string;
}

export interface BadAddress {
  readonly kind: 'bad';
  readonly message: string;
  readonly remedy: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const WILDCARD_HOSTS = new Set(['0.0.0.0', '[::]']);
const HOST_PORT = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):([0-9]{1,5})$/;

/** Reads the URL at which a node is reached: http or https, a host, perhaps a port, and nothing else. */
export function parseNodeAddress(text: string): NodeAddress | BadAddress {
  if (!/^https?:\/\//i.test(text)) return notHttp(text);
  const url = URL.canParse(text) && !/[\s\\]/.test(text) ? new URL(text) : undefined;
  if (url === undefined) return bad(`'${clip(text)}' is not a URL`, "write it like 'http://192.168.1.10:8080'");
  if (url.username !== '' || url.password !== '') {
    return bad('has a user or a password in it', `write '${url.origin}'; nodes take their token from DEEPTHINGS_TOKEN`);
  }
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    return bad(`'${clip(text)}' has more than host and port`, `write '${url.origin}'`);
  }
  if (WILDCARD_HOSTS.has(url.hostname)) {
    return bad(
      `${url.hostname} is where to listen, not where other nodes reach this one`,
      `write the machine's own address, and listen: '${url.host}'`,
    );
  }
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol]! : Number(url.port);
  if (port === 0) return bad('has port 0, which nothing can connect to', 'write the port that the node listens on');
  return { kind: 'address', origin: url.origin, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** Reads `host:port`, `[::1]:8080` for IPv6. */
export function parseListen(text: string): HostPort | BadAddress {
  const [, host, port] = HOST_PORT.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65535) {
    return bad(`must be host:port, is '${clip(text)}'`, "write for instance '0.0.0.0:8080' or '[::]:8080'");
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Equal for addresses that lead to the same socket. */
export function socketOf(address: NodeAddress): string {
  return `${address.host === 'localhost' ? '127.0.0.1' : address.host} ${address.port}`;
}

function notHttp(text: string): BadAddress {
  const message = `must be a URL that starts with http:// or https://, is '${clip(text)}'`;
  return bad(message, HOST_PORT.test(text) ? `write 'http://${text}'` : "write it like 'http://192.168.1.10:8080'");
}

/** Without what stands before an @: it may be a password. */
function clip(text: string): string {
  const shown = text.replace(/\/\/[^/]*@/, '//…@');
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

function bad(message: string, remedy: string): BadAddress {
  return { kind: 'bad', message, remedy };
}
